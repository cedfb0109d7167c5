"""One PostgreSQL for the session, one database per test that needs one, cloned from a migrated template."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from passlib.hash import argon2
from sqlalchemy.engine import make_url

from api.app import create_app
from casemgmt.clock import Clock, SystemClock
from casemgmt.db.addresses import driver_url
from casemgmt.db.migrate import migrate
from casemgmt.demo.accounts import DEMO_PASSWORD
from casemgmt.demo.seed import seed
from casemgmt.settings import Settings
from tests.clients import World

pytest_plugins = ["tests.postgres"]

TEMPLATE = "template_casemgmt"
APP_LOGIN = "casemgmt_app"
SEALER_LOGIN = "casemgmt_seal"
WORKER_LOGIN = "casemgmt_work"
# Tests ask faster than people: limits have a test of their own. In the environment, so that started processes have it.
for _kind in ("READS", "WRITES", "SEARCHES", "EXPORTS", "OPEN"):
    os.environ.setdefault(f"CASEMGMT_RATE_{_kind}", "1000000")

PASSWORD = "only-for-tests-of-this-machine"


async def make_template(admin: str, name: str, make: Callable[[str], Awaitable[None]], like: str = "template1") -> None:
    """Make a database to be cloned, unless another worker of the session has: who comes meanwhile waits for it."""
    connection = await asyncpg.connect(driver_url(admin))
    try:
        await connection.execute("SELECT pg_advisory_lock(hashtext($1))", name)
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate", name):
            return
        await connection.execute(f"DROP DATABASE IF EXISTS {name}")
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY")
        await make(_at(admin, name))
        await connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE true")
    finally:
        await connection.close()


async def _migrated(url: str) -> None:
    await migrate(url, *(login_of(url, database_of(url), login) for login in (APP_LOGIN, SEALER_LOGIN, WORKER_LOGIN)))
    await seed(url)
    await _make_signing_in_cheap(url)


async def _make_signing_in_cheap(url: str) -> None:
    """Keep the passwords of the demo and of the log-ins under the same functions at their least cost.

    Tests sign in, and connect, ten thousand times. A hash names its own cost; what a new one costs is not touched.
    """
    hashed = argon2.using(type="ID", time_cost=1, memory_cost=8, parallelism=1).hash(DEMO_PASSWORD)
    owner = make_url(url)
    passwords = {str(owner.username): owner.password} | dict.fromkeys((APP_LOGIN, SEALER_LOGIN, WORKER_LOGIN), PASSWORD)
    connection = await asyncpg.connect(driver_url(url))
    try:
        # PostgreSQL before 16 has no such setting
        await connection.execute("SELECT set_config(name, '1', false) FROM pg_settings WHERE name = 'scram_iterations'")
        for login, password in passwords.items():
            await connection.execute(f"ALTER ROLE {login} PASSWORD '{password}'")
        async with connection.transaction():
            await connection.execute("SET LOCAL casemgmt.audited = 'on'")
            await connection.execute("UPDATE user_credential SET password_hash = $1", hashed)
    finally:
        await connection.close()


def database_of(url: str) -> str:
    """Return the name of the database in an address."""
    return url.partition("?")[0].rpartition("/")[2]


def _at(url: str, database: str) -> str:
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{database}?{query}"


def login_of(admin: str, database: str, name: str) -> str:
    """Return the address of a database for a log-in of the tests."""
    scheme, _, rest = _at(admin, database).partition("://")
    return f"{scheme}://{name}:{PASSWORD}@{rest.partition('@')[2]}"


class _Keeper:
    """Makes and drops databases, all over one connection: two for each test took a tenth of what its database takes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)  # it leaves the loop of the tests alone
        self._connection: asyncpg.Connection | None = None

    def execute(self, statement: str) -> None:
        """Run a statement as the superuser."""
        self._runner.run(self._execute(statement))

    async def _execute(self, statement: str) -> None:
        connection, self._connection = self._connection, None  # where a test is broken off here, the next begins anew
        connection = connection or await asyncpg.connect(driver_url(self._url))
        await connection.execute(statement)
        self._connection = connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._runner.run(self._connection.close())
        self._runner.close()


_keeper_of = cache(_Keeper)


@pytest.fixture(scope="session")
def admin_url() -> Iterator[str]:
    """The superuser's address of the session's server, with the template database made."""
    from tests.postgres import session_server  # noqa: PLC0415 - the plugin must be rewritten by pytest first

    url = session_server().url()
    asyncio.run(make_template(url, TEMPLATE, _migrated))
    yield url
    _keeper_of(url).close()


@contextmanager
def fresh_database(admin_url: str, template: str = TEMPLATE) -> Iterator[str]:
    """Give the service's address of a new database like the template, and drop it afterwards."""
    name = f"test_{os.getpid()}_{uuid4().hex[:12]}"
    keeper = _keeper_of(admin_url)
    keeper.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield login_of(admin_url, name, APP_LOGIN)
    finally:
        keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(admin_url: str) -> Iterator[str]:
    """The service's address of a database that this test has for itself."""
    with fresh_database(admin_url) as url:
        yield url


@pytest.fixture
def owner_url(database_url: str, admin_url: str) -> str:
    """The superuser's address of the same database: for looking past row security, never for reaching a state."""
    return owner_of(database_url, admin_url)


def sealer_of(database_url: str) -> str:
    """Return the sealer's address of a database."""
    return database_url.replace(f"//{APP_LOGIN}:", f"//{SEALER_LOGIN}:")


def worker_of(database_url: str) -> str:
    """Return the worker's address of a database."""
    return database_url.replace(f"//{APP_LOGIN}:", f"//{WORKER_LOGIN}:")


def owner_of(database_url: str, admin_url: str) -> str:
    """Return the superuser's address of a database."""
    return _at(admin_url, database_of(database_url))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of the demo on this test's database."""
    return Settings(
        mode="demo", database_url=database_url, database_connections=8, document_folder=tmp_path / "documents"
    )


@pytest.fixture
def clock() -> Clock:
    """The machine's clock; a test that plays days or months has a `ManualClock` of its own under this name."""
    return SystemClock()


@pytest_asyncio.fixture
async def app(settings: Settings, clock: Clock) -> AsyncIterator[FastAPI]:
    """The running application."""
    application = create_app(settings, clock)
    async with application.router.lifespan_context(application):
        yield application


@pytest_asyncio.fixture
async def world(app: FastAPI, clock: Clock) -> AsyncIterator[World]:
    """The demo's accounts at work over HTTP."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield World(client, clock)


def pytest_configure() -> None:
    """Let nothing look for garbage while modules are imported: what they make stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage again, but not among modules and tests: there are millions of objects, and they stay."""
    gc.freeze()
    gc.enable()
