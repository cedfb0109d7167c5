"""Tasks: every clock of the route is one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import Row, Scoped, Versioned, code, long_text, moment, ref

_OPEN = sql("completed_at is null and cancelled_at is null")
_UNASSIGNED = sql("completed_at is null and cancelled_at is null and assignee_id is null")
_HELD = sql("held_until is not null and completed_at is null and cancelled_at is null")
_BREACHED = sql("breached_at is not null")
_LATE = sql("breached_at is not null and completed_at is null and cancelled_at is null")
_TICKING = sql("breached_at is null and coalesce(completed_at, cancelled_at, 'infinity') > due_at")
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
        # taken by nobody, oldest first; on hold, soonest back first; too late, newest first; looked at by the sweep
        Index("ix_task_unassigned", "organisation_id", "started_at", "id", postgresql_where=_UNASSIGNED),
        Index("ix_task_held", "organisation_id", "held_until", "id", postgresql_where=_HELD),
        Index("ix_task_breached", "organisation_id", "breached_at", "id", postgresql_where=_BREACHED),
        # of all bodies: too late and still to be done, and what was too late since a moment
        Index(
            "ix_task_late",
            "region_code",
            postgresql_include=["due_at", "warn_at", "held_until", "case_id", "about_kind"],
            postgresql_where=_LATE,
        ),
        Index("ix_task_breached_at", "breached_at", postgresql_where=_BREACHED),
        Index("ix_task_ticking", "warn_at", "id", postgresql_where=_TICKING),
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
    held_until: datetime | None = moment(nullable=True)
    """Its time stands still until then; `due_at` is right for that end already. What is past says no more."""
    warned_at: datetime | None = moment(nullable=True)
    """When the warning came that somebody was told of."""
    breached_at: datetime | None = moment(nullable=True)
    """The due moment that passed. It stays for ever."""
    about_kind: str | None = Field(default=None, max_length=48)
    """Of an escalation: the kind of the clock that is overdue."""


class TaskHold(Row, table=True):
    """A stop of a clock: why, by whom with what authority, until when. Who sees the task sees it.

    `…_before` are the moments when it began, `…_after` those for its end as planned, `…_ended` those for the end as it
    came, where it came early.
    """

    __tablename__ = "task_hold"
    __table_args__ = (
        CheckConstraint("until_at > from_at", name="ends_after_it_begins"),
        CheckConstraint("ended_at is null or ended_at <= until_at", name="never_longer_than_planned"),
        CheckConstraint("(warn_ended is null) = (due_ended is null)", name="early_end_whole"),
        CheckConstraint("authority in ('own_task', 'supervision')", name="authority_known"),
        Index("uq_task_hold_running", "task_id", unique=True, postgresql_where=sql("ended_at is null")),
        Index("ix_task_hold_task", "task_id", "from_at"),
    )

    id: UUID = Field(primary_key=True)
    task_id: UUID = ref("task.id", index=False)
    reason: str = code("hold_reason")
    note: str | None = long_text(nullable=True)
    authority: str = Field(max_length=16)
    """`own_task`: of whoever has the task; `supervision`: of whoever may supervise tasks."""
    ground: str | None = long_text(nullable=True)
    """The act that allows to stop a term of law."""
    placed_by_id: UUID = ref("app_user.id", index=False)
    placed_by_roles: str
    """The roles that whoever placed it held then, with spaces between."""
    from_at: datetime = moment()
    until_at: datetime = moment()
    warn_before: datetime = moment()
    due_before: datetime = moment()
    warn_after: datetime = moment()
    due_after: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    ended_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    end_note: str | None = long_text(nullable=True)
    warn_ended: datetime | None = moment(nullable=True)
    due_ended: datetime | None = moment(nullable=True)


class TaskRecalculation(Row, table=True):
    """A change of a due moment by a change of risk: what was and what is. Who sees the task sees it."""

    __tablename__ = "task_recalculation"
    __table_args__ = (Index("ix_task_recalculation_task", "task_id", "from_at"),)

    id: UUID = Field(primary_key=True)
    task_id: UUID = ref("task.id", index=False)
    from_at: datetime = moment()
    risk_before: str | None = code("risk_level", nullable=True)
    risk_after: str = code("risk_level")
    term: str = Field(max_length=48)
    """The deadline by which it is counted from now on."""
    by_id: UUID = ref("app_user.id", index=False)
    warn_before: datetime = moment()
    due_before: datetime = moment()
    warn_after: datetime = moment()
    due_after: datetime = moment()


class TaskAlert(Row, table=True):
    """A warning, a breach, or a step of an escalation: a fact, written once, changed by nobody."""

    __tablename__ = "task_alert"
    __table_args__ = (
        CheckConstraint("kind in ('warning', 'breach', 'escalation')", name="kind_known"),
        CheckConstraint("(kind = 'escalation') = (level is not null)", name="level_of_escalation"),
        Index("uq_task_alert_fact", "task_id", "kind", "at", unique=True),
    )

    id: UUID = Field(primary_key=True)
    task_id: UUID = ref("task.id", index=False)
    kind: str = Field(max_length=12)
    level: str | None = Field(default=None, max_length=12)
    """Of an escalation: `supervisor`, `head` or `region`."""
    at: datetime = moment()
    """When it came true: the moment of the warning, the due moment, the moment of the step."""
    found_at: datetime = moment()
    """When the service noticed."""
    owner_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who had the task when it was noticed; null where nobody had taken it."""
    owner_group_id: UUID | None = ref("mobile_group.id", nullable=True, index=False)
    owner_body_id: UUID = ref("organisation.id", index=False)
    told_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Of an escalation: who was told; null where the level has nobody."""


class MandatoryNotice(Row, table=True):
    """A notice that has to be given, as it was given: to whom, when, how, and by what that is proved.

    Who sees the task sees it. A fact: nothing of it changes but that the body says it has it.
    """

    __tablename__ = "mandatory_notice"
    __table_args__ = (
        CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name="acknowledged_by_somebody"),
        CheckConstraint("number is not null or document_id is not null or taken_by is not null", name="proved"),
    )

    task_id: UUID = ref("task.id", primary=True)
    to_body: str
    """Name of the body: it need not be known to the service."""
    delivery: str = code("notice_delivery")
    delivered_at: datetime = moment()
    number: str | None = None
    """Incoming number, number of the post, of the message, or of the book of registration."""
    taken_by: str | None = None
    """Name and post of who took it."""
    document_id: UUID | None = ref("document.id", nullable=True, index=False)
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)
    acknowledged_at: datetime | None = moment(nullable=True)
    acknowledged_by: str | None = None
    """Who of the body said that it has the notice."""
    acknowledged_number: str | None = None
