"""What the database itself holds a case to, whoever writes: the service's role as a manager at work, or the owner."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from casemgmt.cases.states import CaseState
from casemgmt.cases.tables import CaseRecord
from casemgmt.db.addresses import driver_url
from casemgmt.db.base import metadata
from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from casemgmt.machines import MACHINES
from tests.clients import World
from tests.factories import OpenCase, add_assessment, open_case

MANAGER = "manager.almaty"
_AUDIT = "SELECT audit_write($1, 'test.tried', 'done', NULL, 'case', '{}', NULL, NULL, '{}', 'test')"


@asynccontextmanager
async def as_owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of the owner, audited so that only the rule under test can refuse it."""
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        async with connection.transaction():
            await connection.execute(_AUDIT, new_id())
            yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def as_service(
    world: World, database_url: str, owner_url: str, username: str = MANAGER
) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of the service's role with a signed-in actor."""
    await world.as_(username)
    owner = await asyncpg.connect(driver_url(owner_url))
    try:
        session, version = await owner.fetchrow(
            "SELECT s.id, u.authz_version FROM auth_session s JOIN app_user u ON u.id = s.user_id WHERE u.id = $1",
            demo_id(username),
        )
    finally:
        await owner.close()
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        async with connection.transaction():
            await connection.execute("SELECT begin_work($1, $2, $3, 'test')", demo_id(username), version, session)
            await connection.execute(_AUDIT, new_id())
            yield connection
    finally:
        await connection.close()


def refused(state: str) -> pytest.RaisesExc[asyncpg.PostgresError]:
    """Expect the refusal with this SQLSTATE."""
    return pytest.raises(asyncpg.PostgresError, check=lambda e: e.sqlstate == state)


WITHOUT_MANAGER = (
    "UPDATE case_member SET ended_at = now() WHERE case_id = $1 AND team_role = 'manager'",
    "UPDATE case_member SET team_role = 'deputy_manager' WHERE case_id = $1 AND team_role = 'manager'",
    "UPDATE case_member SET user_id = (SELECT id FROM app_user WHERE username = 'manager2.almaty') WHERE case_id = $1",
    "UPDATE case_record SET manager_id = (SELECT id FROM app_user WHERE username = 'manager2.almaty') WHERE id = $1",
)


@pytest.mark.parametrize("statement", WITHOUT_MANAGER)
async def test_no_writer_leaves_a_case_without_its_manager(
    world: World, database_url: str, owner_url: str, statement: str
) -> None:
    case = await open_case(owner_url, "opened")
    with refused("CM409"):
        async with as_owner(owner_url) as owner:
            await owner.execute(statement, case.id)
    # Row security refuses the service what would take the case out of its own sight, the trigger everything else.
    with pytest.raises(asyncpg.PostgresError, check=lambda e: e.sqlstate in {"CM409", "42501"}):
        async with as_service(world, database_url, owner_url) as service:
            await service.execute(statement, case.id)


async def test_no_writer_makes_a_second_manager(world: World, database_url: str, owner_url: str) -> None:
    case = await open_case(owner_url, "opened")
    second = (
        "INSERT INTO case_member (id, case_id, organisation_id, restricted, user_id, team_role, opened_at, since,"
        " added_by_id) SELECT $1, case_id, organisation_id, false, $2, 'manager', opened_at, now(), user_id"
        " FROM case_member WHERE case_id = $3"
    )
    arguments = (new_id(), demo_id("manager2.almaty"), case.id)
    with refused("23505"):
        async with as_owner(owner_url) as owner:
            await owner.execute(second, *arguments)
    with refused("23505"):
        async with as_service(world, database_url, owner_url) as service:
            await service.execute(second, *arguments)


async def test_a_case_is_not_inserted_without_its_manager(owner_url: str) -> None:
    with refused("CM409"):
        async with as_owner(owner_url) as owner:
            await owner.execute(
                "INSERT INTO case_record (id, number, state, organisation_id, restricted, manager_id, opened_at,"
                " opened_by_id, reopened_times, lists_version, version)"
                " VALUES ($1, 'TEST', 'opened', $2, false, $3, now(), $3, 0, 'test', 1)",
                new_id(),
                demo_id("crd_almaty"),
                demo_id(MANAGER),
            )


async def test_no_writer_jumps_over_a_stage(world: World, database_url: str, owner_url: str) -> None:
    case = await open_case(owner_url, "opened")
    lawful = {target for source, target in MACHINES["case_record"].pairs if source == "opened"}
    for target in set(CaseState) - lawful:
        jump = f"UPDATE case_record SET state = '{target}' WHERE id = $1"
        with refused("CM409"):
            async with as_owner(owner_url) as owner:
                await owner.execute(jump, case.id)
        with refused("CM409"):
            async with as_service(world, database_url, owner_url) as service:
                await service.execute(jump, case.id)


async def test_no_writer_closes_a_case_alone(world: World, database_url: str, owner_url: str) -> None:
    case = await open_case(owner_url, "opened")
    async with as_owner(owner_url) as owner:
        await owner.execute("UPDATE case_record SET state = 'closure_proposed' WHERE id = $1", case.id)
    close = "UPDATE case_record SET state = 'closed', closed_at = now() WHERE id = $1"
    with refused("CM409"):
        async with as_owner(owner_url) as owner:
            await owner.execute(close, case.id)
    with refused("CM409"):
        async with as_service(world, database_url, owner_url) as service:
            await service.execute(close, case.id)
    alone = (
        "INSERT INTO case_closure (id, case_id, organisation_id, restricted, reason, note, from_state, proposed_at,"
        " proposed_by_id, approved, decided_at, decided_by_id)"
        " VALUES ($1, $2, $3, false, 'merged', 'x', 'opened', now(), $4, true, now(), $4)"
    )
    arguments = (new_id(), case.id, demo_id("crd_almaty"), demo_id(MANAGER))
    with refused("23514"):
        async with as_owner(owner_url) as owner:
            await owner.execute(alone, *arguments)
    with refused("23514"):
        async with as_service(world, database_url, owner_url) as service:
            await service.execute(alone, *arguments)


