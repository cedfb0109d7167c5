"""All stories played once; then what they left is looked at from every side."""

from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from rich.console import Console

from api.app import create_app
from casemgmt.db.migrate import driver_url
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from casemgmt.demo.play import STORIES, play
from casemgmt.settings import Settings
from tests.clients import World as Clients
from tests.conftest import fresh_database, owner_of
from tests.expectation import TABLES, Expectation, World, keys, seen
from tests.factories_iin import make_iin
from tests.steps import done

PRIMARY = {
    "screening": ["signal_id"],
    "screening_answers": ["signal_id"],
    "audit_event": ["at", "id"],
    "document_key": ["document_id"],
    "import_content": ["import_id"],
    "person_iin": ["person_id"],
    "plan_missing_help": ["plan_id", "help_kind"],
    "reporter": ["signal_id"],
    "retention_item": ["plan_id", "position"],
    "session_participant": ["session_id", "person_id"],
    "signal_person": ["signal_id", "person_id"],
    "stay_person": ["stay_id", "person_id"],
}


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


async def _begin(service: asyncpg.Connection, owner: asyncpg.Connection, username: str) -> None:
    """Set the actor as a request would."""
    user, session = demo_id(username), uuid4()
    now = datetime.now(UTC)
    await owner.execute(
        "INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at,"
        " second_factor)"
        " VALUES ($1, $2, $3, $4, $4, $4, true)",
        session,
        user,
        uuid4().hex,
        now,
    )
    version = await owner.fetchval("SELECT authz_version FROM app_user WHERE id = $1", user)
    await service.execute("SELECT begin_work($1, $2, $3, 'test')", user, version, session)


async def test_every_account_sees_what_the_expectation_says_and_nothing_else(played: Played) -> None:
    owner = await asyncpg.connect(driver_url(played.owner_url))
    service = await asyncpg.connect(driver_url(played.database_url))
    try:
        world = await World.read(owner)
        filled = {t for t in TABLES if world.rows[t]}
        compared = 0
        for account in ACCOUNTS:
            expectation = Expectation(world, demo_id(account.username), datetime.now(UTC))
            async with service.transaction():
                await _begin(service, owner, account.username)
                for table in TABLES:
                    primary = PRIMARY.get(table, ["id"])
                    expected = keys(expectation.visible(table), primary)
                    actual = await seen(service, table, primary)
                    if table == "audit_event":  # opening the session above is no event, but the log is read live
                        actual &= keys(world.rows[table], primary)
                    assert actual == expected, (account.username, table)
                    compared += len(expected)
        assert compared > 500
        # The stories are the test's data: a table that they leave empty is not tested here.
        assert len(filled) >= len(TABLES) - 8, sorted(set(TABLES) - filled)
    finally:
        await owner.close()
        await service.close()


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
