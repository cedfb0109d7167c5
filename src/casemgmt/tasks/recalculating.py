"""A change of risk changes the clocks of the case that depend on it: sooner where it rose, later where it fell.

A term that became shorter leaves a working day at least, so that nobody is late by an act of somebody else. A due
moment that a person chose to be earlier stays. Holds that there were count as they did.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import SQLModel, col, select

from casemgmt.cases.tables import CaseRecord
from casemgmt.db.work import Work
from casemgmt.ids import new_id
from casemgmt.tasks import repository
from casemgmt.tasks.replay import counts_working_time, moved
from casemgmt.tasks.tables import Task, TaskHold, TaskRecalculation
from casemgmt.timeline.service import entry
from rules.deadlines import compute_due

GRACE = "risk_change_grace"
_TERMS: Mapping[str, Mapping[str, str]] = {
    "plan_draft": {"high": "plan_draft_high_risk"},
    "plan_review": {"high": "plan_review_high_risk"},
}
"""Clocks that depend on the level of risk, and the deadlines of the levels that have one of their own."""


def term_for(kind: str, risk: str | None) -> str:
    """Return the deadline by which a clock of a kind runs at a level of risk."""
    return _TERMS.get(kind, {}).get(risk or "", kind)


async def recalculate(work: Work, case: CaseRecord, before: str | None) -> list[SQLModel]:
    """Return the running clocks of a case that change with its level of risk, changed, with what tells of it."""
    rows: list[SQLModel] = []
    query = select(Task).where(
        Task.case_id == case.id,
        col(Task.kind).in_(_TERMS),
        col(Task.completed_at).is_(None),
        col(Task.cancelled_at).is_(None),
        col(Task.due_at) >= work.now,
    )
    for task in await work.session.scalars(query.order_by(col(Task.id)).with_for_update()):
        rows += await _recalculate(work, task, before, case.risk_level)
    return rows


async def _recalculate(work: Work, task: Task, before: str | None, after: str | None) -> list[SQLModel]:
    old, new = term_for(task.kind, before), term_for(task.kind, after)
    if old == new or after is None:
        return []
    holds = sorted(await repository.holds_of(work, task.id), key=lambda hold: hold.from_at)
    warn, due = _counted(new, task, holds)
    if due < task.due_at:
        least = compute_due(GRACE, work.now)
        due, warn = min(max(due, least.due_at), task.due_at), min(max(warn, least.warn_at), task.warn_at)
    elif task.due_at != _counted(old, task, holds)[1]:
        return []
    change = TaskRecalculation(
        id=new_id(),
        task_id=task.id,
        from_at=work.now,
        risk_before=before,
        risk_after=after,
        term=new,
        by_id=work.actor.user_id,
        warn_before=task.warn_at,
        due_before=task.due_at,
        warn_after=min(warn, due),
        due_after=due,
    )
    task.warn_at, task.due_at = change.warn_after, change.due_after
    if task.warn_at > work.now:
        task.warned_at = None  # the warning that came stays a fact, and one comes again before the new due moment
    data = {"kind": task.kind, "due_at": due.isoformat()}
    story = entry(
        work,
        "task.recalculated",
        "task",
        task.id,
        organisation_id=task.organisation_id,
        case_id=task.case_id,
        data=data,
    )
    return [change, task, story]


def _counted(term: str, task: Task, holds: list[TaskHold]) -> tuple[datetime, datetime]:
    """Return warning and due moment of a task by a term, with the holds that there were."""
    counted = compute_due(term, task.started_at)
    warn, due = counted.warn_at, counted.due_at
    working = counts_working_time(term, task.started_at)
    for hold in holds:
        until = hold.until_at if hold.ended_at is None else min(hold.ended_at, hold.until_at)
        warn, due = (moved(moment, hold.from_at, until, working=working) for moment in (warn, due))
    return warn, due
