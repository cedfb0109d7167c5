"""Waiting lists for the services of a centre."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.reference.fields import CentreService
from casemgmt.waiting import service as lists
from casemgmt.waiting.commands import OfferPlace, PutOnList
from casemgmt.waiting.views import OfferMade, QueueView, WaitingEntries, WaitingEntryView

router = Router("", "waiting")


@router.post("/cases/{case_id}/waiting-entries", Permission.SESSIONS_BOOK, status_code=201)
async def put_on_waiting_list(
    case_id: UUID, command: PutOnList, response: Response, work: CurrentWork
) -> WaitingEntryView:
    """Put a person of a case on the waiting list of a centre. The answer tells the place and why it is that one."""
    return _shown(response, await lists.put_on_list(work, case_id, command))


@router.get("/cases/{case_id}/waiting-entries", Permission.SESSIONS_READ)
async def list_waiting_entries(case_id: UUID, work: CurrentWork) -> WaitingEntries:
    """List what the persons of a case wait for, each with its place in the queue and why it is that one."""
    return await lists.list_entries(work, case_id)


@router.post("/waiting-entries/{entry_id}/accept", Permission.SESSIONS_BOOK)
async def accept_waiting_offer(
    entry_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> WaitingEntryView:
    """Take the place that was offered: book it next."""
    return _shown(response, await lists.answer(work, entry_id, "accept", expected))


@router.post("/waiting-entries/{entry_id}/decline", Permission.SESSIONS_BOOK)
async def decline_waiting_offer(
    entry_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> WaitingEntryView:
    """Let an offer pass and wait on, with the same age."""
    return _shown(response, await lists.answer(work, entry_id, "decline", expected))


@router.post("/waiting-entries/{entry_id}/end", Permission.SESSIONS_BOOK)
async def end_waiting(
    entry_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> WaitingEntryView:
    """Leave the list."""
    return _shown(response, await lists.answer(work, entry_id, "end", expected))


@router.get("/centres/{centre_id}/waiting/{service}", Permission.CENTRES_MANAGE)
async def get_waiting_queue(centre_id: UUID, service: CentreService, work: CurrentWork) -> QueueView:
    """Read the queue of your own centre for a service: places, risk and age; neither names nor cases."""
    return await lists.read_queue(work, centre_id, service)


@router.post("/centres/{centre_id}/waiting/offer", Permission.CENTRES_MANAGE)
async def offer_waiting_place(centre_id: UUID, command: OfferPlace, work: CurrentWork) -> OfferMade:
    """Offer a place that is free to who is first. The manager of the case gets a task and answers in time."""
    return await lists.offer_place(work, centre_id, command)


def _shown(response: Response, view: WaitingEntryView) -> WaitingEntryView:
    set_etag(response, view.version)
    return view
