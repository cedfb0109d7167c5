"""Queries on tasks. Each queue is a union of branches with an index of its own; row security decides what is seen."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select

from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.tasks.policy import Candidate, ClockState, Place
from casemgmt.tasks.tables import Task

Queue = Literal["mine", "team"]

_COLUMNS = (
    "id, kind, title, record_type, record_id, case_id, signal_id, mobile_group_id, assignee_id, started_at, warn_at,"
    " due_at, deadline_status, deadline_provisional"
)
_OPEN = "completed_at IS NULL AND cancelled_at IS NULL"
_AT_THE_DESK = "assignee_id IS NULL AND mobile_group_id IS NULL"
_MY_GROUPS = "assignee_id IS NULL AND mobile_group_id = mine.id"
_BRANCHES: Mapping[Queue, tuple[str, ...]] = {
    # assigned to me; not yet taken in my mobile groups; not yet taken at my desk, in my region, of my body's cases,
    # of the benefits of my region
    "mine": (
        "assignee_id = actor_user()",
        _MY_GROUPS,
        f"{_AT_THE_DESK} AND organisation_id = signal_organisation()",
        f"{_AT_THE_DESK} AND region_code = signal_region()",
        f"{_AT_THE_DESK} AND organisation_id = case_organisation()",
        f"{_AT_THE_DESK} AND record_type = 'benefit_determination' AND region_code = benefits_region()",
    ),
    "team": ("organisation_id = actor_organisation()",),
}
CLOCK_CONDITIONS = {
    ClockState.RUNNING: "warn_at > :now",
    ClockState.WARNING: "warn_at <= :now AND due_at >= :now",
    ClockState.BREACHED: "due_at < :now",
}
"""The conditions of `policy.clock_state` for an open task; a test holds the two together."""


def _union(queue: Queue, columns: str, conditions: str, end: str = "") -> str:
    """Return the union of a queue's branches.

    Groups are gone through one by one: below row security PostgreSQL uses no index for `= ANY (actor_groups())`.
    """
    branches = []
    for branch in _BRANCHES[queue]:
        found = f"(SELECT {columns} FROM task WHERE {branch} AND {conditions} {end})"  # noqa: S608 - constants
        if branch == _MY_GROUPS:
            found = f"(SELECT t.* FROM unnest(actor_groups()) AS mine(id) CROSS JOIN LATERAL {found} AS t)"  # noqa: S608 - constants
        branches.append(found)
    return " UNION ".join(branches)


async def list_tasks(
    work: Work,
    queue: Queue,
    size: int,
    after: Position | None,
    clock: ClockState | None = None,
    kind: str | None = None,
) -> list[dict[str, Any]]:
    """Return up to `size` open tasks of a queue, the first due first."""
    conditions = [_OPEN]
    arguments: dict[str, Any] = {"size": size}
    if clock is not None:
        conditions.append(CLOCK_CONDITIONS[clock])
        arguments["now"] = work.now
    if kind is not None:
        conditions.append("kind = :kind")
        arguments["kind"] = kind
    if after is not None:
        conditions.append("(due_at, id) > (:at, :id)")
        arguments |= {"at": after.at, "id": after.id}
    found = _union(queue, _COLUMNS, " AND ".join(conditions), "ORDER BY due_at, id LIMIT :size")
    statement = f"SELECT {_COLUMNS} FROM ({found}) AS found ORDER BY due_at, id LIMIT :size"  # noqa: S608 - constants
    return [dict(r) for r in (await work.session.execute(text(statement), arguments)).mappings()]


async def count_tasks(work: Work, queue: Queue) -> dict[str, int]:
    """Return how many open tasks of a queue stand where."""
    found = _union(queue, "id, warn_at, due_at", _OPEN)
    counts = ", ".join(
        f"count(*) FILTER (WHERE {condition}) AS {state}" for state, condition in CLOCK_CONDITIONS.items()
    )
    rows = await work.rows(f"SELECT {counts}, count(*) AS total FROM ({found}) AS found", now=work.now)  # noqa: S608 - constants
    return rows[0]


async def get_task(work: Work, task_id: UUID, *, for_change: bool = False) -> Task:
    """Return a task that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(Task).where(Task.id == task_id)
    if for_change:
        query = query.with_for_update()
    task = (await work.session.scalars(query)).one_or_none()
    if task is None:
        raise NotFound("There is no such task.")
    return task


async def find_candidate(work: Work, user_id: UUID, place: Place, mobile_group_id: UUID | None) -> Candidate | None:
    """Return what decides whether a person may get a task, None where there is no such active person."""
    rows = await work.rows(
        "SELECT u.organisation_id, o.region_code, u.signal_reach, u.case_reach,"
        " EXISTS (SELECT 1 FROM case_member m WHERE m.case_id = CAST(:case AS uuid) AND m.user_id = u.id"
        "          AND m.ended_at IS NULL) AS on_team,"
        " EXISTS (SELECT 1 FROM mobile_group_member m WHERE m.group_id = CAST(:group AS uuid) AND m.user_id = u.id"
        "          AND m.until IS NULL) AS in_group"
        " FROM app_user u JOIN organisation o ON o.id = u.organisation_id"
        " WHERE u.id = :user AND u.active AND u.kind = 'person'",
        user=user_id,
        case=place.case_id,
        group=mobile_group_id,
    )
    return Candidate(**rows[0]) if rows else None
