"""The route of a signal, from receipt to a decision that somebody answers for."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition

SEVERE = ("high", "critical")
"""A signal of this severity is not closed without action by one person alone."""


class SignalState(StrEnum):
    """Where a signal stands."""

    RECEIVED = "received"
    EMERGENCY = "emergency"
    REFERRED = "referred"
    IN_CONSULTATION = "in_consultation"
    REDIRECTED = "redirected"
    AWAITING_REVIEW = "awaiting_review"
    AWAITING_CASE = "awaiting_case"
    ATTACHED = "attached"
    CLOSED = "closed"


@dataclass(frozen=True)
class SignalFacts:
    """What the guards need to know."""

    severity: str
    """The gravest that was ever given or suggested, the triage in hand included."""
    triaged_by_id: UUID | None
    has_known_child: bool
    redirected_inside: bool
    """The competent body works with this service and takes the signal over itself."""
    at_the_desk: bool
    """The actor's body owns the signal, or is a body of its region."""


def _not_severe(_: Actor, facts: SignalFacts) -> Refusal | None:
    if facts.severity in SEVERE:
        return Refusal(
            "second-person-needed", "A signal of high severity is closed without action by two persons only."
        )
    return None


def _severe(_: Actor, facts: SignalFacts) -> Refusal | None:
    if facts.severity in SEVERE:
        return None
    return Refusal("second-person-not-needed", "A signal of this severity is closed without action by one person.")


def _second_person(actor: Actor, facts: SignalFacts) -> Refusal | None:
    if actor.user_id == facts.triaged_by_id:
        return Refusal("second-person-needed", "The person who triaged the signal can't review that decision.")
    return None


def _has_known_child(_: Actor, facts: SignalFacts) -> Refusal | None:
    if facts.has_known_child:
        return None
    return Refusal("child-unknown", "Name the child whom the signal is about first.")


def _redirected_outside(_: Actor, facts: SignalFacts) -> Refusal | None:
    if facts.redirected_inside:
        return Refusal("body-takes-over-itself", "The body that it was redirected to takes it over in this service.")
    return None


def _redirected_inside(_: Actor, facts: SignalFacts) -> Refusal | None:
    if facts.redirected_inside:
        return None
    return Refusal("body-outside", "The body outside takes nothing over in this service: record what it answers.")


def _at_the_desk(_: Actor, facts: SignalFacts) -> Refusal | None:
    if facts.at_the_desk:
        return None
    return Refusal("not-your-desk", "Only the body that owns the signal or a desk of its region decides on it.")


def _step(
    action: str,
    source: SignalState | tuple[SignalState, ...],
    target: SignalState,
    permission: P,
    **more: tuple[object, ...],
) -> Transition[SignalFacts]:
    sources = source if isinstance(source, tuple) else (source,)
    return Transition(action, sources, target, permission, **more)  # type: ignore[arg-type]  # guards, starts, stops by name


_S = SignalState
_UNDECIDED = (_S.RECEIVED, _S.EMERGENCY, _S.AWAITING_CASE)

SIGNAL = Machine(
    "signal",
    SignalState,
    _S.RECEIVED,
    (
        _step(
            "triage_emergency",
            (_S.RECEIVED, _S.AWAITING_CASE),
            _S.EMERGENCY,
            P.SIGNALS_TRIAGE,
            guards=(_at_the_desk,),
        ),
        _step("triage_mobile_group_referral", _UNDECIDED, _S.REFERRED, P.SIGNALS_TRIAGE, guards=(_at_the_desk,)),
        _step(
            "triage_consultation",
            (_S.RECEIVED, _S.EMERGENCY),
            _S.IN_CONSULTATION,
            P.SIGNALS_TRIAGE,
            guards=(_at_the_desk,),
        ),
        _step("triage_redirect", _UNDECIDED, _S.REDIRECTED, P.SIGNALS_TRIAGE, guards=(_at_the_desk,)),
        _step(
            "triage_attach_to_case",
            _UNDECIDED,
            _S.ATTACHED,
            P.SIGNALS_TRIAGE,
            guards=(_at_the_desk, _has_known_child),
        ),
        _step("triage_no_ground", _S.RECEIVED, _S.CLOSED, P.SIGNALS_TRIAGE, guards=(_at_the_desk, _not_severe)),
        _step("propose_no_ground", _S.RECEIVED, _S.AWAITING_REVIEW, P.SIGNALS_TRIAGE, guards=(_at_the_desk, _severe)),
        # Somebody found ground to act already: one person alone can't say that there was none, whatever the severity.
        _step(
            "propose_no_ground",
            (_S.EMERGENCY, _S.AWAITING_CASE),
            _S.AWAITING_REVIEW,
            P.SIGNALS_TRIAGE,
            guards=(_at_the_desk,),
        ),
        _step(
            "confirm_no_ground",
            _S.AWAITING_REVIEW,
            _S.CLOSED,
            P.SIGNALS_REVIEW,
            guards=(_at_the_desk, _second_person),
        ),
        _step(
            "reject_no_ground",
            _S.AWAITING_REVIEW,
            _S.RECEIVED,
            P.SIGNALS_REVIEW,
            guards=(_at_the_desk, _second_person),
        ),
        _step("acknowledge_emergency", _S.EMERGENCY, _S.EMERGENCY, P.SIGNALS_TRIAGE, guards=(_at_the_desk,)),
        _step("complete_consultation", _S.IN_CONSULTATION, _S.CLOSED, P.SIGNALS_TRIAGE, guards=(_at_the_desk,)),
        _step(
            "acknowledge_redirect",
            _S.REDIRECTED,
            _S.CLOSED,
            P.SIGNALS_TRIAGE,
            guards=(_at_the_desk, _redirected_outside),
        ),
        _step(
            "accept_redirect",
            _S.REDIRECTED,
            _S.RECEIVED,
            P.SIGNALS_TRIAGE,
            guards=(_at_the_desk, _redirected_inside),
        ),
        # The body itself where it works with this service; of one outside the desk that asked it.
        _step("refuse_redirect", _S.REDIRECTED, _S.RECEIVED, P.SIGNALS_TRIAGE, guards=(_at_the_desk,)),
        _step(
            "open_case",
            (_S.EMERGENCY, _S.AWAITING_CASE),
            _S.ATTACHED,
            P.CASES_OPEN,
            guards=(_has_known_child,),
        ),
        # Taken by the use cases of the referral, not by a call on the signal.
        _step("withdraw_referral", _S.REFERRED, _S.RECEIVED, P.REFERRALS_OFFER, guards=(_at_the_desk,)),
        _step("decline_referral", _S.REFERRED, _S.RECEIVED, P.REFERRALS_ANSWER),
        _step("report_consultation", _S.REFERRED, _S.CLOSED, P.VISITS_WRITE),
        _step("report_accompaniment", _S.REFERRED, _S.AWAITING_CASE, P.VISITS_WRITE),
        _step("report_accompaniment_of_open_case", _S.REFERRED, _S.ATTACHED, P.VISITS_WRITE),
        _step("report_support_centre", _S.REFERRED, _S.AWAITING_CASE, P.VISITS_WRITE),
        _step("report_emergency_measures", _S.REFERRED, _S.EMERGENCY, P.VISITS_WRITE),
    ),
)
