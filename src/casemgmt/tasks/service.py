"""Use cases of tasks: read the queues, set, take, give, complete, cancel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlmodel import SQLModel

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseRecord
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.models import AllowedActionView
from casemgmt.reference.languages import Language
from casemgmt.signals.repository import get_signal
from casemgmt.signals.tables import Signal
from casemgmt.tasks import policy, repository
from casemgmt.tasks.commands import AssignTask, CancelTask, CompleteTask, CreateTask
from casemgmt.tasks.labels import MANUAL, label_of
from casemgmt.tasks.states import TASK, TaskFacts, TaskState
from casemgmt.tasks.tables import Task
from casemgmt.tasks.views import (
    BreachCounts,
    DeadlineView,
    HoldView,
    NoticeView,
    QueueCounts,
    TaskCounts,
    TaskSummary,
    TaskView,
)
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry
from rules.loader import rules_version

SET_BY_PERSON = "set_by_person"
"""Where the due moment of a task set by hand comes from, in the place of the status of a term."""


async def list_queue(
    work: Work,
    queue: repository.Queue,
    language: Language,
    limit: int,
    cursor: str | None,
    clock: policy.ClockState | None = None,
    kind: str | None = None,
    since: datetime | None = None,
) -> paging.Page[TaskSummary]:
    """Return a page of a queue, in its order; one event names all tasks that were shown. Breaches have a `since`."""
    name, (moment, _) = f"tasks/{queue}", repository.ORDER[queue]
    since = since or policy.breaches_since(work.now)
    rows = await repository.list_tasks(work, queue, limit + 1, paging.decode(name, cursor), clock, kind, since)
    away = await repository.stood_in_for(work)
    found = [TaskSummary(**_shown(work, Task(**r), language, away)) for r in rows]
    page = paging.page(name, found, limit, lambda t: paging.Position(getattr(t, moment), t.id))
    work.record(Event("task.listed", "task", tuple(t.id for t in page.items)))
    return page


async def parts_of_queue(
    work: Work, queue: repository.Queue, parts: Mapping[str, tuple[str, str]], language: Language, most: int, **at: Any
) -> dict[str, tuple[int, list[TaskSummary]]]:
    """Return how many tasks each part of a queue has and the first of them; the caller records that they were shown."""
    found: dict[str, tuple[int, list[TaskSummary]]] = {name: (0, []) for name in parts}
    rows = await repository.first_of_parts(work, queue, parts, most, **at)
    away = await repository.stood_in_for(work)
    for row in rows:
        columns = dict(row)
        part, count = columns.pop("part"), columns.pop("count")
        found[part] = (count, [*found[part][1], TaskSummary(**_shown(work, Task(**columns), language, away))])
    return found


async def count_queues(work: Work) -> TaskCounts:
    """Return how many open tasks stand where, in my queue and, for supervisors, in the body's, and its breaches."""
    supervises, since = work.actor.may(Permission.TASKS_SUPERVISE), policy.breaches_since(work.now)
    asked: tuple[repository.Queue, ...] = ("mine", *repository.COUNTED) if supervises else ("mine",)
    queues = {queue: QueueCounts(**await repository.count_tasks(work, queue)) for queue in asked}
    breaches = BreachCounts(since=since, **await repository.count_breaches(work, since)) if supervises else None
    work.record(Event("task.counted", "task"))
    return TaskCounts(**(dict.fromkeys(repository.COUNTED) | queues), breaches=breaches)


async def read_task(work: Work, task_id: UUID, language: Language) -> TaskView:
    """Return a task in full."""
    task = await repository.get_task(work, task_id)
    work.record(Event("task.read", "task", (task.id,), case_id=task.case_id, signal_id=task.signal_id))
    return await view_of(work, task, language)


async def create_task(work: Work, command: CreateTask, language: Language) -> TaskView:
    """Set a task for a case or a signal. It has somebody who answers for it from its first second."""
    policy.check_due(command.due_at, work.now)
    record = await _record_of(work, command)
    assignee_id = command.assignee_id or (record.manager_id if isinstance(record, CaseRecord) else None)
    task = Task(
        id=command.id or new_id(),
        kind=MANUAL,
        title=command.title,
        note=command.note,
        case_id=command.case_id,
        signal_id=command.signal_id,
        record_type="case" if isinstance(record, CaseRecord) else "signal",
        record_id=record.id,
        organisation_id=record.organisation_id,
        region_code=record.region_code,
        restricted=record.restricted,
        assignee_id=assignee_id,
        requested_by_id=work.actor.user_id,
        started_at=work.now,
        warn_at=policy.warn_moment(work.now, command.due_at),
        due_at=command.due_at,
        deadline_status=SET_BY_PERSON,
        rules_version=rules_version(),
    )
    if assignee_id is not None:
        await _check_assignee(work, task, assignee_id)
    await save(work, task, "task.created", {"assignee_id": assignee_id and str(assignee_id)})
    return await view_of(work, task, language)


async def assign_task(
    work: Work, task_id: UUID, command: AssignTask, expected: int | None, language: Language
) -> TaskView:
    """Take a task or give it to somebody who sees what it is about."""
    task = await locked(work, task_id, "assign", expected)
    if command.assignee_id is not None:
        await _check_assignee(work, task, command.assignee_id)
    elif task.case_id is not None:
        raise invalid_field("/assignee_id", "assignee-needed", "A task of a case is always somebody's.")
    task.assignee_id = command.assignee_id
    assignee = None if command.assignee_id is None else str(command.assignee_id)
    await save(work, task, "task.assigned", {"assignee_id": assignee})
    return await view_of(work, task, language)


