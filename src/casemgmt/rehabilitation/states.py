"""The route of a rehabilitation programme."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class ProgrammeState(StrEnum):
    """Where it stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class ProgrammeFacts:
    """What the guards need to know."""


_S = ProgrammeState

PROGRAMME: Machine[ProgrammeFacts] = Machine(
    "rehabilitation_programme",
    ProgrammeState,
    _S.ACTIVE,
    (
        Transition("complete", (_S.ACTIVE,), _S.COMPLETED, P.REHABILITATION_WRITE),
        Transition("stop", (_S.ACTIVE,), _S.STOPPED, P.REHABILITATION_WRITE),
    ),
)
