"""The route of a contact: told while it goes on, then final; what is told later corrects it and changes no state."""

from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class ContactState(StrEnum):
    """Where a contact stands."""

    DRAFT = "draft"
    FINALISED = "finalised"


_S = ContactState

CONTACT: Machine[None] = Machine(
    "contact",
    ContactState,
    _S.DRAFT,
    (
        Transition("update", (_S.DRAFT,), _S.DRAFT, P.INTAKE_SEND),
        Transition("finalise", (_S.DRAFT,), _S.FINALISED, P.INTAKE_SEND),
    ),
)
