"""Consents."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Stamped, Versioned, code, document, long_text, moment, ref


class Consent(CaseScoped, Stamped, Versioned, table=True):
    """A consent to one purpose, about one person of a case. What rests on it names it by its id."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("(purpose = 'sharing') = (shared_with_id is not null)", name="shared_with_somebody"),
        CheckConstraint("(basis = 'child') = (giver_id = person_id)", name="child_gives_own"),
        CheckConstraint("(expires_on is null) = (expires_at is null)", name="expiry_whole"),
        CheckConstraint("(state = 'given') = (ended_at is null)", name="ended_at_when_ended"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at is not null)", name="withdrawn_at_when_withdrawn"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by_id is null)", name="withdrawn_by_somebody"),
        Index("ix_consent_case_given", "case_id", "given_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID = ref("person.id")
    """Whom it is about."""
    purpose: str = code("consent_purpose")
    scopes: list[str] = Field(sa_type=ARRAY(Text))
    """Codes of `consent_scope`."""
    shared_with_id: UUID | None = ref("organisation.id", nullable=True, index=False)
    """The body with which it allows to share."""
    basis: str = code("consent_basis")
    """`representative`, `child`, or `child_and_representative`."""
    giver_id: UUID = ref("person.id", index=False)
    """The representative; of a consent by the child alone the child."""
    form: str = code("consent_form")
    child_view: str = code("consent_child_view")
    child_words: str | None = long_text(nullable=True)
    note: str | None = long_text(nullable=True)
    given_at: datetime = moment()
    expires_on: date | None = None
    """The last day on which it holds, on the calendar of Kazakhstan."""
    expires_at: datetime | None = moment(nullable=True)
    """The moment at which that day is over. Whoever asks whether it holds compares: no job has to run."""
    state: str = Field(max_length=16)
    withdrawn_at: datetime | None = moment(nullable=True)
    """When it was taken back; written down at `ended_at`."""
    withdrawn_by_id: UUID | None = ref("person.id", nullable=True, index=False)
    withdraw_form: str | None = Field(default=None, foreign_key="code_consent_form.code")
    withdraw_note: str | None = long_text(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    ended_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    outcome: dict[str, Any] | None = document(nullable=True)
    """What ended with it and what went on, by codes and ids (`reading.stored`)."""
