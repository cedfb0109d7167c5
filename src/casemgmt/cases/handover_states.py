"""The offer of a case to another manager."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class HandoverState(StrEnum):
    """Where it stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class HandoverFacts:
    """What the guards need to know."""

    from_user_id: UUID
    to_user_id: UUID


def _receiver(actor: Actor, facts: HandoverFacts) -> Refusal | None:
    if actor.user_id == facts.to_user_id:
        return None
    return Refusal("not-offered-to-you", "The case is offered to somebody else.")


def _giver(actor: Actor, facts: HandoverFacts) -> Refusal | None:
    if actor.user_id == facts.from_user_id or actor.may(P.TASKS_SUPERVISE):
        return None
    return Refusal("passed-on-by-manager-only", "Only the case manager or a supervisor passes the case on.")


_S = HandoverState

HANDOVER: Machine[HandoverFacts] = Machine(
    "case_handover",
    HandoverState,
    _S.OFFERED,
    (
        Transition(
            "accept", (_S.OFFERED,), _S.ACCEPTED, P.CASES_HANDOVER, guards=(_receiver,), stops=("handover_acceptance",)
        ),
        Transition(
            "decline", (_S.OFFERED,), _S.DECLINED, P.CASES_HANDOVER, guards=(_receiver,), stops=("handover_acceptance",)
        ),
        Transition(
            "withdraw", (_S.OFFERED,), _S.WITHDRAWN, P.CASES_HANDOVER, guards=(_giver,), stops=("handover_acceptance",)
        ),
    ),
)
