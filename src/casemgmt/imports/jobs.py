"""What the worker does for imports: looks at files, and carries out what was signed off, each in one transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, Invalid, WrongState
from casemgmt.imports import repository
from casemgmt.imports.numbers import only_tried, reserved
from casemgmt.imports.progress import Teller
from casemgmt.imports.recording import Looked, record_all
from casemgmt.imports.states import IMPORT
from casemgmt.imports.steps import CarryOut, LookAtFile, check_right, event_of, facts_of, stop
from casemgmt.imports.tables import ImportContent, ImportRun
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.work import Tools

_LONGEST = 300
"""Seconds, above every `import_seconds`: what takes longer is ended there, with a reason."""


async def look_at_file(work: Work, told: LookAtFile, tools: Tools) -> None:
    """Do the whole import, check it to its end, and undo it; what was found becomes the report."""
    run, teller = await _in_hand(work, told, "report", tools)
    content = await repository.content_of(work, run.id)
    try:
        async with _in_time(tools), work.rehearsal():
            looked = await record_all(work, run, content, tools.settings, teller, only_tried)
    except Invalid as refusal:
        await _refuse_file(work, await _still(work, told), refusal)
        return
    run = await _still(work, told)
    run.state = IMPORT.check(work.actor, "report", run.state, facts_of(run)).target
    _tell(run, looked)
    run.checked_at = work.now
    await work.save(event_of("import.checked", run), run)
    content = await repository.content_of(work, run.id)
    content.report = looked.report.as_json()
    await repository.store(work, content)


async def carry_out(work: Work, told: CarryOut, tools: Tools) -> None:
    """Record every new row of the file, or none: refused where anything is not as it was signed off."""
    run, teller = await _in_hand(work, told, "finish", tools)
    content = await repository.content_of(work, run.id)
    async with _in_time(tools):
        numbers = reserved(tools.database.pool)
        looked = await record_all(work, run, content, tools.settings, teller, numbers)
        if looked.digest != run.report_digest or looked.report.faults:
            raise Conflict(
                "The import would not be what was signed off: look at it again.", code="import-differs-from-report"
            )
        await work.check_all()
    run = await _still(work, told)
    run.state, run.done_at = IMPORT.check(work.actor, "finish", run.state, facts_of(run)).target, work.now
    await work.save(event_of("import.done", run), run)
    await repository.empty(work, await repository.content_of(work, run.id))


async def give_up(work: Work, told: LookAtFile | CarryOut, code: str) -> None:
    """Stop an import that the worker can't do, with the code of the reason."""
    await stop(work, await _still(work, told), code)


async def _in_hand(work: Work, told: LookAtFile | CarryOut, step: str, tools: Tools) -> tuple[ImportRun, Teller]:
    """Return the import, unlocked, so that it can be called off meanwhile; `WrongState` where that has happened."""
    run = await repository.get_import(work, told.import_id)
    _check_same(run, told)
    IMPORT.check(work.actor, step, run.state, facts_of(run))
    check_right(work.actor, run.kind)
    return run, Teller(tools.database.pool, run, work.actor)


async def _still(work: Work, told: LookAtFile | CarryOut) -> ImportRun:
    """Return the import, locked now, where it is as it was when the job began."""
    run = await repository.get_import(work, told.import_id, for_change=True)
    _check_same(run, told)
    return run


def _check_same(run: ImportRun, told: LookAtFile | CarryOut) -> None:
    if run.version != told.version:
        raise WrongState("The import has moved on.")


@asynccontextmanager
async def _in_time(tools: Tools) -> AsyncIterator[None]:
    """Hold to the longest time of an import; another try would take as long."""
    try:
        async with asyncio.timeout(tools.settings.import_seconds):
            yield
    except TimeoutError:
        raise Conflict("The import takes longer than it may.", code="import-too-slow") from None


def _tell(run: ImportRun, looked: Looked) -> None:
    report = looked.report
    run.sheet, run.rows, run.faults, run.report_digest = looked.sheet, report.rows_read, report.faults, looked.digest
    run.new_rows, run.known_rows, run.differing_rows = report.new_rows, report.known_rows, report.differing_rows


async def _refuse_file(work: Work, run: ImportRun, refusal: Invalid) -> None:
    """Stop an import whose file can't be read, and keep where and why, which may quote it, with the file."""
    work.record(Event("import.file_refused", "import", (run.id,), reason=refusal.code, outcome="refused"))
    await stop(work, run, refusal.code)
    content: ImportContent = await repository.content_of(work, run.id)
    content.refusal = [asdict(fault) for fault in refusal.faults]
    await repository.store(work, content)


_MAY = frozenset({Permission.IMPORTS_WRITE})

HANDLERS = (
    Handler(LookAtFile, look_at_file, may=_MAY, seconds=_LONGEST, give_up=give_up),
    Handler(CarryOut, carry_out, may=_MAY, seconds=_LONGEST, give_up=give_up),
)

SCHEDULE = ()
