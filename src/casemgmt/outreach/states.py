"""The route of a referral to a mobile group."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class ReferralState(StrEnum):
    """Where it stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    DEPARTED = "departed"
    VISITED = "visited"
    NO_CONTACT = "no_contact"
    REPORTED = "reported"


@dataclass(frozen=True)
class ReferralFacts:
    """What the guards need to know."""

    mobile_group_id: UUID
    actor_groups: frozenset[UUID]
    """The groups of which the actor is a member now."""
    at_the_desk: bool
    """The actor's body owns the signal, or is a body of its region."""
    unread_warnings: int
    """Warnings in force of which the actor hasn't said that they were read."""


def _own_group(_: Actor, facts: ReferralFacts) -> Refusal | None:
    if facts.mobile_group_id in facts.actor_groups:
        return None
    return Refusal("not-your-group", "Only members of the mobile group act on its referral.")


def _at_the_desk(_: Actor, facts: ReferralFacts) -> Refusal | None:
    if facts.at_the_desk:
        return None
    return Refusal("not-your-desk", "Only the body that owns the signal or a desk of its region decides on it.")


def _warnings_read(_: Actor, facts: ReferralFacts) -> Refusal | None:
    if facts.unread_warnings:
        return Refusal("warnings-unread", "Read the warnings for the visitors first, and say that they were read.")
    return None


_S = ReferralState
_GIVEN_BACK_FROM = (_S.OFFERED, _S.ACCEPTED, _S.NO_CONTACT)

REFERRAL: Machine[ReferralFacts] = Machine(
    "referral",
    ReferralState,
    _S.OFFERED,
    (
        Transition("accept", (_S.OFFERED,), _S.ACCEPTED, P.REFERRALS_ANSWER, (_own_group,)),
        Transition("decline", _GIVEN_BACK_FROM, _S.DECLINED, P.REFERRALS_ANSWER, (_own_group,)),
        Transition("withdraw", _GIVEN_BACK_FROM, _S.WITHDRAWN, P.REFERRALS_OFFER, (_at_the_desk,)),
        Transition("depart", (_S.ACCEPTED, _S.NO_CONTACT), _S.DEPARTED, P.VISITS_WRITE, (_own_group, _warnings_read)),
        Transition("record_no_contact", (_S.DEPARTED,), _S.NO_CONTACT, P.VISITS_WRITE, (_own_group,)),
        Transition("record_visit", (_S.DEPARTED,), _S.VISITED, P.VISITS_WRITE, (_own_group,)),
        Transition("report", (_S.VISITED,), _S.REPORTED, P.VISITS_WRITE, (_own_group,)),
    ),
)
