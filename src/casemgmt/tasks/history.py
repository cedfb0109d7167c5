"""Where the clock of a task stood at a moment, and all that happened to it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.moments import check_moment
from casemgmt.tasks import repository
from casemgmt.tasks.policy import clock_state
from casemgmt.tasks.replay import Step, standing_at
from casemgmt.tasks.tables import TaskRecalculation
from casemgmt.tasks.views import AlertView, HoldView, RecalculationView, TaskClockView


@dataclass(frozen=True)
class _Recalculated:
    """A recalculation as a step of a clock: it lasts no time."""

    from_at: datetime
    warn_before: datetime
    due_before: datetime
    warn_after: datetime
    due_after: datetime
    until_at: datetime | None = None
    ended_at: datetime | None = None
    warn_ended: datetime | None = None
    due_ended: datetime | None = None


async def read_clock(work: Work, task_id: UUID, at: datetime | None) -> TaskClockView:
    """Return where the clock stood at a moment, now where none is given, worked out from what happened until then."""
    moment = at or work.now
    check_moment("/at", moment, now=work.now)
    task = await repository.get_task(work, task_id)
    holds = await repository.holds_of(work, task.id)
    changes = await repository.recalculations_of(work, task.id)
    steps: list[Step] = [*holds, *map(_step, changes)]
    standing = standing_at(task, steps, moment)
    work.record(Event("task.clock_read", "task", (task.id,), case_id=task.case_id, signal_id=task.signal_id))
    return TaskClockView(
        at=moment,
        clock=clock_state(standing, moment),
        started_at=task.started_at,
        warn_at=standing.warn_at,
        due_at=standing.due_at,
        held_until=standing.held_until,
        holds=[HoldView.model_validate(h) for h in holds if h.from_at <= moment],
        recalculations=[RecalculationView.model_validate(c) for c in changes if c.from_at <= moment],
        alerts=[AlertView.model_validate(a) for a in await repository.alerts_of(work, task.id) if a.at <= moment],
    )


def _step(change: TaskRecalculation) -> _Recalculated:
    return _Recalculated(change.from_at, change.warn_before, change.due_before, change.warn_after, change.due_after)
