"""Searches: what is looked for is sent in a body and never stands in an address, a log or the database."""

from datetime import timedelta
from uuid import UUID

from fastapi import Response

from api.routing import CurrentServices, CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit
from casemgmt.access.permissions import Permission
from casemgmt.searches import service
from casemgmt.searches.commands import RunSearch
from casemgmt.searches.views import SearchView

router = Router("/searches", "searches")


@router.post("", Permission.SEARCHES_RUN, rate_class="searches", repeatable=True, status_code=201)
async def run_search(
    command: RunSearch, response: Response, work: CurrentWork, services: CurrentServices, limit: Limit = DEFAULT_PAGE
) -> SearchView:
    """Search for persons, cases or signals that you may see. The answer is the first page and the address of the rest.

    What you look for is not kept: a page shows what was found when you searched, and of that what you still may see.
    """
    settings = services.settings
    found = await service.run_search(
        work, command, limit, lookup_key=settings.lookup_key, life=timedelta(minutes=settings.search_minutes)
    )
    response.headers["Location"] = f"/v1/searches/{found.id}"
    return found


@router.get("/{search_id}", Permission.SEARCHES_RUN, rate_class="searches")
async def get_search(
    search_id: UUID, work: CurrentWork, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None
) -> SearchView:
    """Read a page of your search. Another account's search is as absent as one that has expired."""
    return await service.read_search(work, search_id, limit, cursor)
