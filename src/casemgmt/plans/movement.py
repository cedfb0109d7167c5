"""What moved in a plan: how everything stands now beside how it stood at the review before. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from casemgmt.plans.measure_states import OPEN_MEASURES, MeasureState
from casemgmt.plans.tables import PlanGoal, PlanMeasure
from casemgmt.plans.views import GoalMoved, MeasureMoved, Movement


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GoalStanding(_Frozen):
    """How a goal stands: its outcome, and the last reading of its indicator."""

    outcome: str | None
    reading: int | None


class Standing(_Frozen):
    """How goals and measures stand at a moment, by their ids."""

    goals: dict[UUID, GoalStanding]
    measures: dict[UUID, str]


def standing(goals: Iterable[PlanGoal], measures: Iterable[PlanMeasure], readings: Mapping[UUID, int]) -> Standing:
    """Return how goals and measures stand."""
    return Standing(
        goals={goal.id: GoalStanding(outcome=goal.outcome, reading=readings.get(goal.id)) for goal in goals},
        measures={measure.id: measure.state for measure in measures},
    )


def beginning(goals: Iterable[PlanGoal], measures: Iterable[PlanMeasure]) -> Standing:
    """Return how everything stood when the plan was approved: nothing done, indicators where they start."""
    return Standing(
        goals={goal.id: GoalStanding(outcome=None, reading=goal.baseline) for goal in goals},
        measures={measure.id: MeasureState.PLANNED for measure in measures},
    )


def movement(
    before: Standing, now: Standing, goals: Iterable[PlanGoal], measures: Iterable[PlanMeasure], today: date
) -> Movement:
    """Return what moved between two standings, and which open measures are late by a day."""
    moved = [m for m in measures if before.measures.get(m.id) != now.measures[m.id]]
    return Movement(
        measures=[MeasureMoved(id=m.id, before=before.measures.get(m.id), now=now.measures[m.id]) for m in moved],
        goals=[
            GoalMoved(
                id=goal.id,
                outcome_before=before.goals[goal.id].outcome,
                outcome_now=now.goals[goal.id].outcome,
                reading_before=before.goals[goal.id].reading,
                reading_now=now.goals[goal.id].reading,
                towards_target=_towards(goal, before.goals[goal.id].reading, now.goals[goal.id].reading),
            )
            for goal in goals
            if before.goals[goal.id] != now.goals[goal.id]
        ],
        late_measure_ids=[m.id for m in measures if now.measures[m.id] in OPEN_MEASURES and m.due_on < today],
        open_measures=sum(state in OPEN_MEASURES for state in now.measures.values()),
    )


def _towards(goal: PlanGoal, before: int | None, now: int | None) -> bool | None:
    """Answer whether the indicator came nearer to its target; None where it did not move or is not known."""
    if goal.target is None or before is None or now is None or before == now:
        return None
    return abs(goal.target - now) < abs(goal.target - before)
