"""Looks past row security at what an act left behind: clocks, story, audit events. Never a way to reach a state."""

from typing import Any
from uuid import UUID

import asyncpg

from casemgmt.db.addresses import driver_url


async def rows(owner_url: str, query: str, *arguments: Any) -> list[dict[str, Any]]:
    """Return the rows of a query by the owner of the database."""
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        return [dict(row) for row in await connection.fetch(query, *arguments)]
    finally:
        await connection.close()


async def running_clocks(owner_url: str, case_id: str) -> dict[str, dict[str, Any]]:
    """Return the open tasks of a case by their kind."""
    found = await rows(
        owner_url,
        "SELECT * FROM task WHERE case_id = $1 AND completed_at IS NULL AND cancelled_at IS NULL",
        UUID(case_id),
    )
    return {task["kind"]: task for task in found}


async def story(owner_url: str, case_id: str) -> list[str]:
    """Return the kinds of the timeline of a case, in order."""
    query = "SELECT kind FROM timeline_entry WHERE case_id = $1 ORDER BY at, id"
    return [row["kind"] for row in await rows(owner_url, query, UUID(case_id))]


async def events(owner_url: str, record_id: str) -> list[str]:
    """Return the kinds of the audit events that name a record, in order."""
    query = "SELECT kind FROM audit_event WHERE $1 = ANY (record_ids) ORDER BY at, id"
    return [row["kind"] for row in await rows(owner_url, query, UUID(record_id))]


async def audited(connection: asyncpg.Connection, statement: str, *arguments: Any) -> None:
    """Run a statement past the service, as one that has left its event: what else stands in its way is seen."""
    async with connection.transaction():
        await connection.execute("SELECT set_config('casemgmt.audited', 'on', true)")
        await connection.execute(statement, *arguments)
