"""The route of a version of the plan."""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class PlanState(StrEnum):
    """Where it stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class PlanFacts:
    """What the guards need to know."""


_S = PlanState

PLAN: Machine[PlanFacts] = Machine(
    "plan",
    PlanState,
    _S.DRAFT,
    (
        Transition("sign", (_S.DRAFT,), _S.SIGNED, P.PLANS_WRITE),
        Transition("return", (_S.SIGNED,), _S.DRAFT, P.PLANS_APPROVE),
        Transition("approve", (_S.SIGNED,), _S.APPROVED, P.PLANS_APPROVE),
        Transition("supersede", (_S.APPROVED,), _S.SUPERSEDED, P.PLANS_APPROVE),
        Transition("discard", (_S.DRAFT,), _S.DISCARDED, P.PLANS_WRITE),
    ),
)
