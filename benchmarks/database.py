"""The databases of the benchmark: embedded PostgreSQL as in production use, filled once and kept in .data/bench."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from casemgmt.db.addresses import driver_url
from casemgmt.db.migrate import migrate
from casemgmt.embedded.errors import EmbeddedServerError
from casemgmt.embedded.server import EmbeddedServer
from casemgmt.reference.regions import regions

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".data" / "bench"
APP_LOGIN = "casemgmt_app"
APP_PASSWORD = "only-for-the-benchmark-of-this-machine"  # noqa: S105 - of a database of synthetic rows
MAKE_IDS = """CREATE FUNCTION pg_temp.uuid_bench(kind text, i integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS
           $$ SELECT (lpad(to_hex(i), 12, '0') || substr(md5(kind || i), 1, 20))::uuid $$"""
_GROWING = ("task", "timeline_entry", "audit_event", "idempotency_key")
"""Tables that are empty after loading and that every run fills."""


def bench_id(kind: str, i: int) -> UUID:
    """Return the id that the loader gave to the i-th record of a kind."""
    return UUID(f"{i:012x}{hashlib.md5(f'{kind}{i}'.encode()).hexdigest()[:20]}")  # noqa: S324 - no secret


class BenchDatabase:
    """One database with a number of cases; with a use, a copy that may be changed for it."""

    def __init__(self, server: EmbeddedServer, cases: int, use: str = "") -> None:
        if server.dsn is None or server.server_pid is None:
            raise EmbeddedServerError("The database server isn't running.")
        self.cases = cases
        self.server_pid = server.server_pid
        self._postgres_url = server.dsn.url(database="postgres")
        dsn = server.dsn
        self.name = f"bench_{cases}{use}"
        self.admin_url = dsn.url(database=self.name)
        self.service_url = (
            make_url(self.admin_url)
            .set(username=APP_LOGIN, password=APP_PASSWORD)
            .render_as_string(hide_password=False)
        )

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[asyncpg.Connection]:
        """Connect as superuser."""
        connection = await asyncpg.connect(driver_url(self.admin_url))
        try:
            yield connection
        finally:
            await connection.close()

    async def prepare(self, say: Callable[[str], None]) -> None:
        """Make, fill or tidy up the database."""
        fingerprint = _fingerprint()
        server = await asyncpg.connect(self._postgres_url)
        try:
            held = await server.fetchval(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", self.name
            )
            if held != fingerprint:
                await server.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
                await server.execute(f"CREATE DATABASE {self.name}")
            await migrate(self.admin_url, self.service_url)
            if held != fingerprint:
                say(f"loading {self.cases:,} cases, once …")
                await self._load()
                await server.execute(f"COMMENT ON DATABASE {self.name} IS '{fingerprint}'")
            await self._tidy()
        finally:
            await server.close()

    async def copy(self, of: "BenchDatabase") -> None:
        """Make the database anew as a copy of another, with all its rows."""
        server = await asyncpg.connect(self._postgres_url)
        try:
            await server.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
            await server.execute(f"CREATE DATABASE {self.name} TEMPLATE {of.name} STRATEGY FILE_COPY")
        finally:
            await server.close()

    async def drop(self) -> None:
        """Take the database away."""
        server = await asyncpg.connect(self._postgres_url)
        try:
            await server.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        finally:
            await server.close()

    async def _load(self) -> None:
        statements = (ROOT / "benchmarks" / "bulk.sql").read_text("utf-8")
        codes = ", ".join(f"'{r.iso_code}'" for r in regions()[:20])
        async with self.admin() as connection, connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
            await connection.execute(MAKE_IDS)
            await connection.execute(statements.format(cases=self.cases, regions=codes))

    async def _tidy(self) -> None:
        """Take away what an earlier run wrote, so that every run starts from the same rows."""
        async with self.admin() as connection:
            await connection.execute("SET session_replication_role = replica")
            await connection.execute(f"TRUNCATE {', '.join(_GROWING)} CASCADE")
            await connection.execute("DELETE FROM signal WHERE lists_version <> 'bench'")
            await connection.execute("VACUUM ANALYZE")
            await connection.execute("CHECKPOINT")


def _fingerprint() -> str:
    files = [*sorted((ROOT / "migrations" / "versions").glob("*.py")), ROOT / "benchmarks" / "bulk.sql"]
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def bench_server(say: Callable[[str], None]) -> EmbeddedServer:
    """Return the embedded server of the benchmark, with everything on that keeps data safe."""
    return EmbeddedServer(DATA, durable=True, database="bench", progress=say)
