"""Transfers: cases that go to another body because the family moved."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.transfers import service
from casemgmt.transfers.commands import AcceptTransfer, DeclineTransfer
from casemgmt.transfers.states import TransferState
from casemgmt.transfers.views import TransferView

router = Router("/transfers", "transfers")


@router.get("", Permission.TRANSFERS_READ)
async def list_transfers(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[TransferState | None, Query()] = None,
) -> Page[TransferView]:
    """List the transfers to your body and from it, newest first."""
    return Page.of(await service.list_transfers(work, limit, cursor, state))


@router.get("/{transfer_id}", Permission.TRANSFERS_READ)
async def get_transfer(transfer_id: UUID, response: Response, work: CurrentWork) -> TransferView:
    """Read an act of transfer."""
    view = await service.read_transfer(work, transfer_id)
    set_etag(response, view.version)
    return view


@router.post("/{transfer_id}/accept", Permission.TRANSFERS_RECEIVE)
async def accept_transfer(
    transfer_id: UUID, command: AcceptTransfer, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> TransferView:
    """Accept the case for your body and name its manager: everything of it moves in this step."""
    view = await service.accept_transfer(work, transfer_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/{transfer_id}/decline", Permission.TRANSFERS_RECEIVE)
async def decline_transfer(
    transfer_id: UUID, command: DeclineTransfer, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> TransferView:
    """Decline the case with a reason: it stays with its body."""
    view = await service.decline_transfer(work, transfer_id, command, expected)
    set_etag(response, view.version)
    return view


@router.post("/{transfer_id}/withdraw", Permission.TRANSFERS_OFFER)
async def withdraw_transfer(
    transfer_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> TransferView:
    """Take your body's offer back."""
    view = await service.withdraw_transfer(work, transfer_id, expected)
    set_etag(response, view.version)
    return view
