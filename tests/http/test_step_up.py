"""Steps that one unlocked telephone must not be enough for: the session shows its second factor anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app
from casemgmt.access.step_up import STEPS
from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from tests.account_steps import link_identity
from tests.clients import Caller, World
from tests.contract.test_sweep import CONTRACT
from tests.factor_steps import FACTOR, SHOW, Authenticator, enrol, log_in
from tests.http.test_subject_copies import prepare
from tests.oidc import SigningKey, SmallProvider
from tests.people import case_of, record_person
from tests.records import rows
from tests.steps import done, open_case

KEY = SigningKey("first")
WHY = {"reason": "danger_to_life", "note": "Айғай естілді.", "minutes": 30}
CODE = "fresh-second-factor-needed"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def settings(database_url: str) -> Settings:
    """An access token that outlives what is tried with it."""
    return Settings(mode="demo", database_url=database_url, database_connections=6, access_token_minutes=20)


@asynccontextmanager
async def at_work(database_url: str, clock: ManualClock, **more: Any) -> AsyncIterator[World]:
    app = create_app(Settings(mode="demo", database_url=database_url, database_connections=6, **more), clock)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        yield World(client, clock)


def _is_refused(answer: httpx.Response, how: str) -> bool:
    return answer.status_code == 401 and (answer.json()["code"], answer.json()["how"]) == (CODE, how)


async def _hidden_case(world: World) -> str:
    return await case_of(world, await record_person(world, "duty.almaty"), restricted=True)


async def test_at_two_in_the_morning_one_code_opens_the_glass(world: World, clock: ManualClock, owner_url: str) -> None:
    emergency = {"case_id": await _hidden_case(world)} | WHY
    duty, authenticator = await enrol(world, "duty.almaty", clock)
    clock.advance(timedelta(minutes=5, seconds=1))
    refused = await duty.post("/v1/break-glass", emergency)
    assert _is_refused(refused, "code")
    assert (refused.json()["max_age_seconds"], refused.json()["show_at"]) == (300, SHOW)
    challenge = refused.headers["www-authenticate"]
    assert challenge.startswith('Bearer error="insufficient_user_authentication", error_description="')
    assert challenge.endswith('max_age="300"')
    assert (await rows(owner_url, "SELECT count(*) AS n FROM break_glass_grant"))[0]["n"] == 0
    shown = await authenticator.show(duty)
    assert shown.status_code == 200, shown.text
    assert datetime.fromisoformat(shown.json()["fresh_until"]) == clock.now() + timedelta(minutes=5)
    grant = done(await duty.post("/v1/break-glass", emergency))["id"]
    clock.advance(timedelta(minutes=4))
    assert (await duty.get(f"/v1/break-glass/{grant}/case")).status_code == 200
    clock.advance(timedelta(minutes=2))
    assert (await duty.get(f"/v1/break-glass/{grant}/case")).status_code == 200, "the grant has a time of its own"
    query = "SELECT kind, outcome, reason FROM audit_event WHERE actor_id = $1 ORDER BY at, id"
    left = [(e["kind"], e["outcome"], e["reason"]) for e in await rows(owner_url, query, demo_id("duty.almaty"))]
    assert left[-5:-2] == [
        ("break_glass.refused", "refused", CODE),
        ("account.second_factor_shown", "done", None),
        ("break_glass.opened", "done", "danger_to_life"),
    ]


async def test_the_code_of_the_log_in_is_fresh_and_of_another_session_none_is(world: World, clock: ManualClock) -> None:
    emergency = {"case_id": await _hidden_case(world)} | WHY
    _, authenticator = await enrol(world, "duty.almaty", clock)
    clock.advance(timedelta(minutes=20))
    first = await log_in(world, "duty.almaty", authenticator.code())
    assert (await first.post("/v1/break-glass", emergency)).status_code == 201
    clock.advance(timedelta(minutes=6))
    second = await log_in(world, "duty.almaty", authenticator.code())
    assert _is_refused(await first.post("/v1/break-glass", emergency), "code")
    assert (await second.get(FACTOR)).json()["shown_at"] != (await first.get(FACTOR)).json()["shown_at"]


async def test_a_code_holds_once_also_when_two_come_at_the_same_moment(world: World, clock: ManualClock) -> None:
    duty, authenticator = await enrol(world, "duty.almaty", clock)
    assert (await authenticator.show(duty)).json()["code"] == "wrong-code", "it was used to enrol"
    clock.advance(timedelta(seconds=60))
    answers = await asyncio.gather(*(authenticator.show(duty) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [200, 422, 422]
    assert (await authenticator.show(duty, steps=-1)).status_code == 422, "nor does an earlier one"
    assert (await authenticator.show(duty, steps=1)).status_code == 200


async def test_guessing_at_codes_is_slowed_down_as_at_the_log_in(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    duty, authenticator = await enrol(world, "duty.almaty", clock)
    clock.advance(timedelta(seconds=60))
    for _ in range(5):
        assert (await duty.post(SHOW, {"code": "000000"})).json()["code"] == "wrong-code"
    slowed = await authenticator.show(duty)
    assert (slowed.status_code, slowed.json()["code"]) == (429, "too-many-attempts")
    clock.advance(timedelta(seconds=int(slowed.headers["retry-after"])))
    assert (await authenticator.show(duty)).status_code == 200
    assert (await duty.post(SHOW, {"code": "000000"})).status_code == 422, "a right code takes the count back"
    refused = await rows(owner_url, "SELECT record_ids FROM audit_event WHERE kind = 'account.code_refused'")
    assert [e["record_ids"] for e in refused] == [[demo_id("duty.almaty")]] * 6


async def test_every_such_step_is_refused_before_anything_is_looked_at(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    case = await open_case(world)
    copy = await prepare(world, "child", person_id=case.child)
    asked = {
        "duty.almaty": {"break_glass", "get_reporter", "get_contact_caller"},
        "manager.almaty": {"list_protected_addresses"},
        "guardian.almaty": {"list_adoption_facts"},
        "subjects2": {"release_subject_copy", "get_subject_copy_document", "get_subject_copy_page"},
        "research": {"export_research_table"},
        "admin2": {"approve_account_change", "make_webhook_secret"},
        "head.almaty": {"list_shelters"},
    }
    assert set().union(*asked.values()) == STEPS.keys()
    for username in ("duty.almaty", "manager.almaty", "guardian.almaty", "head.almaty"):
        await enrol(world, username, clock)
    for username in ("subjects2", "research", "admin2"):
        await world.as_(username)
    clock.advance(timedelta(minutes=6))
    ids = {"{person_id}": case.child, "{copy_id}": copy["id"], "{table}": "cases"}
    for path, operations in CONTRACT["paths"].items():
        for method, operation in operations.items():
            for username in (name for name, steps in asked.items() if operation["operationId"] in steps):
                filled = path
                for name, value in ids.items():
                    filled = filled.replace(name, value)
                for hole in (
                    "{signal_id}",
                    "{contact_id}",
                    "{research_project_id}",
                    "{change_id}",
                    "{subscription_id}",
                    "{secret_id}",
                ):
                    filled = filled.replace(hole, str(demo_id("nothing of this id")))
                body = {"case_id": case.id} | WHY if operation["operationId"] == "break_glass" else {}
                caller = await world.as_(username)
                answer = await caller.request(method.upper(), filled, json=None if method == "get" else body)
                assert _is_refused(answer, "code"), (method, path, answer.text)
    left = await rows(owner_url, "SELECT kind FROM audit_event WHERE reason = $1", CODE)
    assert len(left) == len(STEPS)


async def test_the_place_of_a_shelter_is_told_by_its_own_call_alone(world: World, clock: ManualClock) -> None:
    person = await record_person(world, "duty.almaty")
    await case_of(world, person)
    manager, authenticator = await enrol(world, "manager.almaty", clock)
    path = f"/v1/persons/{person}"
    shelter = {"kind": "protected", "line": "Баспана 1", "reason": "Қорқыту", "since": "2026-01-05"}
    address = done(await manager.post(f"{path}/addresses", shelter))["id"]
    clock.advance(timedelta(minutes=6))
    plain = done(await manager.get(f"{path}/addresses"))
    assert (plain["items"], plain["protected"]) == ([], 1)
    assert _is_refused(await manager.get(f"{path}/protected-addresses"), "code")
    ended = await manager.post(f"{path}/addresses/{address}/end", {"until": "2026-02-05"})
    assert ended.status_code == 200
    assert "Баспана" not in ended.text, "no way round by ending it"
    await authenticator.show(manager)
    read = done(await manager.get(f"{path}/protected-addresses"))["items"]
    assert [(a["line"], a["until"]) for a in read] == [("Баспана 1", "2026-02-05")]
    assert done(await (await world.as_("supervisor.almaty")).get(f"{path}/addresses"))["protected"] == 0


async def test_an_account_without_a_second_factor_is_asked_where_the_deployment_demands_it(
    database_url: str, clock: ManualClock
) -> None:
    async with at_work(database_url, clock, fresh_factor_demanded=True) as world:
        emergency = {"case_id": await _hidden_case(world)} | WHY
        duty = await world.as_("duty.almaty")
        assert _is_refused(await duty.post("/v1/break-glass", emergency), "enrolment")
        assert (await duty.post(SHOW, {"code": "000000"})).json()["code"] == "no-second-factor"
        await enrol(world, "duty.almaty", clock)
        assert (await duty.post("/v1/break-glass", emergency)).status_code == 201
    async with at_work(database_url, clock) as world:
        other = await world.as_("duty2.almaty")
        assert (await other.post("/v1/break-glass", emergency)).status_code == 201, "by choice, as it is delivered"


async def test_a_session_of_the_provider_is_as_fresh_as_the_log_in_there(database_url: str, clock: ManualClock) -> None:
    small = SmallProvider()
    small.keys = [KEY.public]
    settings = {"oidc_issuer": small.issuer, "oidc_acr_values": "loa3"}
    try:
        async with at_work(database_url, clock, **settings) as world:
            emergency = {"case_id": await _hidden_case(world)} | WHY
            for username in ("duty.almaty", "duty2.almaty"):
                await link_identity(world, f"/v1/users/{demo_id(username)}", username)
            now = int(clock.now().timestamp())

            def caller(subject: str = "duty.almaty", **claims: Any) -> Caller:
                return Caller(world.client, KEY.token(small.issuer, subject, clock.now(), **claims))

            for claims in ({"auth_time": now - 400}, {}, {"auth_time": 0}):
                stale = await caller(acr="loa3", sid="s", **claims).post("/v1/break-glass", emergency)
                assert _is_refused(stale, "provider"), claims
                assert stale.headers["www-authenticate"].endswith('max_age="300", acr_values="loa3"')
            fresh = caller(acr="loa3", sid="s", auth_time=now - 200)
            assert (await fresh.post("/v1/break-glass", emergency)).status_code == 201
            clock.advance(timedelta(seconds=101))
            assert _is_refused(await fresh.post("/v1/break-glass", emergency), "provider")
            ahead = caller(acr="loa3", sid="t", auth_time=now + 10_000)
            assert (await ahead.post("/v1/break-glass", emergency)).status_code == 201
            clock.advance(timedelta(seconds=301))
            assert _is_refused(await ahead.post("/v1/break-glass", emergency), "provider"), "a clock that runs ahead"
            crooked = await caller(acr="loa3", sid="u", auth_time="now").get("/v1/me")
            assert crooked.status_code == 401
            weak = caller("duty2.almaty", sid="w", auth_time=now)
            assert (await weak.post("/v1/break-glass", emergency)).status_code == 201, "no second factor, here or there"
    finally:
        small.close()


async def test_a_code_shown_here_serves_a_session_of_the_provider_too(database_url: str, clock: ManualClock) -> None:
    small = SmallProvider()
    small.keys = [KEY.public]
    try:
        async with at_work(database_url, clock, oidc_issuer=small.issuer) as world:
            emergency = {"case_id": await _hidden_case(world)} | WHY
            _, authenticator = await enrol(world, "duty.almaty", clock)
            await link_identity(world, f"/v1/users/{demo_id('duty.almaty')}", "d")
            clock.advance(timedelta(minutes=1))
            there = Caller(world.client, KEY.token(small.issuer, "d", clock.now()))
            assert _is_refused(await there.post("/v1/break-glass", emergency), "code")
            assert (await authenticator.show(there)).status_code == 200
            assert (await there.post("/v1/break-glass", emergency)).status_code == 201
    finally:
        small.close()


async def test_a_new_factor_is_fresh_and_one_of_the_demo_is_shown_by_its_key(world: World, clock: ManualClock) -> None:
    auditor = await world.as_("auditor")
    clock.advance(timedelta(minutes=1))
    assert (await Authenticator(clock).show(auditor)).status_code == 200
    told = (await auditor.get(FACTOR)).json()
    assert (told["enrolled"], told["required"]) == (True, True)
    assert datetime.fromisoformat(told["shown_at"]) == clock.now()
