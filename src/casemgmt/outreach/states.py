"""The route of a referral to a mobile group."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


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


_S = ReferralState

REFERRAL: Machine[ReferralFacts] = Machine(
    "referral",
    ReferralState,
    _S.OFFERED,
    (
        Transition("accept", (_S.OFFERED,), _S.ACCEPTED, P.REFERRALS_ANSWER),
        Transition(
            "decline",
            (
                _S.OFFERED,
                _S.ACCEPTED,
            ),
            _S.DECLINED,
            P.REFERRALS_ANSWER,
        ),
        Transition(
            "withdraw",
            (
                _S.OFFERED,
                _S.ACCEPTED,
                _S.NO_CONTACT,
            ),
            _S.WITHDRAWN,
            P.REFERRALS_OFFER,
        ),
        Transition(
            "depart",
            (
                _S.ACCEPTED,
                _S.NO_CONTACT,
            ),
            _S.DEPARTED,
            P.VISITS_WRITE,
        ),
        Transition("record_no_contact", (_S.DEPARTED,), _S.NO_CONTACT, P.VISITS_WRITE),
        Transition("record_visit", (_S.DEPARTED,), _S.VISITED, P.VISITS_WRITE),
        Transition("report", (_S.VISITED,), _S.REPORTED, P.VISITS_WRITE),
    ),
)
