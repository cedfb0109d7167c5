"""Tasks: every clock of the route is one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import Scoped, Versioned, long_text, moment, ref

_OPEN = sql("completed_at is null and cancelled_at is null")
_AT_THE_DESK = sql("completed_at is null and cancelled_at is null and assignee_id is null and mobile_group_id is null")


class Task(Scoped, Versioned, table=True):
    """Something to be done by a moment. `organisation_id` always owns it; group and assignee narrow who does it.

    Whether it is due, warned or breached is worked out from the moments, so it can be told for any past moment.
    """

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("completed_at is null or cancelled_at is null", name="one_end"),
        CheckConstraint("warn_at <= due_at", name="warns_before_due"),
        Index(
            "uq_task_mandatory_notice",
            "signal_id",
            "kind",
            unique=True,
            postgresql_where=sql("kind in ('mandatory_notice_police', 'mandatory_notice_guardianship')"),
        ),
        Index("ix_task_assignee_due", "assignee_id", "due_at", "id", postgresql_where=_OPEN),
        Index("ix_task_group_due", "mobile_group_id", "due_at", "id", postgresql_where=_OPEN),
        Index("ix_task_organisation_due", "organisation_id", "due_at", "id", postgresql_where=_OPEN),
        Index("ix_task_desk_organisation_due", "organisation_id", "due_at", "id", postgresql_where=_AT_THE_DESK),
        Index("ix_task_desk_region_due", "region_code", "due_at", "id", postgresql_where=_AT_THE_DESK),
        Index(
            "ix_task_benefits_region_due",
            "region_code",
            "due_at",
            "id",
            postgresql_where=sql(
                "completed_at is null and cancelled_at is null and assignee_id is null and mobile_group_id is null"
                " and record_type = 'benefit_determination'"
            ),
        ),
        Index(
            "uq_task_contact_request",
            "record_id",
            "requested_by_id",
            unique=True,
            postgresql_where=sql(
                "kind = 'known_child_contact' and completed_at is null and cancelled_at is null",
            ),
        ),
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(max_length=48)
    """A deadline code of `rules/law/kz/deadlines`, or `manual`."""
    title: str | None = None
    """Only of manual tasks; the others are named by their kind."""
    note: str | None = long_text(nullable=True)
    signal_id: UUID | None = ref("signal.id", nullable=True)
    case_id: UUID | None = ref("case_record.id", nullable=True)
    record_type: str = Field(max_length=32)
    record_id: UUID = Field(index=True)
    mobile_group_id: UUID | None = ref("mobile_group.id", nullable=True, index=False)
    assignee_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    requested_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who waits for it, where somebody asked: of `known_child_contact`, whom to get in touch with."""
    blocks_closure: bool = True
    started_at: datetime = moment()
    warn_at: datetime = moment()
    due_at: datetime = moment()
    deadline_status: str = Field(max_length=16)
    """`verified`, `published`, `unverified` law; `house_default` or, of a manual task, `set_by_person`: not law."""
    deadline_provisional: bool = False
    """The working calendar was not confirmed as far as the due moment."""
    rules_version: str = Field(max_length=80)
    completed_at: datetime | None = moment(nullable=True)
    completed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    result: str | None = long_text(nullable=True)
    cancelled_at: datetime | None = moment(nullable=True)
    cancel_reason: str | None = long_text(nullable=True)
