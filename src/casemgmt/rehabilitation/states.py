"""The route of a rehabilitation programme."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.cases.states import CaseState
from casemgmt.states import Machine, Refusal, Transition


class ProgrammeState(StrEnum):
    """Where it stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class ProgrammeFacts:
    """What the guards need to know."""

    case_state: str


def _case_alive(_: Actor, facts: ProgrammeFacts) -> Refusal | None:
    if facts.case_state != CaseState.CLOSED:
        return None
    return Refusal("programme-of-closed-case", "The case is closed: nothing in it is changed any more.")


_S = ProgrammeState

PROGRAMME: Machine[ProgrammeFacts] = Machine(
    "rehabilitation_programme",
    ProgrammeState,
    _S.ACTIVE,
    (
        Transition("complete", (_S.ACTIVE,), _S.COMPLETED, P.REHABILITATION_WRITE, guards=(_case_alive,)),
        Transition("stop", (_S.ACTIVE,), _S.STOPPED, P.REHABILITATION_WRITE, guards=(_case_alive,)),
    ),
)
