"""The route of a correction."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class CorrectionState(StrEnum):
    """Where it stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class CorrectionFacts:
    """What the guards need to know."""

    proposed_by_id: UUID
    last_child: bool
    """The record is the place in the case of its only child."""


def _second_person(actor: Actor, facts: CorrectionFacts) -> Refusal | None:
    if actor.user_id != facts.proposed_by_id:
        return None
    return Refusal("correction-second-person-needed", "Whoever says that a record is an error does not confirm it.")


def _own(actor: Actor, facts: CorrectionFacts) -> Refusal | None:
    if actor.user_id == facts.proposed_by_id:
        return None
    return Refusal("correction-of-another", "Whoever proposed the correction withdraws it.")


def _not_last_child(_: Actor, facts: CorrectionFacts) -> Refusal | None:
    if not facts.last_child:
        return None
    return Refusal("last-child-of-case", "A case without its only child is closed as opened by mistake.")


_S = CorrectionState

CORRECTION: Machine[CorrectionFacts] = Machine(
    "record_error",
    CorrectionState,
    _S.PROPOSED,
    (
        Transition(
            "confirm",
            (_S.PROPOSED,),
            _S.CONFIRMED,
            P.CORRECTIONS_DECIDE,
            guards=(_second_person, _not_last_child),
            starts=("first_contact_with_child", "assessment"),
            stops=("correction_decision",),
        ),
        Transition(
            "decline",
            (_S.PROPOSED,),
            _S.DECLINED,
            P.CORRECTIONS_DECIDE,
            guards=(_second_person,),
            stops=("correction_decision",),
        ),
        Transition(
            "withdraw",
            (_S.PROPOSED,),
            _S.WITHDRAWN,
            P.CORRECTIONS_PROPOSE,
            guards=(_own,),
            stops=("correction_decision",),
        ),
    ),
)
