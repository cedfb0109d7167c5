"""What a review of a plan leaves behind that was not of this plan, or never was."""

from sqlmodel import SQLModel

from casemgmt.cases.tables import CaseRecord
from casemgmt.db.work import Work
from casemgmt.plans import repository
from casemgmt.plans.approval import review_clock
from casemgmt.plans.states import PlanState
from casemgmt.plans.tables import PlanReview
from casemgmt.tasks import clocks


async def take_out(work: Work, case: CaseRecord, review: PlanReview, reason: str) -> list[SQLModel]:
    """Mark a review. Where it was the last one, the next is due when it would have been without it."""
    review.entered_in_error = True
    await work.session.flush()
    plan = await repository.get_plan(work, review.plan_id)
    counted = [each for each in await repository.reviews_of(work, plan.id) if not each.entered_in_error]
    if plan.state != PlanState.APPROVED or any(each.number > review.number for each in counted):
        return []
    ended = await clocks.cancel(work, plan.id, ("plan_review",), reason)
    if not ended:  # the clocks of a closed case stand still
        return []
    day, since = (
        (counted[-1].next_review_on, counted[-1].reviewed_at) if counted else (plan.review_on, plan.approved_at)
    )
    return [*ended, review_clock(work, case, plan, day, since=since)]
