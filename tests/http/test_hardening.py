"""What stands on every answer and is refused of every request, whatever its route."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from pydantic import ValidationError

from api.app import create_app
from casemgmt.db.addresses import driver_url
from casemgmt.db.work import Work
from casemgmt.settings import Settings
from tests.clients import World
from tests.people import record_person

ALWAYS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SITE = "https://work.example.kz"


@asynccontextmanager
async def _client(settings: Settings, **changed: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update=changed))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service.kz") as client,
    ):
        yield client


async def test_every_answer_carries_the_headers_that_protect_its_reader(world: World) -> None:
    operator = await world.as_("operator.111")
    answers = [
        await operator.get("/v1/signals"),
        await operator.get("/v1/nothing"),
        await operator.get(f"/v1/signals/{uuid4()}"),
        await operator.post("/v1/signals", {}),
        await operator.request("TRACE", "/v1/signals"),
        await world.client.get("/v1/signals"),
        await world.client.get("/health/live"),
        await world.client.get("/openapi.json"),
        await world.client.get("/docs"),
        await world.client.get("/docs/files/swagger-ui.css"),
        await world.client.get("/docs/files/nothing.css"),
    ]
    assert [a.status_code for a in answers] == [200, 404, 404, 422, 405, 401, 200, 200, 200, 200, 404]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, answer.request.url
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "camera=()" in answer.headers["permissions-policy"]
        assert "server" not in answer.headers
        assert len(answer.headers.get_list("cache-control")) == 1
        assert "strict-transport-security" not in answer.headers
        if not answer.request.url.path.startswith("/docs"):
            assert answer.headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors")
    assert "script-src 'self';" in answers[8].headers["content-security-policy"]


async def test_behind_tls_browsers_are_told_to_stay_there(settings: Settings) -> None:
    async with _client(settings, tls_only=True) as client:
        for path in ("/v1/me", "/docs", "/nothing"):
            answer = await client.get(path)
            assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


async def test_no_page_of_another_site_may_call_unless_it_is_named(world: World) -> None:
    for origin in (SITE, "null", "http://service"):
        asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        assert (await world.client.options("/v1/me", headers=asked)).status_code == 405
        answer = await world.client.get("/v1/me", headers={"Origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_named_site_may_call_with_a_token_and_never_with_cookies(settings: Settings) -> None:
    async with _client(settings, cors_origins=f"{SITE}, https://other.example.kz") as client:
        wish = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}
        preflight = await client.options("/v1/cases", headers={"Origin": SITE} | wish)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == SITE
        assert preflight.headers["vary"].startswith("Origin")
        assert preflight.headers["x-content-type-options"] == "nosniff"
        answer = await client.get("/v1/me", headers={"Origin": SITE})
        assert answer.status_code == 401
        assert answer.headers["access-control-allow-origin"] == SITE
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        for headers in (preflight.headers, answer.headers):
            assert "access-control-allow-credentials" not in headers
        for origin in ("null", f"{SITE}.evil.kz", "http://work.example.kz", f"{SITE}:8443", "https://WORK.example.kz"):
            assert (await client.options("/v1/cases", headers={"Origin": origin} | wish)).status_code == 400
            other = await client.get("/v1/me", headers={"Origin": origin})
            assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "null",
        "https://*.kz",
        "http://work.kz",
        "https://a.kz/",
        "https://a.kz/x",
        "https://u@a.kz",
        "https://A.kz",
    ],
)
def test_a_wildcard_null_or_unsafe_origin_stops_the_service(origins: str) -> None:
    with pytest.raises(ValidationError, match="origins such as"):
        Settings(mode="demo", cors_origins=origins)


async def test_only_the_names_of_the_service_are_answered(settings: Settings) -> None:
    async with _client(settings, allowed_hosts="service.kz, api.service.kz") as client:
        for host in ("service.kz", "SERVICE.kz:8000", "service.kz.", "api.service.kz"):
            assert (await client.get("/v1/me", headers={"Host": host})).status_code == 401, host
        for host in ("evil.kz", "service.kz.evil.kz", "127.0.0.1:8000", "", "service.kz@evil.kz", "[::1]"):
            answer = await client.get("/v1/me", headers={"Host": host})
            assert (answer.status_code, answer.json()["code"]) == (421, "unknown-host"), host
        assert (await client.get("/health/ready", headers={"Host": "127.0.0.1:8000"})).status_code == 200


PATHS = (
    "/v1/signals/",
    "/v1//signals",
    "/v1/signals%2F",
    "/v1%2fsignals",
    "/v1/%73ignals",
    "/v1/signals%00",
    "/v1/signals%0d%0aX-Injected:1",
    "/v1/%2e%2e/v1/signals",
    "/v1/signals%5cx",
    "/v1/%c0%afsignals",
    "/v1/%ff",
    "/v1/signals;x=1",
    "/docs/files/..%2f..%2fpyproject.toml",
    "/docs/files/%2e%2e/%2e%2e/pyproject.toml",
    "/" + "a" * 4000,
)


async def test_a_path_written_in_another_way_leads_nowhere(world: World) -> None:
    """Nobody is asked for a token there: it is no way to any route."""
    assert (await world.client.get("/v1/signals")).status_code == 401
    for path in PATHS:
        answer = await world.client.get(httpx.URL("http://service").copy_with(raw_path=path.encode()))
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), path


async def test_unknown_path_hidden_record_and_malformed_id_get_one_answer(world: World) -> None:
    person = await record_person(world, "duty.almaty")
    stranger = await world.as_("manager.astana")
    answers = [
        await stranger.get(path)
        for path in ("/v1/nothing", f"/v1/persons/{person}", f"/v1/persons/{uuid4()}", "/v1/persons/7", "/v1/%00")
    ]
    assert {a.status_code for a in answers} == {404}
    bodies = [a.json() for a in answers]
    for body in bodies:
        body.pop("request_id")
    assert all(body == bodies[0] for body in bodies), bodies
    assert len({tuple(sorted(set(a.headers) - {"content-length"})) for a in answers}) == 1


async def test_a_method_that_a_path_does_not_know_is_told_which_it_knows(world: World) -> None:
    for method in ("DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "QUERY"):
        answer = await world.client.request(method, "/v1/cases")
        assert answer.status_code == 405, method
        assert answer.headers["allow"] == "GET, POST", method


KINDS = (
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/xml"},
    {"Content-Type": "multipart/form-data; boundary=x"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": "application/json; boundary=x"},
    {"Content-Type": "application/jsonx"},
    {"Content-Type": ""},
    {"Content-Type": "application/json", "Content-Encoding": "gzip"},
)


async def test_a_body_of_another_kind_is_refused(world: World) -> None:
    operator = await world.as_("operator.111")
    for headers in KINDS:
        answer = await operator.request("POST", "/v1/signals", content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type"), headers


async def test_utf_8_may_be_said_aloud_and_a_form_is_taken_where_one_is_asked_for(world: World) -> None:
    operator = await world.as_("operator.111")
    for kind in ("application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"'):
        answer = await operator.request("POST", "/v1/signals", content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 422
    wrong = await world.client.post("/v1/token", json={"grant_type": "password"})
    assert wrong.status_code == 415


async def test_a_request_id_that_is_not_safe_is_replaced(world: World) -> None:
    for given in ("short", "a" * 65, "with space", "with/slash", "new\nline", "имя имени"):
        answer = await world.client.get("/health/live", headers={b"X-Request-ID": given.encode()})
        assert answer.headers["x-request-id"] != given
        assert len(answer.headers["x-request-id"]) == 36
    kept = await world.client.get("/health/live", headers={"X-Request-ID": "trace-12345678"})
    assert kept.headers["x-request-id"] == "trace-12345678"


async def test_more_requests_at_once_than_the_process_takes_are_told_to_come_again(settings: Settings) -> None:
    async with _client(settings, requests_at_once=3) as client:
        manager = await World(client).as_("manager.almaty")
        answers = await asyncio.gather(*(manager.get("/v1/cases") for _ in range(12)))
        over = [a for a in answers if a.status_code == 503]
        assert over
        assert {a.json()["code"] for a in over} == {"overloaded"}
        assert {a.headers["retry-after"] for a in over} == {"1"}
        assert len(answers) - len(over) == 3
        assert (await manager.get("/v1/cases")).status_code == 200


async def test_a_request_that_takes_too_long_is_ended_and_changes_nothing(
    settings: Settings, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has written already and waits for something: its transaction ends without it, and so does its connection."""
    save = Work.save

    async def saves_and_hangs(self: Work, *arguments: Any) -> None:
        await save(self, *arguments)
        await asyncio.sleep(60)

    async with _client(settings, transaction_seconds=1, database_connections=2) as client:
        duty = await World(client).as_("duty.almaty")
        with monkeypatch.context() as patch:
            patch.setattr(Work, "save", saves_and_hangs)
            answer = await duty.post("/v1/persons", {"given_name": "Айгерім"})
        assert (answer.status_code, answer.json()["code"]) == (503, "too-slow")
        assert answer.headers["retry-after"] == "1"
        connection = await asyncpg.connect(driver_url(owner_url))
        assert await connection.fetchval("SELECT count(*) FROM person") == 0
        await connection.close()
        assert (await duty.post("/v1/persons", {"given_name": "Айгерім"})).status_code == 201
