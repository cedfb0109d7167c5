"""All stories played once; then what they left is looked at from every side."""

from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO

import asyncpg
import httpx
import pytest
import pytest_asyncio
from rich.console import Console

from api.app import create_app
from casemgmt.db.addresses import driver_url
from casemgmt.demo.play import STORIES, play
from casemgmt.settings import Settings
from tests.clients import World as Clients
from tests.conftest import fresh_database, owner_of
from tests.factories_iin import make_iin
from tests.rows_seen import PAPERS, compare_sight
from tests.steps import done


@dataclass(frozen=True)
class Played:
    """What the stories left: what the console showed, what the service logged, and the database."""

    shown: str
    logged: str
    database_url: str
    owner_url: str


@pytest.fixture(scope="module")
def module_database(admin_url: str) -> Iterator[str]:
    """A database for all tests of this module."""
    with fresh_database(admin_url) as url:
        yield url


@pytest_asyncio.fixture(scope="module")
async def played(module_database: str, admin_url: str) -> Played:
    """All stories, played once."""
    url = module_database
    shown, logged = StringIO(), StringIO()
    with redirect_stderr(logged):
        app = create_app(Settings(mode="demo", database_url=url, database_connections=8))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://service") as client,
        ):
            made = await play(client, Console(file=shown, width=160), stories=list(STORIES))
            await _papers(Clients(client), made["violence"][0].person)
    return Played(shown.getvalue(), logged.getvalue(), url, owner_of(url, admin_url))


async def _papers(world: Clients, person: str) -> None:
    """Record what no story tells: how to reach the girl; a court's order, a request to erase, a research project."""
    manager = await world.as_("manager2.almaty")
    hidden = {"kind": "protected", "line": "Баспана", "reason": "Қауіп", "since": "2026-01-01"}
    done(await manager.post(f"/v1/persons/{person}/addresses", hidden))
    version = (await manager.get(f"/v1/persons/{person}")).headers["etag"]
    number = {"iin": make_iin(date(2013, 5, 17), "unknown", 4321)}
    born = {"birth": {"precision": "unknown"}, "sex": "unknown"}
    version = (await manager.patch(f"/v1/persons/{person}", born, headers={"If-Match": version})).headers["etag"]
    done(await manager.request("PUT", f"/v1/persons/{person}/iin", json=number, headers={"If-Match": version}))
    done(await manager.post(f"/v1/persons/{person}/contacts", {"kind": "phone", "value": "+7 701 555 01 11"}))
    done(
        await manager.post(
            f"/v1/persons/{person}/addresses", {"kind": "actual", "line": "Абай 1", "since": "2020-01-01"}
        )
    )
    officer, target = await world.as_("records"), {"type": "person", "id": person}
    days = {"from_on": "2026-01-01", "review_on": f"{datetime.now(UTC).year + 1}-12-31"}
    paper = {"authority": "Сот", "number": "7/311", "reason": "Сотқа қажет"}
    done(await officer.post("/v1/holds", {"kind": "court", "target": target} | paper | days))
    wish = {"person": target, "ground": "subject_request", "reference": "ЖТ-1", "received_on": "2026-01-01"}
    done(await officer.post("/v1/erasure-requests", wish))
    done(await officer.post("/v1/retention-plans"))
    letter = {"requester": "child", "proof": "court_decision", "reference": "1", "received_on": "2026-01-01"}
    done(await (await world.as_("subjects")).post("/v1/subject-copies", letter | {"person_id": person}))
    paper = {"title": "Т", "purpose": "П", "legal_basis": "consent", "reference": "1", "recipient": "У"}
    wish = paper | {"expires_on": f"{datetime.now(UTC).year + 1}-12-31"}
    researcher = await world.as_("research")
    path = f"/v1/research-projects/{done(await researcher.post('/v1/research-projects', wish))['id']}"
    done(await officer.post(f"{path}/approve"))
    assert (await researcher.get(f"{path}/tables/cases")).is_success


async def test_every_account_sees_what_the_expectation_says_and_nothing_else(played: Played) -> None:
    compared = await compare_sight(played.database_url, played.owner_url)
    assert compared.rows > 500
    assert not PAPERS & set(compared.empty)


async def test_no_name_no_word_and_no_number_of_a_child_is_in_the_logs(played: Played) -> None:
    owner = await asyncpg.connect(driver_url(played.owner_url))
    try:
        secrets: set[str] = set()
        for statement in (
            "SELECT unnest(array[family_name, given_name, patronymic, birth_date::text]) FROM person",
            "SELECT narrative FROM signal",
            "SELECT unnest(array[name, phone]) FROM reporter",
            "SELECT body FROM session_note",
            "SELECT child_words FROM visit_act",
        ):
            secrets |= {str(r[0]) for r in await owner.fetch(statement) if r[0] is not None}
        audit = await owner.fetch("SELECT to_jsonb(e)::text AS line FROM audit_event e")
        story = await owner.fetch("SELECT data::text AS line FROM timeline_entry")
    finally:
        await owner.close()
    assert len(secrets) > 12
    logged = played.logged
    assert '"event":"request"' in logged
    everything = logged + "".join(r["line"] for r in [*audit, *story])
    assert [s for s in secrets if s in everything] == []


async def test_every_step_left_its_event_and_every_case_has_its_manager(played: Played) -> None:
    owner = await asyncpg.connect(driver_url(played.owner_url))
    try:
        tables = [
            r["table_name"]
            for r in await owner.fetch(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'changed_xid'"
            )
        ]
        for table in tables:
            silent = await owner.fetchval(
                f"SELECT count(*) FROM {table} t WHERE NOT EXISTS"
                " (SELECT 1 FROM audit_event e WHERE e.xid = t.changed_xid)"
            )
            assert silent == 0, table
        kinds = {r["kind"] for r in await owner.fetch("SELECT DISTINCT kind FROM audit_event")}
        assert {"signal.read", "case.read", "reporter.read", "account.logged_in", "cases.refused"} <= kinds
        assert await owner.fetchval(
            "SELECT bool_and((SELECT count(*) FROM case_member m WHERE m.case_id = c.id AND m.team_role = 'manager'"
            " AND m.ended_at IS NULL AND m.user_id = c.manager_id) = 1) FROM case_record c"
        )
    finally:
        await owner.close()


def test_the_story_is_told_with_its_wrong_turns_and_its_timeline(played: Played) -> None:
    assert "10 · The check afterwards" in played.shown
    assert "What happened" in played.shown
    assert played.shown.count("wrong turns refused") == len(STORIES)
