"""The audit log is append-only: one way in, no way to change, for the service as for the owner of the table."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
import pytest_asyncio
from jose import jwt

from casemgmt.db.addresses import OWNER_ROLE, driver_url
from tests.clients import World

APPEND_ONLY = "CM403"
_INSERT = (
    "INSERT INTO audit_event (at, id, xid, kind, outcome, request_id, record_type, record_ids, fields)"
    " VALUES ({at}, gen_random_uuid(), pg_current_xact_id(), 'x.y', 'done', '', 'x', '{{}}', '{{}}')"
)
CHANGES = (
    "UPDATE {table} SET kind = 'something else'",
    "UPDATE {table} SET at = at - interval '1 hour'",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "MERGE INTO {table} a USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
)
TABLES = ("audit_event", f"audit_event_{datetime.now(UTC):%Y%m}")


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    await connection.execute(f"SET ROLE {OWNER_ROLE}")
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def service(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(database_url))
    yield connection
    await connection.close()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
async def test_not_even_the_owner_changes_an_event(owner: asyncpg.Connection, table: str, change: str) -> None:
    before = await owner.fetchval("SELECT count(*) FROM audit_event")
    assert before > 0
    with pytest.raises(asyncpg.PostgresError) as refusal:
        await owner.execute(change.format(table=table))
    assert refusal.value.sqlstate == APPEND_ONLY
    assert await owner.fetchval("SELECT count(*) FROM audit_event") == before


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", [*CHANGES, _INSERT.format(at="now()").replace("audit_event", "{table}")])
async def test_the_service_has_no_right_on_events(service: asyncpg.Connection, table: str, change: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute(change.replace("'{}'", "'{{}}'").format(table=table))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("at", ["now() - interval '2 minutes'", "now() + interval '2 minutes'"])
async def test_an_event_is_not_dated_back_or_forward(owner: asyncpg.Connection, table: str, at: str) -> None:
    with pytest.raises(asyncpg.PostgresError) as refusal:
        await owner.execute(_INSERT.format(at=at).replace("audit_event", table))
    assert refusal.value.sqlstate == APPEND_ONLY


async def test_the_one_way_in_takes_neither_a_time_nor_an_actor(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT p.proname, pg_get_function_arguments(p.oid) AS arguments FROM pg_proc p"
        " WHERE p.pronamespace = 'public'::regnamespace AND p.prosrc ~* 'insert into (public\\.)?audit_event'"
    )
    assert [r["proname"] for r in rows] == ["audit_write"]
    assert "timestamp" not in rows[0]["arguments"]
    assert "actor" not in rows[0]["arguments"]


async def test_an_auditor_can_not_write_to_the_log(world: World, service: asyncpg.Connection) -> None:
    claims = jwt.get_unverified_claims((await world.as_("auditor")).token)
    for statement in (_INSERT.format(at="now()"), "UPDATE audit_event SET kind = 'x'", "DELETE FROM audit_event"):
        transaction = service.transaction()
        await transaction.start()
        await service.execute("SELECT begin_work($1, $2, $3, 'test')", claims["sub"], claims["ver"], claims["sid"])
        assert await service.fetchval("SELECT count(*) FROM audit_event") > 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(statement)
        await transaction.rollback()


async def test_a_month_made_later_is_as_closed_as_the_others(owner: asyncpg.Connection) -> None:
    await owner.execute("SELECT audit_make_months(9)")
    months = await owner.fetch(
        "SELECT c.relname, c.relrowsecurity,"
        " ARRAY(SELECT tgname::text FROM pg_trigger t WHERE t.tgrelid = c.oid ORDER BY 1) AS triggers"
        " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit_event'::regclass"
    )
    assert len(months) == 11
    for month in months:
        assert month["relrowsecurity"], month["relname"]
        assert month["triggers"] == ["no_change", "no_other_time", "no_truncate"], month["relname"]


async def test_health_turns_red_when_months_run_out_or_one_is_missing(world: World, owner: asyncpg.Connection) -> None:
    ready = await world.client.get("/health/ready")
    assert ready.status_code == 200
    assert await owner.fetchval("SELECT audit_months_ahead()") == 6
    second = await owner.fetchval(
        "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months', 'YYYYMM')"
    )
    await owner.execute(f"DROP TABLE audit_event_{second}")
    assert await owner.fetchval("SELECT audit_months_ahead()") == 1
    red = await world.client.get("/health/ready")
    assert red.status_code == 503
    assert "casemgmt migrate" in red.json()["checks"]["audit_log"]
    await owner.execute("SELECT audit_make_months(6)")
    assert (await world.client.get("/health/ready")).status_code == 200


async def test_without_a_month_nothing_is_written_rather_than_unrecorded(
    world: World, owner: asyncpg.Connection
) -> None:
    operator = await world.as_("operator.111")
    await owner.execute(f"ALTER TABLE audit_event DETACH PARTITION {TABLES[1]}")
    assert await owner.fetchval("SELECT audit_months_ahead()") == -1
    answer = await operator.get("/v1/signals")
    assert (answer.status_code, answer.json()["code"]) == (503, "audit-log-closed")
    assert (await world.client.get("/health/ready")).status_code == 503
