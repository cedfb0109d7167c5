"""The route of an assessment."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class AssessmentState(StrEnum):
    """Where it stands."""

    DRAFT = "draft"
    COMPLETED = "completed"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class AssessmentFacts:
    """What the guards need to know."""


_S = AssessmentState

ASSESSMENT: Machine[AssessmentFacts] = Machine(
    "assessment",
    AssessmentState,
    _S.DRAFT,
    (
        Transition("complete", (_S.DRAFT,), _S.COMPLETED, P.ASSESSMENTS_WRITE),
        Transition("discard", (_S.DRAFT,), _S.DISCARDED, P.ASSESSMENTS_WRITE),
    ),
)
