"""The route of a check after closure."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.cases.states import CaseState
from casemgmt.states import Machine, Refusal, Transition


class FollowUpState(StrEnum):
    """Where it stands."""

    DUE = "due"
    DONE = "done"
    CANCELLED = "cancelled"
    """The case was opened again before the check was due."""


@dataclass(frozen=True)
class FollowUpFacts:
    """What the guards need to know."""

    case_state: str


def _case_closed(_: Actor, facts: FollowUpFacts) -> Refusal | None:
    if facts.case_state == CaseState.CLOSED:
        return None
    return Refusal("follow-up-of-open-case", "The case is open again: the child is looked after in it.")


_S = FollowUpState

FOLLOW_UP: Machine[FollowUpFacts] = Machine(
    "follow_up_check",
    FollowUpState,
    _S.DUE,
    (
        Transition(
            "record",
            (_S.DUE,),
            _S.DONE,
            P.FOLLOW_UPS_WRITE,
            guards=(_case_closed,),
            starts=("follow_up_check",),
            stops=("follow_up_check",),
        ),
        # Taken by the reopening of the case, not by a call on the check.
        Transition("cancel", (_S.DUE,), _S.CANCELLED, P.CASES_REOPEN),
    ),
)
