"""What readers of plans get."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class MeasureView(View):
    """A measure. Before approval it is `planned`, and its id changes whenever the draft is written."""

    id: UUID
    goal_id: UUID
    help_kind: str
    measure_kind: str
    text: str
    responsible_organisation_id: UUID
    responsible_user_id: UUID | None
    due_on: date
    state: str
    evidence: str | None
    drop_reason: str | None
    done_at: datetime | None
    version: int
    allowed_actions: list[AllowedActionView]


class GoalView(View):
    """A goal with its measures and, under an approved plan, its outcome."""

    id: UUID
    domain: str
    text: str
    measured_by: str
    outcome: str | None
    outcome_note: str | None
    outcome_at: datetime | None
    version: int
    measures: list[MeasureView]


class MissingHelpView(View):
    """The argument why a kind of help of the package is not in the plan."""

    help_kind: str
    argument: str


class PlanSummary(View):
    """A version of the plan in a list: no free text."""

    id: UUID
    case_id: UUID
    number: int
    state: str
    version: int
    kind: str
    help_package: str | None
    assessment_id: UUID
    consent: str
    starts_on: date
    review_on: date
    created_at: datetime
    created_by_id: UUID
    signed_by_id: UUID | None
    signed_at: datetime | None
    approved_by_id: UUID | None
    approved_at: datetime | None
    superseded_at: datetime | None
    supersedes_id: UUID | None


class PlanView(PlanSummary):
    """A version of the plan in full, with what the reader may do on it now."""

    child_view: str | None
    consent_ground: str | None
    consent_id: UUID | None
    ended_at: datetime | None
    """When the consent on which it rested ended."""
    return_reason: str | None
    discard_reason: str | None
    goals: list[GoalView]
    missing_help: list[MissingHelpView]
    help_kinds_unanswered: list[str]
    """Kinds of help of the case's package that have neither a measure nor an argument."""
    allowed_actions: list[AllowedActionView]
