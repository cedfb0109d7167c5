"""A courier as a process of its own, to be killed. What it had in hand is taken by another when its lease is over."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from casemgmt.clock import SystemClock
from casemgmt.notifications.courier import Courier
from casemgmt.settings import Settings
from tests.forked import CLOCK_FILE, Forked
from tests.jobs.worker import tools_of

_URL, _LEASE = "CASEMGMT_WORKER_DATABASE_URL", "TEST_LEASE_SECONDS"
_ALLOWED = {"CASEMGMT_WEBHOOK_NETWORKS": "127.0.0.0/8", "CASEMGMT_WEBHOOK_POLL_SECONDS": "0.1"}


@asynccontextmanager
async def courier_at_work(url: str, lease: float = 1, clock: Path | None = None) -> AsyncIterator[None]:
    """Have a courier at work; it is killed at the end, in the middle of whatever it does.

    `clock`: a file with the seconds by which its clock is ahead.
    """
    moved = {} if clock is None else {CLOCK_FILE: str(clock)}
    environment = os.environ | _ALLOWED | moved | {_URL: url, _LEASE: str(lease)}
    courier = Forked("tests.jobs.courier", environment=environment)
    try:
        yield
    finally:
        courier.kill()


async def _main(url: str, lease: float) -> None:
    settings = Settings(mode="demo", database_url=url, database_connections=8)
    async with tools_of(url, settings, SystemClock()) as tools:
        await Courier(tools, lease=timedelta(seconds=lease)).run()


if __name__ == "__main__":
    asyncio.run(_main(os.environ[_URL], float(os.environ[_LEASE])))
