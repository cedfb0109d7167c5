"""Queries on tasks. Each queue is a union of branches with an index of its own; row security decides what is seen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.tasks.policy import Candidate, ClockState, Place
from casemgmt.tasks.states import NOTICES
from casemgmt.tasks.tables import MandatoryNotice, Task, TaskAlert, TaskHold, TaskRecalculation

Queue = Literal["mine", "team", "unassigned", "holds", "breaches"]

_COLUMNS = (
    "id, kind, title, record_type, record_id, case_id, signal_id, mobile_group_id, assignee_id, started_at, warn_at,"
    " due_at, deadline_status, deadline_provisional, held_until, breached_at, about_kind"
)
_ENDED = "completed_at, cancelled_at"
"""What only a breach may have: the other queues hold open tasks alone."""
_OPEN = "completed_at IS NULL AND cancelled_at IS NULL"
_OF_MY_BODY = "organisation_id = actor_organisation()"
_AT_THE_DESK = "assignee_id IS NULL AND mobile_group_id IS NULL"
_MY_GROUPS = "assignee_id IS NULL AND mobile_group_id = mine.id"
_STOOD_IN_FOR = "assignee_id = away.user_id AND CASE WHEN case_id IS NULL THEN away.whole ELSE on_team(case_id) END"
_EACH = {_MY_GROUPS: "unnest(actor_groups()) AS mine(id)", _STOOD_IN_FOR: "stood_in_for() AS away"}
"""What a branch is asked for each of."""
_BRANCHES: Mapping[Queue, tuple[str, ...]] = {
    # assigned to me; not yet taken in my mobile groups; of those for whom I stand in; not yet taken at my desk, in my
    # region, of my body's cases, of the benefits of my region, what other bodies ask of mine
    "mine": (
        "assignee_id = actor_user()",
        _MY_GROUPS,
        _STOOD_IN_FOR,
        f"{_AT_THE_DESK} AND organisation_id = signal_organisation()",
        f"{_AT_THE_DESK} AND region_code = signal_region()",
        f"{_AT_THE_DESK} AND organisation_id = case_organisation()",
        f"{_AT_THE_DESK} AND record_type = 'benefit_determination' AND region_code = benefits_region()",
        f"{_AT_THE_DESK} AND record_type = 'service_referral' AND {_OF_MY_BODY}",
    ),
    "team": (_OF_MY_BODY,),
    "unassigned": (f"{_OF_MY_BODY} AND assignee_id IS NULL",),
    "holds": (f"{_OF_MY_BODY} AND held_until > :now",),
    "breaches": (f"{_OF_MY_BODY} AND breached_at IS NOT NULL",),
}
ORDER: Mapping[Queue, tuple[str, bool]] = {
    "mine": ("due_at", False),
    "team": ("due_at", False),
    "unassigned": ("started_at", False),
    "holds": ("held_until", False),
    "breaches": ("breached_at", True),
}
"""The moment by which each queue is in order: time left, age, end of the hold; breaches with the newest first."""
COUNTED: tuple[Queue, ...] = ("team", "unassigned", "holds")
"""The supervisor's queues that are counted by where the clocks stand; breaches by what became of them."""
CLOCK_CONDITIONS = {
    ClockState.RUNNING: "warn_at > :now AND (held_until IS NULL OR held_until <= :now)",
    ClockState.WARNING: "warn_at <= :now AND due_at >= :now AND (held_until IS NULL OR held_until <= :now)",
    ClockState.ON_HOLD: "held_until > :now",
    ClockState.BREACHED: "due_at < :now",
}
"""The conditions of `policy.clock_state` for an open task; a test holds the two together."""


def _union(queue: Queue, columns: str, conditions: str, end: str = "") -> str:
    """Return the union of a queue's branches.

    Groups, and those for whom the actor stands in, are gone through one by one: below row security PostgreSQL uses no
    index for `= ANY (actor_groups())`.
    """
    branches = []
    for branch in _BRANCHES[queue]:
        found = f"(SELECT {columns} FROM task WHERE {' AND '.join(filter(None, (branch, conditions)))} {end})"  # noqa: S608 - constants
        if each := _EACH.get(branch):
            found = f"(SELECT t.* FROM {each} CROSS JOIN LATERAL {found} AS t)"  # noqa: S608 - constants
        branches.append(found)
    return " UNION ".join(branches)


async def list_tasks(
    work: Work,
    queue: Queue,
    size: int,
    after: Position | None,
    clock: ClockState | None = None,
    kind: str | None = None,
    since: datetime | None = None,
) -> list[dict[str, Any]]:
    """Return up to `size` tasks of a queue, in its order; of the breaches those `since` a moment."""
    conditions = _conditions(queue)
    arguments: dict[str, Any] = {"size": size} | ({"since": since} if queue == "breaches" else {})
    if clock is not None:
        conditions.append(CLOCK_CONDITIONS[clock])
    if clock is not None or queue == "holds":
        arguments["now"] = work.now
    if kind is not None:
        conditions.append("kind = :kind")
        arguments["kind"] = kind
    if after is not None:
        moment, newest_first = ORDER[queue]
        conditions.append(f"({moment}, id) {'<' if newest_first else '>'} (:at, :id)")
        arguments |= {"at": after.at, "id": after.id}
    statement = list_statement(queue, conditions)
    return [dict(r) for r in (await work.session.execute(text(statement), arguments)).mappings()]


