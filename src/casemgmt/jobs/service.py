"""Enqueue a job: on the caller's own transaction, so that it is there exactly where the act is."""

from datetime import timedelta

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver

from casemgmt.db.work import Work
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.queue import queries

ACTOR = "actor"
"""The header that names for whom a job is done."""


async def enqueue(
    work: Work,
    payload: Payload,
    *,
    after: timedelta = timedelta(),
    for_actor: bool = False,
    once: bool = False,
) -> int | None:
    """Put a job into the queue and return its number. It is rolled back with the transaction.

    It is done by the service itself, or, `for_actor`, with the sight and the rights that the actor has by then. It may
    be done more than once: a handler looks first whether it is still due. `once`: None where the same job waits or
    runs already; only for jobs that look at all there is, because the one that runs may have looked before this act.

    Each enqueuing transaction notifies the worker, and such commits wait for each other: none of the busiest requests
    enqueues.
    """
    ids = await queries(AsyncpgDriver(await work.driver())).enqueue(
        payload.kind,
        payload.model_dump_json().encode(),
        execute_after=after,
        dedupe_key=dedupe_key(payload) if once else None,
        headers={ACTOR: str(work.actor.user_id)} if for_actor else None,
        on_conflict="skip",
    )
    return ids[0]


def dedupe_key(payload: Payload) -> str:
    """Return what two of the same jobs have in common."""
    return f"{payload.kind} {payload.model_dump_json()}"
