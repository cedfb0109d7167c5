"""The clocks' own jobs: warnings, breaches and escalations every minute; holds that are over."""

from typing import ClassVar
from uuid import UUID

from sqlmodel import col, select

from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.service import enqueue
from casemgmt.jobs.work import Tools
from casemgmt.tasks.alerts import MOST, note_breaches, note_warnings
from casemgmt.tasks.holding import note_end
from casemgmt.tasks.tables import Task


class TellClocks(Payload):
    """Look at the clocks that have come to their warning or gone past their due moment."""

    kind: ClassVar[str] = "task.tell_clocks"


class FindEndedHolds(Payload):
    """Look for holds that are over."""

    kind: ClassVar[str] = "task.find_ended_holds"


class NoteEndOfHold(Payload):
    """Note that one is over. The clock runs since its end, whenever this is done."""

    kind: ClassVar[str] = "task.note_end_of_hold"
    task_id: UUID


async def tell_clocks(work: Work, told: TellClocks, _: Tools) -> None:
    """Note warnings and breaches, a batch in one transaction; where there are more, another job goes on."""
    if MOST in (await note_warnings(work), await note_breaches(work)):
        await enqueue(work, told)


async def find_ended_holds(work: Work, _: FindEndedHolds, __: Tools) -> None:
    """Enqueue a job for each."""
    query = select(Task.id).where(
        col(Task.held_until) <= work.now, col(Task.completed_at).is_(None), col(Task.cancelled_at).is_(None)
    )
    ids = await work.session.scalars(query.order_by(col(Task.held_until)).limit(MOST_OF_A_SWEEP))
    await fan_out(work, ids, lambda each: NoteEndOfHold(task_id=each))


async def note_end_of_hold(work: Work, told: NoteEndOfHold, _: Tools) -> None:
    """Note the end."""
    await note_end(work, told.task_id)


HANDLERS = (
    Handler(TellClocks, tell_clocks),
    Handler(FindEndedHolds, find_ended_holds),
    Handler(NoteEndOfHold, note_end_of_hold),
)

SCHEDULE = (Every("* * * * *", TellClocks()), Every("* * * * *", FindEndedHolds()))
