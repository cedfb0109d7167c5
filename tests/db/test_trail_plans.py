"""A person's trail is found by indexes, also through list events and for the service: what it reads stays flat."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from jose import jwt

from casemgmt.audit.repository import NAMING_RECORD
from casemgmt.db.addresses import driver_url
from tests.clients import World
from tests.steps import open_case

# Looks of others at others: single ones, and lists of 25.
MANY = """
    INSERT INTO audit_event (at, id, xid, kind, outcome, request_id, record_type, record_ids, fields)
    SELECT now() - n * interval '5 milliseconds', gen_random_uuid(), pg_current_xact_id(), 'case.listed', 'done', '',
           'case', ARRAY(SELECT gen_random_uuid() FROM generate_series(1, CASE n % 10 WHEN 0 THEN 25 ELSE 1 END)
                          WHERE n > 0), '{}'
      FROM generate_series(1, $1::integer) n
"""
TRAIL = "SELECT id FROM person_trail($1, now() - interval '31 days', now() + interval '1 minute', 'infinity', $1, 26)"
LAST = UUID(int=2**128 - 1)
READ = """
    SELECT coalesce(sum(seq_tup_read), 0)::integer AS walked, coalesce(sum(idx_tup_fetch), 0)::integer AS fetched
      FROM pg_stat_xact_all_tables WHERE relname LIKE 'audit_event_%'
"""


async def _load(owner_url: str, events: int) -> None:
    owner = await asyncpg.connect(driver_url(owner_url))
    try:
        await owner.execute("SET session_replication_role = replica")
        await owner.execute(MANY, events)
        await owner.execute("ANALYZE audit_event")
    finally:
        await owner.close()


@asynccontextmanager
async def _acting(world: World, database_url: str, username: str) -> AsyncIterator[asyncpg.Connection]:
    claims = jwt.get_unverified_claims((await world.as_(username)).token)
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT begin_work($1, $2, $3, 'test')", claims["sub"], claims["ver"], claims["sid"]
            )
            yield connection
    finally:
        await connection.close()


async def _cost(world: World, database_url: str, person_id: str) -> tuple[int, int, int]:
    async with _acting(world, database_url, "supervisor.almaty") as connection:
        told = await connection.fetch(TRAIL, person_id)
        read = await connection.fetchrow(READ)
        return len(told), read["walked"], read["fetched"]


async def test_a_trail_reads_the_person_s_events_however_many_there_are(
    world: World, database_url: str, owner_url: str
) -> None:
    case = await open_case(world)
    for _ in range(3):
        await (await world.as_("manager.almaty")).get("/v1/cases")
    await _load(owner_url, 4_000)
    small = await _cost(world, database_url, case.child)
    await _load(owner_url, 16_000)
    large = await _cost(world, database_url, case.child)
    told, walked, fetched = small
    assert told > 5
    assert walked == 0
    assert fetched < 100
    assert large == small


async def test_an_auditor_s_question_for_a_record_is_found_by_an_index_below_row_security(
    world: World, database_url: str, owner_url: str
) -> None:
    case = await open_case(world)
    await _load(owner_url, 4_000)
    statement = NAMING_RECORD
    given = ("record_id", "since", "until", "at", "id", "size", "actor_id", "case_id", "kind")
    for number, name in enumerate(given, 1):
        statement = re.sub(rf":{name}\b", f"${number}", statement)
    async with _acting(world, database_url, "auditor") as connection:
        since, until = await connection.fetchrow("SELECT now() - interval '31 days', now() + interval '1 minute'")
        found = await connection.fetch(statement, case.child, since, until, None, LAST, 26, None, None, None)
        read = await connection.fetchrow(READ)
    assert len(found) == 1
    assert (read["walked"], read["fetched"] < 100) == (0, True)


async def test_without_the_right_the_functions_of_the_trail_tell_nothing(world: World, database_url: str) -> None:
    case = await open_case(world)
    trail = "SELECT count(*) FROM trail_events($1, ARRAY[$2::uuid], '{}', '-infinity', 'infinity', 'infinity', $1, 26)"
    naming = "SELECT count(*) FROM events_naming($1, '-infinity', 'infinity', 'infinity', $1, 26)"
    for username in ("manager.almaty", "duty.almaty", "admin"):
        async with _acting(world, database_url, username) as connection:
            assert await connection.fetchval(trail, case.child, case.id) == 0, username
            assert await connection.fetchval(naming, case.child) == 0, username
