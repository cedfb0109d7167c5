"""The routes of a conference, of an invitation to it, and of a decision that it made."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class ConferenceState(StrEnum):
    """Where it stands."""

    CALLED = "called"
    HELD = "held"
    SIGNED = "signed"
    CANCELLED = "cancelled"


class InvitationState(StrEnum):
    """Where it stands."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class DecisionState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True)
class ConferenceFacts:
    """What the guards of a conference need to know."""

    on_team: bool
    case_seen: bool
    was_there: bool
    begun: bool
    """Its day has come: one that begins an hour early is written down all the same."""
    recorded_by_id: UUID | None


@dataclass(frozen=True)
class InvitationFacts:
    """What the guards of an invitation need to know."""

    conference_state: str
    on_team: bool
    user_id: UUID | None


@dataclass(frozen=True)
class DecisionFacts:
    """What the guards of a decision need to know."""

    on_team: bool
    responsible_id: UUID


AnyFacts = ConferenceFacts | InvitationFacts | DecisionFacts


def _team(_: Actor, facts: AnyFacts) -> Refusal | None:
    if facts.on_team:
        return None
    return Refusal("conference-of-another-team", "The team of the case calls its conferences and keeps their minutes.")


def _begun(_: Actor, facts: ConferenceFacts) -> Refusal | None:
    return None if facts.begun else Refusal("conference-in-future", "The day of the conference has not come yet.")


def _there(_: Actor, facts: ConferenceFacts) -> Refusal | None:
    if facts.was_there or facts.case_seen:
        return None
    return Refusal("not-at-the-conference", "Who was there signs the minutes, or somebody who sees the case.")


def _second_person(actor: Actor, facts: ConferenceFacts) -> Refusal | None:
    if actor.user_id != facts.recorded_by_id:
        return None
    return Refusal("minutes-second-person-needed", "Who wrote the minutes does not sign them: somebody else does.")


def _own(actor: Actor, facts: InvitationFacts) -> Refusal | None:
    if actor.user_id == facts.user_id:
        return None
    return Refusal("invitation-of-another", "Whoever is invited answers.")


def _still_called(_: Actor, facts: InvitationFacts) -> Refusal | None:
    if facts.conference_state == ConferenceState.CALLED:
        return None
    return Refusal("conference-is-over", "The conference was held or cancelled: invitations are answered no more.")


def _responsible(actor: Actor, facts: DecisionFacts) -> Refusal | None:
    if facts.on_team or actor.user_id == facts.responsible_id:
        return None
    return Refusal("decision-of-another", "Somebody else does what was decided.")


_C, _I, _D = ConferenceState, InvitationState, DecisionState
_ANSWERS, _RECORD = ("conference_answer", "conference_attendance"), ("conference_record",)
_LIVE = (_I.INVITED, _I.ACCEPTED)

CONFERENCE: Machine[ConferenceFacts] = Machine(
    "conference",
    ConferenceState,
    _C.CALLED,
    (
        Transition("move", (_C.CALLED,), _C.CALLED, P.CONFERENCES_CALL, guards=(_team,), stops=_RECORD, starts=_RECORD),
        Transition("invite", (_C.CALLED,), _C.CALLED, P.CONFERENCES_CALL, guards=(_team,), starts=_ANSWERS[:1]),
        Transition("cancel", (_C.CALLED,), _C.CANCELLED, P.CONFERENCES_CALL, guards=(_team,), stops=_RECORD + _ANSWERS),
        Transition(
            "hold",
            (_C.CALLED,),
            _C.HELD,
            P.CONFERENCES_CALL,
            guards=(_team, _begun),
            stops=_RECORD + _ANSWERS,
            starts=("conference_sign_off", "conference_decision"),
        ),
        Transition(
            "sign",
            (_C.HELD,),
            _C.SIGNED,
            P.CONFERENCES_ATTEND,
            guards=(_there, _second_person),
            stops=("conference_sign_off",),
        ),
    ),
)

INVITATION: Machine[InvitationFacts] = Machine(
    "conference_participant",
    InvitationState,
    _I.INVITED,
    (
        Transition(
            "accept",
            (_I.INVITED,),
            _I.ACCEPTED,
            P.CONFERENCES_ATTEND,
            guards=(_own, _still_called),
            stops=_ANSWERS[:1],
            starts=_ANSWERS[1:],
        ),
        Transition("decline", _LIVE, _I.DECLINED, P.CONFERENCES_ATTEND, guards=(_own, _still_called), stops=_ANSWERS),
        Transition(
            "send_another", _LIVE, _I.REPLACED, P.CONFERENCES_ATTEND, guards=(_own, _still_called), stops=_ANSWERS
        ),
        Transition("withdraw", _LIVE, _I.WITHDRAWN, P.CONFERENCES_CALL, guards=(_team, _still_called), stops=_ANSWERS),
    ),
)

DECISION: Machine[DecisionFacts] = Machine(
    "conference_decision",
    DecisionState,
    _D.OPEN,
    (
        Transition(
            "complete",
            (_D.OPEN,),
            _D.DONE,
            P.CONFERENCES_ATTEND,
            guards=(_responsible,),
            stops=("conference_decision",),
        ),
        Transition(
            "pass_on",
            (_D.OPEN,),
            _D.OPEN,
            P.CONFERENCES_CALL,
            guards=(_team,),
            stops=("conference_decision",),
            starts=("conference_decision",),
        ),
        Transition("drop", (_D.OPEN,), _D.DROPPED, P.CONFERENCES_CALL, guards=(_team,), stops=("conference_decision",)),
    ),
)
