"""Data for research go out under pseudonyms, coarse, for an approved project, and lead back to nobody."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from casemgmt.db.addresses import driver_url
from casemgmt.exports.coarsening import pseudonym, write_export
from casemgmt.exports.columns import CASES, TABLES
from casemgmt.people.policy import local_day
from casemgmt.settings import Settings
from tests.clients import World
from tests.http.test_erasure import BORN, IIN, PHONE, STREET, planted
from tests.markers import MARK
from tests.records import events, rows
from tests.steps import done, open_case

FREE_OF_TEXT = {"pseudonym", "code", "codes", "month", "band", "number", "flag", "place"}


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


def wish(**given: Any) -> dict[str, Any]:
    return {
        "title": "Қауіпсіз балалық",
        "purpose": "Өңірлер бойынша көмек ұзақтығы",
        "legal_basis": "research_decision",
        "reference": "Ш-2026/9",
        "recipient": "Ұлттық университет",
        "expires_on": (local_day(datetime.now(UTC)) + timedelta(days=365)).isoformat(),
    } | given


async def approved_project(world: World) -> str:
    project = done(await (await world.as_("research")).post("/v1/research-projects", wish()))
    done(await (await world.as_("records")).post(f"/v1/research-projects/{project['id']}/approve"))
    return str(project["id"])


async def taken(world: World, project: str, table: str = "cases") -> list[dict[str, str]]:
    answer = await (await world.as_("research")).get(f"/v1/research-projects/{project}/tables/{table}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_nothing_in_an_export_leads_back_to_a_child(
    world: World, app: FastAPI, owner: asyncpg.Connection
) -> None:
    child = await planted(world, app)
    project = await approved_project(world)
    officer = await world.as_("research")
    whole = ""
    for table in TABLES:
        whole += (await officer.get(f"/v1/research-projects/{project}/tables/{table}")).text
    assert len(whole.splitlines()) >= 4
    for secret in (MARK, IIN, PHONE.replace(" ", ""), STREET, BORN.isoformat(), "Аружан"):
        assert secret.lower() not in whole.lower(), secret
    ids = {
        str(r[0])
        for t in ("person", "case_record", "signal", "app_user", "organisation")
        for r in await owner.fetch(f"SELECT id FROM {t}")
    }
    assert str(child.person) in ids
    assert [i for i in ids if i in whole or i.replace("-", "") in whole] == []
    days = {
        r[0].date().isoformat()
        for r in await owner.fetch("SELECT opened_at FROM case_record UNION SELECT received_at FROM signal")
    }
    assert [d for d in days if d in whole] == []
    numbers = [r[0] for r in await owner.fetch("SELECT number FROM case_record")]
    assert [n for n in numbers if n in whole] == []


async def test_the_columns_are_those_of_the_allow_list_and_no_other(world: World) -> None:
    await open_case(world)
    project = await approved_project(world)
    officer = await world.as_("research")
    for name, table in TABLES.items():
        got = await taken(world, project, name)
        assert list(got[0]) == [c.name for c in table.columns]
        assert {c.kind for c in table.columns} <= FREE_OF_TEXT
        described = done(await officer.get(f"/v1/research-tables/{name}"))
        assert [c["name"] for c in described["columns"]] == list(got[0])
    assert [c.name for c in CASES.columns if c.kind == "pseudonym"] == ["child", "case"]


async def test_pseudonyms_hold_within_a_project_and_link_no_two(world: World, owner: asyncpg.Connection) -> None:
    await open_case(world, children=2)
    first, second = await approved_project(world), await approved_project(world)
    once, again = await taken(world, first), await taken(world, first)
    other = await taken(world, second)
    assert {r["child"] for r in once} == {r["child"] for r in again}
    assert len({r["child"] for r in once}) == 2
    assert {r["case"] for r in once} == {r["case"] for r in await taken(world, first, "signals")}
    assert {r["child"] for r in once} & {r["child"] for r in other} == set()
    done(await (await world.as_("records")).post(f"/v1/research-projects/{first}/end"))
    assert await owner.fetchval("SELECT count(*) FROM research_key WHERE project_id = $1", UUID(first)) == 0
    late = await (await world.as_("research")).get(f"/v1/research-projects/{first}/tables/cases")
    assert (late.status_code, late.json()["code"]) == (409, "not-approved")


async def test_what_too_few_share_is_left_out(world: World, settings: Settings) -> None:
    assert settings.research_minimum_cell == 5
    for _ in range(2):
        await open_case(world)
    few = await taken(world, await approved_project(world))
    assert {(r["region"], r["age_band"], r["sex"], r["first_category"]) for r in few} == {("", "", "", "")}
    await open_case(world, children=3)
    many = await taken(world, await approved_project(world))
    assert {(r["region"], r["first_category"]) for r in many} == {("KZ-75", "violence_physical")}


async def test_an_export_leaves_its_event_with_purpose_counts_and_digest(world: World, owner_url: str) -> None:
    await open_case(world)
    project = await approved_project(world)
    await taken(world, project)
    shown = done(await (await world.as_("records")).get(f"/v1/research-projects/{project}"))
    (export,) = shown["exports"]
    assert (export["name"], export["rows"], export["minimum_cell"]) == ("cases", 1, 5)
    assert len(export["sha256"]) == 64
    assert "research.exported" in await events(owner_url, project)
    (event,) = await rows(owner_url, "SELECT purpose, fields FROM audit_event WHERE kind = 'research.exported'")
    assert event["purpose"] == "research_decision"
    assert "cases.age_band" in event["fields"]


async def test_nobody_takes_data_out_alone_or_without_the_role(world: World) -> None:
    await open_case(world)
    officer = await world.as_("research")
    project = done(await officer.post("/v1/research-projects", wish()))
    path = f"/v1/research-projects/{project['id']}"
    assert (await officer.post(f"{path}/approve")).status_code == 403
    assert (await officer.get(f"{path}/tables/cases")).json()["code"] == "not-approved"
    for name in ("records", "oversight", "analyst", "manager.almaty", "admin", "auditor"):
        assert (await (await world.as_(name)).get(f"{path}/tables/cases")).status_code == 403, name
    for path in ("/v1/cases", "/v1/signals"):
        assert (await officer.get(path)).status_code == 403
    past = await officer.post("/v1/research-projects", wish(expires_on="2020-01-01"))
    assert past.json()["errors"][0]["pointer"] == "/expires_on"


async def _stream(found: list[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    for row in found:
        yield row


@pytest.mark.parametrize(("children", "shown"), [(4, ""), (5, "KZ-75")])
async def test_one_child_with_many_cases_is_still_one_child(children: int, shown: str) -> None:
    empty = dict.fromkeys((c.name for c in CASES.columns), None)
    found = [empty | {"child": uuid4(), "region": "KZ-75", "sex": "male"} for _ in range(children)]
    found += [found[-1]] * 20
    written = await write_export(CASES, b"k" * 32, _stream(found), 5)
    with written.file as file:
        lines = list(csv.DictReader(io.StringIO(file.read().decode())))
    assert {r["region"] for r in lines} == {shown}
    assert written.rows == children + 20


def test_a_pseudonym_depends_on_key_kind_and_record() -> None:
    record = uuid4()
    made = {pseudonym(k, kind, record) for k in (b"a" * 32, b"b" * 32) for kind in ("child", "case")}
    assert len(made) == 4
    assert pseudonym(b"a" * 32, "child", None) == ""
