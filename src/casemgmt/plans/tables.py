"""Plans, goals, measures, arguments for missing kinds of help."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Stamped, Versioned, code, document, long_text, marked_in_error, moment, ref


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
    child_view_absence: str | None = Field(default=None, max_length=20)
    """Why there is no view of the child (`commands.ChildViewAbsence`)."""
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
    __table_args__ = (
        CheckConstraint(
            "(indicator is null) = (baseline is null) and (indicator is null) = (target is null)"
            " and (indicator is null) = (reach_by is null)",
            name="indicator_whole",
        ),
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID = ref("plan.id")
    position: int
    domain: str = code("assessment_domain")
    text: str = long_text()
    measured_by: str = long_text()
    indicator: str | None = Field(default=None, max_length=500)
    """What is counted, where the outcome is known by a number."""
    unit: str | None = Field(default=None, max_length=500)
    baseline: int | None = None
    target: int | None = None
    reach_by: date | None = None
    continues_goal_id: UUID | None = ref("plan_goal.id", nullable=True, index=False)
    """The goal of an earlier version that goes on in this one."""
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
    continues_measure_id: UUID | None = ref("plan_measure.id", nullable=True, index=False)
    """The measure of an earlier version that goes on in this one."""
    evidence: str | None = long_text(nullable=True)
    evidence_document_id: UUID | None = ref("document.id", nullable=True, index=False)
    drop_reason: str | None = long_text(nullable=True)
    done_at: datetime | None = moment(nullable=True)


class PlanMissingHelp(CaseScoped, table=True):
    """The argument why a kind of help of the package is not in the plan."""

    __tablename__ = "plan_missing_help"

    plan_id: UUID = ref("plan.id", primary=True)
    help_kind: str = code("help_kind", primary=True)
    argument: str = long_text()


class PlanMeasureRequest(CaseScoped, Versioned, table=True):
    """The question to another body whether it takes a measure on, and its answer."""

    __tablename__ = "plan_measure_request"
    __table_args__ = (
        CheckConstraint("answered_by_id <> asked_by_id", name="second_person_answers"),
        CheckConstraint("(state = 'asked') = (answered_by_id is null)", name="answered_by_somebody"),
        CheckConstraint("(answered_by_id is null) = (answered_at is null)", name="answered_whole"),
        CheckConstraint("(state = 'declined') = (reason is not null)", name="declined_with_reason"),
        Index("ix_plan_measure_request_asked", "body_id", "asked_at", "id", postgresql_where=sql("state = 'asked'")),
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID = ref("plan.id")
    measure_id: UUID = Field(foreign_key="plan_measure.id", unique=True)
    body_id: UUID = ref("organisation.id")
    """The responsible body, which answers."""
    asked_by_id: UUID = ref("app_user.id", index=False)
    """Who signed the plan."""
    asked_at: datetime = moment()
    state: str = Field(max_length=16)
    """`asked`, `accepted`, `declined`."""
    answered_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    answered_at: datetime | None = moment(nullable=True)
    reason: str | None = long_text(nullable=True)
    """Why it was declined."""


class PlanReview(CaseScoped, table=True):
    """A review of the plan in force. It keeps how everything stood, so that the next one can tell what moved."""

    __tablename__ = "plan_review"
    __table_args__ = (Index("uq_plan_review_number", "plan_id", "number", unique=True),)

    id: UUID = Field(primary_key=True)
    plan_id: UUID = ref("plan.id")
    number: int
    note: str = long_text()
    child_words: str | None = long_text(nullable=True)
    """What the child says to how it goes."""
    standing: dict[str, Any] = document()
    """How goals and measures stood, by codes, numbers and ids (`movement.Standing`)."""
    reviewed_at: datetime = moment()
    recorded_by_id: UUID = ref("app_user.id", index=False)
    next_review_on: date
    entered_in_error: bool = marked_in_error()
