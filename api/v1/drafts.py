"""Drafts of forms: saved as one types, found again with the next token, gone when the form is sent."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.drafts import service
from casemgmt.drafts.commands import SaveDraft, SavePart
from casemgmt.drafts.views import DraftList, DraftView

router = Router("/drafts", "drafts")


@router.get("", Permission.DRAFTS_WRITE)
async def list_drafts(work: CurrentWork) -> DraftList:
    """List all drafts of yours, the one that ends first at the top."""
    return await service.list_drafts(work)


@router.get("/{draft_id}", Permission.DRAFTS_WRITE)
async def get_draft(draft_id: UUID, response: Response, work: CurrentWork) -> DraftView:
    """Read a draft of yours."""
    return _shown(response, await service.read_draft(work, draft_id))


@router.guarded("PUT", "/{draft_id}", Permission.DRAFTS_WRITE)
async def save_draft(
    draft_id: UUID, command: SaveDraft, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> DraftView:
    """Save a form as it stands: under a new id without If-Match, over the version that you hold with it."""
    return _shown(response, await service.save_draft(work, draft_id, command, expected))


@router.patch("/{draft_id}", Permission.DRAFTS_WRITE)
async def save_draft_part(
    draft_id: UUID, command: SavePart, response: Response, work: CurrentWork, expected: RequiredVersion
) -> DraftView:
    """Save a part of a form."""
    return _shown(response, await service.save_part(work, draft_id, command, expected))


@router.guarded("DELETE", "/{draft_id}", Permission.DRAFTS_WRITE, status_code=204)
async def discard_draft(draft_id: UUID, work: CurrentWork, expected: ExpectedVersion) -> None:
    """Put a draft aside for good."""
    await service.discard_draft(work, draft_id, expected)


def _shown(response: Response, view: DraftView) -> DraftView:
    set_etag(response, view.version)
    return view
