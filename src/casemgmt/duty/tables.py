"""Shifts of the duty desk, and what was given to whoever was on duty."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import Row, Stamped, Versioned, moment, ref


class DutyShift(Stamped, Versioned, table=True):
    """A time in which somebody of a body is on duty. Offered to a colleague, it stays the holder's until taken."""

    __tablename__ = "duty_shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("offered_to_id <> user_id", name="offered_to_another"),
        CheckConstraint("in_return_id is null or offered_to_id is not null", name="in_return_of_an_offer"),
        Index("ix_duty_shift_body", "organisation_id", "ends_at", postgresql_where=sql("cancelled_at is null")),
        Index("ix_duty_shift_user", "user_id", "ends_at", postgresql_where=sql("cancelled_at is null")),
        Index(
            "ix_duty_shift_offered",
            "offered_to_id",
            "starts_at",
            "id",
            postgresql_where=sql("offered_to_id is not null and cancelled_at is null"),
        ),
    )

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id", index=False)
    user_id: UUID = ref("app_user.id", index=False)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    offered_to_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    in_return_id: UUID | None = ref("duty_shift.id", nullable=True, index=False)
    """The shift of the other that the holder would take for it."""
    cancelled_at: datetime | None = moment(nullable=True)


class DutyAssignment(Row, table=True):
    """A task that went to whoever was on duty; still open at the end of the shift, it goes on or back to the desk."""

    __tablename__ = "duty_assignment"
    __table_args__ = (
        Index("uq_duty_assignment_now", "task_id", unique=True, postgresql_where=sql("ended_at is null")),
    )

    id: UUID = Field(primary_key=True)
    task_id: UUID = ref("task.id")
    shift_id: UUID = ref("duty_shift.id")
    user_id: UUID = ref("app_user.id", index=False)
    at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
