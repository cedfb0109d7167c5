"""Jobs by the clock, and sweeps: a job that looks at all there is and enqueues one job for each record that is due."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from casemgmt.db.work import Work
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.service import enqueue

MOST_OF_A_SWEEP = 500
"""Records that one sweep takes: what is left is found by the next."""


@dataclass(frozen=True)
class Every:
    """A job that the worker puts into the queue by the clock, unless it still waits there."""

    cron: str
    """Minute, hour, day, month, weekday, in UTC: 19:00 UTC is midnight in Kazakhstan."""
    payload: Payload


async def fan_out(work: Work, ids: Iterable[UUID], job: Callable[[UUID], Payload]) -> None:
    """Enqueue one job for each record: each has a transaction of its own, and one that fails stops no other."""
    for each in ids:
        await enqueue(work, job(each), once=True)
