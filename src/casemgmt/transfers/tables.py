"""The transfer of a case to another body."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Versioned, code, long_text, moment, ref


class CaseTransfer(CaseScoped, Versioned, table=True):
    """An act of transfer. Until the receiving body accepts it the giving body is accountable, not a moment longer."""

    __tablename__ = "case_transfer"
    __table_args__ = (
        CheckConstraint("from_organisation_id <> to_organisation_id", name="two_bodies"),
        CheckConstraint("decided_by_id is null or decided_by_id <> offered_by_id", name="second_person"),
        CheckConstraint("(state = 'accepted') = (manager_id is not null)", name="accepted_with_manager"),
        CheckConstraint("(state = 'declined') = (decline_reason is not null)", name="declined_with_reason"),
        Index("uq_case_transfer_open", "case_id", unique=True, postgresql_where=sql("state = 'offered'")),
        Index("ix_case_transfer_to", "to_organisation_id", "offered_at", "id"),
        Index("ix_case_transfer_from", "from_organisation_id", "offered_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    from_organisation_id: UUID = ref("organisation.id", index=False)
    to_organisation_id: UUID = ref("organisation.id", index=False)
    offered_by_id: UUID = ref("app_user.id", index=False)
    case_number: str = Field(max_length=24)
    """With stage, risk level and number of children as they were at the offer: all that the receiver learns."""
    stage: str = Field(max_length=24)
    risk_level: str | None = code("risk_level", nullable=True)
    children: int
    reason: str = code("handover_reason")
    moved_on: date | None = None
    """When the family moved, or will."""
    note: str | None = long_text(nullable=True)
    state: str = Field(max_length=16)
    offered_at: datetime = moment()
    decided_at: datetime | None = moment(nullable=True)
    decided_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who answered for the receiving body; nobody where the offer was withdrawn."""
    decline_reason: str | None = long_text(nullable=True)
    manager_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """The new accountable manager, named by who accepted."""
    ended_sessions: int = 0
    """Booked sessions that ended with the move."""
    ended_members: int = 0
    """Members of the team whose sight of the case ended with it."""
    ended_waiting: int = 0
    """Places on waiting lists of the region left."""
    ended_courses: int = 0
    """Places in courses of the region left that were not over."""
