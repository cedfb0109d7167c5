"""What may be asked of plans, their measures and goals."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from casemgmt.models import Command
from casemgmt.reference.fields import (
    AssessmentDomain,
    GoalOutcome,
    HelpKind,
    LongText,
    PlanKind,
    PlanMeasureKind,
    ShortText,
)


class Consent(StrEnum):
    """On whose consent the plan rests."""

    GIVEN_BY_REPRESENTATIVE = "given_by_representative"
    GIVEN_BY_CHILD = "given_by_child"
    WITHOUT_CONSENT = "without_consent"


class ChildViewAbsence(StrEnum):
    """Why the child's own view is not in the plan."""

    TOO_YOUNG = "too_young"
    """Below the age from which a child is asked (`consents.policy.ASKED_FROM`, a house rule)."""
    ASKING_WOULD_HARM = "asking_would_harm"
    DID_NOT_WANT = "did_not_want"
    """The child was asked and did not want to say anything."""


class IndicatorGiven(Command):
    """By which number the outcome of a goal is known: from where it starts, where it should be, by when."""

    name: ShortText = Field(description="What is counted: 'days missed at school in a month'.")
    unit: ShortText | None = None
    baseline: Annotated[int, Field(ge=0, le=1_000_000)]
    target: Annotated[int, Field(ge=0, le=1_000_000)]
    reach_by: date


class MeasureGiven(Command):
    """A measure: kind of help, who is responsible, by when."""

    help_kind: HelpKind
    measure_kind: PlanMeasureKind
    text: LongText
    responsible_organisation_id: UUID
    responsible_user_id: UUID | None = Field(default=None, description="A user of the responsible body.")
    due_on: date
    continues_measure_id: UUID | None = Field(
        default=None, description="The measure of an earlier version of the plan that goes on in this one."
    )


class GoalGiven(Command):
    """A goal, by what its outcome will be known, and the measures towards it."""

    domain: AssessmentDomain
    text: LongText
    measured_by: LongText
    indicator: IndicatorGiven | None = None
    continues_goal_id: UUID | None = Field(
        default=None, description="The goal of an earlier version of the plan that goes on in this one."
    )
    measures: list[MeasureGiven] = Field(default_factory=list, max_length=50)


class MissingHelpGiven(Command):
    """The argument why a kind of help of the package is not in the plan."""

    help_kind: HelpKind
    argument: LongText


class WritePlan(Command):
    """The whole of a draft: what it replaces is gone."""

    kind: PlanKind
    goals: list[GoalGiven] = Field(default_factory=list, max_length=30)
    missing_help: list[MissingHelpGiven] = Field(default_factory=list, max_length=20)
    child_view: LongText | None = Field(default=None, description="What the child says to the plan.")
    child_view_absence: ChildViewAbsence | None = Field(
        default=None, description="Why there is no view of the child; only where there is none."
    )
    consent: Consent
    consent_ground: LongText | None = Field(default=None, description="Needed for `without_consent`, and only there.")
    consent_id: UUID | None = Field(
        default=None,
        description="A consent to accompaniment on record, given by whom `consent` says: the plan ends with it.",
    )
    starts_on: date
    review_on: date


class DraftPlan(WritePlan):
    """Begin a version of the plan, from the last completed assessment of the case."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")


class ReturnPlan(Command):
    """Give a signed plan back to the manager."""

    reason: LongText


class DiscardPlan(Command):
    """Put a draft aside. It stays on record with the reason."""

    reason: ShortText


class CompleteMeasure(Command):
    """Say by what it is known that the measure was done."""

    evidence: LongText
    document_id: UUID | None = Field(
        default=None, description="A kept document of the case or of its plan that shows it."
    )


class DeclineMeasure(Command):
    """Say why the responsible body does not take a measure on."""

    reason: LongText


class ReadingGiven(Command):
    """Where the indicator of a goal stands."""

    goal_id: UUID
    value: Annotated[int, Field(ge=0, le=1_000_000)]


class ReviewPlan(Command):
    """Write down a review of the plan in force: what moved is worked out, what it means is said."""

    note: LongText
    child_words: LongText | None = Field(default=None, description="What the child says to how it goes.")
    readings: list[ReadingGiven] = Field(default_factory=list, max_length=30)
    next_review_on: date


class DropMeasure(Command):
    """Say why the measure is not done."""

    reason: LongText


class RecordGoalOutcome(Command):
    """Say what became of a goal."""

    outcome: GoalOutcome
    note: LongText
