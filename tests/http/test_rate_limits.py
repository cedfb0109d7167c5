"""How much one caller may ask in a minute, and what is said and recorded where it is too much."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from api.app import create_app
from casemgmt.access.rates import COUNTED_IN_THE_LOG, REMEMBERED, Rates
from casemgmt.clock import Clock, ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.errors import TooManyAttempts
from casemgmt.settings import Settings
from tests.clients import Caller, World

ROOT = Path(__file__).parents[2]
LIMITS = {"rate_reads": 6, "rate_writes": 3, "rate_searches": 2, "rate_open": 20}
WHO = {"phone": "+77010000000"}


@pytest.fixture
def clock() -> Clock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(mode="demo", database_url=database_url, database_connections=4, **LIMITS)


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


async def _codes(caller: Caller, times: int, path: str = "/v1/me") -> list[int]:
    return [(await caller.get(path)).status_code for _ in range(times)]


def _pass(clock: Clock, seconds: float) -> None:
    assert isinstance(clock, ManualClock)
    clock.advance(timedelta(seconds=seconds))


async def test_reads_beyond_the_limit_are_refused_until_time_has_passed(world: World, clock: Clock) -> None:
    operator = await world.as_("operator.111")
    assert await _codes(operator, 8) == [200] * 6 + [429] * 2
    _pass(clock, 10)  # a sixth of a minute gives a sixth of the allowance
    assert await _codes(operator, 2) == [200, 429]
    _pass(clock, 60)
    assert await _codes(operator, 7) == [200] * 6 + [429]


async def test_one_account_does_not_use_up_what_another_has(world: World) -> None:
    operator = await world.as_("operator.111")
    await _codes(operator, 7)
    assert await _codes(await world.as_("duty.almaty"), 1) == [200]


async def test_the_refusal_says_when_to_come_again_in_the_readers_language(world: World) -> None:
    operator = await world.as_("operator.111")
    await _codes(operator, 6)
    answer = await operator.get("/v1/me", headers={"Accept-Language": "ru"})
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["code"], body["title"]) == ("rate-limited", "Слишком частые запросы")
    assert body["detail"].endswith("секунд: 10.")
    assert (body["rate_class"], body["limit"], body["per_seconds"]) == ("reads", 6, 60)
    assert answer.headers["retry-after"] == "10"
    assert answer.headers["ratelimit-policy"] == '"reads";q=6;w=60'
    assert answer.headers["ratelimit"] == '"reads";r=0;t=10'
    texts = {(await operator.get("/v1/me", headers={"Accept-Language": x})).json()["title"] for x in ("kk", "ru", "en")}
    assert len(texts) == 3


async def test_writes_and_reads_are_counted_apart_and_a_refused_write_changes_nothing(
    world: World, owner: asyncpg.Connection
) -> None:
    duty = await world.as_("duty.almaty")
    answers = [await duty.post("/v1/persons", {"given_name": "Айгерім"}) for _ in range(5)]
    assert [a.status_code for a in answers] == [201] * 3 + [429] * 2
    assert await owner.fetchval("SELECT count(*) FROM person") == 3
    assert await _codes(duty, 1) == [200]


async def test_what_is_forbidden_or_hidden_is_counted_too(world: World) -> None:
    operator = await world.as_("operator.111")
    assert await _codes(operator, 3, "/v1/users/x/sessions") == [403] * 3
    assert await _codes(operator, 4, f"/v1/signals/{uuid4()}") == [404] * 3 + [429]


async def test_searches_are_counted_over_all_processes(world: World, settings: Settings, clock: Clock) -> None:
    duty = await world.as_("duty.almaty")
    assert (await duty.post("/v1/persons/match", WHO)).status_code == 200
    other = create_app(settings, clock)
    transport = httpx.ASGITransport(app=other, raise_app_exceptions=False)
    async with (
        other.router.lifespan_context(other),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        elsewhere = Caller(client, duty.token)
        assert (await elsewhere.post("/v1/persons/match", WHO)).status_code == 200
        refused = [await elsewhere.post("/v1/persons/match", WHO), await duty.post("/v1/persons/match", WHO)]
    assert [a.json()["code"] for a in refused] == ["rate-limited"] * 2
    assert all(1 <= int(a.headers["retry-after"]) <= 60 for a in refused)
    _pass(clock, 90)
    assert (await duty.post("/v1/persons/match", WHO)).status_code == 200


async def test_what_is_open_is_counted_by_address_and_health_is_not(world: World, owner: asyncpg.Connection) -> None:
    answers = [await world.client.get("/v1/benefits") for _ in range(25)]
    assert [a.status_code for a in answers] == [200] * 20 + [429] * 5
    assert answers[-1].json()["rate_class"] == "open"
    assert (await world.client.post("/v1/token", data={"grant_type": "password"})).status_code == 429
    assert [(await world.client.get("/health/live")).status_code for _ in range(25)] == [200] * 25
    events = await owner.fetch("SELECT actor_id, record_ids FROM audit_event WHERE kind = 'access.rate_limited'")
    assert [tuple(e) for e in events] == [(None, [])]


async def test_a_flood_of_refusals_is_one_event_a_minute(world: World, owner: asyncpg.Connection, clock: Clock) -> None:
    operator = await world.as_("operator.111")
    count = "SELECT count(*) FROM audit_event WHERE reason = 'rate-limited' AND outcome = 'refused'"
    await _codes(operator, 20)
    assert await owner.fetchval(count) == 1
    event = await owner.fetchrow("SELECT * FROM audit_event WHERE reason = 'rate-limited'")
    assert event is not None
    assert (event["kind"], list(event["fields"])) == ("self.refused", ["self:read"])
    assert event["actor_id"] is not None
    _pass(clock, 61)
    await _codes(operator, 20)
    assert await owner.fetchval(count) == 2


def test_the_events_that_are_counted_are_those_that_are_written() -> None:
    """A kind that is renamed would be counted no more."""
    sources = [p.read_text("utf-8") for p in (ROOT / "src/casemgmt").rglob("*.py") if p.name != "rates.py"]
    for kind in chain.from_iterable(COUNTED_IN_THE_LOG.values()):
        assert any(f'"{kind}"' in source for source in sources), kind


def _rates(clock: ManualClock, **changed: Any) -> Rates:
    return Rates(Settings(mode="demo", **(LIMITS | changed)), clock)


def _taken(rates: Rates, caller: object, kind: str, times: int) -> int:
    """Return how many of so many requests are let through."""
    let_through = 0
    for _ in range(times):
        try:
            rates.take(caller, kind)
        except TooManyAttempts:
            continue
        let_through += 1
    return let_through


def test_each_process_gives_its_part() -> None:
    clock = ManualClock(datetime.now(UTC))
    processes = [_rates(clock, rate_reads=100, rate_processes=50) for _ in range(50)]
    assert sum(_taken(rates, "somebody", "reads", 100) for rates in processes) == 100


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    clock = ManualClock(datetime.now(UTC))
    rates = _rates(clock)
    assert _taken(rates, "somebody", "reads", 7) == 6
    clock.advance(timedelta(seconds=-5))
    assert _taken(rates, "somebody", "reads", 7) == 0
    clock.advance(timedelta(seconds=70))
    assert _taken(rates, "somebody", "reads", 7) == 6
    clock.advance(timedelta(hours=-3))
    assert _taken(rates, "somebody", "reads", 7) == 6, "what is known of it lies in the future, and tells nothing"
    assert _taken(rates, "somebody", "reads", 7) == 0
    clock.advance(timedelta(seconds=10))
    assert _taken(rates, "somebody", "reads", 7) == 1, "and it is counted from now on as ever"


def test_a_flood_of_callers_does_not_fill_the_memory() -> None:
    clock = ManualClock(datetime.now(UTC))
    rates = _rates(clock)
    for number in range(REMEMBERED + 100):
        rates.take(number, "open")
        rates.is_news(number, "open")
    assert len(rates) <= REMEMBERED
