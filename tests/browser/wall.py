"""The wall screen as somebody in the room has it: a browser that opens the page, and what is to be seen there."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from playwright.async_api import Browser, Page, Route, expect

from casemgmt.demo.accounts import DEMO_PASSWORD
from casemgmt.reference.lists import code_list
from casemgmt.reference.regions import regions
from tests.running import Service

SECONDS_20 = 20_000
WALL = {"width": 1920, "height": 1080}
Scope = Literal["region", "country"]
SCREENS: dict[Scope, str] = {"region": "board.almaty", "country": "board.111"}


async def opened(browser: Browser, service: Service, query: str = "", **options: Any) -> Page:
    """Open the page; what goes wrong in it is kept in its `faults`."""
    context = await browser.new_context(locale="ru-KZ", **options)
    page = await context.new_page()
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.faults = []  # type: ignore[attr-defined]  # kept beside the page that they are of
    page.on("console", lambda told: page.faults.append(told.text) if "Content Security" in told.text else None)
    await page.goto(f"{service.url}/board{query}")
    return page


async def sign_in(page: Page, username: str = "board.almaty") -> None:
    """Sign the screen in, and wait until its numbers are there."""
    await page.locator("#username").fill(username)
    await page.locator("#password").fill(DEMO_PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#state")).to_have_attribute("data-state", "live", timeout=SECONDS_20)


async def on_a_full_wall(browser: Browser, service: Service, scope: Scope) -> Page:
    """Open a board on the worst of days, with the line cut: what it tells is made up, no test brings in thousands."""
    page = await opened(browser, service, viewport=WALL, reduced_motion="reduce")
    told = f"event: board\ndata: {json.dumps(full_board(scope))}\n\n"

    async def stream(route: Route) -> None:
        await route.fulfill(content_type="text/event-stream", body=told)

    async def cut(route: Route) -> None:
        await route.abort()

    await expect(page.locator("#username")).to_be_visible(timeout=SECONDS_20)
    await page.route("**/v1/board/stream", stream)
    await page.route("**/v1/board/session/renewal", cut)
    await page.locator("#username").fill(SCREENS[scope])
    await page.locator("#password").fill(DEMO_PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#received")).to_have_text("1432", timeout=SECONDS_20)
    await expect(page.locator("#state")).to_have_attribute("data-state", "stale", timeout=SECONDS_20)
    return page


def full_board(scope: Scope) -> dict[str, Any]:
    """Return what a board tells on a day with three digits everywhere, alarms in every row, and every category."""
    now = datetime.now(UTC)
    oldest = (now - timedelta(minutes=118)).isoformat()
    waiting = [
        {"urgency": urgency, "under_15_minutes": 188, "under_1_hour": 148, "under_4_hours": 118, "longer": 108}
        | {"total": 562, "oldest_at": oldest}
        for urgency in ("emergency", "urgent", "standard")
    ]
    everywhere = scope == "country"
    counted = _counted([r.iso_code for r in regions()], 130)
    return {
        "region_code": None if everywhere else "KZ-27",  # whose name is the longest
        "waiting": waiting,
        "contacts": {"under_way": 148, "oldest_at": oldest, "received_today": 1888, "without_data_today": 600},
        "clocks": [{"about": about, "warning": 188, "breached": 148} for about in ("signals", "cases")],
        "breaches_today": 248,
        "received_today": 1432,
        "decided_today": 888,
        "regions": counted if everywhere else [{"code": "KZ-27", "count": 1432}],
        "categories": {
            "until": now.replace(minute=0, second=0, microsecond=0).isoformat(),
            "shown": _counted([v.code for v in code_list("signal_category").values], 188),
            "fewest": 5,
            "others": 118,
        },
    }


def _counted(codes: Sequence[str], most: int) -> list[dict[str, Any]]:
    return [{"code": code, "count": max(5, most - 7 * place)} for place, code in enumerate(codes)]
