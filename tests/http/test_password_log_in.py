"""Where the provider vouches for everybody, passwords can be shut off here; administrators may keep a way in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from api.app import create_app
from casemgmt.clock import SystemClock
from casemgmt.demo.accounts import DEMO_PASSWORD, demo_id
from casemgmt.demo.stage import credentials
from casemgmt.settings import Settings
from tests.account_steps import link_identity, start, start_code
from tests.clients import Caller, World
from tests.oidc import SigningKey, SmallProvider
from tests.records import rows

KEY = SigningKey("first")


@pytest.fixture
def small() -> Iterator[SmallProvider]:
    provider = SmallProvider()
    provider.keys = [KEY.public]
    yield provider
    provider.close()


@asynccontextmanager
async def _service(database_url: str, issuer: str, who: str) -> AsyncIterator[World]:
    settings: dict[str, Any] = {"oidc_issuer": issuer, "password_log_in": who}
    app = create_app(Settings(mode="demo", database_url=database_url, database_connections=4, **settings))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://service"
        ) as client,
    ):
        yield World(client)


def _is_off(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (400, "password-log-in-off")


async def _with_password(world: World, username: str, password: str = DEMO_PASSWORD) -> httpx.Response:
    return await world.client.post("/v1/token", data=credentials(username) | {"password": password})


async def test_administrators_alone_come_in_and_a_right_password_is_answered_as_a_wrong_one(
    database_url: str, owner_url: str, small: SmallProvider
) -> None:
    async with _service(database_url, small.issuer, "administrators") as world:
        right, wrong = await _with_password(world, "duty.almaty"), await _with_password(world, "duty.almaty", "wrong")
        assert _is_off(right)
        assert {**right.json(), "request_id": ""} == {**wrong.json(), "request_id": ""}
        assert _is_off(await _with_password(world, "nobody.at.all"))
        assert _is_off(await _with_password(world, "auditor")), "a code beside it changes nothing"
        assert (await (await world.as_("admin")).get("/v1/me")).status_code == 200
        assert (await (await world.as_("qr.111")).get("/v1/me")).status_code == 200, "machines have their own grant"
        await link_identity(world, f"/v1/users/{demo_id('duty.almaty')}", "d")
        token = KEY.token(small.issuer, "d", SystemClock().now(), amr=["pwd", "mfa"])
        assert (await Caller(world.client, token).get("/v1/me")).status_code == 200
    told = await rows(owner_url, "SELECT kind, reason FROM audit_event WHERE kind LIKE 'account.log%' ORDER BY at, id")
    assert told[-1] == {"kind": "account.logged_in", "reason": "identity_provider+second_factor"}
    reasons = [e["reason"] for e in told if e["kind"] == "account.login_refused"]
    assert reasons == ["password_log_in_off", "password", "password", "password_log_in_off"]


async def test_nobody_comes_in_or_begins_with_a_password_where_it_is_shut_off(
    database_url: str, small: SmallProvider
) -> None:
    async with _service(database_url, small.issuer, "everybody") as world:
        halves = await start_code(world, f"/v1/users/{demo_id('lawyer.almaty')}")
    async with _service(database_url, small.issuer, "nobody") as world:
        for username in ("duty.almaty", "admin"):
            assert _is_off(await _with_password(world, username))
        assert _is_off(await start(world, "lawyer.almaty", halves, "Шымбұлақта-қар-еріді-7"))
        for _ in range(4):
            await _with_password(world, "duty.almaty")
        assert (await _with_password(world, "duty.almaty")).status_code == 429


def test_a_door_that_nobody_could_use_stops_the_service() -> None:
    with pytest.raises(ValidationError, match="CASEMGMT_OIDC_ISSUER"):
        Settings(mode="demo", database_url="postgresql://nobody@localhost/none", password_log_in="nobody")


async def test_a_field_given_twice_is_no_request_for_a_token(world: World) -> None:
    for twice in ("username=duty.almaty", "password=other", "grant_type=refresh_token", "scope=a&scope=b"):
        form = f"grant_type=password&username=auditor&password={DEMO_PASSWORD}&{twice}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await world.client.post("/v1/token", content=form, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "repeated-field"), answer.text
