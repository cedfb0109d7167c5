"""The route of a measure of the plan."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class MeasureState(StrEnum):
    """Where it stands."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    NOT_DONE = "not_done"


@dataclass(frozen=True)
class MeasureFacts:
    """What the guards need to know."""


_S = MeasureState

PLAN_MEASURE: Machine[MeasureFacts] = Machine(
    "plan_measure",
    MeasureState,
    _S.PLANNED,
    (
        Transition("start", (_S.PLANNED,), _S.IN_PROGRESS, P.PLANS_WRITE),
        Transition(
            "complete",
            (
                _S.PLANNED,
                _S.IN_PROGRESS,
            ),
            _S.DONE,
            P.PLANS_WRITE,
        ),
        Transition(
            "drop",
            (
                _S.PLANNED,
                _S.IN_PROGRESS,
            ),
            _S.NOT_DONE,
            P.PLANS_WRITE,
        ),
    ),
)
