"""The routes of a hold, of an erasure request and of a plan of destruction. Each needs two persons."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Guard, Machine, Refusal, Transition


@dataclass(frozen=True)
class TwoPersons:
    """Who took the first of the two steps."""

    first_id: UUID | None


def _second_person(actor: Actor, facts: TwoPersons) -> Refusal | None:
    if actor.user_id != facts.first_id:
        return None
    return Refusal("second-person-needed", "Another person than the one who asked for it decides.")


_BY_ANOTHER: tuple[Guard[TwoPersons], ...] = (_second_person,)


class HoldState(StrEnum):
    """Where a hold stands. It holds until it is lifted, also while somebody asks for that."""

    IN_FORCE = "in_force"
    LIFT_REQUESTED = "lift_requested"
    LIFTED = "lifted"


class ErasureState(StrEnum):
    """Where a request stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"


class PlanState(StrEnum):
    """Where a plan of destruction stands."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    DISCARDED = "discarded"
    COMPLETED = "completed"


_H, _E, _R = HoldState, ErasureState, PlanState

HOLD: Machine[TwoPersons] = Machine(
    "legal_hold",
    HoldState,
    _H.IN_FORCE,
    (
        Transition("review", (_H.IN_FORCE,), _H.IN_FORCE, P.RECORDS_HOLD),
        Transition("request_lift", (_H.IN_FORCE,), _H.LIFT_REQUESTED, P.RECORDS_HOLD),
        Transition("lift", (_H.LIFT_REQUESTED,), _H.LIFTED, P.RECORDS_HOLD, guards=_BY_ANOTHER),
        Transition("keep", (_H.LIFT_REQUESTED,), _H.IN_FORCE, P.RECORDS_HOLD),
    ),
)

ERASURE: Machine[TwoPersons] = Machine(
    "erasure_request",
    ErasureState,
    _E.REQUESTED,
    (
        Transition("approve", (_E.REQUESTED,), _E.APPROVED, P.RECORDS_ERASE, guards=_BY_ANOTHER),
        Transition("decline", (_E.REQUESTED,), _E.DECLINED, P.RECORDS_ERASE, guards=_BY_ANOTHER),
        Transition("withdraw", (_E.REQUESTED, _E.APPROVED), _E.WITHDRAWN, P.RECORDS_ERASE),
        Transition("execute", (_E.APPROVED,), _E.EXECUTED, P.RECORDS_ERASE),
    ),
)

RETENTION_PLAN: Machine[TwoPersons] = Machine(
    "retention_plan",
    PlanState,
    _R.DRAFTED,
    (
        Transition("approve", (_R.DRAFTED,), _R.APPROVED, P.RECORDS_PLAN, guards=_BY_ANOTHER),
        Transition("discard", (_R.DRAFTED, _R.APPROVED), _R.DISCARDED, P.RECORDS_PLAN),
        Transition("complete", (_R.APPROVED,), _R.COMPLETED, P.RECORDS_PLAN),
    ),
)
