"""What requests and the worker share of an import: who may do it, what it is told of, how it is stopped."""

from typing import ClassVar
from uuid import UUID

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Forbidden
from casemgmt.imports.states import IMPORT, ImportFacts
from casemgmt.imports.tables import ImportRun
from casemgmt.jobs.payload import Payload

_NEEDED = {"signals": Permission.SIGNALS_CREATE, "cases": Permission.CASES_OPEN}
"""Who imports records of a kind could also record one of them by hand."""


class LookAtFile(Payload):
    """Look at the file of an import, as it was at a version: whatever changed it since has called this off."""

    kind: ClassVar[str] = "imports.look"
    import_id: UUID
    version: int


class CarryOut(Payload):
    """Record what was signed off, of an import as it was at a version."""

    kind: ClassVar[str] = "imports.carry_out"
    import_id: UUID
    version: int


def check_right(actor: Actor, kind: str) -> None:
    """Refuse an import to who could not record one of its records by hand."""
    if not actor.may(_NEEDED[kind]):
        raise Forbidden(f"To import {kind} needs the permission '{_NEEDED[kind]}'.")


def facts_of(run: ImportRun) -> ImportFacts:
    """Return what the guards need to know of an import."""
    return ImportFacts(run.created_by_id, run.faults, run.new_rows)


def event_of(kind: str, run: ImportRun) -> Event:
    """Return the event of an act on an import."""
    return Event(kind, "import", (run.id,))


def forget_report(run: ImportRun) -> None:
    """Empty what was said of a file, and with it that it was signed off."""
    run.sheet = run.rows = run.new_rows = run.known_rows = run.differing_rows = run.faults = None
    run.report_digest = run.checked_at = run.signed_off_by_id = run.signed_off_at = None
    run.stopped_at = run.stopped_because = None


async def stop(work: Work, run: ImportRun, code: str) -> None:
    """Stop an import: what was signed off is so no more, and the code tells why."""
    run.state = IMPORT.check(work.actor, "stop", run.state, facts_of(run)).target
    run.signed_off_by_id = run.signed_off_at = None
    run.stopped_at, run.stopped_because = work.now, code
    await work.save(Event("import.stopped", "import", (run.id,), reason=code), run)
