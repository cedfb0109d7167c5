"""Is the process alive, and can it answer."""

import asyncio
from datetime import datetime

from fastapi import Response

from api.routing import CurrentServices, Router
from casemgmt.audit.progress import Progress, read_progress, read_witnesses
from casemgmt.db.failures import DATABASE_ERRORS
from casemgmt.errors import Unavailable
from casemgmt.job_kinds import SCHEDULE
from casemgmt.jobs.progress import JobProgress, read_job_progress
from casemgmt.models import View

router = Router("/health", "health", version="")

MONTHS_AHEAD_NEEDED = 2
"""The audit log needs a partition per month; with fewer left than this, an operator must run `casemgmt migrate`."""

CLOCKS_APART = 30
"""Seconds that the clock of this machine may be from the database's. Signed messages are refused at minutes, and the
clocks of signals run by ours."""


class HealthView(View):
    """`ok`, `degraded` (requests are served, somebody should look) or `failing`, and why, in words for an operator."""

    status: str
    checks: dict[str, str]


@router.open("GET", "/live", "a container runtime asks without an account")
async def health_live() -> HealthView:
    """Answer that the process is alive."""
    return HealthView(status="ok", checks={})


@router.open("GET", "/ready", "a load balancer asks without an account")
async def health_ready(response: Response, services: CurrentServices) -> HealthView:
    """Answer whether requests can be served: the database answers, the audit log has months ahead.

    Where sealing the log or background jobs are late, or the clock is wrong, the answer is `degraded` and still 200:
    nothing that was done is lost, and a service taken away from children because of it would be. Whoever watches over
    it reads `status`.
    """
    try:
        async with asyncio.timeout(3), services.database.pool.acquire() as connection:
            months = await connection.fetchval("SELECT audit_months_ahead()")
            progress = await read_progress(connection)
            witnesses = await read_witnesses(connection)
            jobs = await read_job_progress(connection, {every.payload.kind for every in SCHEDULE})
    except (TimeoutError, Unavailable, *DATABASE_ERRORS):
        response.status_code = 503
        return HealthView(status="failing", checks={"database": "does not answer"})
    late = services.settings.seal_late_seconds
    checks = {
        "database": "ok",
        "audit_log": f"partitions for {months} months ahead",
        "sealing": _sealing(progress, late),
        "jobs": _jobs(jobs, services.settings.jobs_late_seconds),
        "clock": "ok",
    }
    apart = round((services.clock.now() - progress.at).total_seconds())
    if abs(apart) > CLOCKS_APART:
        ahead = "ahead of" if apart > 0 else "behind"
        checks["clock"] = f"{abs(apart)} s {ahead} the database's: set both by a time server"
    refusing = [w for w in witnesses if w.is_failing(progress.at, late)]
    for witness in refusing:
        checks[f"witness_{witness.name}"] = f"has not taken a head since {_moment(witness.failing_since)}"
    if months < MONTHS_AHEAD_NEEDED:
        response.status_code = 503
        checks["audit_log"] += ": run `casemgmt migrate`"
        return HealthView(status="failing", checks=checks)
    late_jobs = jobs.dead or jobs.is_late(services.settings.jobs_late_seconds)
    degraded = refusing or progress.is_late(late) or late_jobs or abs(apart) > CLOCKS_APART
    return HealthView(status="degraded" if degraded else "ok", checks=checks)


def _sealing(progress: Progress, late: int) -> str:
    """Return how far the log is sealed, in words; what holds it up where that takes too long."""
    sealed = f"up to {_moment(progress.sealed_at)}, {progress.size} in all" if progress.size else "nothing yet"
    if not progress.is_late(late):
        return sealed
    waits = f"{sealed}; late: the next waits for {progress.seconds_waiting} s"
    if progress.holder is None:
        return f"{waits}, and no sealer takes it: see the log of `casemgmt seal`"
    who = "" if progress.holder.process is None else f" (process {progress.holder.process})"
    return f"{waits} because an older transaction{who} still runs in the database cluster"


def _jobs(jobs: JobProgress, late: int) -> str:
    """Return how the queue of background jobs stands, in words."""
    said = []
    if jobs.next_run is None:
        said.append("no worker has ever run: start `casemgmt work`")
    elif jobs.is_late(late):
        since = min(filter(None, (jobs.waiting_since, jobs.next_run)))
        said.append(f"late: the oldest was due at {_moment(since)}; see the log of `casemgmt work`")
    if jobs.dead:
        said.append(f"{jobs.dead} failed for good and wait for a person: `casemgmt jobs list`")
    return "; ".join(said) or "in time"


def _moment(moment: datetime | None) -> str:
    return "no time" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"
