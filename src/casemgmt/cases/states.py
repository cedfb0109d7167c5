"""The route of a case."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class CaseState(StrEnum):
    """Where it stands."""

    OPENED = "opened"
    ASSESSMENT = "assessment"
    PLANNING = "planning"
    SUPPORT = "support"
    REHABILITATION = "rehabilitation"
    CLOSURE_PROPOSED = "closure_proposed"
    CLOSED = "closed"


@dataclass(frozen=True)
class CaseFacts:
    """What the guards need to know."""


_S = CaseState

CASE: Machine[CaseFacts] = Machine(
    "case_record",
    CaseState,
    _S.OPENED,
    (
        Transition("start_assessment", (_S.OPENED,), _S.ASSESSMENT, P.CASES_WRITE),
        Transition("start_planning", (_S.ASSESSMENT,), _S.PLANNING, P.CASES_WRITE),
        Transition("start_support", (_S.PLANNING,), _S.SUPPORT, P.CASES_WRITE),
        Transition("start_rehabilitation", (_S.SUPPORT,), _S.REHABILITATION, P.CASES_WRITE),
        Transition(
            "propose_closure",
            (
                _S.OPENED,
                _S.ASSESSMENT,
                _S.PLANNING,
                _S.SUPPORT,
                _S.REHABILITATION,
            ),
            _S.CLOSURE_PROPOSED,
            P.CASES_CLOSE,
        ),
        Transition("return_closure_to_opened", (_S.CLOSURE_PROPOSED,), _S.OPENED, P.CASES_APPROVE_CLOSURE),
        Transition("return_closure_to_assessment", (_S.CLOSURE_PROPOSED,), _S.ASSESSMENT, P.CASES_APPROVE_CLOSURE),
        Transition("return_closure_to_planning", (_S.CLOSURE_PROPOSED,), _S.PLANNING, P.CASES_APPROVE_CLOSURE),
        Transition("return_closure_to_support", (_S.CLOSURE_PROPOSED,), _S.SUPPORT, P.CASES_APPROVE_CLOSURE),
        Transition(
            "return_closure_to_rehabilitation",
            (_S.CLOSURE_PROPOSED,),
            _S.REHABILITATION,
            P.CASES_APPROVE_CLOSURE,
        ),
        Transition("approve_closure", (_S.CLOSURE_PROPOSED,), _S.CLOSED, P.CASES_APPROVE_CLOSURE),
        Transition("reopen", (_S.CLOSED,), _S.ASSESSMENT, P.CASES_REOPEN),
    ),
)
