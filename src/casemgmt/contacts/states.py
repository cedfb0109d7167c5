"""The route of a contact: told while it goes on, then final; what is told later corrects it and changes no state.

A desk that recorded by hand what a contact is about, because the line dropped or the systems did, settles it: what
arrives of it afterwards is put beside those signals, and doubles none.
"""

from enum import StrEnum

from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Transition


class ContactState(StrEnum):
    """Where a contact stands."""

    DRAFT = "draft"
    SETTLED = "settled"
    FINALISED = "finalised"


_S = ContactState

CONTACT: Machine[None] = Machine(
    "contact",
    ContactState,
    _S.DRAFT,
    (
        Transition("update", (_S.DRAFT,), _S.DRAFT, P.INTAKE_SEND),
        Transition("settle", (_S.DRAFT,), _S.SETTLED, P.INTAKE_SETTLE),
        Transition("finalise", (_S.DRAFT, _S.SETTLED), _S.FINALISED, P.INTAKE_SEND),
    ),
)
