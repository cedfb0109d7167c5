"""Steps of absences over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.steps import MANAGER, done

DEPUTY = "manager2.almaty"


def absence(deputy: str = DEPUTY, *, begins: float = 0, days: float = 7, **given: Any) -> dict[str, Any]:
    """Return the body of an absence that begins in so many days and lasts so many."""
    start = datetime.now(UTC) + timedelta(days=begins)
    times = {"ends_at": (start + timedelta(days=days)).isoformat()}
    if begins:
        times["starts_at"] = start.isoformat()
    return {"reason": "leave", "deputy_id": str(demo_id(deputy))} | times | given


async def enter(world: World, *, by: str = MANAGER, **given: Any) -> httpx.Response:
    """Enter an absence, one's own where nobody else is named."""
    return await (await world.as_(by)).post("/v1/staff-absences", absence(**given))


async def away(world: World, *, by: str = MANAGER, **given: Any) -> dict[str, Any]:
    """Enter an absence and return it."""
    return done(await enter(world, by=by, **given))


async def of_absence(world: World, who: str, path: str, body: Any = None) -> httpx.Response:
    """Take a step on an absence."""
    return await (await world.as_(who)).post(f"/v1/staff-absences/{path}", body)
