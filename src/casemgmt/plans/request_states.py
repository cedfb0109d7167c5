"""The route of the question to another body whether it takes a measure of the plan on."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.plans.measure_states import OPEN_MEASURES, MeasureFacts, refuse_unless_in_force
from casemgmt.states import Machine, Refusal, Transition


class RequestState(StrEnum):
    """Where it stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True)
class RequestFacts:
    """What the guards need to know."""

    measure: MeasureFacts
    measure_state: str
    body_id: UUID
    asked_by_id: UUID


def _in_force(_: Actor, facts: RequestFacts) -> Refusal | None:
    return refuse_unless_in_force(facts.measure)


def _still_open(_: Actor, facts: RequestFacts) -> Refusal | None:
    if facts.measure_state in OPEN_MEASURES:
        return None
    return Refusal("measure-over", "The measure was done or dropped: nobody is asked about it any more.")


def _of_that_body(actor: Actor, facts: RequestFacts) -> Refusal | None:
    if actor.organisation_id == facts.body_id:
        return None
    return Refusal("not-of-the-body", "Somebody of the responsible body answers.")


def _second_person(actor: Actor, facts: RequestFacts) -> Refusal | None:
    if actor.user_id == facts.asked_by_id:
        return Refusal("asker-cannot-answer", "Another person than the one who signed the plan answers.")
    return None


_S = RequestState
_ANSWER = ("measure_request_answer",)
_GUARDS = (_in_force, _still_open, _of_that_body, _second_person)

PLAN_MEASURE_REQUEST: Machine[RequestFacts] = Machine(
    "plan_measure_request",
    RequestState,
    _S.ASKED,
    (
        Transition("accept", (_S.ASKED, _S.DECLINED), _S.ACCEPTED, P.PLANS_ANSWER, guards=_GUARDS, stops=_ANSWER),
        Transition("decline", (_S.ASKED, _S.ACCEPTED), _S.DECLINED, P.PLANS_ANSWER, guards=_GUARDS, stops=_ANSWER),
    ),
)
