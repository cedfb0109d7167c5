"""The board over HTTP: numbers of the day and nobody in them; a screen that stays signed in and can do nothing else."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from casemgmt.board.live import Boards
from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import DEMO_PASSWORD, demo_id
from tests.clients import World
from tests.contact_steps import contact, send
from tests.records import rows
from tests.steps import done

SESSION = "/v1/board/session"
ALMATY_MORNING = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(ALMATY_MORNING)


async def _signal(world: World, category: str = "neglect", **more: Any) -> str:
    duty = await world.as_("duty.almaty")
    told = {
        "source": "police",
        "channel": "call",
        "category": category,
        "language": "kk",
        "narrative": "Аты-жөні: Серік.",
        "region_code": "KZ-75",
    }
    return str(done(await duty.post("/v1/signals", told | more))["id"])


async def _board(world: World, screen: str = "board.almaty") -> dict[str, Any]:
    return done(await (await world.as_(screen)).get("/v1/board"))


async def _sign_in(world: World, username: str = "board.almaty") -> httpx.Response:
    return await world.client.post(SESSION, json={"username": username, "password": DEMO_PASSWORD})


async def _renew(world: World, cookie: str) -> httpx.Response:
    world.client.cookies.clear()
    headers = {"Cookie": f"casemgmt_display={cookie}"}
    return await world.client.post(f"{SESSION}/renewal", json={}, headers=headers)


def _cookie(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.cookies["casemgmt_display"])


async def test_what_waits_is_told_by_urgency_and_age(world: World, clock: ManualClock) -> None:
    await _signal(world, "violence_sexual")
    clock.advance(timedelta(minutes=20))
    world.forget_tokens()
    await _signal(world)
    await _signal(world, region_code="KZ-71")
    waiting = {w["urgency"]: w for w in (await _board(world))["waiting"]}
    assert [w["total"] for w in waiting.values()] == [1, 1, 0]
    assert waiting["emergency"]["under_1_hour"] == waiting["urgent"]["under_15_minutes"] == 1
    assert datetime.fromisoformat(waiting["emergency"]["oldest_at"]) == ALMATY_MORNING
    country = await _board(world, "board.111")
    assert sum(w["total"] for w in country["waiting"]) == country["received_today"] == 3
    assert country["regions"] == [{"code": "KZ-75", "count": 2}, {"code": "KZ-71", "count": 1}]


async def test_what_was_decided_waits_no_longer(world: World) -> None:
    signal = await _signal(world)
    triage = {"outcome": "consultation", "severity": "low", "reason": "question_answered", "note": "Кеңес."}
    await _signal(world)
    duty = await world.as_("duty.almaty")
    done(await duty.post(f"/v1/signals/{signal}/triage", triage))
    board = await _board(world)
    assert (sum(w["total"] for w in board["waiting"]), board["received_today"], board["decided_today"]) == (1, 2, 1)


async def test_contacts_under_way_and_of_the_day_are_counted(world: World, clock: ManualClock) -> None:
    began = clock.now().isoformat()
    for stage in ("draft", "final"):
        told = await send(world, contact(stage=stage, started_at=began), at=clock.now())
        assert told.status_code == 201, told.text
    counted = (await _board(world, "board.111"))["contacts"]
    assert (counted["under_way"], counted["received_today"], counted["without_data_today"]) == (1, 2, 0)
    assert datetime.fromisoformat(counted["oldest_at"]) == clock.now()


async def test_clocks_that_run_out_and_breaches_of_the_day_are_counted(world: World, clock: ManualClock) -> None:
    await _signal(world, "violence_sexual")
    assert (await _board(world))["clocks"][0] == {"about": "signals", "warning": 0, "breached": 0}
    clock.advance(timedelta(days=2))
    world.forget_tokens()
    assert (await _board(world))["clocks"][0] == {"about": "signals", "warning": 0, "breached": 1}
    assert (await _board(world))["received_today"] == 0, "a day begins at midnight of Almaty"


async def test_a_category_hangs_on_the_wall_from_five_on_once_an_hour_and_for_the_country_alone(
    world: World, clock: ManualClock
) -> None:
    for _ in range(4):
        await _signal(world, "bullying")
    for _ in range(5):
        await _signal(world, "neglect")
    assert (await _board(world))["categories"] == {
        "until": "2026-03-10T04:00:00Z",
        "shown": [],
        "fewest": 5,
        "others": 0,
    }
    clock.advance(timedelta(hours=1))
    world.forget_tokens()
    expected = {"shown": [{"code": "neglect", "count": 5}], "fewest": 5, "others": 4, "until": "2026-03-10T05:00:00Z"}
    assert (await _board(world))["categories"] == expected
    await _signal(world, "bullying", region_code="KZ-71")
    assert (await _board(world))["categories"] == expected
    clock.advance(timedelta(hours=1))
    world.forget_tokens()
    assert [c["code"] for c in (await _board(world))["categories"]["shown"]] == ["bullying", "neglect"]
    assert "bullying" not in json.dumps(await _board(world) | {"categories": None})


async def test_the_board_is_for_screens_and_a_screen_for_the_board(world: World) -> None:
    for username in ("duty.almaty", "supervisor.almaty", "oversight", "admin"):
        assert (await (await world.as_(username)).get("/v1/board")).status_code == 403
    screen = await world.as_("board.almaty")
    for path in ("/v1/me", "/v1/signals", "/v1/cases", "/v1/tasks/mine", "/v1/users", "/v1/reference/regions"):
        assert (await screen.get(path)).status_code in {403, 404}, path
    refused = await _sign_in(world, "duty.almaty")
    assert (refused.status_code, refused.json()["code"]) == (401, "no-display-account")
    assert "set-cookie" not in refused.headers


async def test_a_cookie_of_a_screen_is_for_one_path_and_no_script(world: World) -> None:
    given = await _sign_in(world)
    kept = given.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/v1/board/session"} <= set(kept.split("; "))
    assert "refresh_token" not in given.text
    assert (await world.client.get("/v1/board")).status_code == 401, "the cookie alone opens nothing"


async def test_a_screen_stays_signed_in_for_weeks_and_not_for_ever(world: World, clock: ManualClock) -> None:
    cookie = _cookie(await _sign_in(world))
    for _ in range(13):
        clock.advance(timedelta(days=2))
        cookie = _cookie(await _renew(world, cookie))
    clock.advance(timedelta(days=2, seconds=1))
    assert (await _renew(world, cookie)).json()["code"] == "invalid-grant"
    idle = _cookie(await _sign_in(world))
    clock.advance(timedelta(days=3))
    assert (await _renew(world, idle)).json()["code"] == "session-idle"


async def test_an_answer_that_was_lost_keeps_no_screen_dark_and_a_stolen_cookie_ends_the_session(
    world: World,
) -> None:
    first = _cookie(await _sign_in(world))
    lost = _cookie(await _renew(world, first))
    second = _cookie(await _renew(world, first))
    third = _cookie(await _renew(world, second))
    assert (await _renew(world, first)).status_code == 400, "its successor was shown: it holds no more"
    assert (await _renew(world, third)).status_code == 400, "and the session is over"
    assert lost != second
    stolen = _cookie(await _sign_in(world))
    of_the_screen = _cookie(await _renew(world, stolen))
    _cookie(await _renew(world, stolen))
    assert (await _renew(world, of_the_screen)).status_code == 400, "the thief has put another one in its place"


async def _news(boards: Boards, world: World, token: str) -> list[str]:
    actor = await world.services.bearers.read(token, "test")
    return [news.kind async for news in boards.follow(actor)]


async def test_a_screen_goes_dark_when_its_session_or_its_account_ends(world: World) -> None:
    by_itself = done(await _sign_in(world))["access_token"]
    watching = asyncio.create_task(_news(world.services.boards, world, by_itself))
    await asyncio.sleep(0)
    gone = await world.client.delete(SESSION, headers={"Authorization": f"Bearer {by_itself}"})
    assert gone.status_code == 204
    assert (await asyncio.wait_for(watching, 30))[-1] == "ended"
    token = done(await _sign_in(world))["access_token"]
    watching = asyncio.create_task(_news(world.services.boards, world, token))
    admin = await world.as_("admin")
    path = f"/v1/users/{demo_id('board.almaty')}"
    version = (await admin.get(path)).headers["etag"]
    done(await admin.patch(path, {"active": False}, headers={"If-Match": version}))
    assert (await asyncio.wait_for(watching, 30))[-1] == "ended"


async def test_many_screens_of_a_region_ask_the_database_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []
    turn = Boards._turn  # noqa: SLF001 - what is counted is how often the database is asked

    async def counted(self: Boards, wall: Any) -> float:
        turns.append(len(wall.screens))
        return await turn(self, wall)

    monkeypatch.setattr(Boards, "_turn", counted)
    tokens = [done(await _sign_in(world))["access_token"] for _ in range(5)]
    actors = [await world.services.bearers.read(token, "test") for token in tokens]
    following = [world.services.boards.follow(actor) for actor in actors]
    first = await asyncio.gather(*(anext(screen) for screen in following))
    assert [news.kind for news in first] == ["board"] * 5
    assert len({news.board for news in first}) == 1
    assert turns == [5]
    for screen in following:
        await screen.aclose()


async def test_a_screen_beside_others_is_told_at_once_what_they_were_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, turns = Boards._turn, asyncio.Semaphore(1)  # noqa: SLF001 - the database answers once, and then no more

    async def once(self: Boards, wall: Any) -> float:
        await turns.acquire()
        return await turn(self, wall)

    monkeypatch.setattr(Boards, "_turn", once)
    actor = await world.services.bearers.read(done(await _sign_in(world))["access_token"], "test")
    screens = [world.services.boards.follow(actor) for _ in range(2)]
    assert [(await anext(screen)).kind for screen in screens] == ["board", "board"]
    for screen in screens:
        await screen.aclose()


async def test_a_look_at_the_board_is_one_event_that_names_nobody(world: World, owner_url: str) -> None:
    await _signal(world)
    await _board(world)
    found = await rows(owner_url, "SELECT actor_id, record_ids FROM audit_event WHERE kind = 'board.shown'")
    assert found == [{"actor_id": demo_id("board.almaty"), "record_ids": []}]
