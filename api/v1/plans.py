"""Individual plans: written, signed by the manager, approved by a second person, carried out."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.plans import answering, approval, comparing, progress, reading, reviews, service
from casemgmt.plans.commands import (
    CompleteMeasure,
    DeclineMeasure,
    DiscardPlan,
    DraftPlan,
    DropMeasure,
    RecordGoalOutcome,
    ReturnPlan,
    ReviewPlan,
    WritePlan,
)
from casemgmt.plans.views import (
    Comparison,
    GoalView,
    MeasureView,
    PlanSummary,
    PlanView,
    ReviewsView,
    ReviewView,
)

router = Router("", "plans")


@router.post("/cases/{case_id}/plans", Permission.PLANS_WRITE, drafted=True, status_code=201)
async def draft_plan(case_id: UUID, command: DraftPlan, response: Response, work: CurrentWork) -> PlanView:
    """Begin a version of the plan, from the last completed assessment of the case."""
    return _made(response, await service.draft_plan(work, case_id, command))


@router.get("/cases/{case_id}/plans", Permission.PLANS_READ)
async def list_plans(
    case_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[PlanSummary]:
    """List the versions of the plan of a case, newest first."""
    return Page.of(await reading.list_plans(work, case_id, limit, cursor))


@router.get("/plans/{plan_id}", Permission.PLANS_READ)
async def get_plan(plan_id: UUID, response: Response, work: CurrentWork) -> PlanView:
    """Read a version of the plan in full, with the actions that are allowed on it now."""
    return _shown(response, await reading.read_plan(work, plan_id))


@router.guarded("PUT", "/plans/{plan_id}", Permission.PLANS_WRITE, drafted=True)
async def write_plan(
    plan_id: UUID, command: WritePlan, response: Response, work: CurrentWork, expected: RequiredVersion
) -> PlanView:
    """Replace a draft as a whole. Its goals and measures get new ids."""
    return _shown(response, await service.write_plan(work, plan_id, command, expected))


@router.post("/plans/{plan_id}/sign", Permission.PLANS_WRITE)
async def sign_plan(plan_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> PlanView:
    """Sign a draft, as the manager of the case."""
    return _shown(response, await approval.sign_plan(work, plan_id, expected))


@router.post("/plans/{plan_id}/approve", Permission.PLANS_APPROVE)
async def approve_plan(plan_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> PlanView:
    """Approve a signed plan, as another person than the signer. The version in force until now is superseded."""
    return _shown(response, await approval.approve_plan(work, plan_id, expected))


@router.post("/plans/{plan_id}/return", Permission.PLANS_APPROVE)
async def return_plan(
    plan_id: UUID, command: ReturnPlan, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> PlanView:
    """Give a signed plan back to the manager, with the reason."""
    return _shown(response, await approval.return_plan(work, plan_id, command, expected))


@router.post("/plans/{plan_id}/discard", Permission.PLANS_WRITE)
async def discard_plan(
    plan_id: UUID, command: DiscardPlan, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> PlanView:
    """Put a draft aside, with the reason."""
    return _shown(response, await service.discard_plan(work, plan_id, command, expected))


@router.post("/plans/{plan_id}/revise", Permission.PLANS_WRITE, status_code=201)
async def revise_plan(plan_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> PlanView:
    """Begin the next version from an approved one: with its open measures and the goals not reached yet."""
    return _made(response, await service.revise_plan(work, plan_id, expected))


@router.get("/plans/{plan_id}/compare/{other_plan_id}", Permission.PLANS_READ)
async def compare_plans(plan_id: UUID, other_plan_id: UUID, work: CurrentWork) -> Comparison:
    """Read two versions of the plan of a case side by side, with what differs named goal by goal."""
    return await comparing.compare_plans(work, plan_id, other_plan_id)


@router.post("/plans/{plan_id}/reviews", Permission.PLANS_WRITE, status_code=201)
async def review_plan(plan_id: UUID, command: ReviewPlan, work: CurrentWork, expected: ExpectedVersion) -> ReviewView:
    """Write down a review of the plan in force, as the manager: what moved since the last one is worked out."""
    return await reviews.review_plan(work, plan_id, command, expected)


@router.get("/plans/{plan_id}/reviews", Permission.PLANS_READ)
async def list_plan_reviews(plan_id: UUID, work: CurrentWork) -> ReviewsView:
    """Read the reviews of a version of the plan, the newest first, with what moved at each and what moved since."""
    return await reviews.list_reviews(work, plan_id)


@router.post("/plan-measures/{measure_id}/accept", Permission.PLANS_ANSWER)
async def accept_plan_measure(
    measure_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> MeasureView:
    """Take a measure on for your body, where the plan names it as responsible."""
    return _measure(response, await answering.accept_measure(work, measure_id, expected))


@router.post("/plan-measures/{measure_id}/decline", Permission.PLANS_ANSWER)
async def decline_plan_measure(
    measure_id: UUID, command: DeclineMeasure, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> MeasureView:
    """Say for your body that it does not take a measure on, and why: it can't be started until it does."""
    return _measure(response, await answering.decline_measure(work, measure_id, command, expected))


@router.post("/plan-measures/{measure_id}/start", Permission.PLANS_WRITE)
async def start_plan_measure(
    measure_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> MeasureView:
    """Say that work on a measure has begun."""
    return _measure(response, await progress.start_measure(work, measure_id, expected))


@router.post("/plan-measures/{measure_id}/complete", Permission.PLANS_WRITE)
async def complete_plan_measure(
    measure_id: UUID, command: CompleteMeasure, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> MeasureView:
    """Say that a measure was done, and by what it is known."""
    return _measure(response, await progress.complete_measure(work, measure_id, command, expected))


@router.post("/plan-measures/{measure_id}/drop", Permission.PLANS_WRITE)
async def drop_plan_measure(
    measure_id: UUID, command: DropMeasure, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> MeasureView:
    """Say that a measure is not done, and why."""
    return _measure(response, await progress.drop_measure(work, measure_id, command, expected))


@router.post("/plan-goals/{goal_id}/outcome", Permission.PLANS_WRITE)
async def record_plan_goal_outcome(
    goal_id: UUID, command: RecordGoalOutcome, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> GoalView:
    """Say what became of a goal of the approved plan."""
    view = await progress.record_goal_outcome(work, goal_id, command, expected)
    set_etag(response, view.version)
    return view


def _made(response: Response, view: PlanView) -> PlanView:
    response.headers["Location"] = f"/v1/plans/{view.id}"
    return _shown(response, view)


def _shown(response: Response, view: PlanView) -> PlanView:
    set_etag(response, view.version)
    return view


def _measure(response: Response, view: MeasureView) -> MeasureView:
    set_etag(response, view.version)
    return view
