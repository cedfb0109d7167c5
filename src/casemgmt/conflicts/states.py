"""A declared conflict stands until a second person ends it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class ConflictState(StrEnum):
    """Where it stands."""

    STANDING = "standing"
    ENDED = "ended"


@dataclass(frozen=True)
class ConflictFacts:
    """What the guards need to know."""

    user_id: UUID
    declared_by_id: UUID


def _second_person(actor: Actor, facts: ConflictFacts) -> Refusal | None:
    if actor.user_id in {facts.user_id, facts.declared_by_id}:
        return Refusal("conflict-second-person-needed", "Neither the person concerned nor who declared it ends it.")
    return None


_S = ConflictState

STAFF_CONFLICT: Machine[ConflictFacts] = Machine(
    "staff_conflict",
    ConflictState,
    _S.STANDING,
    (Transition("end", (_S.STANDING,), _S.ENDED, P.CONFLICTS_MANAGE, guards=(_second_person,)),),
)
