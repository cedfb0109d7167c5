"""The worker: takes jobs from the queue, many workers side by side if need be, until it is told to end.

At least once: a job whose worker was killed is taken by another when its heartbeat has been silent for a while. A job
that fails is tried again after a growing pause, and is dead after `MOST_TRIES`; one that takes its worker with it is
dead after `MOST_LOSSES`. Dead jobs are kept for a person (`casemgmt jobs`). Meanwhile the others go on.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.applications import PgQueuer
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job, Schedule
from pgqueuer.domain.types import QueueExecutionMode

from casemgmt.errors import DomainError, Unavailable
from casemgmt.jobs.handling import MOST_LOSSES, MOST_TRIES, Handler, Handlers, do, give_up, pause_after
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.queue import NAMES, queries
from casemgmt.jobs.schedule import Every
from casemgmt.jobs.service import ACTOR, dedupe_key
from casemgmt.jobs.work import Tools
from casemgmt.notifications.courier import Courier

AT_ONCE = 4
"""Jobs that are taken in one go; twice as many run side by side."""

_LOSSES = (
    "SELECT count(*) FROM jobs.log WHERE job_id = $1 AND status = 'picked'"
    " AND id > coalesce((SELECT max(id) FROM jobs.log WHERE job_id = $1 AND status = 'queued'), 0)"
)
_FORGET_SCHEDULES = "DELETE FROM jobs.schedule WHERE entrypoint <> ALL ($1)"

log = structlog.get_logger()


class JobFailed(Exception):
    """A job failed; the text is a code. What the failure itself said may quote data, and is kept nowhere."""


class _Failure(NamedTuple):
    """What went wrong with a job: the code in the queue's log, and that of a problem, for whoever waits."""

    code: str
    told: str = "job-failed"


class Worker:
    """Does jobs, and sends events beside them: over a pool of the queue and, for the work itself, that of `tools`."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        tools: Tools,
        handlers: Handlers,
        schedule: Sequence[Every],
        heartbeat: timedelta = timedelta(seconds=30),
        courier: Courier | None = None,
    ) -> None:
        self._pool = pool
        self._tools = tools
        self._schedule = schedule
        self._heartbeat = heartbeat
        self._courier = courier or Courier(tools)
        self._driver = AsyncpgPoolDriver(pool)
        self._tables = queries(self._driver)
        self._queue = PgQueuer(self._driver, NAMES.channel, queries=self._tables)
        for kind, handler in handlers.items():
            self._queue.entrypoint(kind, on_failure="hold", accepts_context=False)(partial(self._do, handler))
        for every in schedule:
            self._queue.schedule(every.payload.kind, every.cron, accepts_context=False)(partial(self._put, every))

    async def once(self) -> None:
        """Do all that is due now, by the clock too, and all that comes of it."""
        _listen_to_library()
        for every in self._schedule:
            await self._put(every)
        await self._queue.qm.run(
            dequeue_timeout=timedelta(seconds=1),
            batch_size=AT_ONCE,
            max_concurrent_tasks=2 * AT_ONCE,
            heartbeat_timeout=self._heartbeat,
            mode=QueueExecutionMode.drain,
        )
        await self._courier.once()

    async def run(self) -> None:
        """Work until `stop`. What has begun is finished first."""
        _listen_to_library()
        await self._pool.execute(_FORGET_SCHEDULES, [every.payload.kind for every in self._schedule])
        # The library asks at once whether it hears itself, and begins to listen a moment later: where the question is
        # faster, it hears nothing and gives up after ten seconds. So its connection listens before.
        await self._driver.add_listener(NAMES.channel, _heard)
        log.info("jobs.worker_started")
        sending = asyncio.create_task(self._courier.run())
        try:
            await self._queue.run(
                dequeue_timeout=timedelta(seconds=5),
                batch_size=AT_ONCE,
                max_concurrent_tasks=2 * AT_ONCE,
                heartbeat_timeout=self._heartbeat,
                shutdown_on_listener_failure=True,
            )
        finally:
            self._courier.stop()
            await sending
        log.info("jobs.worker_ended")

    def stop(self) -> None:
        """Ask for the end."""
        self._courier.stop()
        self._queue.shutdown.set()

    async def _put(self, every: Every, _: Schedule | None = None) -> None:
        await self._tables.enqueue(
            every.payload.kind,
            every.payload.model_dump_json().encode(),
            dedupe_key=dedupe_key(every.payload),
            on_conflict="skip",
        )

    async def _do(self, handler: Handler[Payload], job: Job) -> None:
        with structlog.contextvars.bound_contextvars(job=job.id, kind=job.entrypoint):
            failure = await self._failure(handler, job)
            if failure is None:
                return
            tries = job.attempts + 1
            if failure.code == "worker-lost" or tries >= MOST_TRIES:
                await self._give_up(handler, job, failure)
                raise JobFailed(failure.code)
        raise RetryRequested(pause_after(tries), failure.code)

    async def _failure(self, handler: Handler[Payload], job: Job) -> _Failure | None:
        """Do the job and return what went wrong."""
        if await self._pool.fetchval(_LOSSES, job.id) > MOST_LOSSES:
            log.error("job.worker_lost")
            return _Failure("worker-lost", "worker-lost")
        actor = (job.headers or {}).get(ACTOR)
        try:
            async with asyncio.timeout(handler.seconds):
                done = await do(
                    handler,
                    job.payload or b"{}",
                    self._tools,
                    _name(job),
                    None if actor is None else UUID(str(actor)),
                )
        except DomainError as error:
            log.warning("job.refused", code=error.code)
            failure = _Failure(error.code, error.code)
            if handler.give_up is None or isinstance(error, Unavailable):
                return failure
            return await self._give_up(handler, job, failure)
        except Exception as error:
            log.error("job.failed", exc_info=error)  # noqa: TRY400 - told by `_frames_only`
            return _Failure(type(error).__name__)
        log.info("job.done" if done else "job.overtaken")
        return None

    async def _give_up(self, handler: Handler[Payload], job: Job, failure: _Failure) -> _Failure | None:
        """Tell that a job is not done; where even that fails, return why."""
        try:
            await give_up(handler, job.payload or b"{}", self._tools, _name(job), failure.told)
        except Exception as error:
            log.error("job.not_given_up", exc_info=error)  # noqa: TRY400 - told by `_frames_only`
            return _Failure(type(error).__name__)
        return None


def _heard(_: str | bytes | bytearray) -> None:
    """Do nothing: what comes is for the library's own listener on the same connection."""


def _name(job: Job) -> str:
    """Return the name of a job's transactions in the log."""
    return f"job {job.id}"


class _Library(logging.Handler):
    """What the library itself says: constant sentences, without what it would put into them."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a sentence on."""
        log.warning("jobs.library", said=str(record.msg))


def _listen_to_library() -> None:
    library = logging.getLogger("pgqueuer")
    library.propagate = False
    library.setLevel(logging.WARNING)
    library.handlers = [_Library()]
