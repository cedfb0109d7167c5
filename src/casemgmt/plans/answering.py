"""Use cases of the responsible body: take a measure on, or say why not."""

from uuid import UUID

from casemgmt.db.work import Work, check_version
from casemgmt.errors import NotFound
from casemgmt.plans import repository
from casemgmt.plans.asking import KIND
from casemgmt.plans.commands import DeclineMeasure
from casemgmt.plans.measure_states import MeasureFacts
from casemgmt.plans.progress import save_on_measure
from casemgmt.plans.reading import measure_view
from casemgmt.plans.request_states import PLAN_MEASURE_REQUEST, RequestFacts
from casemgmt.plans.views import MeasureView
from casemgmt.tasks import clocks


async def accept_measure(work: Work, measure_id: UUID, expected: int | None) -> MeasureView:
    """Take a measure on for one's body."""
    return await _answer(work, measure_id, "accept", None, expected)


async def decline_measure(work: Work, measure_id: UUID, command: DeclineMeasure, expected: int | None) -> MeasureView:
    """Say for one's body that it does not take a measure on, and why. The manager drops it or revises the plan."""
    return await _answer(work, measure_id, "decline", command.reason, expected)


async def _answer(work: Work, measure_id: UUID, action: str, reason: str | None, expected: int | None) -> MeasureView:
    case, plan, measure = await repository.lock_measure(work, measure_id)
    check_version(measure, expected)
    request = await repository.lock_request(work, measure_id)
    if request is None:
        raise NotFound("Nobody was asked: the body that answers for the case is responsible itself.")
    facts = RequestFacts(MeasureFacts(case.state, plan.state), measure.state, request.body_id, request.asked_by_id)
    request.state = PLAN_MEASURE_REQUEST.check(work.actor, action, request.state, facts).target
    request.answered_by_id, request.answered_at, request.reason = work.actor.user_id, work.now, reason
    stopped = await clocks.stop(work, request.id, (KIND,), request.state)
    await save_on_measure(work, case, plan, measure, f"plan_measure.{request.state}", request, *stopped)
    return measure_view(work, case, plan, measure, request)
