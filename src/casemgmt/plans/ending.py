"""A plan ends with the consent on which it rests."""

from dataclasses import replace

from sqlmodel import SQLModel

from casemgmt.cases.tables import CaseRecord
from casemgmt.consents.requiring import ENDED
from casemgmt.db.work import Work
from casemgmt.plans.asking import ask_no_longer
from casemgmt.plans.measure_states import OPEN_MEASURES, PLAN_MEASURE, MeasureFacts
from casemgmt.plans.reading import facts_of
from casemgmt.plans.repository import measures_of
from casemgmt.plans.service import owe_draft, story_of
from casemgmt.plans.states import PLAN, STAGES, PlanState
from casemgmt.plans.tables import Plan
from casemgmt.tasks import clocks


async def end_with_consent(work: Work, case: CaseRecord, plan: Plan) -> list[SQLModel]:
    """Return a plan that ended with its open measures, clocks and story, to be saved by who ends the consent.

    Where it was signed and the case goes on, the manager owes another plan.
    """
    facts = replace(await facts_of(work, case, plan), ending_with_consent=True)
    measures = [m for m in await measures_of(work, plan.id) if m.state in OPEN_MEASURES]
    for measure in measures:
        ending = MeasureFacts(case.state, plan.state, ending_with_consent=True)
        measure.state = PLAN_MEASURE.check(work.actor, "end_with_consent", measure.state, ending).target
    owed = [owe_draft(work, case)] if plan.state != PlanState.DRAFT and case.state in STAGES else []
    plan.state = PLAN.check(work.actor, "end_with_consent", plan.state, facts).target
    plan.ended_at = work.now
    stopped = await clocks.cancel(work, plan.id, ("plan_approval", "plan_review"), ENDED)
    stopped += await ask_no_longer(work, plan.id, ENDED)
    return [plan, *measures, *stopped, *owed, story_of(work, "plan.ended", plan)]
