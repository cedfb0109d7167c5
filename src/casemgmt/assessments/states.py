"""The route of an assessment."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.cases.states import CaseState
from casemgmt.states import Machine, Refusal, Transition

STAGES = (CaseState.ASSESSMENT, CaseState.PLANNING, CaseState.SUPPORT, CaseState.REHABILITATION)
"""The stages of a case in which it is assessed. While its closure waits for a second person nothing new begins."""


class AssessmentState(StrEnum):
    """Where it stands."""

    DRAFT = "draft"
    COMPLETED = "completed"
    DISCARDED = "discarded"
    ENTERED_IN_ERROR = "entered_in_error"
    """Marked by two persons (`corrections`): kept, and counts no longer."""


class Occasion(StrEnum):
    """Why the child is assessed now."""

    INITIAL = "initial"
    REVIEW = "review"
    BEFORE_REHABILITATION = "before_rehabilitation"
    AFTER_REHABILITATION = "after_rehabilitation"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True)
class AssessmentFacts:
    """What the guards need to know."""

    case_state: str
    needed_items: tuple[str, ...]
    """Items of the instrument that need an answer and have none yet."""


def refuse_stage(case_state: str, stages: Collection[CaseState]) -> Refusal | None:
    """Return the refusal of a step that the case's stage doesn't permit."""
    if case_state in stages:
        return None
    return Refusal(
        "case-not-at-this-stage",
        "The case is not at a stage at which this is done.",
        {"case_state": case_state, "stages": [str(stage) for stage in stages]},
    )


def _at_stage(_: Actor, facts: AssessmentFacts) -> Refusal | None:
    return refuse_stage(facts.case_state, STAGES)


def _answered(_: Actor, facts: AssessmentFacts) -> Refusal | None:
    if not facts.needed_items:
        return None
    return Refusal("answers-missing", "Not every item has an answer.", {"items": list(facts.needed_items)})


_S = AssessmentState

ASSESSMENT: Machine[AssessmentFacts] = Machine(
    "assessment",
    AssessmentState,
    _S.DRAFT,
    (
        Transition("answer", (_S.DRAFT,), _S.DRAFT, P.ASSESSMENTS_WRITE, guards=(_at_stage,)),
        Transition(
            "complete",
            (_S.DRAFT,),
            _S.COMPLETED,
            P.ASSESSMENTS_WRITE,
            guards=(_at_stage, _answered),
            starts=("risk_review_high", "risk_review_medium", "risk_review_low"),
            stops=("assessment", "risk_review_high", "risk_review_medium", "risk_review_low"),
        ),
        Transition("discard", (_S.DRAFT,), _S.DISCARDED, P.ASSESSMENTS_WRITE),
        Transition(
            "enter_in_error",
            (_S.COMPLETED,),
            _S.ENTERED_IN_ERROR,
            P.CORRECTIONS_DECIDE,
            through="record_error",
            stops=("risk_review_high", "risk_review_medium", "risk_review_low"),
        ),
    ),
)
