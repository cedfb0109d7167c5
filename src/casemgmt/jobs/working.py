"""The process that does background jobs: `casemgmt work`. It ends when it is told to, or when the database does."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import asyncpg
from pgqueuer.domain.errors import FailingListenerError

from casemgmt.benefits.engine import open_engine
from casemgmt.clock import Clock, SystemClock
from casemgmt.db import tables as _all_tables  # noqa: F401 - foreign keys find their targets only among loaded tables
from casemgmt.db.addresses import driver_url
from casemgmt.db.engine import Database
from casemgmt.db.failures import DATABASE_ERRORS
from casemgmt.documents.vault import Vault
from casemgmt.errors import Unavailable
from casemgmt.job_kinds import HANDLERS, SCHEDULE
from casemgmt.jobs.schedule import Every
from casemgmt.jobs.work import Tools
from casemgmt.jobs.worker import AT_ONCE, Worker
from casemgmt.notifications.courier import DATABASE_AT_ONCE
from casemgmt.settings import Settings, WorkerSettings

_CONNECTIONS = 4
"""Of the queue: one listens, the others take jobs and tell how they ended."""
_TROUBLE = (Unavailable, OSError, *DATABASE_ERRORS)


class WorkingError(Exception):
    """The worker can't begin or go on; the text is for the operator."""


@asynccontextmanager
async def workers(
    settings: Settings, url: str, clock: Clock, schedule: Sequence[Every]
) -> AsyncIterator[Callable[[], Worker]]:
    """Give what makes workers on a database, by a clock: each works once, or until it is stopped."""
    own = settings.model_copy(update={"database_connections": 2 * (2 * AT_ONCE + 1 + DATABASE_AT_ONCE)})
    tools = Tools(own, Database(url, own), clock, open_engine(settings), Vault(settings))
    try:
        await tools.database.open()
        await tools.engine.warm_up()
        async with asyncpg.create_pool(
            driver_url(url),
            min_size=0,  # what is lost is opened anew by whoever needs it
            max_size=_CONNECTIONS,
            server_settings={"application_name": "casemgmt-work", "timezone": "UTC", "jit": "off"},
            command_timeout=60,
        ) as pool:
            yield lambda: Worker(pool, tools, HANDLERS, schedule)
    finally:
        await tools.database.close()


async def run_worker(settings: Settings, worker: WorkerSettings, *, once: bool = False) -> None:
    """Do jobs until SIGINT or SIGTERM comes, or once all that is due.

    Raises `WorkingError` when the database does not answer: whoever runs it starts it again.
    """
    url = worker.worker_database_url
    if url is None:
        raise WorkingError("Set CASEMGMT_WORKER_DATABASE_URL.")
    try:
        async with workers(settings, url, SystemClock(), SCHEDULE) as make_worker:
            working = make_worker()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, working.stop)
            await (working.once() if once else working.run())
    except _TROUBLE as error:
        raise WorkingError(
            f"The database can't be reached or refuses: {type(error.__cause__ or error).__name__}."
        ) from error
    except FailingListenerError as error:
        raise WorkingError(
            "Nothing was heard of the queue for ten seconds: the connection or the machine hangs."
        ) from error
