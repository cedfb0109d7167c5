"""Hand-overs: the cases offered to you and by you."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.cases import handover
from casemgmt.cases.commands import DeclineHandover
from casemgmt.cases.handover_states import HandoverState
from casemgmt.cases.views import CaseView, HandoverEnded, HandoverView

router = Router("/handovers", "handovers")


@router.get("", Permission.CASES_HANDOVER)
async def list_handovers(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[HandoverState | None, Query()] = None,
) -> Page[HandoverView]:
    """List the cases offered to you, or by you, newest first."""
    return Page.of(await handover.list_handovers(work, limit, cursor, state))


@router.post("/{handover_id}/accept", Permission.CASES_HANDOVER)
async def accept_handover(
    handover_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> CaseView:
    """Take the case over: from now on you are accountable for it."""
    view = await handover.accept_handover(work, handover_id, expected)
    set_etag(response, view.version)
    return view


@router.post("/{handover_id}/decline", Permission.CASES_HANDOVER)
async def decline_handover(
    handover_id: UUID, command: DeclineHandover, work: CurrentWork, expected: ExpectedVersion
) -> HandoverEnded:
    """Decline the case: it stays with its manager."""
    return await handover.decline_handover(work, handover_id, command, expected)


@router.post("/{handover_id}/withdraw", Permission.CASES_HANDOVER)
async def withdraw_handover(handover_id: UUID, work: CurrentWork, expected: ExpectedVersion) -> HandoverEnded:
    """Take your offer back."""
    return await handover.withdraw_handover(work, handover_id, expected)
