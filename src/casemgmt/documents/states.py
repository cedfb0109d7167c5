"""The route of a document: announced, kept, taken back by two persons; the content goes only with its key."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission
from casemgmt.states import Machine, Refusal, Transition


class DocumentState(StrEnum):
    """Where a document stands."""

    AWAITED = "awaited"
    KEPT = "kept"
    REMOVAL_PROPOSED = "removal_proposed"
    REMOVED = "removed"
    ERASED = "erased"


@dataclass(frozen=True)
class DocumentFacts:
    """What the guards of a document's route need."""

    created_by_id: UUID
    removal_proposed_by_id: UUID | None


def _by_who_announced_it(actor: Actor, facts: DocumentFacts) -> Refusal | None:
    if actor.user_id == facts.created_by_id:
        return None
    return Refusal("not-who-announced", "The content is sent, or the document withdrawn, by who announced it.")


def _by_a_second_person(actor: Actor, facts: DocumentFacts) -> Refusal | None:
    if actor.user_id != facts.removal_proposed_by_id:
        return None
    return Refusal("second-person-needed", "Somebody else than who proposed it removes a document.")


_S, _P = DocumentState, Permission

DOCUMENT: Machine[DocumentFacts] = Machine(
    "document",
    DocumentState,
    DocumentState.AWAITED,
    (
        Transition("receive", (_S.AWAITED,), _S.KEPT, _P.DOCUMENTS_WRITE, (_by_who_announced_it,)),
        Transition("withdraw", (_S.AWAITED,), _S.REMOVED, _P.DOCUMENTS_WRITE, (_by_who_announced_it,)),
        Transition("propose_removal", (_S.KEPT,), _S.REMOVAL_PROPOSED, _P.DOCUMENTS_WRITE),
        Transition("decline_removal", (_S.REMOVAL_PROPOSED,), _S.KEPT, _P.DOCUMENTS_WRITE),
        Transition("remove", (_S.REMOVAL_PROPOSED,), _S.REMOVED, _P.DOCUMENTS_REMOVE, (_by_a_second_person,)),
        Transition("erase", (_S.AWAITED, _S.KEPT, _S.REMOVAL_PROPOSED, _S.REMOVED), _S.ERASED, _P.DOCUMENTS_REMOVE),
    ),
)
