"""Guessing at passwords becomes slow, and the right user is never kept out by it."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import DEMO_PASSWORD
from casemgmt.settings import Settings
from tests.clients import Caller, World

FREE = 5
WRONG = "not the password"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(
        mode="demo", database_url=database_url, database_connections=8, trusted_proxies="127.0.0.1, fd00::/8"
    )


async def _log_in(
    world: World, name: str, password: str = DEMO_PASSWORD, address: str = "203.0.113.7", **more: str
) -> httpx.Response:
    form = {"grant_type": "password", "username": name, "password": password, **more}
    return await world.client.post("/v1/token", data=form, headers={"X-Forwarded-For": address})


async def _fail(world: World, times: int, name: str = "duty.almaty", **more: str) -> None:
    for _ in range(times):
        assert (await _log_in(world, name, WRONG, **more)).status_code == 400


async def _reasons(owner_url: str) -> list[str]:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        rows = await connection.fetch(
            "SELECT reason FROM audit_event WHERE kind = 'account.login_throttled' ORDER BY at"
        )
        return [r["reason"] for r in rows]
    finally:
        await connection.close()


@pytest.mark.parametrize("name", ["duty.almaty", "nobody.at.all"])
async def test_after_five_failures_each_further_one_doubles_the_wait(
    world: World, clock: ManualClock, owner_url: str, name: str
) -> None:
    await _fail(world, FREE, name)
    for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        slowed = await _log_in(world, name)
        assert (slowed.status_code, slowed.headers["retry-after"]) == (429, str(wait)), "also the right password"
        assert slowed.json()["code"] == "too-many-attempts"
        clock.advance(timedelta(seconds=wait))
        await _fail(world, 1, name)
    assert set(await _reasons(owner_url)) == {"account"}


async def test_many_tries_at_once_are_no_way_round_it(world: World) -> None:
    answers = await asyncio.gather(*(_log_in(world, "duty.almaty", f"guess number {n}") for n in range(30)))
    assert sorted(a.status_code for a in answers) == [400] * FREE + [429] * (30 - FREE)


async def test_the_right_user_comes_in_from_elsewhere_while_somebody_guesses(world: World) -> None:
    await _fail(world, FREE, address="198.51.100.9")
    assert (await _log_in(world, "duty.almaty", address="198.51.100.9")).status_code == 429
    assert (await _log_in(world, "duty.almaty", address="203.0.113.7")).status_code == 200


async def test_a_known_device_comes_in_whatever_others_do_at_the_same_address(world: World) -> None:
    device = (await _log_in(world, "duty.almaty")).json()["device_token"]
    await _fail(world, FREE)
    assert (await _log_in(world, "duty.almaty")).status_code == 429
    assert (await _log_in(world, "duty.almaty", device_token=device)).status_code == 200
    other = await _log_in(world, "duty2.almaty", WRONG, device_token=device)
    assert other.status_code == 400
    await _fail(world, FREE, device_token=device)
    assert (await _log_in(world, "duty.almaty", device_token=device)).status_code == 429, "a stolen device is slow too"


@pytest.mark.parametrize("token", ["x", "1.2", "99999999999-aa.bb", "ключ"])
async def test_a_made_up_device_is_nobodys_device(world: World, token: str) -> None:
    await _fail(world, FREE)
    assert (await _log_in(world, "duty.almaty", device_token=token)).status_code == 429


async def test_a_device_of_somebody_else_or_of_long_ago_is_not_known(world: World, clock: ManualClock) -> None:
    mine = (await _log_in(world, "duty.almaty")).json()["device_token"]
    other = (await _log_in(world, "duty2.almaty")).json()["device_token"]
    clock.advance(timedelta(days=91))
    await _fail(world, FREE)
    for device in (mine, other):
        assert (await _log_in(world, "duty.almaty", device_token=device)).status_code == 429


async def test_an_address_that_fails_at_many_names_is_slowed_down_for_all_of_them(world: World, owner_url: str) -> None:
    for n in range(20):
        await _fail(world, 1, f"guess.{n}")
    assert (await _log_in(world, "duty2.almaty")).status_code == 429
    assert await _reasons(owner_url) == ["address"]
    assert (await _log_in(world, "duty2.almaty", address="203.0.113.8")).status_code == 200


async def test_guesses_from_everywhere_slow_a_name_down_by_a_minute_at_most(world: World, clock: ManualClock) -> None:
    for n in range(110):
        answer = await _log_in(world, "duty.almaty", WRONG, address=f"198.51.100.{n}")
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) <= 60
            clock.advance(timedelta(seconds=60))
    slowed = await _log_in(world, "duty.almaty", address="192.0.2.1")
    if slowed.status_code == 429:
        clock.advance(timedelta(seconds=60))
        slowed = await _log_in(world, "duty.almaty", address="192.0.2.1")
    assert slowed.status_code == 200


async def test_a_network_of_the_sixth_version_is_one_address(world: World) -> None:
    for n in range(FREE):
        await _fail(world, 1, address=f"2001:db8:1:2::{n}")
    assert (await _log_in(world, "duty.almaty", address="2001:db8:1:2:ffff::1")).status_code == 429
    assert (await _log_in(world, "duty.almaty", address="2001:db8:1:3::1")).status_code == 200


@pytest.mark.parametrize("addresses", [("203.0.113.7:{}", "203.0.113.7"), ("[2001:db8::1]:{}", "2001:db8::2")])
async def test_a_port_behind_the_address_makes_no_other_caller(world: World, addresses: tuple[str, str]) -> None:
    for n in range(FREE):
        await _fail(world, 1, address=addresses[0].format(40_000 + n))
    assert (await _log_in(world, "duty.almaty", address=addresses[1])).status_code == 429
    assert (await _log_in(world, "duty.almaty", address="unknown")).status_code == 200


async def test_success_makes_failures_from_the_same_place_good(world: World) -> None:
    for _ in range(3):
        await _fail(world, FREE - 1)
        assert (await _log_in(world, "duty.almaty")).status_code == 200


async def test_what_a_caller_writes_before_the_proxy_is_not_believed(world: World) -> None:
    for n in range(FREE):
        await _fail(world, 1, address=f"10.0.0.{n}, 203.0.113.7, fd00::1")
    assert (await _log_in(world, "duty.almaty", address="8.8.8.8, 203.0.113.7")).status_code == 429


async def test_without_a_trusted_proxy_the_header_says_nothing(database_url: str, clock: ManualClock) -> None:
    app: FastAPI = create_app(Settings(mode="demo", database_url=database_url, database_connections=4), clock)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        world = World(client, clock)
        for n in range(FREE):
            await _fail(world, 1, address=f"203.0.113.{n}")
        assert (await _log_in(world, "duty.almaty", address="203.0.113.99")).status_code == 429


async def test_an_open_session_goes_on_and_guesses_in_it_are_counted_by_themselves(world: World) -> None:
    caller = Caller(world.client, (await _log_in(world, "duty.almaty")).json()["access_token"])
    await _fail(world, FREE)
    assert (await caller.get("/v1/me")).status_code == 200
    body = {"current": WRONG, "new": "three quiet herons 77"}
    for _ in range(FREE):
        assert (await caller.request("PUT", "/v1/me/password", json=body)).status_code == 422
    right = await caller.request("PUT", "/v1/me/password", json=body | {"current": DEMO_PASSWORD})
    assert right.status_code == 429
    assert (await _log_in(world, "duty.almaty", address="192.0.2.1")).status_code == 200
