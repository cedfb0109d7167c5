"""Two versions of a plan side by side: which goals and measures are the same, what of them differs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.db.work import Work
from casemgmt.errors import Invalid
from casemgmt.models import View
from casemgmt.plans import repository
from casemgmt.plans.content import PlanContent
from casemgmt.plans.reading import goal_views
from casemgmt.plans.tables import Plan
from casemgmt.plans.views import Comparison, GoalPair, GoalView, MeasurePair, MeasureView, PlanSummary

SideT = TypeVar("SideT", GoalView, MeasureView)

_OF_VERSION = (
    "kind",
    "help_package",
    "assessment_id",
    "consent",
    "consent_ground",
    "child_view",
    "child_view_absence",
    "starts_on",
    "review_on",
)
_OF_GOAL = ("domain", "text", "measured_by", "indicator", "outcome")
_OF_MEASURE = (
    "help_kind",
    "measure_kind",
    "text",
    "responsible_organisation_id",
    "responsible_user_id",
    "due_on",
    "state",
)


async def compare_plans(work: Work, plan_id: UUID, other_id: UUID) -> Comparison:
    """Return two versions of the plan of one case side by side, and record that the actor read both."""
    plans = [await repository.get_plan(work, each) for each in (plan_id, other_id)]
    if plans[0].case_id != plans[1].case_id:
        raise Invalid("Versions of one case are compared.", code="plan-of-other-case")
    earlier, later = sorted(plans, key=lambda plan: plan.number)
    case = await get_case(work, earlier.case_id)
    roots = _roots(await repository.versions_of(work, case.id))
    before, now = await goal_views(work, case, earlier), await goal_views(work, case, later)
    work.record(Event("plan.compared", "plan", (earlier.id, later.id), case_id=case.id))
    return Comparison(
        earlier=_summary(earlier),
        later=_summary(later),
        changed=_changed(earlier.model_dump(), later.model_dump(), _OF_VERSION),
        goals=[_goals(one, other, roots) for one, other in _pairs(before, now, roots)],
    )


def _summary(plan: Plan) -> PlanSummary:
    return PlanSummary(**plan.model_dump(include=set(PlanSummary.model_fields)))


def _roots(versions: Iterable[Plan]) -> dict[UUID, UUID]:
    """Return, for each goal and measure of all versions in order, the first one that it goes on from."""
    roots: dict[UUID, UUID] = {}
    for plan in versions:
        for goal in PlanContent.model_validate(plan.content).goals:
            came_from = goal.continues_goal_id
            roots[goal.id] = goal.id if came_from is None else roots.get(came_from, came_from)
            for measure in goal.measures:
                came_from = measure.continues_measure_id
                roots[measure.id] = measure.id if came_from is None else roots.get(came_from, came_from)
    return roots


def _pairs(
    earlier: Sequence[SideT], later: Sequence[SideT], roots: Mapping[UUID, UUID]
) -> list[tuple[SideT | None, SideT | None]]:
    """Return the same things beside each other: what is gone stands where it was, what is new comes last."""
    left = {roots.get(each.id, each.id): each for each in later}
    pairs: list[tuple[SideT | None, SideT | None]] = [
        (each, left.pop(roots.get(each.id, each.id), None)) for each in earlier
    ]
    return pairs + [(None, each) for each in left.values()]


def _goals(before: GoalView | None, now: GoalView | None, roots: Mapping[UUID, UUID]) -> GoalPair:
    measures = _pairs(before.measures if before else [], now.measures if now else [], roots)
    return GoalPair(
        earlier=before,
        later=now,
        changed=_differing(before, now, _OF_GOAL),
        measures=[
            MeasurePair(earlier=one, later=other, changed=_differing(one, other, _OF_MEASURE))
            for one, other in measures
        ],
    )


def _differing(before: View | None, now: View | None, fields: Sequence[str]) -> list[str]:
    if before is None or now is None:
        return []
    return _changed(before.model_dump(), now.model_dump(), fields)


def _changed(before: Mapping[str, Any], now: Mapping[str, Any], fields: Sequence[str]) -> list[str]:
    return [name for name in fields if before[name] != now[name]]
