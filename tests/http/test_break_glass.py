"""Break-glass: a narrow look for a few minutes, loud at once, reviewed by a second person."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from jose import jwt

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from tests.all_rows import TABLES
from tests.clients import World
from tests.factories import count
from tests.people import CHILD, MOTHER, case_of, record_person
from tests.rows_seen import PRIMARY
from tests.steps import done

PATH = "/v1/break-glass"
WHY = {"reason": "danger_to_life", "note": "Көршісі хабарлады: баланың үйінен айғай.", "minutes": 30}
DUTY, SUPERVISOR, MANAGER = "duty.almaty", "supervisor.almaty", "manager.almaty"


@pytest_asyncio.fixture
async def hidden(world: World) -> str:
    """A restricted case of a girl with a plain and a protected address, and her mother in it."""
    child = await record_person(world, DUTY, CHILD)
    case_id = await case_of(world, child, restricted=True)
    manager = await world.as_(MANAGER)
    mother = await record_person(world, MANAGER, MOTHER)
    done(await manager.post(f"/v1/cases/{case_id}/persons", {"person_id": mother, "role": "parent"}))
    plain = {"kind": "actual", "line": "Абай даңғылы 1", "since": "2020-01-01"}
    done(await manager.post(f"/v1/persons/{child}/addresses", plain))
    shelter = {"kind": "protected", "line": "Құпия көше 2", "reason": "Қауіп бар", "since": "2026-01-01"}
    done(await manager.post(f"/v1/persons/{child}/addresses", shelter))
    done(await manager.post(f"/v1/persons/{mother}/contacts", {"kind": "phone", "value": "+77010000001"}))
    return case_id


async def opened(world: World, case_id: str, username: str = DUTY, **given: Any) -> dict[str, Any]:
    return done(await (await world.as_(username)).post(PATH, {"case_id": case_id} | WHY | given))


async def test_an_emergency_opens_a_few_fields_of_a_hidden_case_and_nothing_more(world: World, hidden: str) -> None:
    duty = await world.as_(DUTY)
    assert (await duty.get(f"/v1/cases/{hidden}")).status_code in {403, 404}
    grant = await opened(world, hidden)
    answer = await duty.get(f"{PATH}/{grant['id']}/case")
    shown = done(answer)
    assert [(p["given_name"], p["role"]) for p in shown["persons"]] == [("Айгерім", "child"), ("Мадина", "parent")]
    assert shown["persons"][0]["addresses"] == [{"kind": "actual", "kato": None, "line": "Абай даңғылы 1"}]
    assert shown["manager"]["user_id"] == str(demo_id(MANAGER))
    for secret in ("Құпия", "77010000001", "iin", "note", "Қауіп бар"):
        assert secret not in answer.text, secret
    child = shown["persons"][0]["person_id"]
    for path in (f"/v1/persons/{child}", f"/v1/persons/{child}/contacts", f"/v1/persons/{child}/addresses"):
        assert (await duty.get(path)).status_code == 404, path
    supervisor = await world.as_(SUPERVISOR)
    assert (await supervisor.get(f"/v1/cases/{hidden}")).status_code == 404


async def test_the_team_and_the_supervisor_are_told_at_once(world: World, hidden: str, owner_url: str) -> None:
    grant = await opened(world, hidden)
    duty = await world.as_(DUTY)
    done(await duty.get(f"{PATH}/{grant['id']}/case"))
    story = done(await (await world.as_(MANAGER)).get(f"/v1/cases/{hidden}/timeline"))["items"]
    assert "case.glass_broken" in {e["kind"] for e in story}
    tasks = done(await (await world.as_(SUPERVISOR)).get("/v1/tasks/mine"))["items"]
    assert [(t["kind"], t["record_id"]) for t in tasks if t["kind"] == "break_glass_review"] == [
        ("break_glass_review", grant["id"])
    ]
    events = (
        "SELECT array_agg(kind ORDER BY at) FROM audit_event"
        " WHERE actor_id = $1 AND purpose = $2 AND case_id = $3 AND reason = 'danger_to_life'"
    )
    arguments = demo_id(DUTY), f"break_glass {grant['id']}", UUID(hidden)
    assert await count(owner_url, events, *arguments) == ["break_glass.opened", "break_glass.case_read"]


async def test_a_second_person_closes_the_review_and_the_holder_can_not(world: World, hidden: str) -> None:
    grant = await opened(world, hidden)
    path = f"{PATH}/{grant['id']}/review"
    verdict = {"verdict": "justified", "note": "Қоңырау жазбасы бар."}
    assert (await (await world.as_(DUTY)).post(path, verdict)).status_code == 403
    for stranger in ("supervisor.astana", "head.almaty"):
        assert (await (await world.as_(stranger)).post(path, verdict)).status_code == 404
    supervisor = await world.as_(SUPERVISOR)
    assert [g["id"] for g in done(await supervisor.get(f"{PATH}/reviews"))["items"]] == [grant["id"]]
    assert done(await supervisor.get(f"{PATH}/reviews?clock=breached"))["items"] == []
    assert done(await supervisor.post(path, verdict))["state"] == "justified"
    assert (await supervisor.post(path, verdict)).status_code == 409
    tasks = done(await supervisor.get("/v1/tasks/mine"))["items"]
    assert "break_glass_review" not in {t["kind"] for t in tasks}
    story = done(await (await world.as_(MANAGER)).get(f"/v1/cases/{hidden}/timeline"))["items"]
    assert "case.glass_reviewed" in {e["kind"] for e in story}


async def test_who_supervises_and_opens_is_reviewed_by_another_body(world: World, hidden: str) -> None:
    grant = await opened(world, hidden, SUPERVISOR)
    own = await (await world.as_(SUPERVISOR)).post(
        f"{PATH}/{grant['id']}/review", {"verdict": "justified", "note": "Өзім."}
    )
    assert own.status_code == 409
    assert own.json()["code"] == "second-reviewer-needed"
    assert grant["review_body_id"] == str(demo_id("cps_almaty"))
    head = await world.as_("head.almaty")
    assert done(await head.get(f"{PATH}/{grant['id']}"))["reason"] == "danger_to_life"
    assert (await head.get(f"/v1/cases/{hidden}")).status_code == 404


async def test_a_finding_of_unjustified_withholds_break_glass(world: World, hidden: str) -> None:
    grant = await opened(world, hidden)
    verdict = {"verdict": "unjustified", "note": "Қызығушылық."}
    done(await (await world.as_(SUPERVISOR)).post(f"{PATH}/{grant['id']}/review", verdict))
    refused = await (await world.as_(DUTY)).post(PATH, {"case_id": hidden} | WHY)
    assert (refused.status_code, refused.json()["code"]) == (403, "break-glass-withheld")
    await opened(world, hidden, "duty2.almaty")


async def test_a_grant_ends_with_its_time_or_when_it_is_given_back(world: World, hidden: str, owner_url: str) -> None:
    duty = await world.as_(DUTY)
    grant = await opened(world, hidden)
    done(await duty.post(f"{PATH}/{grant['id']}/end"))
    over = await duty.get(f"{PATH}/{grant['id']}/case")
    assert (over.status_code, over.json()["code"]) == (409, "break-glass-over")
    assert (await duty.post(f"{PATH}/{grant['id']}/end")).json()["code"] == "break-glass-over"
    again = await opened(world, hidden)
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute("SELECT set_config('casemgmt.audited', 'on', false)")
    await owner.execute("ALTER TABLE break_glass_grant DISABLE TRIGGER frozen")
    await owner.execute("UPDATE break_glass_grant SET opened_at = now() - interval '1 hour', expires_at = now()")
    await owner.close()
    assert (await duty.get(f"{PATH}/{again['id']}/case")).json()["code"] == "break-glass-over"
    assert (await (await world.as_("duty2.almaty")).get(f"{PATH}/{again['id']}/case")).status_code == 404


async def test_break_glass_has_its_limits(world: World, hidden: str) -> None:
    duty = await world.as_(DUTY)
    long = await duty.post(PATH, {"case_id": hidden} | WHY | {"minutes": 61})
    assert (long.status_code, long.json()["code"]) == (422, "too-many-minutes")
    short = await duty.post(PATH, {"case_id": hidden} | WHY | {"note": "керек"})
    assert short.json()["errors"][0]["pointer"] == "/note"
    assert (await duty.post(PATH, WHY)).json()["errors"][0]["code"] == "one_target"
    for _ in range(3):
        await opened(world, hidden)
    fourth = await duty.post(PATH, {"case_id": hidden} | WHY)
    assert (fourth.status_code, fourth.json()["code"]) == (409, "too-many-grants")
    assert (await duty.post(PATH, {"case_id": str(uuid4())} | WHY)).status_code == 409, "the limit comes first"


async def test_only_those_on_duty_may_and_nobody_opens_what_they_see_or_what_is_not_there(
    world: World, hidden: str
) -> None:
    for username in (MANAGER, "oversight", "auditor", "admin", "psychologist.almaty", "operator.111"):
        for reference in (hidden, str(uuid4())):
            refused = await (await world.as_(username)).post(PATH, {"case_id": reference} | WHY)
            assert refused.status_code == 403, username
    duty = await world.as_(DUTY)
    assert (await duty.post(PATH, {"case_id": str(uuid4())} | WHY)).status_code == 404
    assert (await duty.post(PATH, {"case_number": "KZ-75-2020-000001"} | WHY)).status_code == 404
    plain = await case_of(world, await record_person(world, DUTY))
    seen = await (await world.as_(SUPERVISOR)).post(PATH, {"case_id": plain} | WHY)
    assert (seen.status_code, seen.json()["code"]) == (409, "case-in-sight")


async def test_who_is_linked_to_the_family_opens_nothing(world: World, hidden: str) -> None:
    duty = await world.as_(DUTY)
    grant = await opened(world, hidden)
    done(await duty.post("/v1/me/conflicts", {"kind": "relative", "case_id": hidden}))
    assert (await duty.get(f"{PATH}/{grant['id']}/case")).status_code == 404
    linked = await duty.post(PATH, {"case_id": hidden} | WHY)
    absent = await duty.post(PATH, {"case_id": str(uuid4())} | WHY)
    for answer in (linked, absent):
        assert answer.status_code == 404
    told, nothing = linked.json(), absent.json()
    assert told.pop("request_id") != nothing.pop("request_id")
    assert told == nothing


@pytest_asyncio.fixture
async def service(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(database_url))
    yield connection
    await connection.close()


async def _seen(service: asyncpg.Connection) -> dict[str, set[Any]]:
    found = {}
    for table in TABLES:
        rows = await service.fetch(f"SELECT {', '.join(PRIMARY.get(table, ['id']))} FROM {table}")
        found[table] = {tuple(r) for r in rows}
    return found


async def test_the_database_opens_five_tables_for_reading_and_for_the_holder_alone(
    world: World, hidden: str, service: asyncpg.Connection
) -> None:
    grant = await opened(world, hidden)
    for username, opens in ((DUTY, True), ("duty2.almaty", False)):
        claims = jwt.get_unverified_claims((await world.as_(username)).token)
        async with service.transaction():
            begin = "SELECT begin_work($1, $2, $3, 'test')"
            await service.execute(begin, claims["sub"], claims["ver"], claims["sid"])
            before = await _seen(service)
            await service.execute("SELECT set_config('casemgmt.glass', $1, true)", grant["id"])
            after = await _seen(service)
            more = {table for table in TABLES if after[table] - before[table]}
            assert more == ({"case_record", "case_person", "person", "person_address"} if opens else set())
            assert after["protected_address"] == after["person_contact"] == after["person_iin"] == set()
            changed = await service.execute("UPDATE case_record SET risk_level = 'low' WHERE id = $1", UUID(hidden))
            assert changed == "UPDATE 0"
            changed = await service.execute("UPDATE person SET given_name = 'X'")
            assert changed == "UPDATE 0"
    again = "INSERT INTO break_glass_grant SELECT (jsonb_populate_record(g, $1)).* FROM break_glass_grant g"
    claims = jwt.get_unverified_claims((await world.as_(DUTY)).token)
    async with service.transaction():
        await service.execute("SELECT begin_work($1, $2, $3, 'test')", claims["sub"], claims["ver"], claims["sid"])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(again, json.dumps({"id": str(uuid4())}))
