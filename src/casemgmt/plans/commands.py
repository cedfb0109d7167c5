"""What may be asked of plans, their measures and goals."""

from datetime import date
from enum import StrEnum
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


class MeasureGiven(Command):
    """A measure: kind of help, who is responsible, by when."""

    help_kind: HelpKind
    measure_kind: PlanMeasureKind
    text: LongText
    responsible_organisation_id: UUID
    responsible_user_id: UUID | None = Field(default=None, description="A user of the responsible body.")
    due_on: date


class GoalGiven(Command):
    """A goal, by what its outcome will be known, and the measures towards it."""

    domain: AssessmentDomain
    text: LongText
    measured_by: LongText
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


class DropMeasure(Command):
    """Say why the measure is not done."""

    reason: LongText


class RecordGoalOutcome(Command):
    """Say what became of a goal."""

    outcome: GoalOutcome
    note: LongText
