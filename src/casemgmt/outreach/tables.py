"""Referrals to mobile groups, visit attempts, visit acts, warnings for the visitors."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import Row, Scoped, Versioned, code, document, long_text, marked_in_error, moment, ref


class Referral(Scoped, Versioned, table=True):
    """A signal passed to a mobile group. At most one is alive per signal."""

    __tablename__ = "referral"
    __table_args__ = (
        Index(
            "uq_referral_alive",
            "signal_id",
            unique=True,
            postgresql_where=sql("state not in ('declined', 'withdrawn', 'reported')"),
        ),
        Index("ix_referral_group_offered", "mobile_group_id", "offered_at", "id"),
        Index(
            "ix_referral_under_way",
            "mobile_group_id",
            "departed_at",
            "id",
            postgresql_where=sql("state in ('departed', 'visited')"),
        ),
        Index("ix_referral_region_offered", "region_code", "offered_at", "id"),
        Index("ix_referral_organisation_offered", "organisation_id", "offered_at", "id"),
        Index("ix_referral_offered", "offered_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    signal_id: UUID = ref("signal.id")
    mobile_group_id: UUID = ref("mobile_group.id", index=False)
    state: str = Field(max_length=16)
    urgency: str = code("urgency")
    instructions: str | None = long_text(nullable=True)
    offered_by_id: UUID = ref("app_user.id", index=False)
    offered_at: datetime = moment()
    answered_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    answered_at: datetime | None = moment(nullable=True)
    decline_reason: str | None = code("decline_reason", nullable=True)
    decline_note: str | None = long_text(nullable=True)
    withdrawn_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    withdrawn_at: datetime | None = moment(nullable=True)
    withdraw_note: str | None = long_text(nullable=True)
    departed_at: datetime | None = moment(nullable=True)
    warnings_read_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    visited_at: datetime | None = moment(nullable=True)
    reported_at: datetime | None = moment(nullable=True)


class VisitAttempt(Scoped, table=True):
    """A visit at which nobody could be met."""

    __tablename__ = "visit_attempt"

    id: UUID = Field(primary_key=True)
    referral_id: UUID = ref("referral.id")
    signal_id: UUID = ref("signal.id")
    at: datetime = moment()
    reason: str = code("no_contact_reason")
    note: str | None = long_text(nullable=True)
    recorded_by_id: UUID = ref("app_user.id", index=False)


class VisitAct(Scoped, Versioned, table=True):
    """The visit act: who was there, what was found, what the child said, what was done at once."""

    __tablename__ = "visit_act"
    __table_args__ = (CheckConstraint("outcome is not null", name="outcome_given"),)

    id: UUID = Field(primary_key=True)
    referral_id: UUID = Field(foreign_key="referral.id", unique=True)
    signal_id: UUID = ref("signal.id")
    case_id: UUID | None = ref("case_record.id", nullable=True)
    visited_at: datetime = moment()
    child_seen: bool
    child_seen_alone: bool = False
    present: list[dict[str, Any]] = document()
    findings: list[dict[str, Any]] = document()
    risk_signs: list[str] = document()
    child_words: str | None = long_text(nullable=True)
    child_wishes: str | None = long_text(nullable=True)
    immediate_measures: list[dict[str, Any]] = document()
    outcome: str = code("visit_outcome")
    outcome_note: str | None = long_text(nullable=True)
    lists_version: str = Field(max_length=64)
    submitted_by_id: UUID = ref("app_user.id", index=False)
    submitted_at: datetime = moment()


class VisitActEdition(Row, table=True):
    """What a visit act said until it was corrected. It is seen with the act."""

    __tablename__ = "visit_act_edition"
    __table_args__ = (UniqueConstraint("visit_act_id", "number"),)

    id: UUID = Field(primary_key=True)
    visit_act_id: UUID = ref("visit_act.id", index=False)
    signal_id: UUID = ref("signal.id")
    number: int
    said: dict[str, Any] = document()
    """The parts that can be corrected (`corrections.PARTS`), as they stood."""
    digest: str = Field(max_length=64)
    """SHA-256 of the whole act as it was: what a signature of then is on."""
    reason: str = code("error_reason")
    note: str = long_text()
    corrected_at: datetime = moment()
    corrected_by_id: UUID = ref("app_user.id", index=False)


class VisitorWarning(Scoped, table=True):
    """Something visitors must know before they knock. Shown before departure."""

    __tablename__ = "visitor_warning"

    id: UUID = Field(primary_key=True)
    signal_id: UUID | None = ref("signal.id", nullable=True)
    case_id: UUID | None = ref("case_record.id", nullable=True)
    person_id: UUID | None = ref("person.id", nullable=True)
    """About whom of the case; None: the family, or a signal whose persons may not be known."""
    kind: str = code("visitor_warning")
    note: str = long_text()
    told: bool | None = None
    """Whether the person knows that this stands here; None for a signal, where nobody can say yet."""
    told_note: str | None = long_text(nullable=True)
    """Why the person was not told."""
    review_on: date
    reviewed_at: datetime | None = moment(nullable=True)
    reviewed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    lifted_at: datetime | None = moment(nullable=True)
    lifted_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    lift_note: str | None = long_text(nullable=True)
    recorded_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)
    entered_in_error: bool = marked_in_error()
    """Of a warning of a case alone; it is lifted with it."""
