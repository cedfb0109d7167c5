"""Rooms, sessions, participants, bookings, notes by sector."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.dialects.postgresql.ranges import Range
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Row, Stamped, Versioned, code, long_text, moment, ref


class CentreRoom(Versioned, table=True):
    """A room of a centre and how many it holds."""

    __tablename__ = "centre_room"
    __table_args__ = (CheckConstraint("capacity > 0", name="capacity_positive"),)

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id")
    name: str
    capacity: int
    active: bool = True


class CentreSession(CaseScoped, Stamped, Versioned, table=True):
    """A session at a centre with one specialist in one room. `centre_id` holds it; the case may belong to another body."""

    __tablename__ = "centre_session"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    id: UUID = Field(primary_key=True)
    centre_id: UUID = ref("organisation.id")
    specialist_id: UUID = ref("app_user.id")
    room_id: UUID = ref("centre_room.id")
    plan_measure_id: UUID | None = ref("plan_measure.id", nullable=True)
    kind: str = code("session_kind")
    help_kind: str = code("help_kind")
    state: str = Field(max_length=16)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    outcome: str | None = long_text(nullable=True)
    next_step: str | None = long_text(nullable=True)
    cancellation_reason: str | None = code("cancellation_reason", nullable=True)


class SessionParticipant(CaseScoped, table=True):
    """A person of the case invited to a session, and whether they came."""

    __tablename__ = "session_participant"

    session_id: UUID = ref("centre_session.id", primary=True)
    person_id: UUID = ref("person.id", primary=True)
    attendance: str | None = code("attendance", nullable=True)


class SessionNote(CaseScoped, Stamped, table=True):
    """What was said in a session. Read by its author's sector on the team and by nobody else."""

    __tablename__ = "session_note"

    id: UUID = Field(primary_key=True)
    session_id: UUID = ref("centre_session.id")
    help_kind: str = code("help_kind")
    body: str = long_text()


class Booking(Row, table=True):
    """A specialist or a room taken for a time. Two that overlap are refused by an exclusion constraint."""

    __tablename__ = "booking"

    id: UUID = Field(primary_key=True)
    resource_id: UUID = Field(index=True)
    centre_id: UUID = ref("organisation.id")
    session_id: UUID = ref("centre_session.id")
    during: Range[datetime] = Field(sa_type=TSTZRANGE)
    cancelled_at: datetime | None = moment(nullable=True)
