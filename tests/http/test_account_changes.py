"""Nobody comes in or sees more by the act of one person: what an account is to get is asked for, and granted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from jose import jwt

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import DEMO_PASSWORD, demo_id
from casemgmt.ids import new_id
from tests.account_steps import WHY, approve, begin, give_role, grant, start, start_code
from tests.clients import Caller, World
from tests.steps import done

ALMATY = str(demo_id("cps_almaty"))
DEPARTMENT = str(demo_id("crd_almaty"))
PASSWORD = "Шымбұлақта-қар-еріді-7"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _account(world: World, username: str = "new.worker", body: str = ALMATY, **more: Any) -> str:
    admin = await world.as_("admin")
    user = {"username": username, "family_name": "Жаңабаев", "given_name": "Асан", "organisation_id": body, **more}
    answer = await admin.post("/v1/users", user)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


async def _ask(world: World, path: str, role: str = "centre_specialist") -> dict[str, Any]:
    return done(await (await world.as_("admin")).post(f"{path}/roles", {"role": role, "reason": WHY}))


async def _log_in(world: World, username: str, password: str) -> httpx.Response:
    form = {"grant_type": "password", "username": username, "password": password}
    return await world.client.post("/v1/token", data=form)


async def _texts(caller: Caller, language: str = "en") -> list[tuple[str, str]]:
    answer = await caller.get("/v1/me/notices", headers={"Accept-Language": language})
    return [(n["kind"], n["text"]) for n in answer.json()["items"] if n["read_at"] is None]


def _refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


# who grants


async def test_a_role_takes_effect_when_a_second_person_grants_it_and_not_before(world: World) -> None:
    admin, lawyer = await world.as_("admin"), await world.as_("lawyer.almaty")
    path = f"/v1/users/{demo_id('lawyer.almaty')}"
    change = await _ask(world, path, "case_manager")
    assert (change["state"], change["organisation_id"], change["nationwide"]) == ("open", ALMATY, False)
    assert (await lawyer.get("/v1/me")).json()["roles"] == ["centre_specialist"]
    _refused(await approve(admin, change), 409, "second-person-needed")
    again = await admin.post(f"{path}/roles", {"role": "case_manager", "reason": WHY})
    _refused(again, 409, "already-exists")
    granted = done(await approve(await world.as_("admin2"), change))["change"]
    assert (granted["state"], granted["decided_by_id"]) == ("granted", str(demo_id("admin2")))
    assert (await lawyer.get("/v1/me")).status_code == 401, "the token knows of fewer roles"
    assert (await admin.get(path)).json()["roles"] == ["case_manager", "centre_specialist"]
    _refused(await approve(await world.as_("admin2"), granted), 409, "wrong-state")


async def test_nobody_grants_what_is_for_their_own_account(world: World) -> None:
    change = await _ask(world, f"/v1/users/{demo_id('head.almaty')}", "case_manager")
    assert (await approve(await world.as_("head.almaty"), change)).status_code == 404
    admin2 = await world.as_("admin2")
    asked = await admin2.post(f"/v1/users/{demo_id('admin')}/move", {"organisation_id": ALMATY, "reason": WHY})
    _refused(await approve(await world.as_("admin"), asked.json()), 409, "own-account")
    own = await admin2.request("PUT", f"/v1/users/{demo_id('admin2')}/start-codes/{new_id()}", json={"reason": WHY})
    _refused(own, 403, "own-account")


async def test_at_night_the_head_of_the_body_grants_and_only_for_the_own_body(world: World) -> None:
    path = await _account(world)
    change = await _ask(world, path)
    for stranger in ("supervisor.astana", "supervisor.almaty"):
        caller = await world.as_(stranger)
        assert (await approve(caller, change)).status_code == 404, "another body's"
        assert (await caller.get("/v1/account-changes")).json()["items"] == []
    head = await world.as_("head.almaty")
    listed = (await head.get("/v1/account-changes?state=open")).json()["items"]
    assert [(c["id"], c["allowed_actions"][0]["allowed"]) for c in listed] == [(change["id"], True)]
    assert done(await approve(head, change))["change"]["state"] == "granted"
    assert (await (await world.as_("manager.almaty")).get("/v1/account-changes")).status_code == 403


async def test_what_reaches_the_country_is_granted_by_an_administrator_alone(world: World) -> None:
    path = await _account(world)
    await give_role(world, path, "case_manager")
    head = await world.as_("head.almaty")
    change = await _ask(world, path, "oversight_reader")
    assert change["nationwide"] is True
    _refused(await approve(head, change), 409, "other-administrator-needed")
    local = await _ask(world, path, "supervisor")
    done(await approve(await world.as_("admin2"), change))
    _refused(await approve(head, local), 409, "other-administrator-needed")  # the account has grown since it was asked
    asked = await (await world.as_("admin")).request("PUT", f"{path}/start-codes/{new_id()}", json={"reason": WHY})
    _refused(await approve(head, asked.json()["change"]), 409, "other-administrator-needed")


async def test_a_request_is_declined_taken_back_or_runs_out(world: World, clock: ManualClock) -> None:
    path = await _account(world)
    head, admin = await world.as_("head.almaty"), await world.as_("admin")
    change = await _ask(world, path)
    _refused(await admin.post(f"/v1/account-changes/{change['id']}/decline"), 409, "second-person-needed")
    declined = done(await head.post(f"/v1/account-changes/{change['id']}/decline"))
    assert (declined["state"], declined["decided_by_id"]) == ("declined", str(demo_id("head.almaty")))
    change = await _ask(world, path)
    back = f"account-changes/{change['id']}/withdraw"
    assert (await head.post(f"{path}/{back}")).status_code == 403
    assert (await admin.post(f"/v1/users/{demo_id('lawyer.almaty')}/{back}")).status_code == 404
    assert done(await admin.post(f"{path}/{back}"))["state"] == "withdrawn"
    late = await _ask(world, path)
    clock.advance(timedelta(days=14))
    world.forget_tokens()
    _refused(await approve(await world.as_("admin2"), late), 409, "request-over")
    await give_role(world, path, "centre_specialist")
    read = (await (await world.as_("admin")).get(f"/v1/account-changes/{late['id']}")).json()
    assert read["state"] == "withdrawn", "what ran out gives way to a new request"


async def test_what_was_asked_for_an_account_that_changed_since_is_not_granted(world: World) -> None:
    admin, path = await world.as_("admin"), await _account(world)
    change = await _ask(world, path)
    read = await admin.get(path)
    await admin.patch(path, {"family_name": "Басқа"}, headers={"If-Match": read.headers["etag"]})
    _refused(await approve(await world.as_("admin2"), change), 409, "account-changed-meanwhile")


# coming in


async def test_the_owner_alone_has_both_halves_and_chooses_the_password(world: World, owner_url: str) -> None:
    path = await _account(world)
    await give_role(world, path, "centre_specialist")
    first, second = await start_code(world, path)
    for wrong in ((first, first), (second, first), (second, second)):
        _refused(await start(world, "new.worker", wrong, PASSWORD), 400, "start-code-over")
    _refused(await start(world, "lawyer.almaty", (first, second), PASSWORD), 400, "start-code-over")
    weak = await start(world, "new.worker", (first, second), "жаңабаев-асан-1")
    _refused(weak, 422, "password-names-you")
    typed = (first.lower().replace("-", " "), second)
    assert (await start(world, " New.Worker ", typed, PASSWORD)).status_code == 204
    _refused(await start(world, "new.worker", (first, second), PASSWORD), 400, "start-code-over")
    token = await _log_in(world, "new.worker", PASSWORD)
    assert token.status_code == 200, token.text
    assert token.json()["unread_notices"] == 3
    caller = Caller(world.client, token.json()["access_token"])
    assert (await caller.get("/v1/me")).json()["unread_notices"] == 3
    kinds = [kind for kind, _ in await _texts(caller)]
    assert sorted(kinds) == ["password_started", "role", "start"]
    connection = await asyncpg.connect(driver_url(owner_url))
    events = {r["kind"] for r in await connection.fetch("SELECT kind FROM audit_event")}
    kept = str(await connection.fetch("SELECT * FROM account_change")) + str(
        await connection.fetch("SELECT * FROM start_code")
    )
    await connection.close()
    assert {"account.start_code_made", "account.started", "account.start_refused"} <= events
    assert all(half.replace("-", "") not in kept.replace("-", "") for half in (first, second))


async def test_a_start_code_holds_for_some_days_and_a_newer_one_takes_its_place(
    world: World, clock: ManualClock
) -> None:
    path = await _account(world)
    old = await start_code(world, path)
    new = await start_code(world, path)
    _refused(await start(world, "new.worker", old, PASSWORD), 400, "start-code-over")
    clock.advance(timedelta(hours=72, seconds=1))
    _refused(await start(world, "new.worker", new, PASSWORD), 400, "start-code-over")


async def test_guessing_at_the_other_half_is_slowed_down(world: World) -> None:
    first, _ = await start_code(world, await _account(world))
    for _ in range(5):
        _refused(await start(world, "new.worker", (first, "AAAAA-BBBBB"), PASSWORD), 400, "start-code-over")
    assert (await start(world, "new.worker", (first, "AAAAA-BBBBB"), PASSWORD)).status_code == 429


async def test_a_password_that_is_begun_anew_ends_all_sessions_and_is_told_to_user_and_head(world: World) -> None:
    lawyer, head = await world.as_("lawyer.almaty"), await world.as_("head.almaty")
    path = f"/v1/users/{demo_id('lawyer.almaty')}"
    halves = await start_code(world, path)
    assert (await lawyer.get("/v1/me")).status_code == 200, "nothing happens before the code is used"
    assert [kind for kind, _ in await _texts(lawyer)] == ["start"], "and the owner is told that there is one"
    assert (await start(world, "lawyer.almaty", halves, PASSWORD)).status_code == 204
    assert (await lawyer.get("/v1/me")).status_code == 401
    assert (await _log_in(world, "lawyer.almaty", DEMO_PASSWORD)).status_code == 400
    token = (await _log_in(world, "lawyer.almaty", PASSWORD)).json()
    assert token["unread_notices"] == 2
    told = dict(await _texts(head, "ru"))
    assert told["password_started"].startswith("Пароль учётной записи вашей организации")
    notices = (await head.get("/v1/me/notices")).json()["items"]
    assert {n["user_id"] for n in notices} == {str(demo_id("lawyer.almaty"))}
    for notice in notices:
        assert (await head.post(f"/v1/me/notices/{notice['id']}/read")).status_code == 204
    assert await _texts(head) == []
    assert (await lawyer.post(f"/v1/me/notices/{notices[0]['id']}/read")).status_code in {401, 404}
    admin = await world.as_("admin")
    assert (await admin.post(f"/v1/me/notices/{notices[0]['id']}/read")).status_code == 404


async def test_where_nobody_heads_the_body_the_other_administrators_are_told(world: World) -> None:
    path = await _account(world, body=str(demo_id("guardianship_almaty")))
    await begin(world, path, "new.worker", PASSWORD)
    assert [kind for kind, _ in await _texts(await world.as_("admin"))] == ["password_started"]


async def test_a_changed_password_and_log_in_name_are_told_to_their_owner(world: World) -> None:
    lawyer, admin = await world.as_("lawyer.almaty"), await world.as_("admin")
    path = f"/v1/users/{demo_id('lawyer.almaty')}"
    read = await admin.get(path)
    done(await admin.patch(path, {"username": "lawyer2.almaty"}, headers={"If-Match": read.headers["etag"]}))
    body = {"current": DEMO_PASSWORD, "new": PASSWORD}
    assert (await lawyer.request("PUT", "/v1/me/password", json=body)).status_code == 204
    token = (await _log_in(world, "lawyer2.almaty", PASSWORD)).json()
    assert token["unread_notices"] == 2
    kinds = [kind for kind, _ in await _texts(Caller(world.client, token["access_token"]))]
    assert sorted(kinds) == ["password_changed", "renamed"]


# what an administrator does not do alone


async def test_another_body_and_the_way_back_are_asked_for(world: World) -> None:
    admin, path = await world.as_("admin"), f"/v1/users/{demo_id('lawyer.almaty')}"
    read = await admin.get(path)
    moved = await admin.patch(path, {"organisation_id": DEPARTMENT}, headers={"If-Match": read.headers["etag"]})
    assert moved.status_code == 422
    asked = await admin.post(f"{path}/move", {"organisation_id": DEPARTMENT, "reason": WHY})
    assert asked.json()["organisation_id"] == DEPARTMENT, "the receiving body's head decides"
    assert (await approve(await world.as_("head.almaty"), asked.json())).status_code == 404
    done(await approve(await world.as_("supervisor.almaty"), asked.json()))
    read = await admin.get(path)
    assert read.json()["organisation_id"] == DEPARTMENT
    off = await admin.patch(path, {"active": False}, headers={"If-Match": read.headers["etag"]})
    assert off.status_code == 200, "taking away needs nobody else"
    on = await admin.patch(path, {"active": True}, headers={"If-Match": off.headers["etag"]})
    assert on.status_code == 422
    await grant(world, await admin.post(f"{path}/switch-on", {"reason": WHY}))
    assert (await admin.get(path)).json()["active"] is True
    again = await admin.post(f"{path}/switch-on", {"reason": WHY})
    _refused(again, 409, "already-so")


async def _refused_by_the_database(connection: asyncpg.Connection, work: Any, statement: str, *arguments: Any) -> str:
    """Return the state with which a statement is refused, whose transaction is begun as the service begins it."""
    try:
        async with connection.transaction():
            await connection.execute("SELECT begin_work($1, $2, $3, 'test')", *work)
            await connection.execute(statement, *arguments)
    except asyncpg.PostgresError as refusal:
        return str(refusal.sqlstate)
    return "not refused"


async def test_the_database_lets_nobody_grant_alone(world: World, database_url: str) -> None:
    asked = UUID((await _ask(world, f"/v1/users/{demo_id('lawyer.almaty')}", "case_manager"))["id"])
    claims = jwt.get_unverified_claims((await world.as_("admin")).token)
    lawyer, me, other = demo_id("lawyer.almaty"), UUID(claims["sub"]), demo_id("admin2")
    work = (me, claims["ver"], claims["sid"])
    role = (
        "INSERT INTO user_role (id, user_id, role, granted_by_id, approved_by_id, granted_at)"
        " VALUES ($1, $2, 'supervisor', $3, $4, now())"
    )
    identity = (
        "INSERT INTO identity_link (id, user_id, issuer, subject, linked_by_id, linked_at)"
        " VALUES ($1, $2, 'https://idp', 'me', $3, now())"
    )
    place = (
        "INSERT INTO mobile_group_member (id, group_id, user_id, sector, is_lead, since)"
        " VALUES ($1, $2, $3, 'health', false, now())"
    )
    word = "UPDATE account_change SET state = 'granted', decided_by_id = $1, decided_at = now() WHERE id = $2"
    ways: dict[str, tuple[Any, ...]] = {
        "a role": (role, new_id(), lawyer, me, other),
        "another role": ("UPDATE user_role SET role = 'supervisor' WHERE user_id = $1", lawyer),
        "an identity": (identity, new_id(), lawyer, me),
        "a place in a group": (place, new_id(), demo_id("group cps_astana"), lawyer),
        "another body": ("UPDATE app_user SET organisation_id = $1 WHERE id = $2", demo_id("crd_almaty"), lawyer),
        "the word of somebody else": (word, other, asked),
        "one's own word": (word, me, asked),
        "something else than was asked": ("UPDATE account_change SET role = 'supervisor' WHERE id = $1", asked),
        "a password": ("SELECT auth_keep_password($1, 'x', now(), NULL)", lawyer),
        "a way in": ("INSERT INTO start_code VALUES ($1, 'x', now(), now())", lawyer),
    }
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        for what, way in ways.items():
            assert await _refused_by_the_database(connection, work, *way) in {"42501", "23514"}, what
        async with connection.transaction():
            await connection.execute("SELECT begin_work($1, $2, $3, 'test')", *work)
            assert await connection.fetchval("SELECT auth_set_password($1, 'x', now(), NULL)", lawyer) is False
            takes = "SELECT account_change_takes_effect($1, NULL, NULL, NULL)"
            assert await connection.fetchval(takes, asked) == "undecided"
    finally:
        await connection.close()
