"""Bring a database to the state that this program needs: roles, tables, SQL, reference data.

Tables change by numbered migrations. Functions, triggers, policies and rights are files in `db/sql` that are applied
whole, in the order of their names, whenever one of them has changed: one place to read what is in force now.
"""

import hashlib
from collections.abc import Callable
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import asyncpg
import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, pool
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from casemgmt.access.system import make_system_account
from casemgmt.audit.policy import MONTHS_AHEAD
from casemgmt.db.addresses import (
    DIALECT,
    OWNER_ROLE,
    SEALER_ROLE,
    SERVICE_ROLE,
    WORKER_ROLE,
    connector,
    driver_url,
)
from casemgmt.db.reference import load_reference
from casemgmt.ids import new_id
from casemgmt.jobs.queue import SCHEMA as JOBS
from casemgmt.jobs.queue import install as install_jobs
from casemgmt.organisations.name_keys import fill_name_keys

log = structlog.get_logger()


def alembic_config() -> Config:
    """Return Alembic's configuration; its scripts stand beside the source, or in the working directory of an image."""
    beside_source = Path(__file__).parents[3] / "alembic.ini"
    return Config(str(beside_source if beside_source.exists() else Path("alembic.ini").resolve()))


async def migrate(
    admin_url: str, service_url: str | None = None, sealer_url: str | None = None, worker_url: str | None = None
) -> None:
    """Apply everything, in one go and safely again. `admin_url` may create roles; the others name the log-ins."""
    await make_roles(admin_url, service_url, sealer_url, worker_url)
    await run_alembic(admin_url, lambda config: command.upgrade(config, "head"))
    connection = await asyncpg.connect(driver_url(admin_url))
    try:
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {JOBS} AUTHORIZATION {OWNER_ROLE}")
        await connection.execute(f"SET ROLE {OWNER_ROLE}")
        await install_jobs(connection)
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('casemgmt.migrate'))")
            await _apply_sql(connection)
            await connection.execute("SELECT audit_make_months($1)", MONTHS_AHEAD)
            await load_reference(connection)
            await make_system_account(connection)
            await fill_name_keys(connection)
            await connection.executemany(
                "INSERT INTO deployment (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
                [("generation", str(new_id())), ("log", str(new_id()))],
            )
    finally:
        await connection.close()


async def run_alembic(admin_url: str, action: Callable[[Config], None]) -> None:
    """Run an Alembic command as the owner of the tables."""

    def run(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET ROLE {OWNER_ROLE}")
        connection.exec_driver_sql("SET lock_timeout = '10s'")
        config = alembic_config()
        config.attributes["connection"] = connection
        action(config)
        connection.commit()

    engine = create_async_engine(DIALECT, async_creator=connector(admin_url), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


async def make_roles(
    admin_url: str, service_url: str | None = None, sealer_url: str | None = None, worker_url: str | None = None
) -> None:
    """Make the roles that own, serve, seal and work where they are missing, and the log-ins that the addresses name."""
    logins = {SERVICE_ROLE: service_url, SEALER_ROLE: sealer_url, WORKER_ROLE: worker_url}
    connection = await asyncpg.connect(driver_url(admin_url))
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('casemgmt.roles'))")
            for role in (OWNER_ROLE, *logins):
                if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                    await connection.execute(f"CREATE ROLE {role} NOLOGIN NOINHERIT")
            me = await connection.fetchval("SELECT quote_ident(current_user)")
            await connection.execute(f"GRANT {OWNER_ROLE} TO {me}")
            await connection.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER_ROLE}")
            # A temporary table of the service could stand in front of a real one.
            database = await connection.fetchval("SELECT quote_ident(current_database())")
            await connection.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
            for role, url in logins.items():
                if url is not None:
                    await _make_login(connection, role, url)
            if worker_url is not None:  # jobs that somebody asked for are done with the rights of a request
                await _make_login(connection, SERVICE_ROLE, worker_url)
    finally:
        await connection.close()


async def _make_login(connection: asyncpg.Connection, role: str, login_url: str) -> None:
    url = make_url(login_url)
    name = await connection.fetchval("SELECT quote_ident($1)", url.username)
    password = await connection.fetchval("SELECT quote_literal($1)", url.password)
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", url.username)
    if not exists:
        await connection.execute(f"CREATE ROLE {name} LOGIN INHERIT")
    await connection.execute(f"ALTER ROLE {name} PASSWORD {password}")
    await connection.execute(f"GRANT {role} TO {name}")


def sql_files() -> list[tuple[str, str]]:
    """Return name and text of the files in `db/sql`, in the order in which they are applied."""
    folder = resources.files("casemgmt.db") / "sql"
    return sorted((f.name, f.read_text("utf-8")) for f in folder.iterdir() if f.name.endswith(".sql"))


async def _apply_sql(connection: asyncpg.Connection) -> None:
    files = sql_files()
    tables = await connection.fetchval("SELECT version_num FROM alembic_version")
    parts = [str(tables), version("pgqueuer"), *(text for _, text in files)]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    if await connection.fetchval("SELECT value FROM deployment WHERE key = 'sql'") == digest:
        return
    for _, text in files:
        await connection.execute(text)
    log.info("database.migrated", tables=tables, sql_files=len(files))
    await connection.execute(
        "INSERT INTO deployment (key, value) VALUES ('sql', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        digest,
    )
