"""The route of a copy: prepared by one person, released by another for some days."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class CopyState(StrEnum):
    """Where it stands."""

    PREPARED = "prepared"
    RELEASED = "released"
    DECLINED = "declined"


@dataclass(frozen=True)
class CopyFacts:
    """What the guards need to know."""

    prepared_by_id: UUID


def _second_person(actor: Actor, facts: CopyFacts) -> Refusal | None:
    if actor.user_id != facts.prepared_by_id:
        return None
    return Refusal("second-person-needed", "Another person than the one who prepared it releases a copy.")


_S = CopyState

SUBJECT_COPY: Machine[CopyFacts] = Machine(
    "subject_copy",
    CopyState,
    _S.PREPARED,
    (
        Transition("choose_texts", (_S.PREPARED,), _S.PREPARED, P.SUBJECT_COPIES_WRITE),
        Transition("release", (_S.PREPARED,), _S.RELEASED, P.SUBJECT_COPIES_WRITE, guards=(_second_person,)),
        Transition("decline", (_S.PREPARED,), _S.DECLINED, P.SUBJECT_COPIES_WRITE),
    ),
)
