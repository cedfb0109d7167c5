"""The second factor: demanded of roles that reach the whole country, a choice for everybody else."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pyotp
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import DEMO_FACTOR_KEY, DEMO_PASSWORD, demo_id
from tests.account_steps import begin, give_role
from tests.clients import Caller, World

STEP = timedelta(seconds=30)
NEW = "three quiet herons 77"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def _code(clock: ManualClock, secret: str = DEMO_FACTOR_KEY, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + steps * STEP)


async def _token(world: World, **form: str) -> httpx.Response:
    return await world.client.post("/v1/token", data=form)


async def _log_in(world: World, username: str, **more: str) -> httpx.Response:
    return await _token(world, grant_type="password", username=username, password=DEMO_PASSWORD, **more)


async def _answer(world: World, challenge: httpx.Response, code: str) -> httpx.Response:
    return await _token(world, grant_type="second_factor", challenge=challenge.json()["challenge"], code=code)


async def _events(owner_url: str, kind: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        rows: list[asyncpg.Record] = await connection.fetch("SELECT * FROM audit_event WHERE kind = $1", kind)
        return rows
    finally:
        await connection.close()


def _caller(world: World, answer: httpx.Response) -> Caller:
    assert answer.status_code == 200, answer.text
    return Caller(world.client, answer.json()["access_token"])


@pytest.mark.parametrize("username", ["oversight", "auditor", "admin"])
async def test_a_role_that_reaches_the_whole_country_needs_a_code_beside_the_password(
    world: World, clock: ManualClock, username: str, owner_url: str
) -> None:
    first = await _log_in(world, username)
    assert (first.status_code, first.json()["code"]) == (400, "second-factor-needed")
    assert "access_token" not in first.json()
    assert (await _answer(world, first, "000000")).json()["code"] == "second-factor-wrong"
    caller = _caller(world, await _answer(world, first, _code(clock)))
    assert (await caller.get("/v1/me")).status_code == 200
    again = await _answer(world, first, _code(clock, steps=1))
    assert again.json()["code"] == "challenge-over", "a challenge opens one session"
    assert [e["reason"] for e in await _events(owner_url, "account.challenged")] == ["code"]
    assert [e["reason"] for e in await _events(owner_url, "account.login_refused")] == ["second_factor", "challenge"]


async def test_a_code_may_come_with_the_password_and_holds_once(world: World, clock: ManualClock) -> None:
    code = _code(clock)
    answers = await asyncio.gather(*(_log_in(world, "auditor", code=code) for _ in range(2)))
    assert sorted(a.status_code for a in answers) == [200, 400]
    assert (await _log_in(world, "auditor", code=code)).json()["code"] == "second-factor-wrong"
    assert (await _log_in(world, "auditor", code=_code(clock, steps=-1))).status_code == 400, "nor does an earlier one"
    assert (await _log_in(world, "auditor", code=_code(clock, steps=1))).status_code == 200


@pytest.mark.parametrize(("steps", "status"), [(-2, 400), (-1, 200), (0, 200), (1, 200), (2, 400)])
async def test_a_clock_may_be_wrong_by_one_step(world: World, clock: ManualClock, steps: int, status: int) -> None:
    assert (await _log_in(world, "auditor", code=_code(clock, steps=steps))).status_code == status


async def test_guessing_at_codes_ends_soon(world: World, clock: ManualClock) -> None:
    challenge = await _log_in(world, "auditor")
    for _ in range(5):
        assert (await _answer(world, challenge, "000000")).json()["code"] == "second-factor-wrong"
    right = await _answer(world, challenge, _code(clock))
    assert right.json()["code"] == "challenge-over"
    for _ in range(4):
        await _log_in(world, "auditor", code="000000")
    slowed = await _log_in(world, "auditor", code=_code(clock))
    assert (slowed.status_code, slowed.json()["code"]) == (429, "too-many-attempts")


async def test_a_challenge_is_short_lived_and_can_not_be_made_up(world: World, clock: ManualClock) -> None:
    challenge = await _log_in(world, "auditor")
    forged = await _token(world, grant_type="second_factor", challenge=f"{demo_id('x').hex}.00", code=_code(clock))
    assert forged.json()["code"] == "challenge-over"
    clock.advance(timedelta(minutes=6))
    assert (await _answer(world, challenge, _code(clock))).json()["code"] == "challenge-over"


async def test_who_is_given_such_a_role_is_out_until_a_second_factor_is_enrolled(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    session = await _log_in(world, "duty.almaty")
    path = f"/v1/users/{demo_id('duty.almaty')}"
    await give_role(world, path, "oversight_reader")
    assert (await _caller(world, session).get("/v1/me")).status_code == 401
    refreshed = await _token(world, grant_type="refresh_token", refresh_token=session.json()["refresh_token"])
    assert refreshed.status_code == 400, "no way round by the old session"
    needed = await _log_in(world, "duty.almaty")
    assert (needed.status_code, needed.json()["code"]) == (400, "second-factor-enrolment-needed")
    enrolment = await world.client.post("/v1/second-factor", json={"challenge": needed.json()["challenge"]})
    assert enrolment.status_code == 200, enrolment.text
    secret = enrolment.json()["secret"]
    assert enrolment.json()["uri"].startswith("otpauth://totp/")
    done = await _answer(world, needed, _code(clock, secret))
    assert (await _caller(world, done).get("/v1/me")).json()["roles"] == ["duty_officer", "oversight_reader"]
    codes = done.json()["recovery_codes"]
    assert len(set(codes)) == 10
    lost = await _log_in(world, "duty.almaty", code=codes[3].lower())
    assert lost.status_code == 200, "without the authenticator"
    assert (await _log_in(world, "duty.almaty", code=codes[3])).status_code == 400, "a recovery code is used once"
    assert lost.json()["recovery_codes"] is None
    connection = await asyncpg.connect(driver_url(owner_url))
    kept = await connection.fetch(
        "SELECT sealed_secret::text, code_hash FROM second_factor JOIN recovery_code USING (user_id)"
    )
    await connection.close()
    assert secret not in str(kept)
    assert codes[3].replace("-", "") not in str(kept)


async def test_everybody_may_choose_a_second_factor_and_leave_it_again(world: World, clock: ManualClock) -> None:
    caller = await world.as_("duty.almaty")
    me = "/v1/me/second-factor"
    assert (await caller.get(me)).json() == {"enrolled": False, "required": False, "shown_at": None}
    wrong = await caller.request("PUT", me, json={"current": "not the password"})
    assert wrong.json()["code"] == "wrong-password"
    begun = await caller.request("PUT", me, json={"current": DEMO_PASSWORD})
    assert begun.status_code == 200, begun.text
    secret = begun.json()["secret"]
    assert (await _log_in(world, "duty.almaty")).status_code == 200, "it does not count before its first code"
    assert (await caller.request("PUT", f"{me}/confirmation", json={"code": "000000"})).json()["code"] == "wrong-code"
    shown = await caller.request("PUT", f"{me}/confirmation", json={"code": _code(clock, secret)})
    assert len(shown.json()["recovery_codes"]) == 10
    assert (await caller.get(me)).json()["enrolled"] is True
    assert (await caller.request("PUT", me, json={"current": DEMO_PASSWORD})).json()["code"] == "second-factor-exists"
    assert (await _log_in(world, "duty.almaty")).json()["code"] == "second-factor-needed"
    body = {"current": DEMO_PASSWORD, "code": _code(clock, secret)}
    assert (await caller.post(f"{me}/remove", body)).json()["code"] == "wrong-code", "used already"
    assert (await caller.post(f"{me}/remove", body | {"code": _code(clock, secret, 1)})).status_code == 204
    assert (await _log_in(world, "duty.almaty")).status_code == 200


async def test_a_demanded_factor_is_taken_away_by_two_administrators_and_by_nobody_alone(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    admin, auditor = await world.as_("admin"), await world.as_("auditor")
    removed = await auditor.post(
        "/v1/me/second-factor/remove", {"current": DEMO_PASSWORD, "code": _code(clock, steps=1)}
    )
    assert (removed.status_code, removed.json()["code"]) == (403, "second-factor-required")
    path = f"/v1/users/{demo_id('auditor')}/second-factor/removal"
    reason = {"reason": "Recognised in person; the telephone was lost."}
    own = await admin.post(f"/v1/users/{demo_id('admin')}/second-factor/removal", reason)
    assert (own.status_code, own.json()["code"]) == (403, "own-account")
    assert (await auditor.post(path, reason)).status_code == 403
    assert (await admin.post(path, reason)).status_code == 201
    assert (await admin.post(path, reason)).json()["code"] == "already-exists"
    alone = await admin.post(f"{path}/decide", {"granted": True})
    assert (alone.status_code, alone.json()["code"]) == (403, "second-person-needed")
    second = await _second_administrator(world, admin, clock)
    decided = await second.post(f"{path}/decide", {"granted": True})
    assert decided.status_code == 200, decided.text
    assert (await auditor.get("/v1/me")).status_code == 401, "every session of the user ends"
    assert (await _log_in(world, "auditor")).json()["code"] == "second-factor-enrolment-needed"
    assert (await second.post(f"{path}/decide", {"granted": True})).json()["code"] == "no-open-request"
    assert len(await _events(owner_url, "account.second_factor_removed")) == 1


async def _second_administrator(world: World, admin: Caller, clock: ManualClock) -> Caller:
    body: dict[str, Any] = {
        "username": "second.admin",
        "family_name": "Нұрова",
        "given_name": "Дана",
        "organisation_id": str(demo_id("committee")),
    }
    path = (await admin.post("/v1/users", body)).headers["location"]
    await begin(world, path, "second.admin", NEW)
    await give_role(world, path, "administrator")
    needed = await _token(world, grant_type="password", username="second.admin", password=NEW)
    enrolment = await world.client.post("/v1/second-factor", json={"challenge": needed.json()["challenge"]})
    return _caller(world, await _answer(world, needed, _code(clock, enrolment.json()["secret"])))


async def test_the_database_lets_no_administrator_decide_alone(
    world: World, database_url: str, owner_url: str, clock: ManualClock
) -> None:
    admin = await world.as_("admin")
    path = f"/v1/users/{demo_id('auditor')}/second-factor/removal"
    await admin.post(path, {"reason": "The telephone was lost."})
    owner = await asyncpg.connect(driver_url(owner_url))
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute("UPDATE factor_removal SET decided_by_id = requested_by_id, decided_at = now()")
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute("UPDATE factor_removal SET decided_by_id = user_id, decided_at = now()")
    finally:
        await owner.close()