async def complete_task(
    work: Work, task_id: UUID, command: CompleteTask, expected: int | None, language: Language
) -> TaskView:
    """Say that a task is done. Clocks that wait for an act of the route are stopped by it alone."""
    task = await locked(work, task_id, "complete", expected)
    task.completed_at = work.now
    task.completed_by_id = work.actor.user_id
    task.result = command.result
    await save(work, task, "task.completed", {"late": task.completed_at > task.due_at})
    return await view_of(work, task, language)


async def cancel_task(
    work: Work, task_id: UUID, command: CancelTask, expected: int | None, language: Language
) -> TaskView:
    """Say why a task is not to be done. A clock of the route is never cancelled by hand."""
    task = await locked(work, task_id, "cancel", expected)
    task.cancelled_at = work.now
    task.cancel_reason = command.reason
    await save(work, task, "task.cancelled", {"late": task.cancelled_at > task.due_at})
    return await view_of(work, task, language)


async def view_of(work: Work, task: Task, language: Language) -> TaskView:
    """Return the task as this actor sees it, with the actions that are allowed now."""
    away = await repository.stood_in_for(work)
    return TaskView(
        **_shown(work, task, language, away),
        **task.model_dump(include=set(TaskView.model_fields) - set(TaskSummary.model_fields)),
        notice=None
        if (given := await repository.notice_of(work, task.id)) is None
        else NoticeView.model_validate(given),
        holds=[HoldView.model_validate(hold) for hold in await repository.holds_of(work, task.id)],
        allowed_actions=[
            AllowedActionView.model_validate(a)
            for a in TASK.allowed_actions(work.actor, _state(task), _facts(work, task, away))
        ],
    )


def _shown(work: Work, task: Task, language: Language, away: frozenset[UUID]) -> dict[str, Any]:
    clock = policy.clock_state(task, work.now)
    ended = task.completed_at is not None or task.cancelled_at is not None
    same = set(TaskSummary.model_fields) - {"label", "clock", "time_left_seconds", "deadline", "on_behalf_of_id"}
    return task.model_dump(include=same) | {
        "label": _label(task, language),
        "clock": clock,
        "on_behalf_of_id": task.assignee_id if task.assignee_id in away else None,
        "time_left_seconds": None if ended else int((task.due_at - work.now).total_seconds()),
        "deadline": DeadlineView(
            status=task.deadline_status,
            is_law=policy.is_law(task.deadline_status),
            provisional=task.deadline_provisional,
        ),
    }


def _label(task: Task, language: Language) -> str:
    label = task.title or label_of(task.kind, language)
    return label if task.about_kind is None else f"{label}: {label_of(task.about_kind, language)}"


def _state(task: Task) -> TaskState:
    if task.completed_at is not None:
        return TaskState.COMPLETED
    return TaskState.OPEN if task.cancelled_at is None else TaskState.CANCELLED


def _facts(work: Work, task: Task, away: frozenset[UUID]) -> TaskFacts:
    clock = policy.clock_state(task, work.now)
    return TaskFacts(
        kind=task.kind,
        assignee_id=task.assignee_id,
        stands_in=task.assignee_id in away,
        held=clock == policy.ClockState.ON_HOLD,
        overdue=clock == policy.ClockState.BREACHED,
    )


async def locked(work: Work, task_id: UUID, action: str, expected: int | None) -> Task:
    """Return a task, locked, on which the actor may do this now."""
    task = await repository.get_task(work, task_id, for_change=True)
    check_version(task, expected)
    TASK.check(work.actor, action, _state(task), _facts(work, task, await repository.stood_in_for(work)))
    return task


async def _record_of(work: Work, command: CreateTask) -> CaseRecord | Signal:
    """Return the case or the signal, locked: a task is not set on one that is being closed at this moment."""
    record: CaseRecord | Signal
    if command.case_id is not None:
        record = await get_case(work, command.case_id, for_change=True)
    elif command.signal_id is not None:
        record = await get_signal(work, command.signal_id, for_change=True)
    if record.state == "closed":
        raise WrongState("Nothing is set on what is closed.", code="record-closed", data={"state": record.state})
    return record


async def _check_assignee(work: Work, task: Task, assignee_id: UUID) -> None:
    place = policy.Place(task.case_id, task.organisation_id, task.region_code, task.restricted)
    candidate = await repository.find_candidate(work, assignee_id, place, task.mobile_group_id)
    if candidate is None:
        raise invalid_field("/assignee_id", "unknown-user", "There is no such user.")
    if assignee_id != work.actor.user_id and not policy.can_get(place, candidate):
        raise invalid_field(
            "/assignee_id", "assignee-out-of-sight", "This person doesn't see what the task is about: not on the team."
        )


async def save(work: Work, task: Task, kind: str, data: dict[str, object], *rows: SQLModel) -> None:
    """Write a task and what belongs to the act, with its event and its entry in the story."""
    history = inspect(task).attrs.assignee_id.history
    owner = history.deleted[0] if history.deleted else task.assignee_id
    away = await repository.stood_in_for(work)
    event = Event(
        kind,
        "task",
        (task.id,),
        case_id=task.case_id,
        signal_id=task.signal_id,
        on_behalf_of=owner if owner in away else None,
    )
    await work.save(event, *rows, task, *_story(work, task, kind, data))


def _story(work: Work, task: Task, kind: str, data: dict[str, object]) -> list[TimelineEntry]:
    """Return the entry that tells of it; a request about a child without a case has no story yet."""
    if task.case_id is None and task.signal_id is None:
        return []
    return [
        entry(
            work,
            kind,
            "task",
            task.id,
            organisation_id=task.organisation_id,
            case_id=task.case_id,
            signal_id=task.signal_id,
            data={"kind": task.kind, "due_at": task.due_at.isoformat(), **data},
        )
    ]
