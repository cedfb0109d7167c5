"""The way of an import: nothing is written before a second person has signed off what was seen."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission as P
from casemgmt.access.system import SYSTEM_USER
from casemgmt.states import Machine, Refusal, Transition


class ImportState(StrEnum):
    """Where it stands."""

    ANNOUNCED = "announced"
    CHECKING = "checking"
    """The worker reads the file, does the whole import, and undoes it."""
    CHECKED = "checked"
    """There is a report."""
    SIGNED_OFF = "signed_off"
    CARRYING_OUT = "carrying_out"
    """The worker writes, in one transaction."""
    DONE = "done"
    STOPPED = "stopped"
    """What the worker was to do was called off, or can't be done: nothing came in, and the reason stands beside."""
    WITHDRAWN = "withdrawn"


WORKING = (ImportState.CHECKING, ImportState.CARRYING_OUT)
"""The worker has it in hand."""


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


def _own_or_service(actor: Actor, facts: ImportFacts) -> Refusal | None:
    return None if actor.user_id == SYSTEM_USER else _own(actor, facts)


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


JOB = "background_job"
"""Through this, and by nobody's hand, the worker tells that it is done."""
_S = ImportState
_RESTING = (_S.CHECKED, _S.SIGNED_OFF, _S.STOPPED)

IMPORT: Machine[ImportFacts] = Machine(
    "import_run",
    ImportState,
    _S.ANNOUNCED,
    (
        Transition("receive", (_S.ANNOUNCED, *_RESTING), _S.CHECKING, P.IMPORTS_WRITE, guards=(_own,)),
        Transition("check", _RESTING, _S.CHECKING, P.IMPORTS_WRITE, guards=(_own,)),
        Transition("report", (_S.CHECKING,), _S.CHECKED, P.IMPORTS_WRITE, guards=(_own,), through=JOB),
        Transition(
            "sign_off",
            (_S.CHECKED,),
            _S.SIGNED_OFF,
            P.IMPORTS_APPROVE,
            guards=(_second_person, _no_faults, _something_new),
        ),
        Transition("carry_out", (_S.SIGNED_OFF,), _S.CARRYING_OUT, P.IMPORTS_WRITE, guards=(_own,)),
        Transition("finish", (_S.CARRYING_OUT,), _S.DONE, P.IMPORTS_WRITE, guards=(_own,), through=JOB),
        Transition("stop", WORKING, _S.STOPPED, P.IMPORTS_WRITE, guards=(_own_or_service,)),
        Transition("withdraw", (_S.ANNOUNCED, *WORKING, *_RESTING), _S.WITHDRAWN, P.IMPORTS_WRITE, guards=(_own,)),
    ),
)
