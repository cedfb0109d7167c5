"""Databases with logs of different length, on one embedded server whose folder goes when the benchmark ends."""

import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from benchmarks.database import APP_LOGIN, APP_PASSWORD, MAKE_IDS, ROOT, bench_id
from casemgmt.db.addresses import OWNER_ROLE, driver_url
from casemgmt.db.migrate import migrate
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.server import EmbeddedServer
from casemgmt.reference.regions import regions

DATA = ROOT / ".data" / "bench-audit"
CASES = 50_000
"""Every one with a child and a parent."""
MONTHS = 6
"""Over which the events are spread, the last of them this month."""
SEALER_LOGIN = "casemgmt_seal"
ASKER = 2500
"""A supervisor: the asker of all trails."""
_CHUNK = 250_000
_INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid = 'audit_event'::regclass AND NOT indisprimary"""
_HERE = Path(__file__).parent


class AuditDatabase:
    """One database with a number of events."""

    def __init__(self, server: EmbeddedServer, events: int) -> None:
        if server.dsn is None or server.server_pid is None:
            raise EmbeddedServerError("The database server isn't running.")
        self.events = events
        self.server_pid = server.server_pid
        self.name = f"audit_{events}"
        self._postgres_url = server.dsn.url(database="postgres")
        self.admin_url = server.dsn.url(database=self.name)
        self.service_url = self._login(APP_LOGIN)
        self.sealer_url = self._login(SEALER_LOGIN)

    def _login(self, name: str) -> str:
        url = make_url(self.admin_url).set(username=name, password=APP_PASSWORD)
        return url.render_as_string(hide_password=False)

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[asyncpg.Connection]:
        """Connect as superuser, past triggers."""
        connection = await asyncpg.connect(driver_url(self.admin_url))
        try:
            await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def as_service(self) -> AsyncIterator[asyncpg.Connection]:
        """Connect as the service does."""
        connection = await asyncpg.connect(driver_url(self.service_url), server_settings={"jit": "off"})
        try:
            yield connection
        finally:
            await connection.close()

    async def prepare(self, say: Callable[[str], None]) -> None:
        """Make the database and fill it."""
        server = await asyncpg.connect(self._postgres_url)
        try:
            await server.execute(f"CREATE DATABASE {self.name}")
        finally:
            await server.close()
        await migrate(self.admin_url, self.service_url, self.sealer_url)
        async with self.admin() as connection:
            await self._load_records(connection)
            await self._load_events(connection, say)
            await connection.execute("VACUUM ANALYZE")
            await connection.execute("CHECKPOINT")

    async def _load_records(self, connection: asyncpg.Connection) -> None:
        statements = (ROOT / "benchmarks" / "bulk.sql").read_text("utf-8")
        codes = ", ".join(f"'{r.iso_code}'" for r in regions()[:20])
        async with connection.transaction():
            await connection.execute(MAKE_IDS)
            await connection.execute(statements.format(cases=CASES, regions=codes))
            await connection.execute(
                "UPDATE app_user SET flags = '{trail}' WHERE case_reach IN ('organisation', 'national')"
            )
            await connection.execute("UPDATE app_user SET flags = '{audit}' WHERE id = $1", bench_id("user", 2999))
            await connection.execute((_HERE / "pool.sql").read_text("utf-8"))

    async def _load_events(self, connection: asyncpg.Connection, say: Callable[[str], None]) -> None:
        now: datetime = await connection.fetchval("SELECT clock_timestamp()")
        start = _months_before(now, MONTHS - 1)
        await connection.execute(f"SET ROLE {OWNER_ROLE}")
        for n in range(MONTHS - 1, 1, -1):  # this month and the one before are there already
            since, until = _months_before(now, n), _months_before(now, n - 1)
            await connection.execute(
                f"CREATE TABLE audit_event_{since:%Y%m} PARTITION OF audit_event"
                f" FOR VALUES FROM ('{since.isoformat()}') TO ('{until.isoformat()}')"
            )
        await connection.execute("RESET ROLE")
        pool = await connection.fetchval("SELECT count(*) FROM bench_pool")
        statement = (_HERE / "events.sql").read_text("utf-8")
        indexes = await connection.fetch(_INDEXES)
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        began = time.monotonic()
        for first in range(0, self.events, _CHUNK):
            last = min(first + _CHUNK, self.events)
            await connection.execute(statement, pool, start, now, self.events, first, last, timeout=600)
            say(f"{self.name}: {last:,} of {self.events:,} events, {time.monotonic() - began:.0f} s")
        await connection.execute(f"SET ROLE {OWNER_ROLE}")
        for index in indexes:
            # PostgreSQL writes down the index of the parent alone; the partitions are to have theirs too.
            await connection.execute(index["definition"].replace(" ON ONLY ", " ON "), timeout=1800)
            say(f"{self.name}: {index['name']}, {time.monotonic() - began:.0f} s")
        await connection.execute("RESET ROLE")


def _months_before(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


@contextmanager
def audit_server(say: Callable[[str], None]) -> Iterator[EmbeddedServer]:
    """Run the server of the benchmark, with everything on that keeps data safe; its data go at the end."""
    shutil.rmtree(DATA, ignore_errors=True)
    server = EmbeddedServer(DATA, durable=True, database="bench", progress=say)
    home = DATA
    try:
        with server:
            home = server.home
            yield server
    finally:
        for folder in {home, DATA}:
            shutil.rmtree(folder, ignore_errors=True)
