"""The way of an import: nothing is written before a second person has signed off what was seen."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.states import Machine, Refusal, Transition


class ImportState(StrEnum):
    """Where it stands."""

    ANNOUNCED = "announced"
    CHECKED = "checked"
    SIGNED_OFF = "signed_off"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ImportFacts:
    """What the guards need to know."""

    created_by_id: UUID
    faults: int | None
    new_rows: int | None


def _own(actor: Actor, facts: ImportFacts) -> Refusal | None:
    if actor.user_id == facts.created_by_id:
        return None
    return Refusal("import-of-another", "Whoever began an import carries it on.")


def _second_person(actor: Actor, facts: ImportFacts) -> Refusal | None:
    if actor.user_id != facts.created_by_id:
        return None
    return Refusal("second-person-needed", "Another person than the one who prepared it signs it off.")


def _no_faults(_: Actor, facts: ImportFacts) -> Refusal | None:
    if not facts.faults:
        return None
    return Refusal("import-has-faults", "The report names what stands in the way: mend the table or the mapping first.")


def _something_new(_: Actor, facts: ImportFacts) -> Refusal | None:
    if facts.new_rows:
        return None
    return Refusal("nothing-to-import", "Every row of the table is here already.")


_S = ImportState

IMPORT: Machine[ImportFacts] = Machine(
    "import_run",
    ImportState,
    _S.ANNOUNCED,
    (
        Transition("receive", (_S.ANNOUNCED, _S.CHECKED, _S.SIGNED_OFF), _S.CHECKED, P.IMPORTS_WRITE, guards=(_own,)),
        Transition("check", (_S.CHECKED, _S.SIGNED_OFF), _S.CHECKED, P.IMPORTS_WRITE, guards=(_own,)),
        Transition(
            "sign_off",
            (_S.CHECKED,),
            _S.SIGNED_OFF,
            P.IMPORTS_APPROVE,
            guards=(_second_person, _no_faults, _something_new),
        ),
        Transition("carry_out", (_S.SIGNED_OFF,), _S.DONE, P.IMPORTS_WRITE, guards=(_own,)),
        Transition(
            "withdraw", (_S.ANNOUNCED, _S.CHECKED, _S.SIGNED_OFF), _S.WITHDRAWN, P.IMPORTS_WRITE, guards=(_own,)
        ),
    ),
)
