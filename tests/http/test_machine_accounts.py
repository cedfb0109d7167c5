"""Machine accounts: no more rights than they need, and secrets that are replaced without a gap."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.demo.stage import usual_headers
from casemgmt.ids import new_id
from tests.account_steps import WHY, approve, client_secret, give_role, grant
from tests.clients import Caller, World

ALMATY = str(demo_id("cps_almaty"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _machine(world: World, **more: Any) -> str:
    admin = await world.as_("admin")
    body = {"username": "nobd", "kind": "service", "family_name": "НОБД", "given_name": "система", **more}
    created = await admin.post("/v1/users", body | {"organisation_id": ALMATY})
    assert created.status_code == 201, created.text
    path: str = created.headers["location"]
    await give_role(world, path, "integration")
    return path


async def _token(world: World, secret: str, name: str = "nobd") -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
    return await world.client.post("/v1/token", data=form)


async def _caller(world: World, secret: str) -> Caller:
    answer = await _token(world, secret)
    assert answer.status_code == 200, answer.text
    return Caller(world.client, answer.json()["access_token"], usual_headers("qr.111"))


async def test_a_secret_is_replaced_without_a_gap_and_taken_back_at_once(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    admin = await world.as_("admin")
    path = await _machine(world)
    old_id, old = await client_secret(world, path)
    old_caller = await _caller(world, old)
    clock.advance(timedelta(minutes=1))
    _, new = await client_secret(world, path)
    third = await admin.request("PUT", f"{path}/client-secrets/{new_id()}", json={"reason": WHY})
    third = await approve(await world.as_("admin2"), third.json()["change"])
    assert (third.status_code, third.json()["code"]) == (409, "two-secrets-hold")
    new_caller = await _caller(world, new)
    assert (await _token(world, old)).status_code == 200, "both hold while one takes the place of the other"
    listed = (await admin.get(f"{path}/client-secrets")).json()["items"]
    assert listed[0]["id"] == old_id
    assert all(s["last_used_at"] for s in listed)
    assert old not in str(listed)
    assert (await admin.request("DELETE", f"{path}/client-secrets/{old_id}")).status_code == 204
    assert (await _token(world, old)).json()["code"] == "invalid-credentials"
    assert (await old_caller.get("/v1/me")).status_code == 401, "also the session that it opened"
    assert (await new_caller.get("/v1/me")).status_code == 200
    assert (await admin.request("DELETE", f"{path}/client-secrets/{old_id}")).status_code == 404
    again = await admin.request("PUT", f"{path}/client-secrets/{old_id}", json={"reason": WHY})
    assert again.json()["code"] == "already-exists", "an id is used once"
    connection = await asyncpg.connect(driver_url(owner_url))
    kinds = {r["kind"] for r in await connection.fetch("SELECT kind FROM audit_event")}
    kept = str(await connection.fetch("SELECT * FROM client_secret"))
    await connection.close()
    assert {"account.client_secret_added", "account.client_secret_revoked"} <= kinds
    assert all(half not in kept for secret in (old, new) for half in secret.split("."))


async def test_a_secret_ends_by_itself(world: World, clock: ManualClock) -> None:
    admin = await world.as_("admin")
    path = await _machine(world)
    _, secret = await client_secret(world, path, days=1)
    clock.advance(timedelta(days=1, seconds=1))
    assert (await _token(world, secret)).json()["code"] == "invalid-credentials"
    world.forget_tokens()
    admin = await world.as_("admin")
    assert (await admin.get(f"{path}/client-secrets")).json()["items"] == []
    endless = await admin.request("PUT", f"{path}/client-secrets/{new_id()}", json={"days": 366, "reason": WHY})
    assert endless.status_code == 422


async def test_a_scope_is_all_that_the_account_may_do_of_its_role(world: World) -> None:
    admin = await world.as_("admin")
    path = await _machine(world, scopes=["signals:create", "self:read"])
    _, secret = await client_secret(world, path)
    machine = await _caller(world, secret)
    assert (await machine.get("/v1/me")).json()["permissions"] == ["self:read", "signals:create"]
    refused = await machine.get(f"/v1/signals/{uuid4()}")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    read = await admin.get(path)
    assert read.json()["scopes"] == ["signals:create", "self:read"]
    headers = {"If-Match": read.headers["etag"]}
    wider = await admin.patch(path, {"scopes": ["signals:read"]}, headers=headers)
    assert (wider.status_code, wider.json()["code"]) == (403, "asked-for-instead")
    narrower = await admin.patch(path, {"scopes": ["self:read"]}, headers=headers)
    assert narrower.json()["scopes"] == ["self:read"]
    assert (await machine.get("/v1/me")).status_code == 401, "a token of the former scope is stale at once"
    await grant(world, await admin.post(f"{path}/scopes", {"scopes": ["signals:read"], "reason": WHY}))
    machine = await _caller(world, secret)
    assert (await machine.get(f"/v1/signals/{uuid4()}")).status_code == 404
    assert (await machine.get("/v1/me")).status_code == 403


async def test_scopes_that_can_not_be_are_refused(world: World) -> None:
    admin = await world.as_("admin")
    body = {"username": "new.one", "family_name": "А", "given_name": "Б", "organisation_id": ALMATY}
    for change, code in (
        ({"kind": "service", "scopes": ["cases:read"]}, "scope-beyond-role"),
        ({"kind": "person", "scopes": []}, "scopes-of-persons"),
        ({"kind": "service", "scopes": ["everything"]}, "invalid-request"),
    ):
        answer = await admin.post("/v1/users", body | change)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_only_administrators_keep_secrets_and_only_of_machines(world: World) -> None:
    admin, supervisor = await world.as_("admin"), await world.as_("supervisor.almaty")
    machine, person = (f"/v1/users/{demo_id(n)}/client-secrets" for n in ("qr.111", "duty.almaty"))
    for method, path in (("GET", machine), ("PUT", f"{machine}/{new_id()}"), ("DELETE", f"{machine}/{new_id()}")):
        body = {"json": {"reason": WHY}} if method == "PUT" else {}
        assert (await supervisor.request(method, path, **body)).status_code == 403
    refused = await admin.request("PUT", f"{person}/{new_id()}", json={"reason": WHY})
    assert (refused.status_code, refused.json()["code"]) == (409, "not-a-machine")


async def test_guessing_at_secrets_is_slowed_down(world: World) -> None:
    for _ in range(5):
        assert (await _token(world, "cs_guess", "qr.111")).status_code == 400
    assert (await _token(world, "cs_guess", "qr.111")).status_code == 429
