"""The referral of a child to another body."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Versioned, code, long_text, moment, ref


class ServiceReferral(CaseScoped, Versioned, table=True):
    """What is asked of another body. The case stays where it is; the body sees this row while it is open, no more."""

    __tablename__ = "service_referral"
    __table_args__ = (
        CheckConstraint("answered_by_id is null or answered_by_id <> offered_by_id", name="second_person"),
        CheckConstraint("state <> 'offered' or answered_at is null", name="offered_unanswered"),
        CheckConstraint("(state = 'declined') = (decline_reason is not null)", name="declined_with_reason"),
        CheckConstraint("state not in ('accepted', 'done') or responsible_id is not null", name="accepted_by_somebody"),
        CheckConstraint("(state = 'done') = (return_note is not null)", name="done_with_return_note"),
        Index("ix_service_referral_case", "case_id", "offered_at", "id"),
        Index("ix_service_referral_to", "to_organisation_id", "offered_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    to_organisation_id: UUID = ref("organisation.id", index=False)
    offered_by_id: UUID = ref("app_user.id", index=False)
    offered_at: datetime = moment()
    case_number: str = Field(max_length=24)
    help_kind: str = code("help_kind")
    question: str = long_text()
    """What is asked, without a name: the body reads it before it accepts."""
    wanted_by: date | None = None
    state: str = Field(max_length=16)
    answered_at: datetime | None = moment(nullable=True)
    answered_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who accepted or declined for the body."""
    decline_reason: str | None = code("service_decline_reason", nullable=True)
    decline_note: str | None = long_text(nullable=True)
    responsible_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who of the body does what is asked."""
    closed_at: datetime | None = moment(nullable=True)
    """When it was done or withdrawn."""
    closed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    return_note: str | None = long_text(nullable=True)
    """What the body answers when it is done."""


class ServiceReferralShare(CaseScoped, table=True):
    """Whom a referral is about, and what the body is told: from its acceptance until it ends, while a ground holds."""

    __tablename__ = "service_referral_share"
    __table_args__ = (
        CheckConstraint("(consent_id is null) = (without_consent_ground is not null)", name="on_one_ground"),
    )

    referral_id: UUID = ref("service_referral.id", primary=True)
    person_id: UUID = ref("person.id")
    told: str | None = long_text(nullable=True)
    consent_id: UUID | None = ref("consent.id", nullable=True)
    without_consent_ground: str | None = long_text(nullable=True)
