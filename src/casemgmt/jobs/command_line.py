"""`casemgmt jobs …`: what waits, what failed for good, and another try."""

from typing import Annotated

import asyncpg
import typer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.domain.types import JobId
from rich.table import Table

from casemgmt.ids import new_id
from casemgmt.jobs.queue import queries
from casemgmt.terminal import as_owner, console, refuse

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

_COUNTS = (
    "SELECT entrypoint AS kind, count(*) FILTER (WHERE status = 'queued') AS waiting,"
    " count(*) FILTER (WHERE status = 'picked') AS running, count(*) FILTER (WHERE status = 'failed') AS dead,"
    " min(execute_after) FILTER (WHERE status = 'queued') AS next FROM jobs.job GROUP BY 1 ORDER BY 1"
)
_DEAD = (
    "SELECT j.id, j.entrypoint AS kind, j.attempts + 1 AS tries, j.created, j.updated,"
    " (SELECT l.traceback->>'exception_message' FROM jobs.log l WHERE l.job_id = j.id AND l.status = 'failed'"
    " ORDER BY l.id DESC LIMIT 1) AS code"
    " FROM jobs.job j WHERE j.status = 'failed' ORDER BY j.id"
)
_DEAD_IDS = "SELECT id FROM jobs.job WHERE status = 'failed' AND ($1::bigint[] IS NULL OR id = ANY ($1)) ORDER BY id"
_EVENT = "SELECT audit_write($1, 'job.retried', 'done', $2, 'job', '{}', NULL, NULL, '{}', 'cli')"


@app.command("list")
def list_command() -> None:
    """Show what waits and runs, and every job that failed for good: its kind, its number, the code of its failure."""
    counts, dead = as_owner(_look)
    if not counts:
        console.print("Nothing waits: all jobs are done.")
        return
    table = Table("kind", "waiting", "running", "failed for good", "next due (UTC)")
    for row in counts:
        due = "–" if row["next"] is None else f"{row['next']:%Y-%m-%d %H:%M:%S}"
        table.add_row(row["kind"], f"{row['waiting']:,}", f"{row['running']:,}", f"{row['dead']:,}", due)
    console.print(table)
    if not dead:
        return
    table = Table("job", "kind", "tries", "enqueued (UTC)", "failed (UTC)", "because", title="Failed for good")
    for row in dead:
        times = [f"{row[name]:%Y-%m-%d %H:%M:%S}" for name in ("created", "updated")]
        table.add_row(str(row["id"]), row["kind"], str(row["tries"]), *times, row["code"] or "unknown")
    console.print(table)
    console.print("Another try: casemgmt jobs retry JOB, or --all. What happened is in the log of `casemgmt work`.")


async def _look(connection: asyncpg.Connection) -> tuple[list[asyncpg.Record], list[asyncpg.Record]]:
    return await connection.fetch(_COUNTS), await connection.fetch(_DEAD)


@app.command("retry")
def retry_command(
    job: Annotated[list[int] | None, typer.Argument(help="Numbers of jobs, as `list` shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that failed for good.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Try jobs again that failed for good."""
    if bool(job) == everything:
        refuse("Name jobs, or give --all.")
    found = as_owner(lambda connection: _retry(connection, None if everything else job))
    if job and (missing := sorted(set(job) - set(found))):
        refuse(f"Not among those that failed for good: {', '.join(map(str, missing))}. Nothing was changed.")
    console.print(f"{len(found):,} jobs are tried again.")


async def _retry(connection: asyncpg.Connection, wanted: list[int] | None) -> list[int]:
    async with connection.transaction():
        ids = [row["id"] for row in await connection.fetch(_DEAD_IDS, wanted)]
        if ids and (wanted is None or set(ids) == set(wanted)):
            await queries(AsyncpgDriver(connection)).requeue_jobs([JobId(i) for i in ids])
            await connection.execute(_EVENT, new_id(), ", ".join(map(str, ids)))
        return ids
