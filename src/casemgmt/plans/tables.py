"""Plans, goals, measures, arguments for missing kinds of help."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Stamped, Versioned, code, document, long_text, moment, ref


class Plan(CaseScoped, Stamped, Versioned, table=True):
    """One version of the individual plan of a case. Approved versions are superseded, never edited."""

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint("approved_by_id is null or approved_by_id <> signed_by_id", name="second_person_approves"),
        Index("uq_plan_number", "case_id", "number", unique=True),
        Index("uq_plan_approved", "case_id", unique=True, postgresql_where=sql("state = 'approved'")),
        Index("uq_plan_open", "case_id", unique=True, postgresql_where=sql("state in ('draft', 'signed')")),
    )

    id: UUID = Field(primary_key=True)
    number: int
    state: str = Field(max_length=16)
    kind: str = code("plan_kind")
    help_package: str | None = code("help_package", nullable=True)
    assessment_id: UUID = ref("assessment.id")
    child_view: str | None = long_text(nullable=True)
    """What the child says to the plan."""
    consent: str = Field(max_length=40)
    """`given_by_representative`, `given_by_child`, or `without_consent`."""
    consent_id: UUID | None = ref("consent.id", nullable=True)
    """The consent on record on which it rests."""
    consent_ground: str | None = long_text(nullable=True)
    """Why it goes on without consent."""
    starts_on: date
    review_on: date
    content: dict[str, Any] = document()
    """Goals, measures and arguments as they were written and signed (`plans.content`)."""
    signed_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    signed_at: datetime | None = moment(nullable=True)
    approved_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    approved_at: datetime | None = moment(nullable=True)
    return_reason: str | None = long_text(nullable=True)
    discard_reason: str | None = long_text(nullable=True)
    superseded_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    """When the consent on which it rested ended."""
    supersedes_id: UUID | None = ref("plan.id", nullable=True, index=False)


class PlanGoal(CaseScoped, Versioned, table=True):
    """A goal of an approved version, with the outcome by which it will be known."""

    __tablename__ = "plan_goal"

    id: UUID = Field(primary_key=True)
    plan_id: UUID = ref("plan.id")
    position: int
    domain: str = code("assessment_domain")
    text: str = long_text()
    measured_by: str = long_text()
    outcome: str | None = code("goal_outcome", nullable=True)
    outcome_note: str | None = long_text(nullable=True)
    outcome_at: datetime | None = moment(nullable=True)


class PlanMeasure(CaseScoped, Versioned, table=True):
    """A measure of an approved version: kind of help, who is responsible, by when, the evidence that it was done."""

    __tablename__ = "plan_measure"

    id: UUID = Field(primary_key=True)
    plan_id: UUID = ref("plan.id")
    goal_id: UUID = ref("plan_goal.id")
    position: int
    help_kind: str = code("help_kind")
    measure_kind: str = code("plan_measure_kind")
    text: str = long_text()
    responsible_organisation_id: UUID = ref("organisation.id", index=False)
    responsible_user_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    due_on: date
    state: str = Field(max_length=16)
    """`planned`, `in_progress`, `done`, `not_done`."""
    evidence: str | None = long_text(nullable=True)
    drop_reason: str | None = long_text(nullable=True)
    done_at: datetime | None = moment(nullable=True)


class PlanMissingHelp(CaseScoped, table=True):
    """The argument why a kind of help of the package is not in the plan."""

    __tablename__ = "plan_missing_help"

    plan_id: UUID = ref("plan.id", primary=True)
    help_kind: str = code("help_kind", primary=True)
    argument: str = long_text()
