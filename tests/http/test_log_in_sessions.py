"""Where am I logged in, and out of there at once."""

from uuid import uuid4

import asyncpg
import httpx

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import DEMO_PASSWORD, demo_id
from tests.clients import Caller, World


async def _log_in(
    world: World, client: str | None = None, username: str = "duty.almaty"
) -> tuple[Caller, httpx.Response]:
    form = {"grant_type": "password", "username": username, "password": DEMO_PASSWORD}
    answer = await world.client.post("/v1/token", data=form | ({"client_name": client} if client else {}))
    assert answer.status_code == 200, answer.text
    return Caller(world.client, answer.json()["access_token"]), answer


async def test_my_sessions_are_listed_with_the_name_of_the_client_and_no_place(world: World) -> None:
    first, _ = await _log_in(world, "Планшет дежурного")
    second, _ = await _log_in(world)
    sessions = (await second.get("/v1/me/sessions")).json()["items"]
    assert [(s["client_name"], s["current"], s["second_factor"]) for s in sessions] == [
        (f"python-httpx/{httpx.__version__}", True, False),
        ("Планшет дежурного", False, False),
    ]
    assert set(sessions[0]) == {
        "id",
        "client_name",
        "second_factor",
        "created_at",
        "last_used_at",
        "expires_at",
        "current",
    }
    assert len((await first.get("/v1/me/sessions")).json()["items"]) == 2


async def test_one_session_is_ended_and_its_next_request_is_refused(world: World, owner_url: str) -> None:
    lost, grant = await _log_in(world, "lost telephone")
    mine, _ = await _log_in(world)
    other, _ = await _log_in(world, username="duty2.almaty")
    sessions = (await mine.get("/v1/me/sessions")).json()["items"]
    path = next(f"/v1/me/sessions/{s['id']}" for s in sessions if s["client_name"] == "lost telephone")
    assert (await other.request("DELETE", path)).status_code == 404, "somebody else's session is not there"
    assert (await other.request("DELETE", f"/v1/me/sessions/{uuid4()}")).status_code == 404
    assert (await mine.request("DELETE", path)).status_code == 204
    assert (await lost.get("/v1/me")).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": grant.json()["refresh_token"]}
    assert (await world.client.post("/v1/token", data=form)).status_code == 400
    assert (await mine.request("DELETE", path)).status_code == 404
    assert (await mine.get("/v1/me")).status_code == 200
    connection = await asyncpg.connect(driver_url(owner_url))
    events = await connection.fetch("SELECT record_ids FROM audit_event WHERE kind = 'account.sessions_ended'")
    await connection.close()
    assert [[str(i) for i in e["record_ids"]] for e in events] == [
        [str(demo_id("duty.almaty")), path.rpartition("/")[2]]
    ]


async def test_all_others_are_ended_and_this_one_goes_on(world: World) -> None:
    others = [(await _log_in(world))[0] for _ in range(3)]
    mine, _ = await _log_in(world)
    assert (await mine.request("DELETE", "/v1/me/sessions")).status_code == 204
    assert [(await c.get("/v1/me")).status_code for c in others] == [401] * 3
    assert [s["current"] for s in (await mine.get("/v1/me/sessions")).json()["items"]] == [True]


async def test_an_administrator_ends_the_sessions_of_a_user_and_nobody_else_does(world: World) -> None:
    admin, supervisor = await world.as_("admin"), await world.as_("supervisor.almaty")
    duty, _ = await _log_in(world, "stolen")
    path = f"/v1/users/{demo_id('duty.almaty')}/sessions"
    assert [s["client_name"] for s in (await admin.get(path)).json()["items"]] == ["stolen"]
    for method in ("GET", "DELETE"):
        assert (await supervisor.request(method, path)).status_code == 403
        assert (await admin.request(method, f"/v1/users/{uuid4()}/sessions")).status_code == 404
    assert (await admin.request("DELETE", path)).status_code == 204
    assert (await duty.get("/v1/me")).status_code == 401
    assert (await supervisor.get("/v1/me")).status_code == 200
