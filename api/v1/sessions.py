"""Sessions at a centre: book, hold, cancel, read; the notes, which are secret."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.centers import booking, changing, holding, notes
from casemgmt.centers.commands import (
    BookSeries,
    BookSession,
    CancelSession,
    HoldSession,
    MoveSession,
    RecordNoShow,
    WriteNote,
)
from casemgmt.centers.states import SessionState
from casemgmt.centers.views import NoteList, NoteView, SeriesView, SessionSummary, SessionView

router = Router("", "sessions")


@router.post("/cases/{case_id}/sessions", Permission.SESSIONS_BOOK, status_code=201)
async def book_session(case_id: UUID, command: BookSession, response: Response, work: CurrentWork) -> SessionView:
    """Book a specialist and a room, or a home visit, for persons of a case. Who is taken then is refused with 409."""
    view = await booking.book_session(work, case_id, command)
    response.headers["Location"] = f"/v1/sessions/{view.id}"
    return _shown(response, view)


@router.post("/cases/{case_id}/session-series", Permission.SESSIONS_BOOK, status_code=201)
async def book_session_series(case_id: UUID, command: BookSeries, work: CurrentWork) -> SeriesView:
    """Book sessions every so many weeks at the same hour: all of them, or none with the list of what is in the way."""
    return await booking.book_series(work, case_id, command)


@router.get("/cases/{case_id}/sessions", Permission.SESSIONS_READ)
async def list_case_sessions(
    case_id: UUID,
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[SessionState | None, Query()] = None,
) -> Page[SessionSummary]:
    """List the sessions of a case, the latest first."""
    return Page.of(await holding.list_case_sessions(work, case_id, limit, cursor, state))


@router.get("/sessions", Permission.SESSIONS_READ)
async def list_my_sessions(
    work: CurrentWork,
    day: Annotated[date, Query(description="Day in Kazakhstan.")],
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    *,
    without_outcome: Annotated[bool, Query(description="Instead: of the days before, those still booked.")] = False,
) -> Page[SessionSummary]:
    """List your own sessions of a day; as head of a centre those of the centre too."""
    return Page.of(await holding.list_day(work, day, limit, cursor, without_outcome=without_outcome))


@router.get("/sessions/{session_id}", Permission.SESSIONS_READ)
async def get_session(session_id: UUID, response: Response, work: CurrentWork) -> SessionView:
    """Read a session in full, with the actions that are allowed on it now."""
    return _shown(response, await holding.read_session(work, session_id))


@router.post("/sessions/{session_id}/hold", Permission.SESSIONS_HOLD)
async def hold_session(
    session_id: UUID, command: HoldSession, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SessionView:
    """Record that a session took place, who came, and what came of it."""
    return _shown(response, await holding.hold_session(work, session_id, command, expected))


@router.post("/sessions/{session_id}/no-show", Permission.SESSIONS_HOLD)
async def record_no_show(
    session_id: UUID, command: RecordNoShow, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SessionView:
    """Record that nobody came to a session. The next step becomes a task: a call, a visit, word to the manager."""
    return _shown(response, await holding.record_no_show(work, session_id, command, expected))


@router.post("/sessions/{session_id}/move", Permission.SESSIONS_BOOK)
async def move_session(
    session_id: UUID, command: MoveSession, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SessionView:
    """Move a session, or the rest of its series with it, to another time or specialist: all of them or none."""
    return _shown(response, await changing.move_session(work, session_id, command, expected))


@router.post("/sessions/{session_id}/cancel", Permission.SESSIONS_BOOK)
async def cancel_session(
    session_id: UUID, command: CancelSession, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> SessionView:
    """Cancel a session, or the rest of its series with it: specialist, room and participants are free again."""
    return _shown(response, await changing.cancel_session(work, session_id, command, expected))


@router.post("/sessions/{session_id}/notes", Permission.SESSIONS_HOLD, drafted=True, status_code=201)
async def write_session_note(session_id: UUID, command: WriteNote, work: CurrentWork) -> NoteView:
    """Write down what was said. Read by those of the team who give the same kind of help, and by nobody else."""
    return await notes.write_note(work, session_id, command)


@router.get("/sessions/{session_id}/notes", Permission.SESSIONS_READ)
async def list_session_notes(session_id: UUID, work: CurrentWork) -> NoteList:
    """Read the notes of your kind of help. It stands in the audit log as a read of its own."""
    return await notes.read_notes(work, session_id)


def _shown(response: Response, view: SessionView) -> SessionView:
    set_etag(response, view.version)
    return view
