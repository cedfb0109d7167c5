"""The route of a session at a centre."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class SessionState(StrEnum):
    """Where it stands."""

    BOOKED = "booked"
    HELD = "held"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class SessionFacts:
    """What the guards need to know."""


_S = SessionState

SESSION: Machine[SessionFacts] = Machine(
    "centre_session",
    SessionState,
    _S.BOOKED,
    (
        Transition("hold", (_S.BOOKED,), _S.HELD, P.SESSIONS_HOLD),
        Transition("record_no_show", (_S.BOOKED,), _S.NO_SHOW, P.SESSIONS_HOLD),
        Transition("cancel", (_S.BOOKED,), _S.CANCELLED, P.SESSIONS_BOOK),
    ),
)
