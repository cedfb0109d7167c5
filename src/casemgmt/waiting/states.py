"""The route of an entry of a waiting list."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class WaitingState(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    PLACED = "placed"
    ENDED = "ended"


@dataclass(frozen=True)
class WaitingFacts:
    """What the guards need to know."""

    on_team: bool
    lapsed: bool
    """The time for an answer to the offer is over."""


def _team(_: Actor, facts: WaitingFacts) -> Refusal | None:
    return None if facts.on_team else Refusal("forbidden", "Only the team of the case records this.")


def _in_time(_: Actor, facts: WaitingFacts) -> Refusal | None:
    return (
        Refusal("waiting-offer-lapsed", "The time for an answer is over: the entry waits on.") if facts.lapsed else None
    )


_S = WaitingState
_CLOCK = ("waiting_offer",)

WAITING_ENTRY: Machine[WaitingFacts] = Machine(
    "waiting_entry",
    WaitingState,
    _S.WAITING,
    (
        Transition("accept", (_S.OFFERED,), _S.PLACED, P.SESSIONS_BOOK, guards=(_team, _in_time), stops=_CLOCK),
        Transition("decline", (_S.OFFERED,), _S.WAITING, P.SESSIONS_BOOK, guards=(_team,), stops=_CLOCK),
        Transition("end", (_S.WAITING, _S.OFFERED), _S.ENDED, P.SESSIONS_BOOK, guards=(_team,), stops=_CLOCK),
        Transition("offer", (_S.WAITING,), _S.OFFERED, P.CENTRES_MANAGE, starts=_CLOCK),
    ),
)
