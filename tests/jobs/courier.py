"""A courier as a process of its own, to be killed. What it had in hand is taken by another when its lease is over."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from casemgmt.clock import SystemClock
from casemgmt.notifications.courier import Courier
from casemgmt.settings import Settings
from tests.jobs.worker import tools_of

_URL, _LEASE = "CASEMGMT_WORKER_DATABASE_URL", "TEST_LEASE_SECONDS"
_ALLOWED = {"CASEMGMT_WEBHOOK_NETWORKS": "127.0.0.0/8", "CASEMGMT_WEBHOOK_POLL_SECONDS": "0.1"}


@asynccontextmanager
async def courier_at_work(url: str, lease: float = 1) -> AsyncIterator[asyncio.subprocess.Process]:
    """Give a courier at work; it is killed at the end, in the middle of whatever it does."""
    program = [sys.executable, "-m", "tests.jobs.courier"]
    process = await asyncio.create_subprocess_exec(
        *program, env=os.environ | _ALLOWED | {_URL: url, _LEASE: str(lease)}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _main(url: str, lease: float) -> None:
    settings = Settings(mode="demo", database_url=url, database_connections=8)
    async with tools_of(url, settings, SystemClock()) as tools:
        await Courier(tools, lease=timedelta(seconds=lease)).run()


if __name__ == "__main__":
    asyncio.run(_main(os.environ[_URL], float(os.environ[_LEASE])))
