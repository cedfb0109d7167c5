"""The route of a session at a centre."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class SessionState(StrEnum):
    """Where it stands."""

    BOOKED = "booked"
    HELD = "held"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered_in_error"
    """Said to have taken place, or to have been missed, and marked by two persons (`corrections`): counts no longer."""


@dataclass(frozen=True)
class SessionFacts:
    """What the guards need to know."""

    specialist_id: UUID
    centre_id: UUID
    booked_by_id: UUID
    manager_id: UUID | None
    """The manager of the case; None where the actor sees the session but not its case."""
    started: bool
    ending_with_consent: bool = False
    """The consent on which it rests ends in this very act."""


def _is_head(actor: Actor, facts: SessionFacts) -> bool:
    return actor.organisation_id == facts.centre_id and actor.may(P.CENTRES_MANAGE)


def _sees_case(_: Actor, facts: SessionFacts) -> Refusal | None:
    if facts.manager_id is not None:
        return None
    return Refusal("case-out-of-sight", "You see the time at your centre, not the case: its team acts on it.")


def _started(_: Actor, facts: SessionFacts) -> Refusal | None:
    if facts.started:
        return None
    return Refusal("session-in-future", "The session has not begun yet.")


def _holder(actor: Actor, facts: SessionFacts) -> Refusal | None:
    if actor.user_id == facts.specialist_id or _is_head(actor, facts):
        return None
    return Refusal("forbidden", "Only the specialist of the session or the head of the centre records it.")


def _canceller(actor: Actor, facts: SessionFacts) -> Refusal | None:
    if actor.user_id in (facts.specialist_id, facts.manager_id, facts.booked_by_id) or _is_head(actor, facts):
        return None
    return Refusal(
        "forbidden",
        "Only the specialist, the case manager, who booked, or the head of the centre moves or cancels a session.",
    )


def _with_consent(_: Actor, facts: SessionFacts) -> Refusal | None:
    if facts.ending_with_consent:
        return None
    return Refusal("ends-with-consent", "This ends with the consent on which it rests, and not otherwise.")


_S = SessionState
_RECORDED = (_sees_case, _holder, _started)
_ASKED = ("session_without_specialist",)
"""What its manager was asked where the specialist is away."""
FOLLOW_UPS = ("no_show_call", "no_show_visit", "no_show_signal", "repeated_no_show")
"""What is to be done because nobody came."""

SESSION: Machine[SessionFacts] = Machine(
    "centre_session",
    SessionState,
    _S.BOOKED,
    (
        Transition("hold", (_S.BOOKED,), _S.HELD, P.SESSIONS_HOLD, guards=_RECORDED, stops=_ASKED),
        Transition("record_no_show", (_S.BOOKED,), _S.NO_SHOW, P.SESSIONS_HOLD, guards=_RECORDED, stops=_ASKED),
        Transition(
            "move",
            (_S.BOOKED,),
            _S.BOOKED,
            P.SESSIONS_BOOK,
            guards=(_sees_case, _canceller),
            stops=(*_ASKED, "staff_take_over", "conflict_take_over"),
        ),
        Transition(
            "cancel", (_S.BOOKED,), _S.CANCELLED, P.SESSIONS_BOOK, guards=(_sees_case, _canceller), stops=_ASKED
        ),
        Transition(
            "end_with_consent", (_S.BOOKED,), _S.CANCELLED, P.CONSENTS_WRITE, guards=(_with_consent,), stops=_ASKED
        ),
        Transition(
            "enter_in_error",
            (_S.HELD, _S.NO_SHOW),
            _S.ENTERED_IN_ERROR,
            P.CORRECTIONS_DECIDE,
            through="record_error",
            stops=FOLLOW_UPS,
        ),
    ),
)
