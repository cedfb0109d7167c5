"""Determinations of benefits, appeals against them, recomputations, offers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from casemgmt.db.base import Row, Scoped, Stamped, Versioned, code, document, long_text, moment, ref


class BenefitDetermination(Scoped, Stamped, Versioned, table=True):
    """What the law answered for a family on a day, with its receipt, and the officer's decision on it.

    It holds facts about everybody in `person_ids`: whoever may not see one of them may not see it.
    """

    __tablename__ = "benefit_determination"
    __table_args__ = (
        CheckConstraint("decided_by_id is null or decided_by_id <> proposed_by_id", name="second_person_confirms"),
        CheckConstraint(
            "state not in ('approved', 'refused', 'refusal_proposed') or mode = 'decide'",
            name="no_decision_on_estimate",
        ),
        CheckConstraint("state <> 'approved' or (settled and entitled = 'yes')", name="approves_what_is_settled"),
        CheckConstraint(
            "proposed_by_id is null or (article is not null and num_nonnulls(ground_rule, ground_code) = 1)",
            name="refusal_names_ground_and_article",
        ),
        CheckConstraint("cardinality(person_ids) > 0", name="about_somebody"),
        Index("ix_benefit_determination_family", "family_id", "created_at", "id"),
        Index("ix_benefit_determination_organisation", "organisation_id", "created_at", "id"),
        Index("ix_benefit_determination_region", "region_code", "created_at", "id"),
        Index("ix_benefit_determination_newest", "created_at", "id"),
        Index(
            "uq_benefit_determination_granted",
            "family_id",
            "benefit",
            "asked_for",
            unique=True,
            postgresql_where=sql("state = 'approved'"),
        ),
        Index("ix_benefit_determination_persons", "person_ids", postgresql_using="gin"),
    )

    id: UUID = Field(primary_key=True)
    family_id: UUID = ref("family.id", index=False)
    case_id: UUID | None = ref("case_record.id", nullable=True)
    """The case in whose story it stands, where the family has one."""
    person_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    """Everybody of whom a fact is held."""
    state: str = Field(max_length=24)
    benefit: str = Field(max_length=64)
    mode: str = Field(max_length=16)
    """`estimate`, or `decide`: only what an authority has verified."""
    asked_for: date
    """The law date."""
    known_on: date | None = None
    """The knowledge date, where one was asked for."""
    applied_on: date | None = None
    """The day of the application or of the consent to an offer; None of a mere calculation."""
    entitled: str = Field(max_length=16)
    amount_low: str | None = None
    amount_high: str | None = None
    settled: bool
    provisional: bool
    receipt: str = long_text()
    """The receipt byte for byte: facts, law, both dates, result, hash."""
    sources: list[dict[str, Any]] = document()
    """Where each fact comes from, and from which day; never its value."""
    grounds: list[dict[str, Any]] = document()
    """The conditions that were not met, each with its law: grounds that a refusal may name."""
    rules_version: str = Field(max_length=80)
    sign_off_authority: str | None = None
    sign_off_example: bool = False
    sign_off_digest: str | None = Field(default=None, max_length=64)
    ground_rule: str | None = Field(default=None, max_length=120)
    """The ground of a refusal: a condition of the rules that was not met, or a code of the list."""
    ground_code: str | None = code("benefit_refusal_ground", nullable=True)
    article: str | None = long_text(nullable=True)
    note: str | None = long_text(nullable=True)
    proposed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    proposed_at: datetime | None = moment(nullable=True)
    return_reason: str | None = long_text(nullable=True)
    decided_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    decided_at: datetime | None = moment(nullable=True)
    set_aside_reason: str | None = long_text(nullable=True)


class BenefitAppeal(Stamped, Versioned, table=True):
    """An appeal of the applicant against a decision, settled by somebody who had no part in it."""

    __tablename__ = "benefit_appeal"
    __table_args__ = (
        CheckConstraint(
            "settled_by_id is null or (settled_by_id <> against_id and settled_by_id is distinct from proposer_id)",
            name="settled_by_another",
        ),
        Index("uq_benefit_appeal_open", "determination_id", unique=True, postgresql_where=sql("state = 'lodged'")),
    )

    id: UUID = Field(primary_key=True)
    determination_id: UUID = ref("benefit_determination.id")
    state: str = Field(max_length=16)
    filed_on: date
    filed_by: str = Field(max_length=24)
    """`applicant`, or `representative`."""
    channel: str = code("benefit_channel")
    claim: str = long_text()
    against_id: UUID = ref("app_user.id", index=False)
    """Who decided."""
    proposer_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    """Who proposed the refusal."""
    settled_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    settled_at: datetime | None = moment(nullable=True)
    reason: str | None = long_text(nullable=True)


class BenefitRecomputation(Stamped, Row, table=True):
    """The same facts under the law of other dates, or as it is known now. Nothing is overwritten by it."""

    __tablename__ = "benefit_recomputation"
    __table_args__ = (Index("ix_benefit_recomputation_determination", "determination_id", "created_at", "id"),)

    id: UUID = Field(primary_key=True)
    determination_id: UUID = ref("benefit_determination.id", index=False)
    asked_for: date
    known_on: date | None = None
    entitled: str = Field(max_length=16)
    amount_low: str | None = None
    amount_high: str | None = None
    difference: str | None = None
    """What the amount is more (or less, with a minus) than in the determination; None where one of them is open."""
    provisional: bool
    moved: list[dict[str, Any]] = document()
    """The values of the law that differ, with both wordings."""
    receipt: str = long_text()
    rules_version: str = Field(max_length=80)


class BenefitOffer(Stamped, Versioned, table=True):
    """An offer of a proactive service: the law answered yes, and the family is asked whether it wants the benefit."""

    __tablename__ = "benefit_offer"
    __table_args__ = (
        CheckConstraint(
            "(state = 'made') = (answered_at is null and lapsed_at is null and withdrawn_at is null)", name="one_end"
        ),
        Index("uq_benefit_offer_open", "determination_id", unique=True, postgresql_where=sql("state = 'made'")),
    )

    id: UUID = Field(primary_key=True)
    determination_id: UUID = ref("benefit_determination.id")
    """The estimate that it rests on."""
    opened_id: UUID | None = ref("benefit_determination.id", nullable=True, index=False)
    """The determination that the family's consent opened."""
    family_id: UUID = ref("family.id")
    state: str = Field(max_length=16)
    channel: str = code("benefit_channel")
    answer_by: datetime = moment()
    deadline: str = Field(max_length=48)
    """The deadline by which the days to answer were counted; `deadline_status` says whether it is law."""
    deadline_status: str = Field(max_length=16)
    answer_channel: str | None = code("benefit_channel", nullable=True)
    answered_at: datetime | None = moment(nullable=True)
    """When the family answered; written down at `recorded_at`."""
    recorded_at: datetime | None = moment(nullable=True)
    recorded_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    answer_note: str | None = long_text(nullable=True)
    lapsed_at: datetime | None = moment(nullable=True)
    consent_id: UUID | None = ref("consent.id", nullable=True)
    """The consent on which the offer rests."""
    withdrawn_at: datetime | None = moment(nullable=True)
    """When that consent ended."""