def list_statement(queue: Queue, conditions: list[str] | None = None) -> str:
    """Return the statement of the first `:size` tasks of a queue; `conditions` in the place of its own."""
    moment, newest_first = ORDER[queue]
    order = f"ORDER BY {moment} DESC, id DESC LIMIT :size" if newest_first else f"ORDER BY {moment}, id LIMIT :size"
    columns = f"{_COLUMNS}, {_ENDED}" if queue == "breaches" else _COLUMNS
    found = _union(queue, columns, " AND ".join(_conditions(queue) if conditions is None else conditions), order)
    return f"SELECT {columns} FROM ({found}) AS found {order}"  # noqa: S608 - constants


async def count_tasks(work: Work, queue: Queue) -> dict[str, int]:
    """Return how many tasks of a queue stand where: over the same branches and conditions as its list."""
    return (await work.rows(count_statement(queue), now=work.now))[0]


def count_statement(queue: Queue) -> str:
    """Return the statement that counts a queue's tasks by the state of their clocks."""
    found = _union(queue, "id, warn_at, due_at, held_until", " AND ".join(_conditions(queue)))
    counts = ", ".join(
        f"count(*) FILTER (WHERE {condition}) AS {state}" for state, condition in CLOCK_CONDITIONS.items()
    )
    return f"SELECT {counts}, count(*) AS total FROM ({found}) AS found"  # noqa: S608 - constants


async def count_breaches(work: Work, since: datetime) -> dict[str, int]:
    """Return how many breaches the list shows since a moment, and of how many the task is still undone."""
    return (await work.rows(breach_count_statement(), since=since))[0]


def breach_count_statement() -> str:
    """Return the statement that counts the breaches, over the same branch and conditions as their list."""
    found = _union("breaches", f"id, {_ENDED}", " AND ".join(_conditions("breaches")))
    return f"SELECT count(*) FILTER (WHERE {_OPEN}) AS undone, count(*) AS total FROM ({found}) AS found"  # noqa: S608 - constants


async def first_of_parts(
    work: Work, queue: Queue, parts: Mapping[str, tuple[str, str]], most: int, **arguments: Any
) -> list[dict[str, Any]]:
    """Return the first `most` tasks of each part of a queue, with the name of the `part` and how many it has."""
    return await work.rows(parts_statement(queue, parts), most=most, **arguments)


def parts_statement(queue: Queue, parts: Mapping[str, tuple[str, str]]) -> str:
    """Return the statement of the parts of a queue: name → the moment that puts them in order, and the condition.

    The queue is gone through once, however many parts there are; a task may stand in several.
    """
    found = _union(queue, _COLUMNS, " AND ".join(_conditions(queue)))
    named = ", ".join(f"('{name}', {moment}, {condition})" for name, (moment, condition) in parts.items())
    return (
        f"SELECT {_COLUMNS}, part, count FROM (SELECT found.*, p.part, count(*) OVER (PARTITION BY p.part) AS count,"  # noqa: S608 - constants
        " row_number() OVER (PARTITION BY p.part ORDER BY p.moment, found.id) AS place, p.moment"
        f" FROM ({found}) AS found CROSS JOIN LATERAL (VALUES {named}) AS p (part, moment, holds) WHERE p.holds)"
        " AS parts WHERE place <= :most ORDER BY part, place"
    )


def _conditions(queue: Queue) -> list[str]:
    """Return what holds of every task of a queue. A breach stays in its queue when the task is done."""
    return ["breached_at >= :since"] if queue == "breaches" else [_OPEN]


async def holds_of(work: Work, task_id: UUID) -> list[TaskHold]:
    """Return the holds of a task, the newest first."""
    query = select(TaskHold).where(TaskHold.task_id == task_id).order_by(col(TaskHold.from_at).desc())
    return list(await work.session.scalars(query))


async def recalculations_of(work: Work, task_id: UUID) -> list[TaskRecalculation]:
    """Return the recalculations of a task, the oldest first."""
    query = select(TaskRecalculation).where(TaskRecalculation.task_id == task_id)
    return list(await work.session.scalars(query.order_by(col(TaskRecalculation.from_at))))


async def alerts_of(work: Work, task_id: UUID) -> list[TaskAlert]:
    """Return warnings, breaches and escalations of a task, in order."""
    query = select(TaskAlert).where(TaskAlert.task_id == task_id)
    return list(await work.session.scalars(query.order_by(col(TaskAlert.at), col(TaskAlert.found_at))))


async def stood_in_for(work: Work) -> frozenset[UUID]:
    """Return those for whom the actor stands in now."""
    return frozenset(row["user_id"] for row in await work.rows("SELECT user_id FROM stood_in_for()"))


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
        "          AND m.until IS NULL AND (m.rests_until IS NULL OR m.rests_until > now())) AS in_group"
        " FROM app_user u JOIN organisation o ON o.id = u.organisation_id"
        " WHERE u.id = :user AND u.active AND u.kind = 'person'",
        user=user_id,
        case=place.case_id,
        group=mobile_group_id,
    )
    return Candidate(**rows[0]) if rows else None


async def notice_of(work: Work, task_id: UUID, *, for_change: bool = False) -> MandatoryNotice | None:
    """Return the notice that was given for a task, None where there is none."""
    query = select(MandatoryNotice).where(MandatoryNotice.task_id == task_id)
    if for_change:
        query = query.with_for_update()
    return (await work.session.scalars(query)).one_or_none()


async def notices_of_case(work: Work, case_id: UUID) -> list[tuple[Task, MandatoryNotice | None]]:
    """Return the mandatory notices of a case, given or not, in the order in which they are due."""
    query = (
        select(Task, MandatoryNotice)
        .join(MandatoryNotice, col(MandatoryNotice.task_id) == col(Task.id), isouter=True)
        .where(Task.case_id == case_id, col(Task.kind).in_(NOTICES))
        .order_by(col(Task.due_at), col(Task.id))
    )
    return [(task, notice) for task, notice in (await work.session.execute(query)).all()]
