"""Use cases of imports: announce, take the file in, look at it, sign off, carry out, withdraw."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Forbidden, Invalid, invalid_field
from casemgmt.ids import new_id
from casemgmt.imports import repository
from casemgmt.imports.children import find_children
from casemgmt.imports.commands import AnnounceImport, ConfirmReport, DecideDoubles
from casemgmt.imports.findings import Finding, Report
from casemgmt.imports.mapping import read_mapping
from casemgmt.imports.preparing import Prepared, Terms, prepare, rows_for_digest
from casemgmt.imports.reading import read_table
from casemgmt.imports.states import IMPORT, ImportFacts, ImportState
from casemgmt.imports.tables import ImportContent, ImportRun
from casemgmt.imports.views import ImportSummary, ImportView
from casemgmt.imports.writing import Origin, write_cases, write_children, write_signals
from casemgmt.models import AllowedActionView
from casemgmt.people.policy import local_day
from casemgmt.people.service import require_visible_persons
from casemgmt.settings import Settings

_NEEDED = {"signals": Permission.SIGNALS_CREATE, "cases": Permission.CASES_OPEN}
"""Who imports records of a kind could also record one of them by hand."""


@dataclass(frozen=True)
class Looked:
    """What a look at a file found."""

    report: Report
    sheet: str | None
    rows: int
    digest: str


async def announce_import(work: Work, command: AnnounceImport) -> ImportView:
    """Announce the import of a table. The mapping is refused here where it can't be used, line by line."""
    mapping = await asyncio.to_thread(read_mapping, command.mapping)
    needed = _NEEDED[mapping.kind]
    if not work.actor.may(needed):
        raise Forbidden(f"To import {mapping.kind} needs the permission '{needed}'.")
    run = ImportRun(
        id=new_id(),
        organisation_id=work.actor.organisation_id,
        state=IMPORT.initial,
        kind=mapping.kind,
        source=mapping.source,
        mapping_name=mapping.name,
        mapping_revision=mapping.revision,
        mapping=command.mapping,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    await work.save(_event("import.announced", run), run, ImportContent(import_id=run.id))
    return _view(work, run)


async def receive_file(work: Work, import_id: UUID, body: bytes, settings: Settings) -> ImportView:
    """Take the file in and look at it: the whole import is done, checked to its end, and undone.

    A corrected file takes the place of the one before, and what was signed off is to be signed off again.
    """
    return await _look(work, import_id, "receive", body, settings)


async def check_again(work: Work, import_id: UUID, settings: Settings) -> ImportView:
    """Look at the file once more: what the service holds may have changed since."""
    return await _look(work, import_id, "check", None, settings)


async def decide_doubles(
    work: Work, import_id: UUID, command: DecideDoubles, settings: Settings, expected: int | None
) -> ImportView:
    """Keep what a person decided of possible doubles, and look at the file again with it."""
    named = {d.person_id for d in command.decisions if d.person_id is not None}
    run = await repository.get_import(work, import_id, for_change=True)
    check_version(run, expected)
    IMPORT.check(work.actor, "check", run.state, _facts(run))
    await require_visible_persons(work, sorted(named), "/decisions")
    if len({d.number for d in command.decisions}) != len(command.decisions):
        raise invalid_field("/decisions", "repeated", "A row is decided once.")
    return await _look(work, import_id, "check", None, settings, [d.model_dump(mode="json") for d in command.decisions])


def file_refused(work: Work, import_id: UUID, refusal: Invalid) -> None:
    """Record that a file was refused, and by which rule."""
    work.record(Event("import.file_refused", "import", (import_id,), reason=refusal.code, outcome="refused"))


async def _look(
    work: Work,
    import_id: UUID,
    action: str,
    body: bytes | None,
    settings: Settings,
    decisions: list[dict[str, object]] | None = None,
) -> ImportView:
    run = await repository.get_import(work, import_id, for_change=True)
    transition = IMPORT.check(work.actor, action, run.state, _facts(run))
    content = await repository.content_of(work, import_id)
    body = content.body or b"" if body is None else body
    content.decisions = content.decisions if decisions is None else decisions
    async with work.rehearsal():
        looked = await _do(work, run, content, body, settings)
    run.state = transition.target
    run.file_digest, run.file_bytes, run.sheet = hashlib.sha256(body).hexdigest(), len(body), looked.sheet
    run.rows, run.faults = looked.rows, looked.report.faults
    run.new_rows, run.known_rows = looked.report.new_rows, looked.report.known_rows
    run.differing_rows, run.report_digest = looked.report.differing_rows, looked.digest
    run.checked_at, run.signed_off_by_id, run.signed_off_at = work.now, None, None
    content.body, content.report = body, looked.report.as_json()
    await work.save(_event(f"import.{'received' if action == 'receive' else 'checked'}", run), run)
    await _store(work, content)
    return _view(work, run)


async def _do(work: Work, run: ImportRun, content: ImportContent, body: bytes, settings: Settings) -> Looked:
    """Read the file and record all its new rows; looking and doing differ only in what follows."""
    mapping = read_mapping(run.mapping)
    report = Report()
    terms = Terms(work.now, local_day(work.now), settings.import_rows)

    def read() -> tuple[str | None, list[Prepared]]:
        table = read_table(body, mapping)
        return table.sheet, prepare(table, mapping, terms, report)

    sheet, rows = await asyncio.to_thread(read)
    await repository.lock_register(work, run.source)
    outcomes = await _outcomes(work, run, rows, report)
    origin = Origin(run, sheet, settings.lookup_key)
    new = [row for row in rows if outcomes[row.number] == "new"]
    decisions = {str(d["number"]): d for d in content.decisions or []}
    children = await find_children(work, new, decisions, report)
    await write_children(work, children)
    signals = await write_signals(work, origin, new, children, report)
    if run.kind == "cases":
        await write_cases(work, origin, new, children, signals, report)
    digest = report.digest(
        hashlib.sha256(body).hexdigest(),
        hashlib.sha256(run.mapping.encode()).hexdigest(),
        content.decisions,
        rows=rows_for_digest(rows, outcomes),
    )
    return Looked(report, sheet, report.rows_read, digest)


async def _outcomes(work: Work, run: ImportRun, rows: list[Prepared], report: Report) -> dict[str, str]:
    """Return what becomes of each row: recorded as new, or left as it is because an earlier import brought it."""
    part = run.kind.removesuffix("s")
    known: Mapping[str, str] = await repository.imported_before(work, run.source, part, [r.number for r in rows])
    outcomes = {}
    for row in rows:
        before = known.get(row.number)
        if before is None:
            outcomes[row.number], report.new_rows = "new", report.new_rows + 1
        elif before == row.digest:
            outcomes[row.number], report.known_rows = "known", report.known_rows + 1
        else:
            outcomes[row.number], report.differing_rows = "differing", report.differing_rows + 1
            report.add(Finding("row-differs", row.row, level="notice"))
    return outcomes


async def sign_off(work: Work, import_id: UUID, command: ConfirmReport, expected: int | None) -> ImportView:
    """Sign off what the report says, as the second person."""
    run = await repository.get_import(work, import_id, for_change=True)
    check_version(run, expected)
    run.state = IMPORT.check(work.actor, "sign_off", run.state, _facts(run)).target
    _check_report(run, command)
    run.signed_off_by_id, run.signed_off_at = work.actor.user_id, work.now
    await work.save(_event("import.signed_off", run), run)
    return _view(work, run)


async def carry_out(
    work: Work, import_id: UUID, command: ConfirmReport, settings: Settings, expected: int | None
) -> ImportView:
    """Record every new row of the file, or none: refused where anything is not as it was signed off."""
    run = await repository.get_import(work, import_id, for_change=True)
    check_version(run, expected)
    target = IMPORT.check(work.actor, "carry_out", run.state, _facts(run)).target
    _check_report(run, command)
    content = await repository.content_of(work, import_id)
    looked = await _do(work, run, content, content.body or b"", settings)
    if looked.digest != run.report_digest or looked.report.faults:
        raise Conflict(
            "The import would not be what was signed off: look at it again.", code="import-differs-from-report"
        )
    run.state, run.done_at = target, work.now
    await work.save(_event("import.done", run), run)
    await _empty(work, content)
    return _view(work, run)


async def withdraw_import(work: Work, import_id: UUID, expected: int | None) -> ImportView:
    """Give an import up; its file is gone with it."""
    run = await repository.get_import(work, import_id, for_change=True)
    check_version(run, expected)
    run.state = IMPORT.check(work.actor, "withdraw", run.state, _facts(run)).target
    run.withdrawn_at = work.now
    await work.save(_event("import.withdrawn", run), run)
    await _empty(work, await repository.content_of(work, import_id))
    return _view(work, run)


async def list_imports(work: Work, limit: int, cursor: str | None) -> paging.Page[ImportSummary]:
    """Return a page of the imports that the actor sees, the newest first."""
    runs = await repository.list_imports(work, limit + 1, paging.decode("imports", cursor))
    shown = [ImportSummary.model_validate(run) for run in runs]
    page = paging.page("imports", shown, limit, lambda s: paging.Position(s.created_at, s.id))
    work.record(Event("import.listed", "import", tuple(s.id for s in page.items)))
    return page


async def read_import(work: Work, import_id: UUID) -> ImportView:
    """Return an import with what may be done on it now."""
    run = await repository.get_import(work, import_id)
    work.record(_event("import.read", run))
    return _view(work, run, await repository.progress_of(work, import_id))


async def _store(work: Work, content: ImportContent) -> None:
    """Write file and report: their content is no part of the log, the import's event tells of them."""
    work.session.add(content)
    await work.session.flush()


async def _empty(work: Work, content: ImportContent) -> None:
    content.body, content.report, content.decisions = None, None, None
    await _store(work, content)


def _check_report(run: ImportRun, command: ConfirmReport) -> None:
    if command.report_digest != run.report_digest:
        raise Conflict("There is a newer report than the one that you saw: read it first.", code="report-not-current")


def _facts(run: ImportRun) -> ImportFacts:
    return ImportFacts(run.created_by_id, run.faults, run.new_rows)


def _event(kind: str, run: ImportRun) -> Event:
    return Event(kind, "import", (run.id,))


def _view(work: Work, run: ImportRun, rows_done: int | None = None) -> ImportView:
    kept: set[str] = ImportSummary.model_fields.keys() | {"version"}
    actions = IMPORT.allowed_actions(work.actor, ImportState(run.state), _facts(run))
    return ImportView(
        **run.model_dump(include=kept),
        rows_done=rows_done,
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
