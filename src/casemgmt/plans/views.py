"""What readers of plans get."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class RequestView(View):
    """What another body answered to the question whether it takes a measure on."""

    state: str
    """`asked`, `accepted`, `declined`."""
    body_id: UUID
    asked_at: datetime
    answered_by_id: UUID | None
    answered_at: datetime | None
    reason: str | None


class IndicatorView(View):
    """By which number the outcome of a goal is known."""

    name: str
    unit: str | None
    baseline: int
    target: int
    reach_by: date


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
    continues_measure_id: UUID | None
    """The measure of an earlier version that goes on in this one."""
    request: RequestView | None
    """None where the body that answers for the case is responsible itself, and before approval."""
    state: str
    evidence: str | None
    evidence_document_id: UUID | None
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
    indicator: IndicatorView | None
    continues_goal_id: UUID | None
    """The goal of an earlier version that goes on in this one."""
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
    child_view_absence: str | None
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


class MeasureMoved(View):
    """A measure whose state is another than at the review before."""

    id: UUID
    before: str | None
    now: str


class GoalMoved(View):
    """A goal whose outcome or indicator is another than at the review before."""

    id: UUID
    outcome_before: str | None
    outcome_now: str | None
    reading_before: int | None
    reading_now: int | None
    towards_target: bool | None
    """Whether the indicator came nearer to its target. None: it did not move, or one of its readings is not known."""


class Movement(View):
    """What moved since the review before, or since the approval."""

    measures: list[MeasureMoved]
    goals: list[GoalMoved]
    late_measure_ids: list[UUID]
    """Open measures whose day was over."""
    open_measures: int


class ReviewView(View):
    """A review of the plan."""

    id: UUID
    plan_id: UUID
    case_id: UUID
    number: int
    note: str
    child_words: str | None
    reviewed_at: datetime
    recorded_by_id: UUID
    next_review_on: date
    entered_in_error: bool
    """It counts no longer: what moved at the next one is told from the one before it."""
    moved: Movement


class ReviewsView(View):
    """All reviews of a version of the plan, the newest first, and what moved since the last one."""

    items: list[ReviewView]
    since_then: Movement | None
    """None unless the plan is in force."""


class GoalPair(View):
    """A goal in two versions of the plan: the same one, one that is new, or one that is gone."""

    earlier: GoalView | None
    later: GoalView | None
    changed: list[str]
    """Fields in which the two differ."""
    measures: list["MeasurePair"]


class MeasurePair(View):
    """A measure in two versions of the plan."""

    earlier: MeasureView | None
    later: MeasureView | None
    changed: list[str]


class Comparison(View):
    """Two versions of the plan of a case, side by side, the earlier one first."""

    earlier: PlanSummary
    later: PlanSummary
    changed: list[str]
    """Fields of the versions themselves that differ: kind, package, consent, the child's view, days."""
    goals: list[GoalPair]
