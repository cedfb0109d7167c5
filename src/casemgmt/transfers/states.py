"""The act of transfer of a case."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class TransferState(StrEnum):
    """Where it stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class TransferFacts:
    """What the guards need to know."""

    to_organisation_id: UUID
    from_organisation_id: UUID
    offered_by_id: UUID


def _receiving_body(actor: Actor, facts: TransferFacts) -> Refusal | None:
    if actor.organisation_id == facts.to_organisation_id:
        return None
    return Refusal("not-transferred-to-your-body", "The case is offered to another body.")


def _second_person(actor: Actor, facts: TransferFacts) -> Refusal | None:
    if actor.user_id != facts.offered_by_id:
        return None
    return Refusal("second-person-accepts", "Whoever offered the transfer does not answer it.")


def _giving_body(actor: Actor, facts: TransferFacts) -> Refusal | None:
    if actor.organisation_id == facts.from_organisation_id:
        return None
    return Refusal("not-transferred-by-your-body", "Another body offered the case.")


_S = TransferState
_ANSWERS = (_receiving_body, _second_person)
_CLOCK = ("transfer_acceptance",)

TRANSFER: Machine[TransferFacts] = Machine(
    "case_transfer",
    TransferState,
    _S.OFFERED,
    (
        Transition("accept", (_S.OFFERED,), _S.ACCEPTED, P.TRANSFERS_RECEIVE, guards=_ANSWERS, stops=_CLOCK),
        Transition("decline", (_S.OFFERED,), _S.DECLINED, P.TRANSFERS_RECEIVE, guards=_ANSWERS, stops=_CLOCK),
        Transition("withdraw", (_S.OFFERED,), _S.WITHDRAWN, P.TRANSFERS_OFFER, guards=(_giving_body,), stops=_CLOCK),
    ),
)
