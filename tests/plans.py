"""How PostgreSQL would run a statement of the service: below row security, for an account of the demo."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from jose import jwt

from casemgmt.db.addresses import driver_url
from tests.clients import World


@asynccontextmanager
async def as_supervisor(world: World, database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection of the service, in a transaction of the supervisor of Almaty."""
    claims = jwt.get_unverified_claims((await world.as_("supervisor.almaty")).token)
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        async with connection.transaction():
            begin = "SELECT begin_work($1, $2, $3, 'test')"
            await connection.execute(begin, claims["sub"], claims["ver"], claims["sid"])
            yield connection
    finally:
        await connection.close()


async def explained(connection: asyncpg.Connection, statement: str) -> list[str]:
    """Return the lines of a plan."""
    return [row[0] for row in await connection.fetch(f"EXPLAIN {statement}")]
