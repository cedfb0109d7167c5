"""The offer of a case to another manager."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class HandoverState(StrEnum):
    """Where it stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class HandoverFacts:
    """What the guards need to know."""


_S = HandoverState

HANDOVER: Machine[HandoverFacts] = Machine(
    "case_handover",
    HandoverState,
    _S.OFFERED,
    (
        Transition("accept", (_S.OFFERED,), _S.ACCEPTED, P.CASES_HANDOVER),
        Transition("decline", (_S.OFFERED,), _S.DECLINED, P.CASES_HANDOVER),
        Transition("withdraw", (_S.OFFERED,), _S.WITHDRAWN, P.CASES_HANDOVER),
    ),
)
