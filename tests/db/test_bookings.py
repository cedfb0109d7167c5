"""The database itself refuses a double booking, whoever writes it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ROOMS, demo_id
from casemgmt.ids import new_id
from tests.factories import open_case

ROOM = demo_id(f"room {ROOMS[0][0]} {ROOMS[0][1]}")
START = datetime(2027, 3, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


@pytest_asyncio.fixture
async def session_id(owner_url: str, owner: asyncpg.Connection) -> UUID:
    case = await open_case(owner_url)
    row = new_id()
    await owner.execute(
        "INSERT INTO centre_session (id, case_id, organisation_id, restricted, centre_id, specialist_id, room_id, kind,"
        " help_kind, state, starts_at, ends_at, created_at, created_by_id, version)"
        " VALUES ($1, $2, $3, false, $4, $5, $6, 'individual', 'psychological', 'booked', $7, $8, $7, $5, 1)",
        row,
        case.id,
        demo_id("crd_almaty"),
        demo_id("cps_almaty"),
        demo_id("psychologist.almaty"),
        ROOM,
        START,
        START + HOUR,
    )
    return row


async def take(owner: asyncpg.Connection, session_id: UUID, during: asyncpg.Range) -> UUID:
    row = new_id()
    await owner.execute(
        "INSERT INTO booking (id, resource_id, centre_id, session_id, during) VALUES ($1, $2, $3, $4, $5)",
        row,
        ROOM,
        demo_id("cps_almaty"),
        session_id,
        during,
    )
    return row


async def test_what_adjoins_is_taken_and_what_overlaps_is_refused(owner: asyncpg.Connection, session_id: UUID) -> None:
    first = await take(owner, session_id, asyncpg.Range(START, START + HOUR))
    await take(owner, session_id, asyncpg.Range(START + HOUR, START + 2 * HOUR))
    instant = timedelta(microseconds=1)
    with pytest.raises(asyncpg.ExclusionViolationError):
        async with owner.transaction():
            await take(owner, session_id, asyncpg.Range(START - HOUR, START + instant))
    await owner.execute("UPDATE booking SET cancelled_at = now() WHERE id = $1", first)
    await take(owner, session_id, asyncpg.Range(START - HOUR, START + instant))


@pytest.mark.parametrize(
    "during",
    [
        asyncpg.Range(empty=True),
        asyncpg.Range(START, None),
        asyncpg.Range(None, START),
        asyncpg.Range(START, START + HOUR, upper_inc=True),
        asyncpg.Range(START, START + HOUR, lower_inc=False),
    ],
)
async def test_a_time_has_a_beginning_that_is_its_own_and_an_end_that_is_not(
    owner: asyncpg.Connection, session_id: UUID, during: asyncpg.Range
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await take(owner, session_id, during)
