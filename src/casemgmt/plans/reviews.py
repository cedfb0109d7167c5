"""Use cases of the review of a plan: what moved since the last one, what it means, when the next one is."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.db.work import Work, check_version
from casemgmt.errors import invalid_field
from casemgmt.ids import new_id
from casemgmt.plans import repository
from casemgmt.plans.approval import review_clock
from casemgmt.plans.commands import ReviewPlan
from casemgmt.plans.movement import Standing, beginning, movement, standing
from casemgmt.plans.reading import facts_of
from casemgmt.plans.service import story_of
from casemgmt.plans.states import PLAN, PlanState
from casemgmt.plans.tables import Plan, PlanGoal, PlanMeasure, PlanReview
from casemgmt.plans.views import Movement, ReviewsView, ReviewView
from casemgmt.tasks import clocks
from rules.zone import to_local


async def review_plan(work: Work, plan_id: UUID, command: ReviewPlan, expected: int | None) -> ReviewView:
    """Write down a review of the plan in force, as the manager. The clock of the next one starts."""
    case, plan = await repository.lock_plan(work, plan_id)
    check_version(plan, expected)
    PLAN.check(work.actor, "review", plan.state, await facts_of(work, case, plan))
    if command.next_review_on <= to_local(work.now).date():
        raise invalid_field("/next_review_on", "review-not-ahead", "The day of the review must lie after today.")
    goals, measures = await repository.goals_of(work, plan.id), await repository.measures_of(work, plan.id)
    earlier = await repository.reviews_of(work, plan.id)
    before = _before(earlier, goals, measures)
    now = standing(goals, measures, _readings(command, goals, before))
    review = PlanReview(
        id=new_id(),
        plan_id=plan.id,
        case_id=case.id,
        organisation_id=case.organisation_id,
        number=len(earlier) + 1,
        note=command.note,
        child_words=command.child_words,
        standing=now.model_dump(mode="json"),
        reviewed_at=work.now,
        recorded_by_id=work.actor.user_id,
        next_review_on=command.next_review_on,
    )
    stopped = await clocks.stop(work, plan.id, ("plan_review",), "reviewed")
    clock = review_clock(work, case, plan, command.next_review_on)
    event = Event("plan.reviewed", "plan", (plan.id, review.id), case_id=case.id)
    await work.save(event, review, *stopped, clock, story_of(work, "plan.reviewed", plan))
    return _view(review, before, goals, measures)


async def list_reviews(work: Work, plan_id: UUID) -> ReviewsView:
    """Return all reviews of a version, the newest first, with what moved at each and what moved since."""
    plan = await repository.get_plan(work, plan_id)
    await get_case(work, plan.case_id)
    goals, measures = await repository.goals_of(work, plan.id), await repository.measures_of(work, plan.id)
    before, views = beginning(goals, measures), []
    for review in await repository.reviews_of(work, plan.id):
        views.append(_view(review, before, goals, measures))
        if not review.entered_in_error:
            before = Standing.model_validate(review.standing)
    work.record(Event("plan_review.listed", "plan", (plan.id, *(v.id for v in views)), case_id=plan.case_id))
    return ReviewsView(items=views[::-1], since_then=_since(work, plan, before, goals, measures))


def _since(
    work: Work, plan: Plan, before: Standing, goals: list[PlanGoal], measures: list[PlanMeasure]
) -> Movement | None:
    if plan.state != PlanState.APPROVED:
        return None
    readings = {goal_id: each.reading for goal_id, each in before.goals.items() if each.reading is not None}
    return movement(before, standing(goals, measures, readings), goals, measures, to_local(work.now).date())


def _before(earlier: list[PlanReview], goals: list[PlanGoal], measures: list[PlanMeasure]) -> Standing:
    counted = [review for review in earlier if not review.entered_in_error]
    return Standing.model_validate(counted[-1].standing) if counted else beginning(goals, measures)


def _readings(command: ReviewPlan, goals: list[PlanGoal], before: Standing) -> dict[UUID, int]:
    """Return where the indicators stand: as was read now, else as it was."""
    measured = {goal.id for goal in goals if goal.indicator is not None}
    read: dict[UUID, int] = {}
    for i, reading in enumerate(command.readings):
        if reading.goal_id not in measured:
            raise invalid_field(
                f"/readings/{i}/goal_id", "goal-without-indicator", "The plan has no such goal with an indicator."
            )
        if reading.goal_id in read:
            raise invalid_field(f"/readings/{i}/goal_id", "named-twice", "Each is named once.")
        read[reading.goal_id] = reading.value
    kept = {goal_id: each.reading for goal_id, each in before.goals.items() if each.reading is not None}
    return kept | read


def _view(review: PlanReview, before: Standing, goals: list[PlanGoal], measures: list[PlanMeasure]) -> ReviewView:
    now, day = Standing.model_validate(review.standing), to_local(review.reviewed_at).date()
    return ReviewView(
        **review.model_dump(include=set(ReviewView.model_fields)), moved=movement(before, now, goals, measures, day)
    )
