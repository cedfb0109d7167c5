"""Log-ins and tokens: what opens the door, what closes it, and how soon."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest
from jose import jwt
from passlib.context import CryptContext

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import DEMO_PASSWORD, demo_id
from tests.clients import Caller, World

Grant = dict[str, Any]


async def _token(world: World, **form: str) -> httpx.Response:
    return await world.client.post("/v1/token", data=form)


async def _log_in(world: World, username: str, password: str = DEMO_PASSWORD) -> httpx.Response:
    return await _token(world, grant_type="password", username=username, password=password)


async def _refresh(world: World, token: str) -> httpx.Response:
    return await _token(world, grant_type="refresh_token", refresh_token=token)


async def _me(world: World, token: str) -> httpx.Response:
    return await world.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


async def _events(owner_url: str, kind: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        rows: list[asyncpg.Record] = await connection.fetch(
            "SELECT * FROM audit_event WHERE kind = $1 ORDER BY at", kind
        )
        return rows
    finally:
        await connection.close()


async def test_a_password_gives_a_short_token_and_me_tells_who_i_am(world: World, owner_url: str) -> None:
    answer = await _log_in(world, "  DUTY.almaty ")
    assert answer.status_code == 200, answer.text
    grant = answer.json()
    assert grant["token_type"] == "bearer"
    assert grant["expires_in"] == 600
    me = (await _me(world, grant["access_token"])).json()
    assert me["username"] == "duty.almaty"
    assert me["roles"] == ["duty_officer"]
    assert me["region_code"] == "KZ-75"
    assert "signals:triage" in me["permissions"]
    assert "cases:read" not in me["permissions"]
    kinds = [e["kind"] for e in await _events(owner_url, "account.logged_in")]
    assert kinds == ["account.logged_in"]


async def test_a_token_tells_ids_and_no_name(world: World) -> None:
    token = (await _log_in(world, "duty.almaty")).json()["access_token"]
    claims = jwt.get_unverified_claims(token)
    assert set(claims) == {"iss", "aud", "sub", "sid", "org", "reg", "rol", "ver", "iat", "exp"}
    assert "Ахметов" not in json.dumps(claims, ensure_ascii=False)


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(world: World, owner_url: str) -> None:
    wrong = await _log_in(world, "duty.almaty", "not the password")
    unknown = await _log_in(world, "nobody.at.all", "not the password")
    assert wrong.status_code == unknown.status_code == 400
    first, second = wrong.json(), unknown.json()
    assert first.pop("request_id") != second.pop("request_id")
    assert first == second
    assert first["code"] == "invalid-credentials"
    refused = await _events(owner_url, "account.login_refused")
    assert [e["outcome"] for e in refused] == ["refused", "refused"]
    assert refused[0]["record_ids"] == [demo_id("duty.almaty")]


@pytest.mark.parametrize("username", ["duty.almaty", "nobody.at.all", "qr.111", "a\x00b"])
async def test_every_refused_name_costs_one_verification(
    world: World, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"current": DEMO_PASSWORD, "new": "a password of the service's own making"}
    changed = await (await world.as_("duty.almaty")).request("PUT", "/v1/me/password", json=body)
    assert changed.status_code == 204
    seen: list[str] = []
    verify: Callable[[CryptContext, str, str], bool] = CryptContext.verify

    def counted(context: CryptContext, password: str, stored: str) -> bool:
        seen.append(stored.rpartition("$")[0].rpartition("$")[0])
        return verify(context, password, stored)

    monkeypatch.setattr(CryptContext, "verify", counted)
    assert (await _log_in(world, username, "not the password")).status_code == 400
    assert seen == ["$argon2id$v=19$m=19456,t=2,p=1"]


async def test_a_refresh_token_is_turned_and_the_new_one_holds(world: World) -> None:
    first = (await _log_in(world, "duty.almaty")).json()
    second = await _refresh(world, first["refresh_token"])
    assert second.status_code == 200, second.text
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert (await _me(world, second.json()["access_token"])).status_code == 200
    assert (await _refresh(world, second.json()["refresh_token"])).status_code == 200


@pytest.mark.parametrize("turns", [1, 3])
async def test_a_refresh_token_used_again_ends_the_session_however_old_it_is(
    world: World, owner_url: str, turns: int
) -> None:
    stolen: Grant = (await _log_in(world, "duty.almaty")).json()
    newest = stolen
    for _ in range(turns):
        newest = (await _refresh(world, newest["refresh_token"])).json()
    again = await _refresh(world, stolen["refresh_token"])
    assert again.status_code == 400
    assert again.json()["code"] == "invalid-grant"
    assert (await _refresh(world, newest["refresh_token"])).status_code == 400
    assert (await _me(world, newest["access_token"])).status_code == 401
    assert len(await _events(owner_url, "account.refresh_reused")) == 1


async def test_a_refresh_token_used_twice_at_once_turns_once_and_ends_the_session(world: World, owner_url: str) -> None:
    """Whose use came first can't be known, so there is no grace: the right user logs in again, a thief can't."""
    grant: Grant = (await _log_in(world, "duty.almaty")).json()
    answers = await asyncio.gather(*(_refresh(world, grant["refresh_token"]) for _ in range(2)))
    assert sorted(a.status_code for a in answers) == [200, 400]
    won = next(a for a in answers if a.status_code == 200).json()
    assert (await _me(world, won["access_token"])).status_code == 401
    assert (await _refresh(world, won["refresh_token"])).status_code == 400
    assert len(await _events(owner_url, "account.refresh_reused")) == 1


async def test_different_sessions_refresh_at_once_without_hindering_one_another(world: World) -> None:
    grants = [(await _log_in(world, "duty.almaty")).json() for _ in range(4)]
    answers = await asyncio.gather(*(_refresh(world, g["refresh_token"]) for g in grants))
    assert [a.status_code for a in answers] == [200] * 4


@pytest.mark.parametrize("token", ["x", "a.b.c", "ключ", ".", "0" * 290])
async def test_a_made_up_refresh_token_is_refused(world: World, token: str) -> None:
    refused = await _refresh(world, token)
    assert refused.status_code == 400
    assert refused.json()["code"] == "invalid-grant"


async def test_a_made_up_token_of_a_real_session_does_not_end_it(world: World) -> None:
    grant = (await _log_in(world, "duty.almaty")).json()
    session, secret, mark = grant["refresh_token"].split(".")
    assert (await _refresh(world, f"{session}.{'A' * len(secret)}.{mark}")).status_code == 400
    assert (await _refresh(world, grant["refresh_token"])).status_code == 200


async def test_a_session_over_its_time_can_not_be_refreshed(world: World, owner_url: str) -> None:
    grant = (await _log_in(world, "duty.almaty")).json()
    connection = await asyncpg.connect(driver_url(owner_url))
    await connection.execute("UPDATE auth_session SET expires_at = now() - interval '1 second'")
    await connection.close()
    assert (await _refresh(world, grant["refresh_token"])).status_code == 400
    assert await _events(owner_url, "account.refresh_reused") == []


async def test_logging_out_kills_both_tokens_at_once(world: World) -> None:
    grant = (await _log_in(world, "duty.almaty")).json()
    other = (await _log_in(world, "duty.almaty")).json()
    caller = Caller(world.client, grant["access_token"])
    assert (await caller.post("/v1/logout")).status_code == 204
    assert (await caller.get("/v1/me")).status_code == 401
    assert (await _refresh(world, grant["refresh_token"])).status_code == 400
    assert (await _me(world, other["access_token"])).status_code == 200, "another session of the account goes on"


async def test_a_machine_account_comes_in_with_its_credentials_only(world: World) -> None:
    by_password = await _log_in(world, "qr.111")
    assert by_password.status_code == 400
    assert by_password.json()["code"] == "invalid-credentials"
    answer = await _token(world, grant_type="client_credentials", client_id="qr.111", client_secret=DEMO_PASSWORD)
    assert answer.status_code == 200, answer.text
    assert answer.json()["refresh_token"] is None
    assert (await _me(world, answer.json()["access_token"])).json()["roles"] == ["integration"]


async def test_a_person_does_not_come_in_with_client_credentials(world: World) -> None:
    answer = await _token(world, grant_type="client_credentials", client_id="duty.almaty", client_secret=DEMO_PASSWORD)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid-credentials"


async def test_a_grant_that_lacks_a_part_names_it(world: World) -> None:
    answer = await _token(world, grant_type="password", username="duty.almaty")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/password"
    assert (await _token(world, grant_type="magic")).status_code == 422


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer \xff"])
async def test_a_header_that_is_no_bearer_token_is_refused(world: World, header: str) -> None:
    answer = await world.client.get("/v1/me", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401


async def test_a_new_password_of_my_own_needs_the_old_one_and_ends_my_sessions(world: World, owner_url: str) -> None:
    caller = await world.as_("duty.almaty")
    new = "a much longer secret 2026"
    wrong = await caller.request("PUT", "/v1/me/password", json={"current": "not the password", "new": new})
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "wrong-password"
    assert len(await _events(owner_url, "account.password_refused")) == 1
    for bad, code in (
        ("short", "invalid-request"),
        ("a" * 129, "invalid-request"),
        ("password-2026", "password-common"),
        ("Ерлан и ветер 2026", "password-names-you"),
        ("the wind over Almaty", "password-names-you"),
    ):
        refused = await caller.request("PUT", "/v1/me/password", json={"current": DEMO_PASSWORD, "new": bad})
        assert (refused.status_code, refused.json()["code"]) == (422, code), bad
        assert refused.json()["errors"][0]["pointer"] == "/new"
    changed = await caller.request("PUT", "/v1/me/password", json={"current": DEMO_PASSWORD, "new": new})
    assert changed.status_code == 204, changed.text
    assert (await caller.get("/v1/me")).status_code == 401
    assert (await _log_in(world, "duty.almaty")).status_code == 400
    assert (await _log_in(world, "duty.almaty", new)).status_code == 200
    assert len(await _events(owner_url, "account.password_changed")) == 1


async def test_the_service_can_not_write_rights_itself(world: World, database_url: str) -> None:
    claims = jwt.get_unverified_claims((await world.as_("admin")).token)
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        for statement in (
            "UPDATE app_user SET flags = '{audit,identifiers}' WHERE id = $1",
            "UPDATE app_user SET case_reach = 'national' WHERE id = $1",
            "UPDATE app_user SET authz_version = 9 WHERE id = $1",
            "UPDATE app_user SET kind = 'service' WHERE id = $1",
            "INSERT INTO user_role (id, user_id, role, granted_at) VALUES (gen_random_uuid(), $1, 'auditor', now())",
        ):
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(
                "SELECT begin_work($1, $2, $3, 'test')", claims["sub"], claims["ver"], claims["sid"]
            )
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement, claims["sub"])
            await transaction.rollback()
    finally:
        await connection.close()
