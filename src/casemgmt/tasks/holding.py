"""Stop a clock and let it run again. A hold belongs to the task: whoever gets the task gets it with its hold."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from casemgmt.access.permissions import Permission
from casemgmt.db.work import Work
from casemgmt.errors import Forbidden, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.reference.languages import Language
from casemgmt.tasks import repository
from casemgmt.tasks.commands import EndHold, HoldTask
from casemgmt.tasks.policy import is_law
from casemgmt.tasks.replay import counts_working_time, moved
from casemgmt.tasks.service import locked, save, view_of
from casemgmt.tasks.tables import Task, TaskHold
from casemgmt.tasks.views import TaskView
from rules.loader import load_law
from rules.zone import to_local

OWN_DAYS = 5
"""Working days for which one stops the clock of one's own task. Set by the house, not law."""
LONGEST = timedelta(days=92)
"""Longest hold of a supervisor. Set by the house, not law."""


async def hold_task(work: Work, task_id: UUID, command: HoldTask, expected: int | None, language: Language) -> TaskView:
    """Stop the clock of a task until a day. What was left of its time now is left when it runs again."""
    task = await locked(work, task_id, "hold", expected)
    until = load_law().calendar.opening(command.until_on)
    authority = _authority(work, task, command, until)
    await _close(work, await running_hold(work, task.id))
    working = counts_working_time(task.kind, task.started_at)
    hold = TaskHold(
        id=new_id(),
        task_id=task.id,
        reason=command.reason,
        note=command.note,
        authority=authority,
        ground=command.ground,
        placed_by_id=work.actor.user_id,
        placed_by_roles=" ".join(work.actor.roles),
        from_at=work.now,
        until_at=until,
        warn_before=task.warn_at,
        due_before=task.due_at,
        warn_after=moved(task.warn_at, work.now, until, working=working),
        due_after=moved(task.due_at, work.now, until, working=working),
    )
    task.warn_at, task.due_at, task.held_until = hold.warn_after, hold.due_after, until
    await save(work, task, "task.held", {"reason": hold.reason, "until_at": until.isoformat()}, hold)
    return await view_of(work, task, language)


async def end_hold(work: Work, task_id: UUID, command: EndHold, expected: int | None, language: Language) -> TaskView:
    """Let the clock run again now: it is due by as much earlier as the hold is shorter."""
    task = await locked(work, task_id, "end_hold", expected)
    hold = await running_hold(work, task.id)
    if hold is None:
        raise RuntimeError("a task on hold has its hold")
    working = counts_working_time(task.kind, task.started_at)
    hold.ended_at, hold.ended_by_id, hold.end_note = work.now, work.actor.user_id, command.note
    # From what the clock has now and not from what it had: a change of risk meanwhile stays.
    hold.warn_ended = moved(task.warn_at, hold.until_at, work.now, working=working)
    hold.due_ended = moved(task.due_at, hold.until_at, work.now, working=working)
    task.warn_at, task.due_at, task.held_until = hold.warn_ended, hold.due_ended, None
    await save(work, task, "task.hold_ended", {"early": True}, hold)
    return await view_of(work, task, language)


async def note_end(work: Work, task_id: UUID) -> None:
    """Note that a hold is over: by its own day, and by nobody. Raises WrongState where another hold or none lasts."""
    task = await repository.get_task(work, task_id, for_change=True)
    hold = await running_hold(work, task.id)
    if hold is None or task.held_until is None or hold.until_at > work.now:
        raise WrongState("No hold of this task is over.")
    hold.ended_at, task.held_until = hold.until_at, None
    await save(work, task, "task.hold_ended", {"early": False}, hold)


async def running_hold(work: Work, task_id: UUID) -> TaskHold | None:
    """Return the hold of a task that nobody has closed, locked."""
    query = select(TaskHold).where(TaskHold.task_id == task_id, col(TaskHold.ended_at).is_(None))
    found: TaskHold | None = await work.session.scalar(query.with_for_update())
    return found


def _authority(work: Work, task: Task, command: HoldTask, until: datetime) -> str:
    """Return by what authority a clock is stopped for so long; refuse where there is none."""
    supervises = work.actor.may(Permission.TASKS_SUPERVISE)
    today = to_local(work.now).date()
    if until <= work.now:
        raise invalid_field("/until_on", "hold-day-passed", "A hold ends on a day to come.")
    if until > work.now + LONGEST:
        raise invalid_field("/until_on", "hold-too-long", "A hold lasts three months at most.")
    if is_law(task.deadline_status):
        if not supervises:
            raise Forbidden("A term of law is stopped by a supervisor alone.", code="hold-of-law")
        if command.ground is None:
            raise invalid_field("/ground", "hold-ground-needed", "Name the act that allows to stop a term of law.")
    elif not supervises and command.until_on > load_law().calendar.add_working_days(today, OWN_DAYS).date:
        raise invalid_field("/until_on", "hold-needs-supervisor", "For longer than five working days ask a supervisor.")
    return "supervision" if supervises else "own_task"


async def _close(work: Work, hold: TaskHold | None) -> None:
    """Note that an earlier hold is over, where nobody has done so since its last moment."""
    if hold is not None:
        hold.ended_at = hold.until_at
        work.session.add(hold)
        await work.session.flush()
