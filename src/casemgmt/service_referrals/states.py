"""The route of a referral to another body."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class ServiceReferralState(StrEnum):
    """Where it stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ServiceReferralFacts:
    """What the guards need to know."""

    to_organisation_id: UUID
    offered_by_id: UUID
    responsible_id: UUID | None
    case_seen: bool
    """Whether the actor sees the case: then the referral goes out from the actor's side."""


def _receiving_body(actor: Actor, facts: ServiceReferralFacts) -> Refusal | None:
    if actor.organisation_id == facts.to_organisation_id:
        return None
    return Refusal("not-referred-to-your-body", "Another body is asked.")


def _second_person(actor: Actor, facts: ServiceReferralFacts) -> Refusal | None:
    if actor.user_id != facts.offered_by_id:
        return None
    return Refusal("referrer-cannot-answer", "Whoever asked the body does not answer for it.")


def _responsible(actor: Actor, facts: ServiceReferralFacts) -> Refusal | None:
    if actor.user_id == facts.responsible_id or actor.may(P.SERVICE_REFERRALS_ANSWER):
        return None
    return Refusal("referral-of-another", "Somebody else of your body does what is asked.")


def _referring_side(_: Actor, facts: ServiceReferralFacts) -> Refusal | None:
    if facts.case_seen:
        return None
    return Refusal("not-referred-by-you", "The team of the case withdraws what it asked.")


_S = ServiceReferralState
_ANSWERS = (_receiving_body, _second_person)
_OFFER, _WORK = ("service_referral_acceptance",), ("service_referral_completion",)

SERVICE_REFERRAL: Machine[ServiceReferralFacts] = Machine(
    "service_referral",
    ServiceReferralState,
    _S.OFFERED,
    (
        Transition(
            "accept",
            (_S.OFFERED,),
            _S.ACCEPTED,
            P.SERVICE_REFERRALS_ANSWER,
            guards=_ANSWERS,
            stops=_OFFER,
            starts=_WORK,
        ),
        Transition("decline", (_S.OFFERED,), _S.DECLINED, P.SERVICE_REFERRALS_ANSWER, guards=_ANSWERS, stops=_OFFER),
        Transition(
            "complete",
            (_S.ACCEPTED,),
            _S.DONE,
            P.SERVICE_REFERRALS_WORK,
            guards=(_receiving_body, _responsible),
            stops=_WORK,
        ),
        Transition(
            "withdraw",
            (_S.OFFERED, _S.ACCEPTED),
            _S.WITHDRAWN,
            P.SERVICE_REFERRALS_OFFER,
            guards=(_referring_side,),
            stops=_OFFER + _WORK,
        ),
    ),
)
