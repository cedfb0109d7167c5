"""The route of a temporary stay. There is no step that makes it longer: no source names one."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class StayState(StrEnum):
    """Where it stands."""

    STAYING = "staying"
    LEFT = "left"


@dataclass(frozen=True)
class StayFacts:
    """What the guards need to know."""

    on_team: bool
    """The team alone knows who stays, and sees them out."""


def _team(_: Actor, facts: StayFacts) -> Refusal | None:
    return None if facts.on_team else Refusal("forbidden", "Only the team of the case records this.")


TEMPORARY_STAY: Machine[StayFacts] = Machine(
    "temporary_stay",
    StayState,
    StayState.STAYING,
    (
        Transition(
            "leave",
            (StayState.STAYING,),
            StayState.LEFT,
            P.STAYS_WRITE,
            guards=(_team,),
            stops=("temporary_stay", "stay_after_transfer"),
        ),
    ),
)
