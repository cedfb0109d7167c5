"""What an account is to get is open until a second person decides, or who asked takes it back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class ChangeState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ChangeFacts:
    """What the guards need to know."""

    user_id: UUID
    requested_by_id: UUID
    nationwide: bool
    expires_at: datetime
    now: datetime


def _second_person(actor: Actor, facts: ChangeFacts) -> Refusal | None:
    if actor.user_id == facts.user_id:
        return Refusal("own-account", "Nobody decides on their own account.")
    if actor.user_id == facts.requested_by_id:
        return Refusal("second-person-needed", "Another person than the one who asked for it decides.")
    return None


def _administrator_where_nationwide(actor: Actor, facts: ChangeFacts) -> Refusal | None:
    if facts.nationwide and not actor.may(P.USERS_MANAGE):
        return Refusal("other-administrator-needed", "The account reaches beyond your body: an administrator decides.")
    return None


def _in_time(_: Actor, facts: ChangeFacts) -> Refusal | None:
    if facts.expires_at <= facts.now:
        return Refusal("request-over", "The time in which this could be granted is over.")
    return None


_S = ChangeState

ACCOUNT_CHANGE: Machine[ChangeFacts] = Machine(
    "account_change",
    ChangeState,
    _S.OPEN,
    (
        Transition(
            "approve",
            (_S.OPEN,),
            _S.GRANTED,
            P.USERS_APPROVE,
            guards=(_second_person, _administrator_where_nationwide, _in_time),
        ),
        Transition(
            "decline",
            (_S.OPEN,),
            _S.DECLINED,
            P.USERS_APPROVE,
            guards=(_second_person, _administrator_where_nationwide),
        ),
        Transition("withdraw", (_S.OPEN,), _S.WITHDRAWN, P.USERS_MANAGE),
    ),
)
