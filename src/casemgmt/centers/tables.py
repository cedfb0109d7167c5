"""Rooms, specialists and their times, sessions, participants, bookings, notes by sector."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.dialects.postgresql.ranges import Range
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Row, Stamped, Versioned, code, long_text, marked_in_error, moment, ref

_BOOKED = sql("state = 'booked'")


class CentreRoom(Versioned, table=True):
    """A room of a centre and how many it holds."""

    __tablename__ = "centre_room"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity_positive"),
        Index("uq_centre_room_name", "organisation_id", "name", unique=True),
    )

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id", index=False)
    name: str
    capacity: int
    active: bool = True


class SpecialistPaper(Stamped, Versioned, table=True):
    """A paper of a specialist: diploma, attestation, licence. A renewal is a new row; the old one stays as it was."""

    __tablename__ = "specialist_paper"
    __table_args__ = (
        CheckConstraint("valid_until >= issued_on", name="ends_after_issue"),
        CheckConstraint("created_by_id <> user_id", name="not_by_oneself"),
        Index("ix_specialist_paper_user", "user_id", "kind", "issued_on"),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id", index=False)
    kind: str = code("specialist_paper_kind")
    title: str
    number: str | None = None
    issued_on: date
    valid_until: date | None = None
    """Its last day; None where it never ends, as a diploma."""
    withdrawn_at: datetime | None = moment(nullable=True)
    """When it was taken back, or found to be entered in error: since then it counts for nothing."""
    warned_at: datetime | None = moment(nullable=True)
    """When the specialist and the head were told that it ends soon."""


class SpecialistHours(Row, table=True):
    """When a specialist works: weekday (1 Monday to 7 Sunday), from and until, local time. None: not told."""

    __tablename__ = "specialist_hours"
    __table_args__ = (
        CheckConstraint("weekday between 1 and 7", name="weekday_known"),
        CheckConstraint("until_time > from_time", name="until_after_from"),
        Index("ix_specialist_hours_user", "user_id", postgresql_where=sql("removed_at is null")),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = ref("app_user.id", index=False)
    weekday: int
    from_time: time
    until_time: time
    removed_at: datetime | None = moment(nullable=True)


class SpecialistAbsence(Stamped, Versioned, table=True):
    """A time in which a specialist can't be booked. Why is known in the own body alone: it may be an illness."""

    __tablename__ = "specialist_absence"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_specialist_absence_user", "user_id", "ends_at", postgresql_where=sql("withdrawn_at is null")),
    )

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id", index=False)
    user_id: UUID = ref("app_user.id", index=False)
    reason: str = code("absence_reason")
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    withdrawn_at: datetime | None = moment(nullable=True)


class SessionSeries(CaseScoped, Stamped, table=True):
    """Sessions that were booked together: every so many weeks, at the same hour."""

    __tablename__ = "session_series"

    id: UUID = Field(primary_key=True)
    every_weeks: int
    sessions: int


class CentreSession(CaseScoped, Stamped, Versioned, table=True):
    """A session at a centre with one specialist in one room. The case may belong to another body than `centre_id`."""

    __tablename__ = "centre_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("state <> 'held' or outcome is not null", name="outcome_when_held"),
        CheckConstraint("outcome is null or state in ('held', 'entered_in_error')", name="outcome_of_what_took_place"),
        CheckConstraint("(state = 'cancelled') = (cancellation_reason is not null)", name="reason_when_cancelled"),
        CheckConstraint("(room_id is null) = (travel_minutes is not null)", name="room_or_travel"),
        Index("ix_centre_session_case_starts", "case_id", "starts_at", "id"),
        Index("ix_centre_session_specialist_starts", "specialist_id", "starts_at", "id"),
        Index("ix_centre_session_centre_starts", "centre_id", "starts_at", "id"),
        # what waits for its outcome is little, however many years of sessions lie behind it
        Index("ix_centre_session_specialist_booked", "specialist_id", "starts_at", "id", postgresql_where=_BOOKED),
        Index("ix_centre_session_centre_booked", "centre_id", "starts_at", "id", postgresql_where=_BOOKED),
    )

    id: UUID = Field(primary_key=True)
    centre_id: UUID = ref("organisation.id", index=False)
    specialist_id: UUID = ref("app_user.id", index=False)
    room_id: UUID | None = ref("centre_room.id", nullable=True)
    """None: a home visit. Where is not written here: the address is read with the person."""
    travel_minutes: int | None = None
    """Of a home visit: for so long before and after it the specialist is on the way."""
    series_id: UUID | None = ref("session_series.id", nullable=True)
    plan_measure_id: UUID | None = ref("plan_measure.id", nullable=True)
    consent_id: UUID | None = ref("consent.id", nullable=True)
    """The consent on which it rests."""
    kind: str = code("session_kind")
    service: str | None = code("centre_service", nullable=True)
    """Service of the catalogue; None where the kind of help says enough."""
    help_kind: str = code("help_kind")
    state: str = Field(max_length=16)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    outcome: str | None = code("session_outcome", nullable=True)
    """A code, because the whole team reads it: what was said stands in the notes."""
    next_step: str | None = code("session_next_step", nullable=True)
    cancellation_reason: str | None = code("cancellation_reason", nullable=True)
    cancelled_for: str | None = code("cancellation_party", nullable=True)
    """Whose wish or fault it was; None where nobody said."""
    cancelled_at: datetime | None = moment(nullable=True)
    cancelled_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)


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
    entered_in_error: bool = marked_in_error()


class Booking(Row, table=True):
    """A specialist, a room or a person taken for a time. Two that overlap are refused by an exclusion constraint."""

    __tablename__ = "booking"
    __table_args__ = (
        # `[)`: a session may start at the very moment at which the one before it ends.
        CheckConstraint("lower_inc(during) and not upper_inc(during)", name="during_bounds"),
        CheckConstraint("(session_id is null) <> (meeting_id is null)", name="session_or_meeting"),
    )

    id: UUID = Field(primary_key=True)
    resource_id: UUID = Field(index=True)
    """Id of the user, the room, or the person of the case: nobody sits in two sessions at once."""
    centre_id: UUID = ref("organisation.id")
    session_id: UUID | None = ref("centre_session.id", nullable=True)
    meeting_id: UUID | None = ref("course_meeting.id", nullable=True)
    during: Range[datetime] = Field(sa_type=TSTZRANGE)
    cancelled_at: datetime | None = moment(nullable=True)
