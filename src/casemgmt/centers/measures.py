"""The measure of a plan that a session carries out: it goes with what becomes of the session."""

from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.db.work import Work
from casemgmt.plans.measure_states import PLAN_MEASURE, MeasureFacts, refuse_unless_in_force
from casemgmt.plans.progress import story_of_measure
from casemgmt.plans.repository import lock_measure


async def moved_measure(work: Work, measure_id: UUID, action: str, kind: str) -> list[SQLModel]:
    """Return the measure after an action, with its story of this kind; nothing where it is not open to the action.

    The step follows from the session itself: it needs no permission on plans, and a plan no longer in force
    does not hinder the record of what took place.
    """
    case, plan, measure = await lock_measure(work, measure_id)
    transition = PLAN_MEASURE.find(action, measure.state)
    if transition is None or refuse_unless_in_force(MeasureFacts(case.state, plan.state)) is not None:
        return []
    measure.state = transition.target
    return [measure, story_of_measure(work, case, plan, measure, kind)]
