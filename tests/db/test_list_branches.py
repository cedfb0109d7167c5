"""Lists start from branches of their own, and show exactly what row security lets the actor see: no more, no less."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from casemgmt.cases.states import CaseState
from casemgmt.cases.views import CaseSummary, CaseView
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ACCOUNTS, BODIES, demo_id
from casemgmt.ids import new_id
from tests.clients import World

CASES = 150
PAGE = 7
REGION_READER = "guardian.almaty"
"""The demo has nobody who sees the cases of a region; this account is lent that reach."""
STAFF = [a.username for a in ACCOUNTS if a.kind == "person"]
READERS = (
    "oversight",
    "supervisor.almaty",
    "supervisor.astana",
    "head.almaty",
    "manager.almaty",
    "manager2.almaty",
    "psychologist.almaty",
    "manager.astana",
    REGION_READER,
)


@pytest.fixture
async def crowded(owner_url: str, world: World) -> asyncpg.Connection:
    """Cases and signals at random: owners, regions, teams, restrictions, equal moments."""
    dice = random.Random(111)
    connection = await asyncpg.connect(driver_url(owner_url))
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("UPDATE app_user SET case_reach = 'region' WHERE id = $1", demo_id(REGION_READER))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(CASES):
        body = dice.choice(BODIES)
        at = start + timedelta(hours=dice.randrange(40))
        scope = (body.region_code, demo_id(body.key), dice.random() < 0.2)
        case, manager = new_id(), demo_id(dice.choice(STAFF))
        await connection.execute(
            "INSERT INTO case_record (id, number, state, region_code, organisation_id, restricted, restriction_ground,"
            " manager_id, opened_at, opened_by_id, reopened_times, lists_version, version)"
            " VALUES ($1, $2, $3, $4, $5, $6,"
            " CASE WHEN $6 THEN 'abuser_in_household' END, $7, $8, $7, 0, '', 1)",
            case,
            f"T-{number}",
            str(dice.choice([CaseState.OPENED, CaseState.ASSESSMENT, CaseState.SUPPORT])),
            *scope,
            manager,
            at,
        )
        for user in {manager, *(demo_id(dice.choice(STAFF)) for _ in range(2))}:
            ended = at + timedelta(days=1) if dice.random() < 0.3 else None
            await connection.execute(
                "INSERT INTO case_member (id, case_id, region_code, organisation_id, restricted, user_id, team_role,"
                " opened_at, since, ended_at, added_by_id) VALUES ($1, $2, $3, $4, $5, $6, 'mentor', $7, $7, $8, $6)",
                new_id(),
                case,
                *scope,
                user,
                at,
                ended,
            )
        await _signal(connection, dice, case, at)
    return connection


async def _signal(connection: asyncpg.Connection, dice: random.Random, case: UUID, at: datetime) -> None:
    owner, receiver = dice.choice(BODIES), dice.choice(BODIES)
    await connection.execute(
        "INSERT INTO signal (id, state, source, channel, category, language, gravest_severity, narrative, danger_now,"
        " anonymous, received_at, region_code, organisation_id, received_by_organisation_id, registered_by_id,"
        " mobile_group_id, case_id, restricted, lists_version, content_digest, version)"
        " VALUES ($1, 'received', 'qr_111', 'qr_message', 'neglect', 'kk', 'moderate', '', false, false, $2, $3, $4,"
        " $5,"
        " $6, $7, $8, $9, '', '', 1)",
        new_id(),
        at,
        owner.region_code,
        demo_id(owner.key),
        demo_id(receiver.key),
        demo_id(dice.choice(STAFF)),
        demo_id("group cps_almaty") if dice.random() < 0.3 else None,
        case if dice.random() < 0.5 else None,
        dice.random() < 0.2,
    )


async def _visible(database_url: str, owner: asyncpg.Connection, username: str, query: str) -> list[UUID]:
    """Return what the service's role sees as this actor without any filter of its own."""
    session = await owner.fetchrow(
        "SELECT s.id, u.authz_version FROM auth_session s JOIN app_user u ON u.id = s.user_id WHERE u.id = $1",
        demo_id(username),
    )
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT begin_work($1, $2, $3, 'test')", demo_id(username), session["authz_version"], session["id"]
            )
            return [r["id"] for r in await connection.fetch(query)]
    finally:
        await connection.close()


