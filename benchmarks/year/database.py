"""The database of the year: its own, made anew, and on the clock of the simulation in everything but the audit log.

What the service asks the database by `now()` (sight that rests until a moment, a person recorded within a day) has to
be asked at the simulated moment. So `now()` is another function in this database, made before anything that asks it.
The audit log keeps the machine's time: its triggers compare it with `clock_timestamp()`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.db.migrate import migrate

_PASSWORD = "only-for-the-year-of-this-machine"  # noqa: S105 - of a database of synthetic rows
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK = """
    CREATE SCHEMA simulation;
    CREATE SEQUENCE simulation.moment;
    GRANT USAGE ON SCHEMA simulation TO PUBLIC;
    GRANT SELECT ON SEQUENCE simulation.moment TO PUBLIC;
    ALTER FUNCTION pg_catalog.now() RENAME TO now_of_the_machine;
    CREATE FUNCTION pg_catalog.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN is_called THEN to_timestamp(last_value / 1e6) ELSE transaction_timestamp() END
         FROM simulation.moment $$;
"""


class YearDatabase:
    """One database of a simulation."""

    def __init__(self, server_url: str, name: str | None = None) -> None:
        self.name = name or f"year_{uuid4().hex[:12]}"
        self._server_url = server_url
        self.admin_url = self._login(None)
        self.service_url = self._login(f"{self.name}_app")
        self.worker_url = self._login(f"{self.name}_work")
        self.sealer_url = self._login(f"{self.name}_seal")

    def _login(self, name: str | None) -> str:
        url = make_url(self._server_url).set(database=self.name)
        if name is not None:
            url = url.set(username=name, password=_PASSWORD)
        return url.render_as_string(hide_password=False)

    @asynccontextmanager
    async def made(self, *, keep: bool = False) -> AsyncIterator[asyncpg.Connection]:
        """Make it and give a connection that looks past row security; it is dropped afterwards unless it is kept."""
        await self._on_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        await self._on_server(f"CREATE DATABASE {self.name}")
        await self._on_server(f"ALTER DATABASE {self.name} SET synchronous_commit = off")
        try:
            # The looks for orphans are planned once: planning takes ten times as long as looking at a record.
            generic = {"plan_cache_mode": "force_generic_plan"}
            connection = await asyncpg.connect(driver_url(self.admin_url), server_settings=generic)
            try:
                await connection.execute(_CLOCK)
                await migrate(self.admin_url, self.service_url, self.sealer_url, self.worker_url)
                yield connection
            finally:
                await connection.close()
        finally:
            if not keep:
                await self._on_server(f"DROP DATABASE {self.name} WITH (FORCE)")
                for login in (self.service_url, self.worker_url, self.sealer_url):
                    await self._on_server(f"DROP ROLE {make_url(login).username}")

    async def _on_server(self, statement: str) -> None:
        connection = await asyncpg.connect(driver_url(self._server_url))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class SimulatedTime:
    """The one clock of the service and of its database."""

    def __init__(self, connection: asyncpg.Connection, start: datetime) -> None:
        self.clock = ManualClock(start)
        self._connection = connection

    @property
    def now(self) -> datetime:
        """The moment it is."""
        return self.clock.now()

    async def move_to(self, moment: datetime) -> None:
        """Let it be another moment: never an earlier one."""
        if moment < self.now:
            raise ValueError("time runs forward")
        self.clock.advance(moment - self.now)
        microseconds = (moment - _EPOCH) // timedelta(microseconds=1)
        await self._connection.execute("SELECT setval('simulation.moment', $1)", microseconds)
