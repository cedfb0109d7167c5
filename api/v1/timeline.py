"""Timelines: what happened on a case, and on a signal before it."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query

from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.timeline import reading
from casemgmt.timeline.views import Order, TimelineEntryView

router = Router("", "timeline")

Sorting = Annotated[Order, Query(description="`asc`: the oldest first.")]
Languages = Annotated[str | None, Header(description="Language of `text` and `actor.body`: kk, ru or en.")]


@router.get("/cases/{case_id}/timeline", Permission.CASES_READ)
async def get_case_timeline(
    case_id: UUID,
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    order: Sorting = "asc",
    accept_language: Languages = None,
) -> Page[TimelineEntryView]:
    """Read what happened on a case: who, when, what, as far as you may see it."""
    return Page.of(await reading.read_case_timeline(work, case_id, limit, cursor, order, accept_language))


@router.get("/signals/{signal_id}/timeline", Permission.SIGNALS_READ)
async def get_signal_timeline(
    signal_id: UUID,
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    order: Sorting = "asc",
    accept_language: Languages = None,
) -> Page[TimelineEntryView]:
    """Read what happened on a signal: who, when, what, as far as you may see it."""
    return Page.of(await reading.read_signal_timeline(work, signal_id, limit, cursor, order, accept_language))