async def test_the_service_writes_nothing_of_a_case_that_its_actor_does_not_see(
    world: World, database_url: str, owner_url: str
) -> None:
    case = await open_case(owner_url, "opened")
    async with as_service(world, database_url, owner_url, "manager2.almaty") as service:
        assert await service.execute("UPDATE case_record SET problem_type = NULL WHERE id = $1", case.id) == "UPDATE 0"
        assert await service.fetchval("SELECT count(*) FROM case_person WHERE case_id = $1", case.id) == 0
    with refused("42501"):
        async with as_service(world, database_url, owner_url, "manager2.almaty") as service:
            await service.execute(
                "INSERT INTO child_contact (id, case_id, organisation_id, restricted, person_id, at, place, alone,"
                " recorded_at, recorded_by_id) VALUES ($1, $2, $3, false, $4, now(), 'home', false, now(), $5)",
                new_id(),
                case.id,
                demo_id("crd_almaty"),
                case.child_id,
                demo_id("manager2.almaty"),
            )


TABLES_OF_A_CASE = sorted(
    t.name
    for t in metadata.tables.values()
    if "case_id" in t.columns and "restricted" in t.columns and t.name != CaseRecord.__tablename__
)


def _value(column: asyncpg.Record, case: OpenCase) -> str:
    """An SQL expression for a column that must be filled, so that any table of a case gets a row."""
    name, kind = column["column_name"], column["udt_name"]
    known = {
        "case_id": f"'{case.id}'",
        "person_id": f"'{case.child_id}'",
        "assessment_id": f"'{case.assessment_id}'",
        "before_assessment_id": f"'{case.assessment_id}'",
        "plan_id": f"'{case.plan_id}'",
        "organisation_id": f"'{demo_id('crd_astana')}'",
        "region_code": "'KZ-71'",
        "restricted": "false",
    }
    plain = {
        "uuid": "gen_random_uuid()",
        "timestamptz": "now()",
        "date": "now()::date",
        "bool": "false",
        "int4": "1",
        "int8": "1",
        "jsonb": "'{}'",
        "xid8": "pg_current_xact_id()",
        "_text": "'{}'",
        "_uuid": "'{}'",
    }
    return known.get(name) or plain.get(kind, "'x'")


async def _fill(owner: asyncpg.Connection, table: str, case: OpenCase) -> None:
    """See that the table has a row of the case, whatever it says."""
    columns = await owner.fetch(
        "SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name = $1 AND (is_nullable = 'NO' OR column_name IN ('case_id', 'region_code'))",
        table,
    )
    checks = await owner.fetch(
        "SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'", table
    )
    for check in checks:
        await owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{check["conname"]}"')
    names = ", ".join(c["column_name"] for c in columns)
    values = ", ".join(_value(c, case) for c in columns)
    await owner.execute(f"INSERT INTO {table} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING")


async def test_scope_and_secrecy_of_a_case_reach_every_row_that_belongs_to_it(owner_url: str) -> None:
    case = await open_case(owner_url, "opened")
    assert len(TABLES_OF_A_CASE) > 15
    async with as_owner(owner_url) as owner:
        # Rows of anything: neither codes nor states nor references are the question here.
        await owner.execute("SET LOCAL session_replication_role = replica")
        for table in TABLES_OF_A_CASE:
            await _fill(owner, table, case)
    async with as_owner(owner_url) as owner:
        await owner.execute(
            "UPDATE case_record SET restricted = true, restriction_ground = 'staff_involved', region_code = 'KZ-75',"
            " organisation_id = $2 WHERE id = $1",
            case.id,
            demo_id("cps_almaty"),
        )
        left = []
        missing = []
        for table in TABLES_OF_A_CASE:
            scope = (
                "restricted" if table == "signal" else "(restricted AND region_code = 'KZ-75' AND organisation_id = $2)"
            )
            query = f"SELECT count(*) FROM {table} WHERE case_id = $1 AND NOT {scope}"
            arguments = (case.id,) if table == "signal" else (case.id, demo_id("cps_almaty"))
            if await owner.fetchval(query, *arguments):
                left.append(table)
            if not await owner.fetchval(f"SELECT count(*) FROM {table} WHERE case_id = $1", case.id):
                missing.append(table)
        assert (left, missing) == ([], [])
        assert await owner.fetchval("SELECT restricted FROM person WHERE id = $1", case.child_id)


async def test_what_is_written_on_a_case_later_takes_its_scope_too(owner_url: str) -> None:
    case = await open_case(owner_url, "opened", restricted=True)
    async with as_owner(owner_url) as owner:
        assessment_id = new_id()
        moment = await owner.fetchval("SELECT now()")
        await add_assessment(owner, case, assessment_id, at=moment)
        row = await owner.fetchrow("SELECT restricted, region_code FROM assessment WHERE id = $1", assessment_id)
        assert tuple(row) == (True, "KZ-75")
