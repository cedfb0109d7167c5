"""Requests for a copy of what is held about a person."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from casemgmt.db.base import Versioned, moment, ref


class SubjectCopy(Versioned, table=True):
    """A request for a copy: who asks, how it was proved, what of the texts goes along, and the two who give it."""

    __tablename__ = "subject_copy"
    __table_args__ = (
        CheckConstraint("decided_by_id is null or decided_by_id <> prepared_by_id", name="second_person_decides"),
        CheckConstraint("(state = 'released') = (released_until is not null)", name="released_for_a_time"),
        Index("ix_subject_copy_newest", "prepared_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    state: str = Field(max_length=16)
    requester: str = Field(max_length=32)
    """`child`, `authorised_person`, `representative`, `representative_suspected`."""
    proof: str = Field(max_length=32)
    """How the requester proved who they are."""
    reference: str = Field(max_length=120)
    """Number of the letter."""
    received_on: date
    included: list[UUID] = Field(sa_type=ARRAY(Uuid))
    """Rows whose text was read through and goes along."""
    prepared_by_id: UUID = ref("app_user.id", index=False)
    prepared_at: datetime = moment()
    decided_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    decided_at: datetime | None = moment(nullable=True)
    decline_reason: str | None = Field(default=None, max_length=32)
    released_until: datetime | None = moment(nullable=True)
