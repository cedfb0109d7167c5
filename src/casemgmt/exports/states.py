"""The route of a research project."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class ProjectState(StrEnum):
    """Where it stands. Data go out while it is approved and has not expired."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    ENDED = "ended"


@dataclass(frozen=True)
class ProjectFacts:
    """What the guards need to know."""

    proposed_by_id: UUID


def _second_person(actor: Actor, facts: ProjectFacts) -> Refusal | None:
    if actor.user_id != facts.proposed_by_id:
        return None
    return Refusal("second-person-needed", "Another person than the one who proposed it decides.")


_S = ProjectState

PROJECT: Machine[ProjectFacts] = Machine(
    "research_project",
    ProjectState,
    _S.PROPOSED,
    (
        Transition("approve", (_S.PROPOSED,), _S.APPROVED, P.RESEARCH_APPROVE, guards=(_second_person,)),
        Transition("decline", (_S.PROPOSED,), _S.DECLINED, P.RESEARCH_APPROVE, guards=(_second_person,)),
        Transition("end", (_S.APPROVED,), _S.ENDED, P.RESEARCH_APPROVE),
    ),
)
