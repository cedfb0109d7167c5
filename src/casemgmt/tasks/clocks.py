"""Start and stop the clocks of the route. A clock is a task: it has an owner, a warning and a due moment."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID

from sqlmodel import col, select

from casemgmt.db.work import Acting, Work
from casemgmt.ids import new_id
from casemgmt.tasks.tables import Task
from rules.deadlines import compute_due
from rules.loader import load_law


class About(TypedDict, total=False):
    """What a clock is about, and who stops it.

    `since`: where the term runs from an earlier moment than now. `term`: where it is another than that of its kind.
    """

    organisation_id: Required[UUID]
    signal_id: UUID | None
    case_id: UUID | None
    assignee_id: UUID | None
    mobile_group_id: UUID | None
    blocks_closure: bool
    since: datetime | None
    term: str


def start(work: Acting, kind: str, record_type: str, record_id: UUID, **about: Unpack[About]) -> Task:
    """Return a new task whose due moment is counted by the deadline `kind` (see `rules/law/kz/deadlines`).

    It is counted from `since`, where the term runs from an earlier moment than now.

    `organisation_id` stands only until the insert: a trigger copies the scope of the case or of the signal.
    """
    return Task(**columns(work, kind, record_type, record_id, **about))


def columns(
    work: Acting,
    kind: str,
    record_type: str,
    record_id: UUID,
    *,
    organisation_id: UUID,
    signal_id: UUID | None = None,
    case_id: UUID | None = None,
    assignee_id: UUID | None = None,
    mobile_group_id: UUID | None = None,
    blocks_closure: bool = True,
    since: datetime | None = None,
    term: str | None = None,
) -> dict[str, Any]:
    """Return the columns of the task that `start` returns: for statements that write without the ORM."""
    due = compute_due(term or kind, since or work.now)
    return {
        "id": new_id(),
        "kind": kind,
        "signal_id": signal_id,
        "case_id": case_id,
        "record_type": record_type,
        "record_id": record_id,
        "organisation_id": organisation_id,
        "mobile_group_id": mobile_group_id,
        "assignee_id": assignee_id,
        "blocks_closure": blocks_closure,
        "started_at": due.started_at,
        "warn_at": due.warn_at,
        "due_at": due.due_at,
        "deadline_status": str(due.status),
        "deadline_provisional": due.provisional,
        "rules_version": due.rules_version,
    }


def overdue_already(task: Task, until: datetime) -> Task:
    """Return a clock that ran elsewhere up to a moment, with what it was late by then: no breach of who has it now.

    Nobody is told of it as news, and no escalation begins: it stands among the breaches by its own due moment.
    """
    if task.due_at < until:
        task.warned_at, task.breached_at = task.warn_at, task.due_at
    return task


def bring_forward(task: Task, last_day: date) -> None:
    """Make a clock due at the end of work on an earlier day that a person chose; a later day changes nothing."""
    closing = load_law().calendar.closing(last_day)
    if closing < task.due_at:
        task.due_at = max(closing, task.started_at)
        task.warn_at = min(task.warn_at, task.due_at)


async def stop(work: Work, record_id: UUID, kinds: Sequence[str], result: str) -> list[Task]:
    """Return the open tasks of a record, of these kinds, marked as completed now; the caller saves them."""
    stopped = await _running(work, record_id, kinds)
    for task in stopped:
        task.completed_at = work.now
        task.completed_by_id = work.actor.user_id
        task.result = result
    return stopped


async def cancel(work: Work, record_id: UUID, kinds: Sequence[str], reason: str) -> list[Task]:
    """Return the open tasks of a record, of these kinds, marked as cancelled now; the caller saves them."""
    cancelled = await _running(work, record_id, kinds)
    for task in cancelled:
        task.cancelled_at = work.now
        task.cancel_reason = reason
    return cancelled


async def _running(work: Work, record_id: UUID, kinds: Sequence[str]) -> list[Task]:
    rows = await work.session.scalars(
        select(Task)
        .where(
            Task.record_id == record_id,
            col(Task.kind).in_(kinds),
            col(Task.completed_at).is_(None),
            col(Task.cancelled_at).is_(None),
        )
        .with_for_update()
    )
    return list(rows)
