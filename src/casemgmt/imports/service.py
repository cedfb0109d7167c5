"""Use cases of imports: announce, take the file in, look at it, sign off, carry out, withdraw."""

import asyncio
import hashlib
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, invalid_field
from casemgmt.ids import new_id
from casemgmt.imports import progress, repository
from casemgmt.imports.commands import AnnounceImport, ConfirmReport, DecideDoubles
from casemgmt.imports.mapping import read_mapping
from casemgmt.imports.states import IMPORT, ImportState
from casemgmt.imports.steps import CarryOut, LookAtFile, check_right, event_of, facts_of, forget_report, stop
from casemgmt.imports.tables import ImportContent, ImportRun
from casemgmt.imports.views import ImportSummary, ImportView
from casemgmt.jobs.service import enqueue
from casemgmt.models import AllowedActionView
from casemgmt.people.service import require_visible_persons


async def announce_import(work: Work, command: AnnounceImport) -> ImportView:
    """Announce the import of a table. The mapping is refused here where it can't be used, line by line."""
    mapping = await asyncio.to_thread(read_mapping, command.mapping)
    check_right(work.actor, mapping.kind)
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
    await work.save(event_of("import.announced", run), run, ImportContent(import_id=run.id))
    await repository.store(work, progress.waiting(run, work.now))
    return await _view(work, run)


async def receive_file(work: Work, import_id: UUID, body: bytes, expected: int | None) -> ImportView:
    """Take the file in, for the worker to look at: the whole import is done, checked to its end, and undone.

    A corrected file takes the place of the one before, and what was signed off is to be signed off again.
    """
    run = await _changed(work, import_id, expected)
    run.state = IMPORT.check(work.actor, "receive", run.state, facts_of(run)).target
    content = await repository.content_of(work, import_id)
    run.file_digest, run.file_bytes, content.body = hashlib.sha256(body).hexdigest(), len(body), body
    return await _look(work, "import.received", run, content)


async def check_again(work: Work, import_id: UUID, expected: int | None) -> ImportView:
    """Have the worker look at the file once more: what the service holds may have changed since."""
    run = await _changed(work, import_id, expected)
    run.state = IMPORT.check(work.actor, "check", run.state, facts_of(run)).target
    return await _look(work, "import.check_asked", run, await repository.content_of(work, import_id))


async def decide_doubles(work: Work, import_id: UUID, command: DecideDoubles, expected: int | None) -> ImportView:
    """Keep what a person decided of possible doubles, and have the worker look at the file again with it."""
    named = {d.person_id for d in command.decisions if d.person_id is not None}
    run = await _changed(work, import_id, expected)
    run.state = IMPORT.check(work.actor, "check", run.state, facts_of(run)).target
    await require_visible_persons(work, sorted(named), "/decisions")
    if len({d.number for d in command.decisions}) != len(command.decisions):
        raise invalid_field("/decisions", "repeated", "A row is decided once.")
    content = await repository.content_of(work, import_id)
    content.decisions = [d.model_dump(mode="json") for d in command.decisions]
    return await _look(work, "import.doubles_decided", run, content)


async def _look(work: Work, event: str, run: ImportRun, content: ImportContent) -> ImportView:
    """Give the file to the worker; what was said of it before is gone."""
    forget_report(run)
    content.report, content.refusal = None, None
    await work.save(event_of(event, run), run)
    await repository.store(work, content)
    return await _queued(work, run, LookAtFile)


async def sign_off(work: Work, import_id: UUID, command: ConfirmReport, expected: int | None) -> ImportView:
    """Sign off what the report says, as the second person."""
    run = await _changed(work, import_id, expected)
    run.state = IMPORT.check(work.actor, "sign_off", run.state, facts_of(run)).target
    _check_report(run, command)
    run.signed_off_by_id, run.signed_off_at = work.actor.user_id, work.now
    await work.save(event_of("import.signed_off", run), run)
    return await _view(work, run)


async def carry_out(work: Work, import_id: UUID, command: ConfirmReport, expected: int | None) -> ImportView:
    """Have the worker record every new row of the file, or none."""
    run = await _changed(work, import_id, expected)
    run.state = IMPORT.check(work.actor, "carry_out", run.state, facts_of(run)).target
    _check_report(run, command)
    await work.save(event_of("import.carry_out_asked", run), run)
    return await _queued(work, run, CarryOut)


async def stop_import(work: Work, import_id: UUID, expected: int | None) -> ImportView:
    """Call off what the worker is about to do: nothing of it stays, and the file may be looked at again."""
    run = await _changed(work, import_id, expected)
    await stop(work, run, "called-off")
    return await _view(work, run)


async def withdraw_import(work: Work, import_id: UUID, expected: int | None) -> ImportView:
    """Give an import up; its file is gone with it."""
    run = await _changed(work, import_id, expected)
    run.state = IMPORT.check(work.actor, "withdraw", run.state, facts_of(run)).target
    run.withdrawn_at = work.now
    await work.save(event_of("import.withdrawn", run), run)
    await repository.empty(work, await repository.content_of(work, import_id))
    return await _view(work, run)


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
    work.record(event_of("import.read", run))
    return await _view(work, run)


async def _changed(work: Work, import_id: UUID, expected: int | None) -> ImportRun:
    """Return an import that is about to change, as the caller saw it."""
    run = await repository.get_import(work, import_id, for_change=True)
    check_version(run, expected)
    return run


async def _queued(work: Work, run: ImportRun, job: type[LookAtFile | CarryOut]) -> ImportView:
    """Put the job into the queue, for the import as it is now, and note that it waits."""
    await progress.begin_anew(work, run)
    await enqueue(work, job(import_id=run.id, version=run.version), for_actor=True)
    return await _view(work, run)


def _check_report(run: ImportRun, command: ConfirmReport) -> None:
    if command.report_digest != run.report_digest:
        raise Conflict("There is a newer report than the one that you saw: read it first.", code="report-not-current")


async def _view(work: Work, run: ImportRun) -> ImportView:
    kept: set[str] = ImportSummary.model_fields.keys() | {"version"}
    actions = IMPORT.allowed_actions(work.actor, ImportState(run.state), facts_of(run))
    return ImportView(
        **run.model_dump(include=kept),
        progress=await progress.show_progress(work, run),
        allowed_actions=[AllowedActionView.model_validate(a) for a in actions],
    )
