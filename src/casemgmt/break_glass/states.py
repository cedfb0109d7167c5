"""What becomes of a grant: its review is closed by a second person. Ended or expired is a moment and no state."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class GlassState(StrEnum):
    """Where the review stands."""

    AWAITING_REVIEW = "awaiting_review"
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


@dataclass(frozen=True)
class GlassFacts:
    """What the guards need to know."""

    user_id: UUID
    over: bool
    """Ended by the holder, or expired."""


def _holder(actor: Actor, facts: GlassFacts) -> Refusal | None:
    if actor.user_id != facts.user_id:
        return Refusal("not-your-grant", "Only its holder gives a grant back.")
    if facts.over:
        return Refusal("break-glass-over", "The grant is over.")
    return None


def _second_person(actor: Actor, facts: GlassFacts) -> Refusal | None:
    if actor.user_id == facts.user_id:
        return Refusal("second-reviewer-needed", "Nobody reviews what they opened themselves.")
    return None


_S = GlassState
_CLOCK = ("break_glass_review",)

BREAK_GLASS: Machine[GlassFacts] = Machine(
    "break_glass_grant",
    GlassState,
    _S.AWAITING_REVIEW,
    (
        *(Transition("end", (state,), state, P.BREAK_GLASS_OPEN, guards=(_holder,)) for state in _S),
        Transition(
            "justify", (_S.AWAITING_REVIEW,), _S.JUSTIFIED, P.BREAK_GLASS_REVIEW, guards=(_second_person,), stops=_CLOCK
        ),
        Transition(
            "find_unjustified",
            (_S.AWAITING_REVIEW,),
            _S.UNJUSTIFIED,
            P.BREAK_GLASS_REVIEW,
            guards=(_second_person,),
            stops=_CLOCK,
        ),
    ),
)
