"""A person is erased by lawful request: every word of it, and nothing that a proof, a hold or another person needs."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest_asyncio
from fastapi import FastAPI
from rich.console import Console

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.demo.play import EXAMPLES
from casemgmt.demo.stage import Stage
from casemgmt.demo.violence import play_violence
from casemgmt.people.policy import local_day
from tests.clients import World
from tests.document_steps import keep
from tests.erasure_rows import MADE
from tests.factories_iin import make_iin
from tests.markers import MARK, MarkingTransport, places_of
from tests.records import events, story
from tests.rows_seen import PRIMARY
from tests.steps import done, open_case

BORN = date(2013, 5, 17)
IIN = make_iin(BORN, "female", 4321)
PHONE = "+7 701 555 47 11"
STREET = "Абай 12-7"


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


async def request_for(world: World, person: str, **given: Any) -> httpx.Response:
    body = {
        "person": {"type": "person", "id": person},
        "ground": "representative_request",
        "reference": "ЖТ-2026/114",
        "received_on": "2026-11-20",
    }
    return await (await world.as_("records")).post("/v1/erasure-requests", body | given)


async def erase(world: World, person: str, **given: Any) -> dict[str, Any]:
    """Request, approve by the second officer, execute."""
    request = done(await request_for(world, person, **given))
    path = f"/v1/erasure-requests/{request['id']}"
    done(await (await world.as_("records2")).post(f"{path}/approve"))
    return done(await (await world.as_("records")).post(f"{path}/execute"))


def kept(request: dict[str, Any]) -> dict[str, str]:
    return {i["item"]: i["reason"] for i in request["items"] if not i["erased"]}


async def close_everything(owner: asyncpg.Connection) -> None:
    """End what the story leaves open: a check after closure is due for months."""
    async with owner.transaction():
        await owner.execute("SELECT set_config('casemgmt.audited', 'on', true)")
        await owner.execute(
            "UPDATE follow_up_check SET state = 'done', result = 'stable', done_at = now() WHERE state = 'due'"
        )


async def text_columns(owner: asyncpg.Connection, table: str, erased: dict[str, Any]) -> list[str]:
    found = await owner.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND data_type IN"
        " ('text', 'character varying') AND column_name = ANY ($2)",
        table,
        list(erased[table]["set"]),
    )
    return sorted({r["column_name"] for r in found} - {"iin", "birth_precision", "state", "storage_name"})


async def fill(owner: asyncpg.Connection) -> None:
    """Put the marker into every text that no step of the route filled: whatever a column may hold must go."""
    erased = orjson.loads(await owner.fetchval("SELECT erased_columns()::text"))
    async with owner.transaction():
        await owner.execute("SET LOCAL session_replication_role = replica")  # no trigger stands in the way
        await owner.execute(MADE)
        for table in erased:
            for column in await text_columns(owner, table, erased):
                await owner.execute(f"UPDATE {table} SET {column} = right(concat({column}, $1::text), 8)", MARK)


async def planted(world: World, app: FastAPI) -> Any:
    """Play a whole route with a marker in every text, and record what the story leaves out."""
    transport = MarkingTransport(httpx.ASGITransport(app=app, raise_app_exceptions=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        child = await play_violence(Stage(client, EXAMPLES, Console(file=StringIO()), language="kk"))
        marked = World(client)
        manager = await marked.as_("manager2.almaty")
        key = {"Idempotency-Key": "told-once"}
        path = f"/v1/persons/{child.person}"
        version = (await manager.get(path)).headers["etag"]
        born = {"birth": {"precision": "exact", "date": BORN.isoformat()}, "sex": "female"}
        version = (await manager.patch(path, born, headers={"If-Match": version})).headers["etag"]
        number = await manager.request("PUT", f"{path}/iin", json={"iin": IIN}, headers={"If-Match": version})
        assert number.is_success, number.text
        mobile = {"kind": "phone", "value": PHONE, "safe_to_call": True, "note": "Кешке ғана"}
        done(await manager.post(f"{path}/contacts", mobile, headers=key))
        done(await manager.post(f"{path}/addresses", {"kind": "actual", "line": STREET, "since": "2020-01-01"}))
        hidden = {"kind": "protected", "line": STREET, "reason": "Қауіп бар", "since": "2026-01-01"}
        done(await manager.post(f"{path}/addresses", hidden))
        family = {"label": "Тестовтар", "members": [{"person_id": child.person, "since": "2020-01-01"}]}
        done(await manager.post("/v1/families", family))
        of_case = await keep(manager, "case", child.case)
        wrong = {"reason": "wrong_record", "note": "Басқа бала"}
        done(await manager.post(f"/v1/documents/{of_case['id']}/propose-removal", wrong))
        await keep(manager, "person", child.person, kind="certificate")
    return child


async def test_after_an_erasure_no_word_of_the_person_is_left_anywhere_in_the_database(
    world: World, app: FastAPI, owner: asyncpg.Connection, owner_url: str
) -> None:
    child = await planted(world, app)
    await close_everything(owner)
    await fill(owner)
    words = (MARK, IIN, PHONE.replace(" ", ""), STREET, BORN.isoformat())
    before = await places_of(owner, *words)
    erased = orjson.loads(await owner.fetchval("SELECT erased_columns()::text"))
    texts = {f"{table}.{column}" for table in erased for column in await text_columns(owner, table, erased)}
    silent = {p for p in texts - set(before) if not p.startswith("benefit_")}  # money: test_erasure_of_benefits
    assert silent == set()
    assert "idempotency_key.body" in before
    events_before = await owner.fetch("SELECT to_jsonb(e)::text FROM audit_event e ORDER BY at, id")
    counts_before = await owner.fetchrow("SELECT count(*), count(risk_level) FROM case_record WHERE state = 'closed'")
    executed = await erase(world, child.person)
    assert kept(executed) == {}
    after = await places_of(owner, *words)
    assert after == {}
    keys = await owner.fetch("SELECT d.state, k.wrapped FROM document d JOIN document_key k ON k.document_id = d.id")
    assert [tuple(r) for r in keys] == [("erased", None)] * 2, "their contents can't be read any more"
    # What proves stays: every event as it was, and the codes from which figures are counted.
    now = await owner.fetch("SELECT to_jsonb(e)::text FROM audit_event e ORDER BY at, id")
    assert now[: len(events_before)] == events_before
    assert await owner.fetchrow("SELECT count(*), count(risk_level) FROM case_record WHERE state = 'closed'") == (
        counts_before
    )
    assert await owner.fetchval("SELECT category FROM signal WHERE id = $1", UUID(child.signal)) == "violence_physical"
    assert "case.content_erased" in await story(owner_url, child.case)
    assert "erasure.executed" in await events(owner_url, child.person)


async def test_nobody_can_open_a_commitment_to_what_was_erased(
    world: World, app: FastAPI, owner: asyncpg.Connection
) -> None:
    child = await planted(world, app)
    await close_everything(owner)
    await erase(world, child.person)
    touched = {child.person, child.case, child.signal}
    for table in orjson.loads(await owner.fetchval("SELECT erased_columns()::text")):
        if table != "person_iin":
            key = PRIMARY.get(table, ["id"])[0]
            touched |= {str(r[0]) for r in await owner.fetch(f"SELECT {key} FROM {table}")}
    open_still = await owner.fetch(
        "SELECT e.kind, c->>'field' AS field FROM audit_event e JOIN audit_salt s ON s.event_id = e.id,"
        " jsonb_array_elements(e.changes) c WHERE split_part(c->>'record', '/', 1) = ANY ($1)",
        list(touched),
    )
    assert [tuple(r) for r in open_still] == []
    assert await owner.fetchval("SELECT count(*) FROM audit_salt") > 0, "salts of what was not erased stay"


async def test_an_open_case_stays_and_says_so(world: World, owner: asyncpg.Connection) -> None:
    case = await open_case(world)
    request = done(await request_for(world, case.child))
    assert kept(request) == {
        "identity": "open_case",
        "details": "open_case",
        "case": "open_case",
        "signal": "open_case",
    }
    executed = await erase_again(world, request["id"])
    assert kept(executed)["case"] == "open_case"
    assert await owner.fetchval("SELECT narrative FROM signal") != ""
    assert await owner.fetchval("SELECT given_name FROM person WHERE id = $1", UUID(case.child)) is not None


async def erase_again(world: World, request_id: str) -> dict[str, Any]:
    path = f"/v1/erasure-requests/{request_id}"
    done(await (await world.as_("records2")).post(f"{path}/approve"))
    return done(await (await world.as_("records")).post(f"{path}/execute"))


async def close_case(owner: asyncpg.Connection, case_id: str) -> None:
    """Close a case past its route, by its owner: the tests here begin behind the closure."""
    async with owner.transaction():
        await owner.execute("SELECT set_config('casemgmt.audited', 'on', true)")
        for state in ("assessment", "planning", "support", "closure_proposed"):
            await owner.execute("UPDATE case_record SET state = $2 WHERE id = $1", UUID(case_id), state)
        await owner.execute(
            "INSERT INTO case_closure (id, case_id, organisation_id, restricted, reason, note, from_state, proposed_at,"
            " proposed_by_id, approved, decided_at, decided_by_id)"
            " VALUES (gen_random_uuid(), $1, $2, false, 'goals_achieved', '', 'support', now(), $3, true, now(), $4)",
            UUID(case_id),
            demo_id("crd_almaty"),
            demo_id("manager.almaty"),
            demo_id("supervisor.almaty"),
        )
        await owner.execute("UPDATE case_record SET state = 'closed', closed_at = now() WHERE id = $1", UUID(case_id))


async def test_the_file_of_another_child_stays_until_the_last_of_them_is_erased(
    world: World, owner: asyncpg.Connection
) -> None:
    case = await open_case(world, children=2)
    await close_case(owner, case.id)
    first = await erase(world, case.children[0])
    assert kept(first) == {"case": "other_child", "signal": "other_child"}
    assert "check by hand" in next(i["text"] for i in first["items"] if i["item"] == "case")
    assert await owner.fetchval("SELECT given_name FROM person WHERE id = $1", UUID(case.children[0])) is None
    assert await owner.fetchval("SELECT narrative FROM signal") != ""
    assert kept(await erase(world, case.children[1])) == {}
    assert await owner.fetchval("SELECT narrative FROM signal") == ""


async def test_a_hold_wins_over_a_request_also_when_it_comes_after_the_approval(
    world: World, owner: asyncpg.Connection
) -> None:
    case = await open_case(world)
    await close_case(owner, case.id)
    request = done(await request_for(world, case.child))
    assert kept(request) == {}
    path = f"/v1/erasure-requests/{request['id']}"
    done(await (await world.as_("records2")).post(f"{path}/approve"))
    number = await owner.fetchval("SELECT number FROM case_record WHERE id = $1", UUID(case.id))
    hold = done(await place_hold(world, {"type": "case", "case_number": number}))
    executed = done(await (await world.as_("records")).post(f"{path}/execute"))
    assert set(kept(executed).values()) == {"hold"}
    assert {i["erased"] for i in executed["items"]} == {False}
    assert await owner.fetchval("SELECT narrative FROM signal") != ""
    officer, second = await world.as_("records"), await world.as_("records2")
    done(await officer.post(f"/v1/holds/{hold['id']}/request-lift", {"reason": "Іс аяқталды"}))
    refused = await officer.post(f"/v1/holds/{hold['id']}/lift")
    assert (refused.status_code, refused.json()["code"]) == (409, "second-person-needed")
    assert set(kept(done(await request_for(world, case.child))).values()) == {"hold"}, "asked to be lifted, it holds"
    done(await second.post(f"/v1/holds/{hold['id']}/lift"))
    waiting = (await officer.get("/v1/erasure-requests?state=requested")).json()["items"]
    assert kept(waiting[0]) == {}


async def place_hold(world: World, target: dict[str, Any], **given: Any) -> httpx.Response:
    today = local_day(datetime.now(UTC))
    body = {
        "kind": "court",
        "target": target,
        "authority": "Алматы қаласының соты",
        "number": "7514-26-00-2/311",
        "reason": "Сотқа материал қажет",
        "from_on": today.isoformat(),
        "review_on": today.replace(year=today.year + 1, day=1).isoformat(),
    }
    return await (await world.as_("records")).post("/v1/holds", body | given)


async def test_one_person_alone_erases_nothing(world: World, owner: asyncpg.Connection) -> None:
    case = await open_case(world)
    request = done(await request_for(world, case.child))
    path = f"/v1/erasure-requests/{request['id']}"
    officer = await world.as_("records")
    assert (await officer.post(f"{path}/approve")).json()["code"] == "second-person-needed"
    assert (await officer.post(f"{path}/execute")).status_code == 409
    again = await request_for(world, case.child)
    assert (again.status_code, again.json()["code"]) == (409, "already-exists")
    done(await officer.post(f"{path}/withdraw"))
    declined = done(await request_for(world, case.child))
    decline = {"reason": "identity_not_proven"}
    done(await (await world.as_("records2")).post(f"/v1/erasure-requests/{declined['id']}/decline", decline))
    assert await owner.fetchval("SELECT narrative FROM signal") != ""


async def test_a_paper_that_names_nothing_is_refused_and_recorded(world: World, owner: asyncpg.Connection) -> None:
    wrong = await place_hold(world, {"type": "person", "iin": "123"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/target/iin")
    unknown = await place_hold(world, {"type": "case", "case_number": "KZ-75-2026-999999"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "record-not-known")
    query = "SELECT kind FROM audit_event WHERE request_id = $1 AND outcome = 'refused'"
    asked = await owner.fetch(query, unknown.headers["x-request-id"])
    assert [e["kind"] for e in asked] == ["records.refused"], "who looks for whom is recorded, also in vain"
    assert (await place_hold(world, {"type": "case"})).status_code == 422
    case = await open_case(world)
    past = await place_hold(world, {"type": "case", "id": case.id}, review_on="2020-01-01")
    assert past.json()["errors"][0]["pointer"] == "/review_on"


async def test_holds_are_out_of_sight_of_everybody_but_the_records_officers(world: World) -> None:
    case = await open_case(world)
    hold = done(await place_hold(world, {"type": "person", "id": case.child}))
    for name in ("manager.almaty", "supervisor.almaty", "oversight", "auditor", "admin"):
        assert (await (await world.as_(name)).get(f"/v1/holds/{hold['id']}")).status_code == 403
    officer = await world.as_("records")
    for path in (f"/v1/cases/{case.id}", f"/v1/persons/{case.child}", "/v1/signals"):
        assert (await officer.get(path)).status_code == 403
    assert [h["id"] for h in (await officer.get("/v1/holds")).json()["items"]] == [hold["id"]]
