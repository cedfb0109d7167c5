"""Absences of staff, and who stands in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Stamped, Versioned, code, moment, ref

_STANDING = sql("ended_at is null and withdrawn_at is null")


class StaffAbsence(Stamped, Versioned, table=True):
    """A time in which a worker is away and another one of the body stands in.

    Whether it is to come, runs or is over is worked out from its moments. The deputy's places in the teams end by their
    own dates (`case_member.rests_until`), whether or not anybody notes the end.
    """

    __tablename__ = "staff_absence"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("deputy_id <> user_id", name="another_stands_in"),
        CheckConstraint("withdrawn_at is null or begun_at is null", name="withdrawn_before_it_began"),
        CheckConstraint("ended_at is null or begun_at is not null", name="ended_after_it_began"),
        Index("ix_staff_absence_user", "user_id", "ends_at", postgresql_where=_STANDING),
        Index("ix_staff_absence_deputy", "deputy_id", postgresql_where=_STANDING),
        Index("ix_staff_absence_body", "organisation_id", "ends_at", postgresql_where=_STANDING),
        Index(
            "ix_staff_absence_begins", "starts_at", postgresql_where=sql("begun_at is null and withdrawn_at is null")
        ),
        Index("ix_staff_absence_ends", "ends_at", postgresql_where=sql("begun_at is not null and ended_at is null")),
    )

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id", index=False)
    user_id: UUID = ref("app_user.id", index=False)
    """Who is away."""
    reason: str = code("absence_reason")
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    deputy_id: UUID = ref("app_user.id", index=False)
    covers_restricted: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    """Who heads the body said that the deputy sees the restricted cases too."""
    begun_at: datetime | None = moment(nullable=True)
    """When the deputy's places came into being; null while it is to come."""
    ended_at: datetime | None = moment(nullable=True)
    """When the worker came back, or its end was noted."""
    withdrawn_at: datetime | None = moment(nullable=True)
    """When it was taken back before it began."""


class StaffAbsenceCase(CaseScoped, table=True):
    """A case for which somebody else than the deputy of the absence stands in."""

    __tablename__ = "staff_absence_case"
    __table_args__ = (
        Index(
            "uq_staff_absence_case_now", "absence_id", "case_id", unique=True, postgresql_where=sql("ended_at is null")
        ),
        Index("ix_staff_absence_case_deputy", "deputy_id", postgresql_where=sql("ended_at is null")),
    )

    id: UUID = Field(primary_key=True)
    absence_id: UUID = ref("staff_absence.id", index=False)
    deputy_id: UUID = ref("app_user.id", index=False)
    holds_sessions: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    """The deputy gives the absentee's kind of help there: holds the sessions, reads and writes their notes."""
    ended_at: datetime | None = moment(nullable=True)
