"""Notes with mentions, flags and warnings of a case."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.notes import flags, service, warnings
from casemgmt.notes.commands import LiftFlag, RecordCaseWarning, ReviewWarning, SetFlag, WriteCaseNote
from casemgmt.notes.views import CaseNoteView, CaseWarningList, CaseWarningView, FlagList, FlagSummary, FlagView
from casemgmt.outreach.commands import LiftWarning
from casemgmt.reference.fields import CaseFlagKind

router = Router("", "notes")


@router.post("/cases/{case_id}/notes", Permission.NOTES_WRITE, drafted=True, status_code=201)
async def write_case_note(case_id: UUID, command: WriteCaseNote, work: CurrentWork) -> CaseNoteView:
    """Write a note of the case. Whoever is mentioned gets a task."""
    return await service.write_note(work, case_id, command)


@router.get("/cases/{case_id}/notes", Permission.NOTES_READ)
async def list_case_notes(
    case_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> Page[CaseNoteView]:
    """List the notes of a case, newest first."""
    return Page.of(await service.list_notes(work, case_id, limit, cursor))


@router.post("/cases/{case_id}/flags", Permission.NOTES_WRITE, status_code=201)
async def set_case_flag(case_id: UUID, command: SetFlag, response: Response, work: CurrentWork) -> FlagView:
    """Set a flag on a case, with the reason."""
    return _shown(response, await flags.set_flag(work, case_id, command))


@router.get("/cases/{case_id}/flags", Permission.NOTES_READ)
async def list_case_flags(case_id: UUID, work: CurrentWork) -> FlagList:
    """List the flags of a case with their reasons, those that are set first."""
    return await flags.list_case_flags(work, case_id)


@router.get("/flags", Permission.NOTES_READ)
async def list_flags(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    kind: Annotated[CaseFlagKind | None, Query()] = None,
) -> Page[FlagSummary]:
    """List the flags that are set on the cases that you may see, the newest first."""
    return Page.of(await flags.list_flags(work, limit, cursor, kind))


@router.post("/flags/{flag_id}/lift", Permission.NOTES_WRITE)
async def lift_case_flag(
    flag_id: UUID, command: LiftFlag, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> FlagView:
    """Lift a flag, with the reason. It stays on record."""
    return _shown(response, await flags.lift_flag(work, flag_id, command, expected))


@router.post("/cases/{case_id}/warnings", Permission.NOTES_WRITE, status_code=201)
async def record_case_warning(case_id: UUID, command: RecordCaseWarning, work: CurrentWork) -> CaseWarningView:
    """Warn those who will meet the family, and say whether the person knows of it."""
    return await warnings.record_warning(work, case_id, command)


@router.get("/cases/{case_id}/warnings", Permission.NOTES_READ)
async def list_case_warnings(case_id: UUID, work: CurrentWork) -> CaseWarningList:
    """List the warnings of a case, those that hold first."""
    return await warnings.list_warnings(work, case_id)


@router.post("/cases/{case_id}/warnings/{warning_id}/review", Permission.NOTES_WRITE)
async def review_case_warning(
    case_id: UUID, warning_id: UUID, command: ReviewWarning, work: CurrentWork
) -> CaseWarningView:
    """Say that a warning still holds, and by when somebody looks again."""
    return await warnings.review_warning(work, case_id, warning_id, command)


@router.post("/cases/{case_id}/warnings/{warning_id}/lift", Permission.NOTES_WRITE)
async def lift_case_warning(
    case_id: UUID, warning_id: UUID, command: LiftWarning, work: CurrentWork
) -> CaseWarningView:
    """Lift a warning that no longer holds. It stays on record, and so does who lifted it and why."""
    return await warnings.lift_warning(work, case_id, warning_id, command)


def _shown(response: Response, view: FlagView) -> FlagView:
    set_etag(response, view.version)
    return view
