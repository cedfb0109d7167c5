"""A request that is one SQL function: it sets the actor, works under row security and writes its audit event."""

from typing import Any

import asyncpg

from casemgmt.access.actor import Actor
from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.ids import new_id

STATE_PURPOSE = "SELECT set_config('casemgmt.purpose', $1, true)"
"""The events of the transaction take the purpose of the request from here."""


class Direct:
    """The way of the busiest requests past the unit of work: one round trip, one transaction (`db/sql/61_hot.sql`).

    The functions run with the caller's rights, so row security guards them as it guards a unit of work.
    """

    def __init__(self, database: Database, actor: Actor, clock: Clock, request_id: str) -> None:
        self._pool = database.pool
        self.actor = actor
        self.now = clock.now()
        """The moment of the request: every time written by one request is the same."""
        self.request_id = request_id

    async def call(self, statement: str, *arguments: Any) -> asyncpg.Record | None:
        """Call a function whose first five arguments are those of every request, and return its one row.

        Where the function wrote an audit event the transaction is committed when this returns.
        """
        actor = self.actor
        usual = (actor.user_id, actor.authz_version, actor.session_id, self.request_id, new_id())
        if actor.purpose is None:
            return await self._pool.fetchrow(statement, *usual, *arguments)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(STATE_PURPOSE, actor.purpose)
            return await connection.fetchrow(statement, *usual, *arguments)