async def _listed(world: World, username: str, path: str, **filters: str) -> list[UUID]:
    """Return all ids of a list, page by page."""
    caller = await world.as_(username)
    found: list[UUID] = []
    cursor: str | None = None
    while True:
        answer = await caller.get(path, params={"limit": PAGE, **filters, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found += [UUID(item["id"]) for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("username", READERS)
async def test_the_list_of_cases_shows_what_row_security_shows(
    username: str, crowded: asyncpg.Connection, database_url: str, world: World
) -> None:
    await world.as_(username)
    query = "SELECT id FROM case_record {} ORDER BY opened_at DESC, id DESC"
    assert await _listed(world, username, "/v1/cases") == await _visible(
        database_url, crowded, username, query.format("")
    )
    support = await _visible(database_url, crowded, username, query.format("WHERE state = 'support'"))
    assert await _listed(world, username, "/v1/cases", state="support") == support
    await crowded.close()


@pytest.mark.parametrize(
    "username", ["oversight", "supervisor.almaty", "manager.almaty", "lead.almaty", "duty.almaty", "operator.111"]
)
async def test_the_list_of_signals_shows_what_row_security_shows(
    username: str, crowded: asyncpg.Connection, database_url: str, world: World
) -> None:
    await world.as_(username)
    seen = await _visible(database_url, crowded, username, "SELECT id FROM signal ORDER BY received_at DESC, id DESC")
    assert await _listed(world, username, "/v1/signals") == seen
    await crowded.close()


@pytest.mark.parametrize("username", READERS)
async def test_a_search_by_days_finds_what_row_security_shows_of_them(
    username: str, crowded: asyncpg.Connection, database_url: str, world: World
) -> None:
    caller = await world.as_(username)
    days = {"since": "2026-01-01", "until": "2026-01-01"}  # of Kazakhstan: until seven in the evening in Greenwich
    span = "{0} >= '2025-12-31 19:00Z' AND {0} < '2026-01-01 19:00Z' ORDER BY {0} DESC, id DESC"
    for what, table, moment in (("cases", "case_record", "opened_at"), ("signals", "signal", "received_at")):
        wish = {"what": what, ("opened" if what == "cases" else "received"): days}
        answer = await caller.post("/v1/searches", wish, params={"limit": 100})
        if answer.status_code == 403:
            continue
        seen = await _visible(database_url, crowded, username, f"SELECT id FROM {table} WHERE {span.format(moment)}")
        assert [UUID(item["id"]) for item in answer.json()["items"]] == seen
        assert answer.json()["complete"]
    await crowded.close()


async def test_readers_of_every_reach_see_something_different(
    crowded: asyncpg.Connection, database_url: str, world: World
) -> None:
    seen = {}
    for username in ("oversight", "supervisor.almaty", "manager.almaty", REGION_READER):
        await world.as_(username)
        seen[username] = frozenset(await _visible(database_url, crowded, username, "SELECT id FROM case_record"))
    assert len(set(seen.values())) == len(seen)
    assert all(seen.values())
    await crowded.close()


async def test_what_the_database_writes_as_json_is_the_view(crowded: asyncpg.Connection, world: World) -> None:
    manager = await world.as_("manager.almaty")
    items = (await manager.get("/v1/cases", params={"limit": 3})).json()["items"]
    assert [CaseSummary.model_validate(item) for item in items]
    read = await manager.get(f"/v1/cases/{items[0]['id']}")
    assert read.headers["etag"] == '"v1"'
    view = CaseView.model_validate(read.json())
    assert view.allowed_actions
    assert set(read.json()) == set(CaseView.model_fields)
    events = await crowded.fetch(
        "SELECT kind, record_ids FROM audit_event WHERE kind IN ('case.listed', 'case.read') ORDER BY at"
    )
    assert [e["kind"] for e in events] == ["case.listed", "case.read"]
    assert events[0]["record_ids"] == [UUID(item["id"]) for item in items]
    await crowded.close()


async def test_a_hidden_case_answers_as_an_absent_one_and_the_refusal_is_recorded(
    crowded: asyncpg.Connection, database_url: str, world: World
) -> None:
    manager = await world.as_("manager.almaty")
    seen = await _visible(database_url, crowded, "manager.almaty", "SELECT id FROM case_record")
    hidden = await crowded.fetchval("SELECT id FROM case_record WHERE id <> ALL ($1) LIMIT 1", seen)
    answers = [await manager.get(f"/v1/cases/{case}") for case in (hidden, new_id())]
    assert [a.status_code for a in answers] == [404, 404]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    refused = await crowded.fetch("SELECT record_ids FROM audit_event WHERE outcome = 'refused' ORDER BY at")
    assert refused[0]["record_ids"] == [hidden]
    assert len(refused) == 2
    await crowded.close()
