"""Break-glass: a narrow look at a hidden case in an emergency."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, set_etag
from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.break_glass import service
from casemgmt.break_glass.commands import BreakGlass, ReviewBreakGlass
from casemgmt.break_glass.states import GlassState
from casemgmt.break_glass.views import GlassCase, GrantView

router = Router("/break-glass", "break-glass")

State = Annotated[GlassState | None, Query(description="Where the review stands.")]


@router.post("", Permission.BREAK_GLASS_OPEN, fresh_factor=True, status_code=201)
async def break_glass(
    command: BreakGlass, response: Response, work: CurrentWork, services: CurrentServices
) -> GrantView:
    """Open a hidden case for a few minutes. The supervisor of its body is told at once and reviews it.

    A case that you see already is 409, one that does not exist 404.
    """
    settings = services.settings
    limits = service.Limits(
        settings.break_glass_minutes, settings.break_glass_at_once, settings.break_glass_withheld_days
    )
    view = await service.open_glass(work, command, limits)
    response.headers["Location"] = f"/v1/break-glass/{view.id}"
    return view


@router.get("", Permission.BREAK_GLASS_OPEN)
async def list_my_grants(
    work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None, state: State = None
) -> Page[GrantView]:
    """List your own grants, newest first."""
    return Page.of(await service.list_grants(work, "own", limit, cursor, state))


@router.get("/reviews", Permission.BREAK_GLASS_REVIEW)
async def list_grants_to_review(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: State = None,
    clock: Annotated[Literal["running", "breached"] | None, Query(description="Of a review that is due.")] = None,
) -> Page[GrantView]:
    """List the grants that your body reviews, newest first."""
    return Page.of(await service.list_grants(work, "reviews", limit, cursor, state, clock=clock))


@router.get("/{grant_id}", Permission.BREAK_GLASS_READ)
async def get_grant(grant_id: UUID, response: Response, work: CurrentWork) -> GrantView:
    """Read a grant: its holder, the team of the case, and its reviewers."""
    view = await service.read_grant(work, grant_id)
    set_etag(response, view.version)
    return view


@router.get("/{grant_id}/case", Permission.BREAK_GLASS_OPEN)
async def get_case_through_grant(grant_id: UUID, work: CurrentWork) -> GlassCase:
    """Read the case as far as the grant shows it. Every look is recorded with the grant."""
    return await service.read_case(work, grant_id)


@router.post("/{grant_id}/end", Permission.BREAK_GLASS_OPEN)
async def end_grant(grant_id: UUID, work: CurrentWork) -> GrantView:
    """Give your grant back before its time."""
    return await service.end_grant(work, grant_id)


@router.post("/{grant_id}/review", Permission.BREAK_GLASS_REVIEW)
async def review_grant(
    grant_id: UUID, command: ReviewBreakGlass, work: CurrentWork, expected: ExpectedVersion
) -> GrantView:
    """Close the review as its second person: justified or not, with the reason."""
    return await service.review_grant(work, grant_id, command, expected)
