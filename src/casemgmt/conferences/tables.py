"""The conference on a case: what is shared of the child, who is invited, what was decided."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Row, Versioned, long_text, moment, ref


class Conference(CaseScoped, Versioned, table=True):
    """When and where people meet about a case, the question, and the minutes. Who is invited sees this row, no more."""

    __tablename__ = "conference"
    __table_args__ = (
        CheckConstraint("signed_by_id is null or signed_by_id <> recorded_by_id", name="second_person"),
        CheckConstraint(
            "(state in ('held', 'signed')) = (num_nonnulls(minutes, held_at, recorded_by_id) = 3)",
            name="held_with_minutes",
        ),
        CheckConstraint("(state = 'signed') = (signed_by_id is not null)", name="signed_by_somebody"),
        CheckConstraint("state <> 'cancelled' or cancel_reason is not null", name="cancelled_with_reason"),
        Index("ix_conference_case", "case_id", "called_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    case_number: str = Field(max_length=24)
    called_by_id: UUID = ref("app_user.id", index=False)
    called_at: datetime = moment()
    starts_at: datetime = moment()
    place: str = long_text()
    """A room, or a link."""
    question: str = long_text()
    """What is to be decided, without a name: those invited read it before they answer."""
    state: str = Field(max_length=16)
    held_at: datetime | None = moment(nullable=True)
    """When the minutes were written down."""
    recorded_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    minutes: str | None = long_text(nullable=True)
    signed_at: datetime | None = moment(nullable=True)
    signed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who else was there and says that the minutes are right."""
    cancel_reason: str | None = long_text(nullable=True)


class ConferenceShare(CaseScoped, table=True):
    """The children whom a conference is about, and what those who accepted are told: until it is over."""

    __tablename__ = "conference_share"
    __table_args__ = (CheckConstraint("cardinality(person_ids) > 0", name="about_somebody"),)

    conference_id: UUID = ref("conference.id", primary=True)
    person_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    told: str | None = long_text(nullable=True)
    without_consent_ground: str | None = long_text(nullable=True)
    """On what ground it is shared with those for whose body no consent is named."""


class ConferenceParticipant(CaseScoped, Versioned, table=True):
    """Somebody invited: a user of the system, or somebody without an account by name and post."""

    __tablename__ = "conference_participant"
    __table_args__ = (
        CheckConstraint("(user_id is null) = (body_id is null)", name="user_of_a_body"),
        CheckConstraint("user_id is not null or name is not null", name="user_or_named"),
        CheckConstraint("user_id is not null or state in ('invited', 'withdrawn')", name="named_answers_by_telephone"),
        CheckConstraint("state <> 'declined' or decline_reason is not null", name="declined_with_reason"),
        Index("ix_conference_participant_conference", "conference_id", "invited_at", "id"),
        Index(
            "uq_conference_participant_user",
            "conference_id",
            "user_id",
            unique=True,
            postgresql_where=sql("state in ('invited', 'accepted')"),
        ),
        Index("ix_conference_participant_user", "user_id", "conference_id"),
    )

    id: UUID = Field(primary_key=True)
    conference_id: UUID = ref("conference.id", index=False)
    user_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    body_id: UUID | None = ref("organisation.id", nullable=True, index=False)
    name: str | None = long_text(nullable=True)
    """Of somebody without an account."""
    post: str | None = long_text(nullable=True)
    """Post and body of somebody without an account."""
    consent_id: UUID | None = ref("consent.id", nullable=True, index=False)
    """The consent to sharing with the body, where there is one."""
    in_place_of_id: UUID | None = ref("conference_participant.id", nullable=True, index=False)
    """Who sent this one."""
    state: str = Field(max_length=16)
    invited_at: datetime = moment()
    invited_by_id: UUID = ref("app_user.id", index=False)
    answered_at: datetime | None = moment(nullable=True)
    decline_reason: str | None = long_text(nullable=True)
    came: bool | None = None
    """Known once it was held."""


class ConferenceFamily(CaseScoped, Row, table=True):
    """A child or a representative of the case: invited, or why not. The team alone reads it."""

    __tablename__ = "conference_family"
    __table_args__ = (CheckConstraint("invited = (reason is null)", name="reason_if_not_invited"),)

    conference_id: UUID = ref("conference.id", primary=True)
    person_id: UUID = ref("person.id", primary=True)
    invited: bool
    reason: str | None = long_text(nullable=True)
    came: bool | None = None


class ConferenceDecision(CaseScoped, Versioned, table=True):
    """One thing that was decided, with who does it until when. Who does it reads it until it is done."""

    __tablename__ = "conference_decision"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (ended_at is null)", name="ended_when_not_open"),
        CheckConstraint("(ended_at is null) = (note is null)", name="ended_with_note"),
        Index("ix_conference_decision_conference", "conference_id", "position"),
        Index(
            "ix_conference_decision_responsible",
            "responsible_id",
            "due_on",
            "id",
            postgresql_where=sql("state = 'open'"),
        ),
    )

    id: UUID = Field(primary_key=True)
    conference_id: UUID = ref("conference.id", index=False)
    position: int
    wording: str = long_text()
    responsible_id: UUID = ref("app_user.id", index=False)
    for_participant_id: UUID | None = ref("conference_participant.id", nullable=True, index=False)
    """Somebody without an account who does it: the responsible person sees to it."""
    consent_id: UUID | None = ref("consent.id", nullable=True, index=False)
    due_on: date
    state: str = Field(max_length=16)
    ended_at: datetime | None = moment(nullable=True)
    closed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    note: str | None = long_text(nullable=True)
    """What came of it, or why it was dropped."""
