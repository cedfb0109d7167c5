"""A worker with jobs made for tests; also as a process of its own, to be killed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import asyncpg

from casemgmt.benefits.engine import open_engine
from casemgmt.clock import Clock, SystemClock
from casemgmt.db import tables as _all_tables  # noqa: F401 - foreign keys find their targets only among loaded tables
from casemgmt.db.addresses import driver_url
from casemgmt.db.engine import Database
from casemgmt.db.work import Work
from casemgmt.documents.vault import Vault
from casemgmt.job_kinds import HANDLERS
from casemgmt.jobs.handling import Handler, Handlers, by_kind
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import Every
from casemgmt.jobs.work import Tools
from casemgmt.jobs.worker import Worker
from casemgmt.settings import Settings


class Mark(Payload):
    """Leave a line in a file; the first time, where `hang` says so, begin and never end."""

    kind: ClassVar[str] = "test.mark"
    number: int
    hang: bool = False


class Poison(Payload):
    """Fail whenever it is tried."""

    kind: ClassVar[str] = "test.poison"
    person_id: UUID


def marks(folder: Path) -> list[str]:
    """Return the lines that jobs left."""
    file = folder / "marks"
    return file.read_text().splitlines() if file.exists() else []


def handlers_for(folder: Path) -> Handlers:
    """Return the handlers of the test's own jobs."""

    async def mark(_: Work, told: Mark, __: Tools) -> None:
        begun = folder / f"begun {told.number}"
        if told.hang and not begun.exists():
            begun.touch()
            await asyncio.sleep(600)
        with (folder / "marks").open("a") as file:
            file.write(f"{told.number}\n")

    async def poison(_: Work, told: Poison, __: Tools) -> None:
        raise RuntimeError(f"what it says may be of a child: {told.person_id}")

    return by_kind(Handler(Mark, mark), Handler(Poison, poison))


@asynccontextmanager
async def tools_of(url: str, settings: Settings, clock: Clock) -> AsyncIterator[Tools]:
    """Give what a worker holds."""
    tools = Tools(settings, Database(url, settings), clock, open_engine(settings), Vault(settings))
    await tools.database.open()
    yield tools
    await tools.database.close()


@asynccontextmanager
async def worker_of(
    tools: Tools, url: str, handlers: Handlers, schedule: Sequence[Every] = ()
) -> AsyncIterator[Worker]:
    """Give a worker whose jobs are taken by another a second after it was killed."""
    async with asyncpg.create_pool(driver_url(url), min_size=2, max_size=4) as pool:
        yield Worker(pool, tools, handlers, schedule, heartbeat=timedelta(seconds=1))


_PATIENCE = 1000
"""Looks: there are tests that hold a transaction open themselves, and want no event of it."""


async def others_have_written(url: str) -> None:
    """Wait for those who are in the middle of writing, in whatever database: events are told in order, behind them."""
    connection = await asyncpg.connect(driver_url(url))
    try:
        begun = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        for _ in range(_PATIENCE):
            if await connection.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8", begun):
                return
            await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def do_all_due(url: str, settings: Settings, clock: Clock, schedule: Sequence[Every]) -> None:
    """Let a worker do what is due at the clock's moment, by the clock and in the queue."""
    await others_have_written(url)
    async with tools_of(url, settings, clock) as tools, worker_of(tools, url, HANDLERS, schedule) as worker:
        await worker.once()
    await others_have_written(url)  # for whoever fetches what the worker made known


async def _main(url: str, folder: Path) -> None:
    settings = Settings(mode="demo", database_url=url, database_connections=8)
    handlers = {**HANDLERS, **handlers_for(folder)}
    async with tools_of(url, settings, SystemClock()) as tools, worker_of(tools, url, handlers) as worker:
        await worker.run()


if __name__ == "__main__":
    asyncio.run(_main(os.environ["CASEMGMT_WORKER_DATABASE_URL"], Path(sys.argv[1])))
