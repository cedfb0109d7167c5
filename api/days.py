"""`python -m api days`: a service of its own on a database of its own, and five days played against it over HTTP.

Nobody waits eight hours: the clock of that service is moved by the script, which no other service lets anybody do.
"""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, redirect_stderr
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import uvicorn
from rich.console import Console
from sqlalchemy.engine import make_url

from api.app import create_app
from api.server import server_config
from casemgmt.clock import ManualClock
from casemgmt.db.migrate import migrate
from casemgmt.demo.days.hours import Hours
from casemgmt.demo.days.play import play_day
from casemgmt.demo.seed import seed
from casemgmt.demo.stage import DemoError
from casemgmt.embedded.dsn import Dsn
from casemgmt.embedded.server import EmbeddedServer
from casemgmt.jobs.working import workers
from casemgmt.settings import Settings
from casemgmt.tasks.jobs import SCHEDULE
from casemgmt.terminal import errors

_PLENTY = 1_000_000
"""Weeks of work of others are told in seconds: faster than people ask, and than the service lets them."""


def play_days(names: Sequence[str], console: Console, language: str) -> int:
    """Play the days one after another, each with a database of its own; the exit code tells whether all came right."""
    with tempfile.TemporaryDirectory(prefix="casemgmt-days-") as folder:
        console.print("Starting a database and a service for the days …")
        with EmbeddedServer(Path(folder) / "pg", durable=False, discard=True) as server:
            if server.dsn is None:
                raise RuntimeError("the embedded server has no address")
            try:
                with (Path(folder) / "service.log").open("w") as log, redirect_stderr(log):
                    left = asyncio.run(_play(names, server.dsn, Path(folder), console, language))
            except DemoError as error:
                errors.print(str(error), markup=False)
                return 1
    return 1 if left else 0


_TEMPLATE = "days"
_LOG_INS = ("casemgmt_app", "casemgmt_seal", "casemgmt_work")


async def _play(names: Sequence[str], dsn: Dsn, folder: Path, console: Console, language: str) -> int:
    await _execute(dsn, f"CREATE DATABASE {_TEMPLATE}")
    template = dsn.url(database=_TEMPLATE)
    password = secrets.token_urlsafe(24)
    await migrate(template, *(_log_in(dsn, _TEMPLATE, login, password) for login in _LOG_INS))
    await seed(template)
    left = 0
    for number, name in enumerate(names):
        database = f"day_{number}"
        await _execute(dsn, f"CREATE DATABASE {database} TEMPLATE {_TEMPLATE}")
        service, _, worker = (_log_in(dsn, database, login, password) for login in _LOG_INS)
        settings = Settings(
            mode="demo",
            database_url=service,
            database_connections=8,
            document_folder=folder / "documents",
            rate_reads=_PLENTY,
            rate_writes=_PLENTY,
            rate_open=_PLENTY,
        )
        clock = ManualClock(datetime.now(UTC))
        async with (
            _serving(settings, clock) as url,
            workers(settings, worker, clock, SCHEDULE) as make_worker,
            httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client,
        ):
            told = await play_day(name, client, Hours(clock, lambda: make_worker().once()), console, language=language)
        left += len(told.left)
    return left


def _log_in(dsn: Dsn, database: str, login: str, password: str) -> str:
    url = make_url(dsn.url(database=database)).set(username=login, password=password)
    return url.render_as_string(hide_password=False)


async def _execute(dsn: Dsn, statement: str) -> None:
    connection = await asyncpg.connect(dsn.url())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


class _Server(uvicorn.Server):
    """A server that leaves Ctrl-C to whoever plays the days."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


@asynccontextmanager
async def _serving(settings: Settings, clock: ManualClock) -> AsyncIterator[str]:
    """Serve on a port of this machine that nobody else has; answer its address."""
    server = _Server(server_config(settings, create_app(settings, clock), host="127.0.0.1", port=0))
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            await task
            raise RuntimeError("the service ended before it began")
        await asyncio.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
