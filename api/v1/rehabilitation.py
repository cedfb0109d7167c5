"""Rehabilitation with measured change, and the checks after closure."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.rehabilitation import follow_ups, service
from casemgmt.rehabilitation.commands import CompleteProgramme, RecordFollowUp, StartProgramme, StopProgramme
from casemgmt.rehabilitation.views import FollowUpRecorded, FollowUpView, ProgrammeSummary, ProgrammeView

router = Router("", "rehabilitation")


@router.post("/cases/{case_id}/rehabilitation", Permission.REHABILITATION_WRITE, status_code=201)
async def start_rehabilitation_programme(
    case_id: UUID, command: StartProgramme, response: Response, work: CurrentWork
) -> ProgrammeView:
    """Start a programme for a child of the case, from a completed assessment on."""
    view = await service.start_programme(work, case_id, command)
    response.headers["Location"] = f"/v1/rehabilitation-programmes/{view.id}"
    return _shown(response, view)


@router.get("/cases/{case_id}/rehabilitation", Permission.REHABILITATION_READ)
async def list_rehabilitation_programmes(
    case_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[ProgrammeSummary]:
    """List the programmes of a case, the newest first."""
    return Page.of(await service.list_programmes(work, case_id, limit, cursor))


@router.get("/rehabilitation-programmes/{programme_id}", Permission.REHABILITATION_READ)
async def get_rehabilitation_programme(programme_id: UUID, response: Response, work: CurrentWork) -> ProgrammeView:
    """Read a programme in full, with the change it brought and the actions that are allowed on it now."""
    return _shown(response, await service.read_programme(work, programme_id))


@router.post("/rehabilitation-programmes/{programme_id}/complete", Permission.REHABILITATION_WRITE)
async def complete_rehabilitation_programme(
    programme_id: UUID, command: CompleteProgramme, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ProgrammeView:
    """End a programme: the change per domain is worked out from the two assessments."""
    return _shown(response, await service.complete_programme(work, programme_id, command, expected))


@router.post("/rehabilitation-programmes/{programme_id}/stop", Permission.REHABILITATION_WRITE)
async def stop_rehabilitation_programme(
    programme_id: UUID, command: StopProgramme, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> ProgrammeView:
    """End a programme before its aim was reached."""
    return _shown(response, await service.stop_programme(work, programme_id, command, expected))


@router.get("/cases/{case_id}/follow-ups", Permission.REHABILITATION_READ)
async def list_follow_ups(
    case_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[FollowUpView]:
    """List the checks after closure of a case, the newest first."""
    return Page.of(await follow_ups.list_follow_ups(work, case_id, limit, cursor))


@router.post("/follow-ups/{follow_up_id}/record", Permission.FOLLOW_UPS_WRITE)
async def record_follow_up(
    follow_up_id: UUID, command: RecordFollowUp, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> FollowUpRecorded:
    """Record how the child is. A concern or a relapse may reopen the case in the same act."""
    recorded = await follow_ups.record_follow_up(work, follow_up_id, command, expected)
    set_etag(response, recorded.check.version)
    return recorded


def _shown(response: Response, view: ProgrammeView) -> ProgrammeView:
    set_etag(response, view.version)
    return view
