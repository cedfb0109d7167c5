"""The route of a check after closure."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class FollowUpState(StrEnum):
    """Where it stands."""

    DUE = "due"
    DONE = "done"


@dataclass(frozen=True)
class FollowUpFacts:
    """What the guards need to know."""


_S = FollowUpState

FOLLOW_UP: Machine[FollowUpFacts] = Machine(
    "follow_up_check",
    FollowUpState,
    _S.DUE,
    (Transition("record", (_S.DUE,), _S.DONE, P.FOLLOW_UPS_WRITE),),
)
