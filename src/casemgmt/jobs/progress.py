"""Whether background jobs are done in time: for health."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

_STATE = (
    "SELECT now() AS at,"
    " (SELECT min(execute_after) FROM jobs.job WHERE status = 'queued' AND execute_after < now()) AS waiting_since,"
    " (SELECT count(*) FROM jobs.job WHERE status = 'failed') AS dead,"
    " (SELECT min(next_run) FROM jobs.schedule WHERE entrypoint = ANY ($1)) AS next_run"
)


@dataclass(frozen=True)
class JobProgress:
    """How the queue stands at a moment."""

    at: datetime
    waiting_since: datetime | None
    """When the oldest job that waits was due."""
    dead: int
    """Jobs that nobody tries again before a person says so."""
    next_run: datetime | None
    """When the next job by the clock is due; long ago where no worker runs, None where none ever did."""

    def is_late(self, limit_seconds: int) -> bool:
        """Answer whether jobs wait longer than they should, or no worker takes them."""
        limit = self.at - timedelta(seconds=limit_seconds)
        return self.next_run is None or self.next_run < limit or (self.waiting_since or self.at) < limit


async def read_job_progress(connection: asyncpg.Connection, scheduled: Collection[str]) -> JobProgress:
    """Return how the queue stands; `scheduled` are the kinds that the clock enqueues."""
    return JobProgress(**await connection.fetchrow(_STATE, list(scheduled)))
