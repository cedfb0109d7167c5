"""What becomes of an alert: somebody else than the one concerned says what it was."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class AlertState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    EXPLAINED = "explained"
    MISUSE = "misuse"


@dataclass(frozen=True)
class AlertFacts:
    """What the guards need to know."""

    user_id: UUID


def _second_person(actor: Actor, facts: AlertFacts) -> Refusal | None:
    if actor.user_id == facts.user_id:
        return Refusal("alert-about-yourself", "Somebody else says what an alert about you was.")
    return None


_S = AlertState

ALERT: Machine[AlertFacts] = Machine(
    "security_alert",
    AlertState,
    _S.OPEN,
    (
        Transition("explain", (_S.OPEN,), _S.EXPLAINED, P.ALERTS_CLOSE, guards=(_second_person,)),
        Transition("find_misuse", (_S.OPEN,), _S.MISUSE, P.ALERTS_CLOSE, guards=(_second_person,)),
    ),
)
