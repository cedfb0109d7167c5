"""The records officers' desk: holds, and lawful requests for erasure. Ids and papers, never the content."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.reference.languages import Language, preferred_languages
from casemgmt.retention import erasures, holds
from casemgmt.retention.commands import DeclineErasure, PlaceHold, RequestErasure, RequestLift, ReviewHold
from casemgmt.retention.states import ErasureState, HoldState
from casemgmt.retention.views import ErasureView, HoldView

holds_router = Router("/holds", "records")
erasures_router = Router("/erasure-requests", "records")


async def reader_language(
    accept_language: Annotated[
        str | None, Header(max_length=500, description="Languages in the order of your wish: `kk`, `ru`, `en`.")
    ] = None,
) -> Language:
    """Return the language of the reader; English without a wish."""
    return preferred_languages(accept_language)[0] if accept_language else "en"


ReaderLanguage = Annotated[Language, Depends(reader_language)]


@holds_router.post("", Permission.RECORDS_HOLD, status_code=201)
async def place_hold(command: PlaceHold, response: Response, work: CurrentWork) -> HoldView:
    """Place a hold: nothing of the record is destroyed until two persons lift it, whatever term or request says."""
    view = await holds.place_hold(work, command)
    response.headers["Location"] = f"/v1/holds/{view.id}"
    return _hold(response, view)


@holds_router.get("", Permission.RECORDS_HOLD)
async def list_holds(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[HoldState | None, Query()] = None,
) -> Page[HoldView]:
    """List holds, newest first."""
    return Page.of(await holds.list_holds(work, limit, cursor, state))


@holds_router.get("/{hold_id}", Permission.RECORDS_HOLD)
async def get_hold(hold_id: UUID, response: Response, work: CurrentWork) -> HoldView:
    """Read a hold."""
    return _hold(response, await holds.read_hold(work, hold_id))


@holds_router.post("/{hold_id}/review", Permission.RECORDS_HOLD)
async def review_hold(
    hold_id: UUID, command: ReviewHold, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> HoldView:
    """Say that a hold still holds, and when to look again."""
    return _hold(response, await holds.review_hold(work, hold_id, command, expected))


@holds_router.post("/{hold_id}/request-lift", Permission.RECORDS_HOLD)
async def request_hold_lift(
    hold_id: UUID, command: RequestLift, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> HoldView:
    """Ask that a hold be lifted. It holds until another person lifts it."""
    return _hold(response, await holds.request_lift(work, hold_id, command, expected))


@holds_router.post("/{hold_id}/lift", Permission.RECORDS_HOLD)
async def lift_hold(hold_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> HoldView:
    """Lift a hold that another person asked to lift."""
    return _hold(response, await holds.lift_hold(work, hold_id, expected))


@holds_router.post("/{hold_id}/keep", Permission.RECORDS_HOLD)
async def keep_hold(hold_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion) -> HoldView:
    """Decline to lift a hold, or take the wish back."""
    return _hold(response, await holds.keep_hold(work, hold_id, expected))


@erasures_router.post("", Permission.RECORDS_ERASE, status_code=201)
async def request_erasure(
    command: RequestErasure, response: Response, work: CurrentWork, language: ReaderLanguage
) -> ErasureView:
    """Write down a lawful request for erasure. The answer says item by item what would go and what would stay."""
    view = await erasures.request_erasure(work, command, language)
    response.headers["Location"] = f"/v1/erasure-requests/{view.id}"
    return _erasure(response, view)


@erasures_router.get("", Permission.RECORDS_ERASE)
async def list_erasure_requests(
    work: CurrentWork,
    language: ReaderLanguage,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[ErasureState | None, Query()] = None,
) -> Page[ErasureView]:
    """List requests for erasure, newest first."""
    return Page.of(await erasures.list_erasures(work, limit, cursor, state, language))


@erasures_router.get("/{request_id}", Permission.RECORDS_ERASE)
async def get_erasure_request(
    request_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage
) -> ErasureView:
    """Read a request: item by item what was done, or what would be done now."""
    return _erasure(response, await erasures.read_erasure(work, request_id, language))


@erasures_router.post("/{request_id}/approve", Permission.RECORDS_ERASE)
async def approve_erasure(
    request_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage, expected: ExpectedVersion
) -> ErasureView:
    """Approve another officer's request."""
    return _erasure(response, await erasures.approve_erasure(work, request_id, expected, language))


@erasures_router.post("/{request_id}/decline", Permission.RECORDS_ERASE)
async def decline_erasure(
    request_id: UUID,
    command: DeclineErasure,
    response: Response,
    work: CurrentWork,
    language: ReaderLanguage,
    expected: ExpectedVersion,
) -> ErasureView:
    """Decline another officer's request, with the reason."""
    return _erasure(response, await erasures.decline_erasure(work, request_id, command, expected, language))


@erasures_router.post("/{request_id}/withdraw", Permission.RECORDS_ERASE)
async def withdraw_erasure(
    request_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage, expected: ExpectedVersion
) -> ErasureView:
    """Take a request back before it is executed."""
    return _erasure(response, await erasures.withdraw_erasure(work, request_id, expected, language))


@erasures_router.post("/{request_id}/execute", Permission.RECORDS_ERASE)
async def execute_erasure(
    request_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage, expected: ExpectedVersion
) -> ErasureView:
    """Erase what may be erased at this moment. There is no way back; the answer says what stays, and why."""
    return _erasure(response, await erasures.execute_erasure(work, request_id, expected, language))


def _hold(response: Response, view: HoldView) -> HoldView:
    set_etag(response, view.version)
    return view


def _erasure(response: Response, view: ErasureView) -> ErasureView:
    set_etag(response, view.version)
    return view
