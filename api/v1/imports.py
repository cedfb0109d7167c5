"""Imports of open signals and cases from tables: announce, send the file, read the report, sign off, carry out."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from api.etags import ExpectedVersion, set_etag
from api.languages import ReaderLanguage
from api.routing import CurrentServices, CurrentWork, Router, needed_work
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from api.services import services_of
from casemgmt.access.permissions import Permission
from casemgmt.imports import origins, reporting, service
from casemgmt.imports.commands import AnnounceImport, ConfirmReport, DecideDoubles
from casemgmt.imports.views import ImportSummary, ImportView, OriginView, ReportView

router = Router("/imports", "imports")
origins_router = Router("", "imports")
_CSV = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.post("", Permission.IMPORTS_WRITE, status_code=201)
async def announce_import(command: AnnounceImport, response: Response, work: CurrentWork) -> ImportView:
    """Announce the import of a table with its mapping file, which is checked at once. The table comes next."""
    view = await service.announce_import(work, command)
    response.headers["Location"] = f"/v1/imports/{view.id}"
    return _shown(response, view)


@router.guarded("PUT", "/{import_id}/file", Permission.IMPORTS_WRITE, streaming=True, status_code=202)
async def put_import_file(
    import_id: UUID, request: Request, response: Response, expected: ExpectedVersion
) -> ImportView:
    """Send the table (CSV or XLSX) as the body. The worker tries the whole import and undoes it.

    Answered at once: read the import until it is `checking` no more. Its report tells each cell.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415)
    body = await _whole(request.stream(), services_of(request).settings.import_bytes)
    async with needed_work(request) as work:
        view = await service.receive_file(work, import_id, body, expected)
    return _shown(response, view)


@router.get("", Permission.IMPORTS_READ)
async def list_imports(work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None) -> Page[ImportSummary]:
    """List your imports, and those of your body that you may sign off, newest first."""
    return Page.of(await service.list_imports(work, limit, cursor))


@router.get("/{import_id}", Permission.IMPORTS_READ)
async def get_import(import_id: UUID, response: Response, work: CurrentWork) -> ImportView:
    """Read an import, with the actions that are allowed on it now."""
    return _shown(response, await service.read_import(work, import_id))


@router.get("/{import_id}/report", Permission.IMPORTS_READ)
async def get_import_report(
    import_id: UUID,
    work: CurrentWork,
    services: CurrentServices,
    language: ReaderLanguage,
    after: Annotated[int, Query(ge=0, le=10_000, description="How many findings were read already.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000, description="Findings of one page.")] = 500,
) -> ReportView:
    """Read the report, page by page: each finding with row, column, problem and what to do, in your language."""
    return await reporting.read_report(work, import_id, services.settings, language, after, limit)


@router.get("/{import_id}/report.csv", Permission.IMPORTS_READ, response_class=StreamingResponse, responses=_CSV)
async def get_import_report_table(
    import_id: UUID, work: CurrentWork, services: CurrentServices, language: ReaderLanguage
) -> StreamingResponse:
    """Fetch the report as a table, to mend the register beside it."""
    report = await reporting.read_report(work, import_id, services.settings, language)
    headers = {"Content-Disposition": 'attachment; filename="import-report.csv"'}
    return StreamingResponse(reporting.as_csv(report), 200, headers, "text/csv; charset=utf-8")


@router.post("/{import_id}/check", Permission.IMPORTS_WRITE, status_code=202)
async def check_import(import_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> ImportView:
    """Try the import once more: what the service holds may have changed since the report."""
    return _shown(response, await service.check_again(work, import_id, expected))


@router.post("/{import_id}/decisions", Permission.IMPORTS_WRITE, status_code=202)
async def decide_import_doubles(
    import_id: UUID, command: DecideDoubles, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ImportView:
    """Decide the questions of the report: is the child of a row on record, or new? The import is tried again."""
    return _shown(response, await service.decide_doubles(work, import_id, command, expected))


@router.post("/{import_id}/sign-off", Permission.IMPORTS_APPROVE)
async def sign_off_import(
    import_id: UUID, command: ConfirmReport, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ImportView:
    """Sign off the report that you read, as the second person."""
    return _shown(response, await service.sign_off(work, import_id, command, expected))


@router.post("/{import_id}/carry-out", Permission.IMPORTS_WRITE, status_code=202)
async def carry_out_import(
    import_id: UUID, command: ConfirmReport, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ImportView:
    """Record all new rows of the table, or none where anything is not as it was signed off.

    Answered at once: the worker does it. Read the import until it is `done`, or `stopped` with the reason.
    """
    return _shown(response, await service.carry_out(work, import_id, command, expected))


@router.post("/{import_id}/stop", Permission.IMPORTS_WRITE)
async def stop_import(import_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> ImportView:
    """Call off what the worker is about to do: nothing of it comes in. The file stays, and may be tried again."""
    return _shown(response, await service.stop_import(work, import_id, expected))


@router.post("/{import_id}/withdraw", Permission.IMPORTS_WRITE)
async def withdraw_import(
    import_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ImportView:
    """Give an import up. Its file and its report are deleted; that it was is kept."""
    return _shown(response, await service.withdraw_import(work, import_id, expected))


@origins_router.get("/signals/{signal_id}/origin", Permission.SIGNALS_READ)
async def get_signal_origin(signal_id: UUID, work: CurrentWork) -> OriginView:
    """Read from which table, sheet and row an imported signal came."""
    return await origins.read_origin(work, "signal", signal_id)


@origins_router.get("/cases/{case_id}/origin", Permission.CASES_READ)
async def get_case_origin(case_id: UUID, work: CurrentWork) -> OriginView:
    """Read from which table, sheet and row an imported case came."""
    return await origins.read_origin(work, "case", case_id)


@origins_router.get("/persons/{person_id}/origin", Permission.PERSONS_READ)
async def get_person_origin(person_id: UUID, work: CurrentWork) -> OriginView:
    """Read from which table, sheet and row an imported child came."""
    return await origins.read_origin(work, "person", person_id)


async def _whole(stream: AsyncIterator[bytes], most: int) -> bytes:
    """Return a body that arrives in parts, refused as soon as it is too large."""
    body = bytearray()
    async for part in stream:
        body += part
        if len(body) > most:
            raise HTTPException(413)
    return bytes(body)


def _shown(response: Response, view: ImportView) -> ImportView:
    set_etag(response, view.version)
    return view
