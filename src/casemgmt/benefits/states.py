"""The routes of a determination, of an appeal and of an offer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class DeterminationState(StrEnum):
    """Where it stands."""

    MADE = "made"
    REFUSAL_PROPOSED = "refusal_proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    SET_ASIDE = "set_aside"
    OVERTURNED = "overturned"


@dataclass(frozen=True)
class DeterminationFacts:
    """What the guards need to know."""

    mode: str
    settled: bool
    entitled: str
    proposed_by_id: UUID | None
    offer_open: bool = False
    """The family may still answer an offer that rests on it."""
    granted_already: bool = False
    """Another determination of the same benefit, family and day was approved."""
    appeal_upheld: bool = False
    """An appeal against the decision is being upheld in this very act."""


def _no_estimate(_: Actor, facts: DeterminationFacts) -> Refusal | None:
    if facts.mode == "decide":
        return None
    return Refusal(
        "estimate-cannot-decide",
        "This is an estimate: a decision about money needs a determination in the mode 'decide'.",
    )


def _settled(_: Actor, facts: DeterminationFacts) -> Refusal | None:
    if facts.settled:
        return None
    return Refusal("answer-still-open", "Facts are missing: the answer or the amount is still open.")


def _entitled(_: Actor, facts: DeterminationFacts) -> Refusal | None:
    if facts.entitled == "yes":
        return None
    return Refusal("not-entitled", "The law answers no: this can be refused, not approved.")


def _no_open_offer(_: Actor, facts: DeterminationFacts) -> Refusal | None:
    if not facts.offer_open:
        return None
    return Refusal("offer-open", "The family has been offered this and may still answer.")


def _not_twice(_: Actor, facts: DeterminationFacts) -> Refusal | None:
    if not facts.granted_already:
        return None
    return Refusal("granted-already", "This benefit was granted to this family for this day already.")


def _second_person(actor: Actor, facts: DeterminationFacts) -> Refusal | None:
    if actor.user_id != facts.proposed_by_id:
        return None
    return Refusal("own-refusal", "Another person than the one who proposed the refusal confirms it.")


def _by_appeal(_: Actor, facts: DeterminationFacts) -> Refusal | None:
    if facts.appeal_upheld:
        return None
    return Refusal("overturned-by-appeal", "A decision is overturned when an appeal is upheld, and not otherwise.")


_D = DeterminationState

DETERMINATION: Machine[DeterminationFacts] = Machine(
    "benefit_determination",
    DeterminationState,
    _D.MADE,
    (
        Transition(
            "approve",
            (_D.MADE,),
            _D.APPROVED,
            P.BENEFITS_DECIDE,
            guards=(_no_estimate, _settled, _entitled, _no_open_offer, _not_twice),
            stops=("benefit_decision",),
        ),
        Transition(
            "propose_refusal",
            (_D.MADE,),
            _D.REFUSAL_PROPOSED,
            P.BENEFITS_DECIDE,
            guards=(_no_estimate, _no_open_offer),
            starts=("benefit_refusal_confirmation",),
        ),
        Transition(
            "confirm_refusal",
            (_D.REFUSAL_PROPOSED,),
            _D.REFUSED,
            P.BENEFITS_REVIEW,
            guards=(_second_person,),
            stops=("benefit_refusal_confirmation", "benefit_decision"),
        ),
        Transition(
            "return_refusal",
            (_D.REFUSAL_PROPOSED,),
            _D.MADE,
            P.BENEFITS_REVIEW,
            stops=("benefit_refusal_confirmation",),
        ),
        Transition(
            "set_aside",
            (_D.MADE,),
            _D.SET_ASIDE,
            P.BENEFITS_DETERMINE,
            guards=(_no_open_offer,),
            stops=("benefit_decision",),
        ),
        Transition("overturn", (_D.APPROVED, _D.REFUSED), _D.OVERTURNED, P.BENEFITS_REVIEW, guards=(_by_appeal,)),
    ),
)


class AppealState(StrEnum):
    """Where it stands."""

    LODGED = "lodged"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class AppealFacts:
    """What the guards need to know."""

    against_id: UUID
    proposer_id: UUID | None


def _no_part_in_it(actor: Actor, facts: AppealFacts) -> Refusal | None:
    if actor.user_id not in (facts.against_id, facts.proposer_id):
        return None
    return Refusal("own-decision", "Who took part in a decision does not settle the appeal against it.")


_A = AppealState

APPEAL: Machine[AppealFacts] = Machine(
    "benefit_appeal",
    AppealState,
    _A.LODGED,
    (
        Transition(
            "uphold", (_A.LODGED,), _A.UPHELD, P.BENEFITS_REVIEW, guards=(_no_part_in_it,), stops=("benefit_appeal",)
        ),
        Transition(
            "dismiss",
            (_A.LODGED,),
            _A.DISMISSED,
            P.BENEFITS_REVIEW,
            guards=(_no_part_in_it,),
            stops=("benefit_appeal",),
        ),
    ),
)


class OfferState(StrEnum):
    """Where it stands."""

    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    """The consent on which it rested is no more."""


@dataclass(frozen=True)
class OfferFacts:
    """What the guards need to know. `answered_at`: the moment of the family's answer, or of the act."""

    answer_by: datetime
    answered_at: datetime
    consent_holds: bool = True
    """The consent on which it rests, where it rests on one on record."""
    ending_with_consent: bool = False
    """That consent ends in this very act."""


def _in_time(_: Actor, facts: OfferFacts) -> Refusal | None:
    if facts.answered_at <= facts.answer_by:
        return None
    return Refusal(
        "offer-lapsed",
        "The days to answer are over: the benefit is given on an application.",
        {"answer_by": facts.answer_by.isoformat()},
    )


def _time_is_over(_: Actor, facts: OfferFacts) -> Refusal | None:
    if facts.answered_at > facts.answer_by:
        return None
    return Refusal("offer-still-open", "The family may still answer.", {"answer_by": facts.answer_by.isoformat()})


def _consent_holds(_: Actor, facts: OfferFacts) -> Refusal | None:
    if facts.consent_holds:
        return None
    return Refusal("consent-not-in-force", "The consent on which the offer rests was withdrawn or is over.")


def _with_consent(_: Actor, facts: OfferFacts) -> Refusal | None:
    if facts.ending_with_consent:
        return None
    return Refusal("ends-with-consent", "This ends with the consent on which it rests, and not otherwise.")


_O = OfferState

OFFER: Machine[OfferFacts] = Machine(
    "benefit_offer",
    OfferState,
    _O.MADE,
    (
        Transition(
            "accept",
            (_O.MADE,),
            _O.ACCEPTED,
            P.BENEFITS_OFFER,
            guards=(_in_time, _consent_holds),
            stops=("benefit_offer_answer",),
        ),
        Transition(
            "decline", (_O.MADE,), _O.DECLINED, P.BENEFITS_OFFER, guards=(_in_time,), stops=("benefit_offer_answer",)
        ),
        Transition(
            "lapse", (_O.MADE,), _O.LAPSED, P.BENEFITS_OFFER, guards=(_time_is_over,), stops=("benefit_offer_answer",)
        ),
        Transition(
            "end_with_consent",
            (_O.MADE,),
            _O.WITHDRAWN,
            P.CONSENTS_WRITE,
            guards=(_with_consent,),
            stops=("benefit_offer_answer",),
        ),
    ),
)
