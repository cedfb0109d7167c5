"""Warnings and breaches become facts, once each, for ever; a breach tells the next level of those who answer for it.

The chain: the owner has the clock; when it is overdue the supervisor of the body gets an escalation with a term of
its own; when that is overdue the head; then the region. It ends with the clock that it is about, by a trigger. It names
the kind of that clock and its task, and nothing of the child: whoever may see the task opens it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import SQLModel, col, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.duty.policy import in_working_hours
from casemgmt.ids import new_id
from casemgmt.tasks import clocks
from casemgmt.tasks.escalation import LEVELS, Level, level_after, next_term
from casemgmt.tasks.tables import Task, TaskAlert
from casemgmt.timeline.service import entry

MOST = 200
"""Tasks of one pass: what is left is found by the next."""

WARNED = (
    "SELECT id FROM task WHERE breached_at IS NULL AND coalesce(completed_at, cancelled_at, 'infinity') > due_at"
    " AND warn_at <= :now AND due_at >= :now AND warned_at IS NULL AND (held_until IS NULL OR held_until <= :now)"
    " AND completed_at IS NULL AND cancelled_at IS NULL ORDER BY warn_at, id LIMIT :most FOR UPDATE SKIP LOCKED"
)
BREACHED = (
    "SELECT id FROM task WHERE breached_at IS NULL AND coalesce(completed_at, cancelled_at, 'infinity') > due_at"
    " AND warn_at <= :now AND due_at < :now ORDER BY warn_at, id LIMIT :most FOR UPDATE SKIP LOCKED"
)
_SOMEBODY = (
    "SELECT u.id, u.organisation_id, o.region_code FROM app_user u JOIN organisation o ON o.id = u.organisation_id"
    " WHERE u.active AND o.active AND u.id IS DISTINCT FROM :owner"
    "   AND CASE WHEN :regional THEN o.kind = 'child_rights_department' AND o.region_code = :region"
    "            ELSE o.id = :body END"
    "   AND (EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = u.id AND r.role = ANY (:roles)"
    "                   AND r.revoked_at IS NULL AND (r.ends_at IS NULL OR r.ends_at > now()))"
    "        OR (:desk AND is_on_duty(u.id, :now)))"
    "   AND NOT is_shut_out(u.id, :about)"
    " ORDER BY (:night AND is_on_duty(u.id, :now)) DESC, is_away(u.id), (SELECT count(*) FROM task t"
    "           WHERE t.assignee_id = u.id AND t.completed_at IS NULL AND t.cancelled_at IS NULL), u.id LIMIT 1"
)


async def note_warnings(work: Work) -> int:
    """Note the warnings that came since the last look; answers how many."""
    tasks = await _locked(work, WARNED)
    facts: list[SQLModel] = [_fact(work, task, "warning", task.warn_at) for task in tasks]
    if facts:
        await _mark(work, "warned_at", "warn_at", tasks)
        await work.save(Event("task.warned", "task", tuple(t.id for t in tasks)), *facts)
    return len(tasks)


async def note_breaches(work: Work) -> int:
    """Note the due moments that passed undone, also of what was done too late, and begin or carry on the chain."""
    tasks = await _locked(work, BREACHED)
    if not tasks:
        return 0
    rows: list[SQLModel] = []
    for task in tasks:
        rows.append(_fact(work, task, "breach", task.due_at))
        if task.completed_at is None and task.cancelled_at is None:
            rows += await _escalate(work, task)
        if task.case_id is not None or task.signal_id is not None:
            rows.append(_story(work, task))
    await _mark(work, "breached_at", "due_at", tasks)
    rows.sort(key=lambda row: type(row).__name__)
    await work.save(Event("task.breached", "task", tuple(t.id for t in tasks)), *rows)
    return len(tasks)


async def _locked(work: Work, statement: str) -> list[Task]:
    ids = list((await work.session.execute(text(statement), {"now": work.now, "most": MOST})).scalars())
    if not ids:
        return []
    return list(await work.session.scalars(select(Task).where(col(Task.id).in_(ids)).order_by(col(Task.id))))


async def _mark(work: Work, column: str, moment: str, tasks: Sequence[Task]) -> None:
    """Write a moment beside the clock. The version stays: nobody who is at work on the task is disturbed."""
    statement = f"UPDATE task SET {column} = {moment} WHERE id = ANY (:ids)"  # noqa: S608 - constants
    await work.session.execute(text(statement), {"ids": [task.id for task in tasks]})


def _fact(
    work: Work, task: Task, kind: str, at: Any, level: Level | None = None, told: UUID | None = None
) -> TaskAlert:
    return TaskAlert(
        id=new_id(),
        task_id=task.id,
        kind=kind,
        level=level,
        at=at,
        found_at=work.now,
        owner_id=task.assignee_id,
        owner_group_id=task.mobile_group_id,
        owner_body_id=task.organisation_id,
        told_id=told,
    )


def _story(work: Work, task: Task) -> SQLModel:
    return entry(
        work,
        "task.breached",
        "task",
        task.id,
        organisation_id=task.organisation_id,
        case_id=task.case_id,
        signal_id=task.signal_id,
        data={"kind": task.kind, "due_at": task.due_at.isoformat()},
    )


async def _escalate(work: Work, overdue: Task) -> list[SQLModel]:
    """Return the escalation to the next level that has somebody, and the facts of every level that was gone through."""
    origin = overdue
    if overdue.record_type == "task":
        found = await work.session.get(Task, overdue.record_id)
        if found is None or found.completed_at is not None or found.cancelled_at is not None:
            return []
        origin = found
    rows: list[SQLModel] = []
    level = level_after(overdue.kind)
    while level is not None:
        told = await _somebody(work, level, origin, overdue)
        rows.append(_fact(work, origin, "escalation", work.now, level, None if told is None else told["id"]))
        if told is not None:
            return [*rows, _task(work, level, origin, told)]
        rows.pop()  # nobody there: the next level hears of it at once
        level = LEVELS[level].after
    return rows


async def _somebody(work: Work, level: Level, origin: Task, overdue: Task) -> dict[str, Any] | None:
    """Return who of a level answers for it: nobody who had it, nobody in conflict.

    At night and on days off whoever is on duty, for what is at a desk whatever the role; of others those who are not
    away, the one with the least to do first.
    """
    step = LEVELS[level]
    about = [i for i in (origin.case_id, origin.signal_id) if i is not None]
    night = not in_working_hours(work.now)
    rows = await work.rows(
        _SOMEBODY,
        roles=list(step.roles),
        owner=overdue.assignee_id,
        about=about,
        regional=step.regional,
        region=origin.region_code,
        body=origin.organisation_id,
        now=work.now,
        night=night,
        desk=night and origin.case_id is None,
    )
    return rows[0] if rows else None


def _task(work: Work, level: Level, origin: Task, told: dict[str, Any]) -> Task:
    task = clocks.start(
        work,
        LEVELS[level].kind,
        "task",
        origin.id,
        term=next_term(level, origin.kind, origin.started_at),
        organisation_id=told["organisation_id"],
        assignee_id=told["id"],
        blocks_closure=False,
    )
    task.region_code, task.about_kind = told["region_code"], origin.kind
    return task
