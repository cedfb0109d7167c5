"""Every session ends: one that lies idle after a while that fits the work, every other at its time."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import ValidationError

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.demo.stage import credentials
from casemgmt.settings import Settings
from tests.account_steps import give_role, link_identity
from tests.clients import Caller, World
from tests.http.test_step_up import KEY, at_work
from tests.oidc import SmallProvider
from tests.records import rows

ENDED = "SELECT record_ids, outcome FROM audit_event WHERE kind = 'account.session_idle'"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _granted(world: World, clock: ManualClock, username: str) -> httpx.Response:
    return await world.client.post("/v1/token", data=credentials(username, clock.now()))


async def _refresh(world: World, before: httpx.Response) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": before.json()["refresh_token"]}
    return await world.client.post("/v1/token", data=form)


@pytest.mark.parametrize(
    ("username", "minutes"),
    [
        ("oversight", 30),
        ("admin", 30),
        ("duty.almaty", 60),
        ("manager.almaty", 60),
        ("lead.almaty", 240),
        ("nurse.almaty", 240),
    ],
)
async def test_a_session_that_lies_idle_ends_after_a_time_that_fits_the_work(
    world: World, clock: ManualClock, owner_url: str, username: str, minutes: int
) -> None:
    lost = await _granted(world, clock, username)
    clock.advance(timedelta(minutes=minutes) - timedelta(seconds=1))
    kept = await _refresh(world, lost)
    assert kept.status_code == 200, kept.text
    clock.advance(timedelta(minutes=minutes))
    late = await _refresh(world, kept)
    assert (late.status_code, late.json()["code"]) == (400, "session-idle")
    assert (await _refresh(world, kept)).json()["code"] == "invalid-grant", "it stays ended"
    assert await rows(owner_url, ENDED) == [{"record_ids": [demo_id(username)], "outcome": "refused"}]
    assert (await _granted(world, clock, username)).status_code == 200


async def test_who_works_is_not_thrown_out_before_the_session_s_own_end(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    session = await _granted(world, clock, "duty.almaty")
    for _ in range(23):
        clock.advance(timedelta(minutes=31))
        session = await _refresh(world, session)
        assert session.status_code == 200, session.text
    clock.advance(timedelta(minutes=7, seconds=1))
    over = await _refresh(world, session)
    assert (over.status_code, over.json()["code"]) == (400, "invalid-grant"), "twelve hours after the log-in"
    assert await rows(owner_url, ENDED) == []
    refused = "SELECT record_ids FROM audit_event WHERE kind = 'account.refreshed' AND outcome = 'refused'"
    assert (await rows(owner_url, refused))[0]["record_ids"] == [demo_id("duty.almaty")]


async def test_a_role_of_wide_reach_shortens_the_time_at_once(world: World, clock: ManualClock) -> None:
    session = await _granted(world, clock, "lead.almaty")
    clock.advance(timedelta(minutes=40))
    await give_role(world, f"/v1/users/{demo_id('lead.almaty')}", "oversight_reader")
    assert (await _refresh(world, session)).json()["code"] == "session-idle"


async def test_an_old_token_of_an_idle_session_is_still_that_of_a_thief(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    stolen = await _granted(world, clock, "duty.almaty")
    await _refresh(world, stolen)
    clock.advance(timedelta(hours=3))
    assert (await _refresh(world, stolen)).json()["code"] == "invalid-grant"
    reused = await rows(owner_url, "SELECT record_ids FROM audit_event WHERE kind = 'account.refresh_reused'")
    assert [e["record_ids"] for e in reused] == [[demo_id("duty.almaty")]]


async def test_a_session_of_the_provider_ends_twelve_hours_after_the_log_in_there(
    database_url: str, owner_url: str, clock: ManualClock
) -> None:
    small = SmallProvider()
    small.keys = [KEY.public]
    try:
        async with at_work(database_url, clock, oidc_issuer=small.issuer) as world:
            for username in ("duty.almaty", "duty2.almaty"):
                await link_identity(world, f"/v1/users/{demo_id(username)}", username)

            async def asked(subject: str, **claims: object) -> httpx.Response:
                token = KEY.token(small.issuer, subject, clock.now(), sid=subject, **claims)
                return await Caller(world.client, token).get("/v1/me")

            began = int(clock.now().timestamp())
            assert (await asked("duty.almaty", auth_time=began)).status_code == 200
            assert (await asked("duty2.almaty")).status_code == 200
            clock.advance(timedelta(hours=11, minutes=59))
            assert (await asked("duty.almaty", auth_time=began)).status_code == 200
            assert (await asked("duty2.almaty")).status_code == 200
            clock.advance(timedelta(minutes=1))
            for over in (await asked("duty.almaty", auth_time=began), await asked("duty2.almaty")):
                assert (over.status_code, over.json()["code"]) == (401, "log-in-too-old")
                assert over.json()["max_age_seconds"] == 43_200
                assert 'max_age="43200"' in over.headers["www-authenticate"]
            again = int(clock.now().timestamp())
            assert (await asked("duty.almaty", auth_time=again)).status_code == 200, "a new log-in, the same session"
            old = KEY.token(small.issuer, "duty2.almaty", clock.now(), sid="new", auth_time=again - 50_000)
            assert (await Caller(world.client, old).get("/v1/me")).status_code == 401, (
                "no new session from an old log-in"
            )
    finally:
        small.close()
    query = "SELECT reason FROM audit_event WHERE kind = 'access.token_refused'"
    assert [e["reason"] for e in await rows(owner_url, query)] == ["too_old"] * 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"idle_minutes": 10}, "CASEMGMT_IDLE_MINUTES must be longer"),
        ({"access_token_minutes": 30}, "CASEMGMT_IDLE_MINUTES_WIDE must be longer"),
        ({"idle_field_roles": "mobile_group"}, "there is no role mobile_group"),
    ],
)
def test_times_that_would_end_sessions_in_use_stop_the_service(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings(mode="demo", **wrong)  # type: ignore[arg-type]  # what a deployment could set
