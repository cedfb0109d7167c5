"""Signals, their subjects, and the reporter's identity in a table of its own."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from casemgmt.db.base import Row, Scoped, Versioned, code, long_text, moment, ref


class Signal(Scoped, Versioned, table=True):
    """A signal. `organisation_id` owns it now; `received_by_organisation_id` took it and keeps sight of it."""

    __tablename__ = "signal"
    __table_args__ = (
        # Checked here and not by a foreign key: recording a signal is counted in microseconds.
        CheckConstraint("suggested_urgency in ('standard', 'urgent', 'emergency')", name="suggested_urgency_known"),
        CheckConstraint("list_urgency in ('standard', 'urgent', 'emergency')", name="list_urgency_known"),
        CheckConstraint("reviewed_by_id is null or reviewed_by_id <> triaged_by_id", name="second_person_reviews"),
        Index("ix_signal_region_received", "region_code", "received_at", "id"),
        Index("ix_signal_organisation_received", "organisation_id", "received_at", "id"),
        Index("ix_signal_receiver_received", "received_by_organisation_id", "received_at", "id"),
        Index("ix_signal_group_received", "mobile_group_id", "received_at", "id"),
        Index("ix_signal_registrar_received", "registered_by_id", "received_at", "id"),
        Index("ix_signal_received", "received_at", "id"),
        Index("ix_signal_triaged", "triaged_at", postgresql_where=sql("triaged_at is not null")),
        Index(
            "ix_signal_waiting",
            "received_at",
            postgresql_where=sql("state in ('received', 'awaiting_review', 'awaiting_case')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    state: str = Field(max_length=24)
    source: str = code("signal_source")
    channel: str = code("signal_channel")
    category: str = code("signal_category")
    language: str = code("language")
    severity: str | None = code("severity", nullable=True)
    gravest_severity: str = code("severity")
    """The gravest that anybody gave or the category suggested: a milder word doesn't undo the second person."""
    urgency: str | None = code("urgency", nullable=True)
    suggested_urgency: str | None = Field(default=None, max_length=16)
    """What was suggested when it was recorded, so that it can be told how often that was right."""
    list_urgency: str | None = Field(default=None, max_length=16)
    """The part of the words of danger in it."""
    word_list_version: int | None = None
    danger_signs: list[str] = Field(
        default_factory=list, sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"}
    )
    """Codes of the signs and facts that counted; the words themselves are nowhere but in the narrative."""
    narrative: str = long_text()
    subject_description: str | None = long_text(nullable=True)
    """Who it is about when the child is not known: 'a boy of about six, second entrance'."""
    danger_now: bool = False
    anonymous: bool = False
    kato: str | None = Field(default=None, max_length=9)
    place: str | None = long_text(nullable=True)
    occurred_at: datetime | None = moment(nullable=True)
    received_at: datetime = moment()
    received_by_organisation_id: UUID = ref("organisation.id", index=False)
    registered_by_id: UUID = ref("app_user.id", index=False)
    mobile_group_id: UUID | None = ref("mobile_group.id", nullable=True, index=False)
    case_id: UUID | None = ref("case_record.id", nullable=True)
    triage_outcome: str | None = code("triage_outcome", nullable=True)
    triage_reason: str | None = code("triage_reason", nullable=True)
    triage_note: str | None = long_text(nullable=True)
    triaged_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    triaged_at: datetime | None = moment(nullable=True)
    reviewed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    reviewed_at: datetime | None = moment(nullable=True)
    review_note: str | None = long_text(nullable=True)
    redirected_to: str | None = long_text(nullable=True)
    """Name of the competent body a signal was redirected to, where it does not work with this service."""
    closed_at: datetime | None = moment(nullable=True)
    closing_note: str | None = long_text(nullable=True)
    """What was answered in the consultation, or how the body outside acknowledged the redirect."""
    lists_version: str = Field(max_length=64)
    """Digest of the code lists under which the record was filled in."""
    content_digest: str = Field(max_length=64)
    """Digest of what was sent, so that the same message sent twice is recognised as one."""


class SignalPerson(Scoped, table=True):
    """A known person whom a signal is about, or who is part of it."""

    __tablename__ = "signal_person"

    signal_id: UUID = ref("signal.id", primary=True)
    person_id: UUID = ref("person.id", primary=True)
    role: str = code("client_role")
    added_at: datetime = moment()
    added_by_id: UUID = ref("app_user.id", index=False)


class SignalRedirect(Row, table=True):
    """A signal was handed to a competent body, and what that body answered. The newest of a signal is the one in hand.

    The body that owned it, and the desk that handed it on, see the row, though they may see the signal no more: they
    learn whether somebody took it.
    """

    __tablename__ = "signal_redirect"
    __table_args__ = (
        CheckConstraint("to_organisation_id is null or external_body is null", name="one_body"),
        CheckConstraint("answer in ('accepted', 'acknowledged', 'refused')", name="answer_known"),
        CheckConstraint("(answer is null) = (answered_at is null)", name="answered_at_a_moment"),
        CheckConstraint("(answer is null) = (answered_by_id is null)", name="answered_by_somebody"),
        Index("uq_signal_redirect_open", "signal_id", unique=True, postgresql_where=sql("answer is null")),
        Index("ix_signal_redirect_sent", "from_organisation_id", "redirected_at", "id"),
        Index("ix_signal_redirect_decided", "by_organisation_id", "redirected_at", "id"),
        Index("ix_signal_redirect_received", "to_organisation_id", "redirected_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    signal_id: UUID = ref("signal.id")
    from_organisation_id: UUID = ref("organisation.id", index=False)
    by_organisation_id: UUID = ref("organisation.id", index=False)
    """The desk that decided it: of the body that owned the signal, or of its region."""
    from_region_code: str | None = Field(default=None, max_length=5)
    """Where the signal belonged before: there it goes back to where it is refused."""
    to_organisation_id: UUID | None = ref("organisation.id", nullable=True, index=False)
    external_body: str | None = long_text(nullable=True)
    """Name of a body that does not work with this service; its desk records what it answers."""
    redirected_by_id: UUID = ref("app_user.id", index=False)
    redirected_at: datetime = moment()
    due_at: datetime = moment()
    """By when it is to answer."""
    answer: str | None = Field(default=None, max_length=16)
    answered_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    answered_at: datetime | None = moment(nullable=True)
    note: str | None = long_text(nullable=True)
    """What was answered: why it was refused, or how the body outside confirmed it."""


class Reporter(Row, table=True):
    """Who reported. Read by those alone who see the signal and need to call back."""

    __tablename__ = "reporter"

    signal_id: UUID = ref("signal.id", primary=True)
    relation: str = code("contact_relation")
    name: str | None = None
    phone: str | None = Field(default=None, max_length=32)
    phone_hash: str | None = Field(default=None, max_length=64, index=True)
    callback_allowed: bool = False
    safe_from: time | None = None
    safe_until: time | None = None
    wants_confidentiality: bool = True
    recorded_at: datetime = moment()
