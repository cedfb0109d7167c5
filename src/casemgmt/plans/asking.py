"""The question to another body whether it takes a measure of the plan on, and the clock of its answer."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from casemgmt.cases.repository import team_of
from casemgmt.cases.tables import CaseMember, CaseRecord
from casemgmt.db.work import Work
from casemgmt.ids import new_id
from casemgmt.organisations.tables import AppUser
from casemgmt.plans import repository
from casemgmt.plans.content import MeasureDraft
from casemgmt.plans.request_states import PLAN_MEASURE_REQUEST, RequestState
from casemgmt.plans.tables import Plan, PlanMeasureRequest
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task

KIND: Final = "measure_request_answer"


async def ask(
    work: Work, case: CaseRecord, plan: Plan, measures: Sequence[MeasureDraft]
) -> list[PlanMeasureRequest | Task]:
    """Return the questions of a plan that is being approved, each with its clock.

    The clock is of somebody of that body who is on the team and can answer: the responsible person, else another; where
    nobody is, of the manager, who has to see to it that somebody does.
    """
    asked = [m for m in measures if m.responsible_organisation_id != plan.organisation_id]
    if not asked:
        return []
    team = await team_of(work, case.id)
    bodies = {m.user_id: await _body_of(work, m.user_id) for m in team}
    rows: list[PlanMeasureRequest | Task] = []
    for measure in asked:
        request = _request(work, plan, measure)
        there = [m for m in team if bodies[m.user_id] == request.body_id and m.user_id != request.asked_by_id]
        clock = clocks.start(
            work,
            KIND,
            "plan_measure_request",
            request.id,
            organisation_id=case.organisation_id,
            case_id=case.id,
            assignee_id=_who_answers(there, measure) or case.manager_id,
            blocks_closure=False,
        )
        rows += [request, clock]
    return sorted(rows, key=lambda row: type(row).__name__)


async def ask_no_longer(work: Work, plan_id: UUID, reason: str, *, measure_id: UUID | None = None) -> list[Task]:
    """Return the clocks of a plan's questions, or of one measure's, cancelled: nobody has to answer any more."""
    waiting = [
        request.id
        for request in (await repository.requests_of(work, plan_id)).values()
        if request.state == RequestState.ASKED and measure_id in (None, request.measure_id)
    ]
    return [task for each in waiting for task in await clocks.cancel(work, each, (KIND,), reason)]


def _who_answers(there: Sequence[CaseMember], measure: MeasureDraft) -> UUID | None:
    members = [m.user_id for m in there]
    if measure.responsible_user_id in members:
        return measure.responsible_user_id
    return members[0] if members else None


async def _body_of(work: Work, user_id: UUID) -> UUID | None:
    user = await work.session.get(AppUser, user_id)
    return None if user is None else user.organisation_id


def _request(work: Work, plan: Plan, measure: MeasureDraft) -> PlanMeasureRequest:
    return PlanMeasureRequest(
        id=new_id(),
        plan_id=plan.id,
        case_id=plan.case_id,
        organisation_id=plan.organisation_id,
        measure_id=measure.id,
        body_id=measure.responsible_organisation_id,
        asked_by_id=plan.signed_by_id,  # type: ignore[arg-type]  # what is approved was signed
        asked_at=work.now,
        state=PLAN_MEASURE_REQUEST.initial,
    )
