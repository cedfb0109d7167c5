"""The route of a measure of the plan."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.assessments.states import refuse_stage
from casemgmt.plans.states import STAGES, PlanState
from casemgmt.states import Machine, Refusal, Transition


class MeasureState(StrEnum):
    """Where it stands."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    NOT_DONE = "not_done"


OPEN_MEASURES = (MeasureState.PLANNED, MeasureState.IN_PROGRESS)
"""The states in which something is still to be done."""


@dataclass(frozen=True)
class MeasureFacts:
    """What the guards need to know."""

    case_state: str
    plan_state: str
    ending_with_consent: bool = False
    """The consent on which the plan rests ends in this very act."""
    declined: bool = False
    """The responsible body has answered that it does not take the measure on."""


def refuse_unless_in_force(facts: MeasureFacts) -> Refusal | None:
    """Return the refusal of acts on goals and measures of a plan that does not hold (yet, or any more)."""
    if facts.plan_state != PlanState.APPROVED:
        data = {"plan_state": facts.plan_state}
        return Refusal("plan-not-approved", "This is done under an approved plan only.", data)
    return refuse_stage(facts.case_state, STAGES)


def _in_force(_: Actor, facts: MeasureFacts) -> Refusal | None:
    return refuse_unless_in_force(facts)


def _not_declined(_: Actor, facts: MeasureFacts) -> Refusal | None:
    if not facts.declined:
        return None
    return Refusal(
        "measure-declined", "The responsible body does not take the measure on: drop it, or revise the plan."
    )


def _with_consent(_: Actor, facts: MeasureFacts) -> Refusal | None:
    if facts.ending_with_consent:
        return None
    return Refusal("ends-with-consent", "This ends with the consent on which it rests, and not otherwise.")


_S = MeasureState
_ASKED = ("measure_request_answer",)
"""What the body was asked that is to carry it out: nobody has to answer for what is over."""

PLAN_MEASURE: Machine[MeasureFacts] = Machine(
    "plan_measure",
    MeasureState,
    _S.PLANNED,
    (
        Transition("start", (_S.PLANNED,), _S.IN_PROGRESS, P.PLANS_WRITE, guards=(_in_force, _not_declined)),
        Transition(
            "complete",
            (_S.PLANNED, _S.IN_PROGRESS),
            _S.DONE,
            P.PLANS_WRITE,
            guards=(_in_force, _not_declined),
            stops=_ASKED,
        ),
        Transition("drop", (_S.PLANNED, _S.IN_PROGRESS), _S.NOT_DONE, P.PLANS_WRITE, guards=(_in_force,), stops=_ASKED),
        Transition(
            "put_back",
            (_S.IN_PROGRESS,),
            _S.PLANNED,
            P.CORRECTIONS_DECIDE,
            guards=(_in_force,),
            through="record_error",
        ),
        Transition(
            "end_with_consent",
            (_S.PLANNED, _S.IN_PROGRESS),
            _S.NOT_DONE,
            P.CONSENTS_WRITE,
            guards=(_with_consent,),
            stops=_ASKED,
        ),
    ),
)
