"""Mandatory notices: which bodies must be told of a signal, each once, with a clock."""

from sqlalchemy.dialects.postgresql import insert

from casemgmt.db.work import Work
from casemgmt.signals import policy
from casemgmt.signals.desk import desk_clock
from casemgmt.signals.tables import Signal
from casemgmt.tasks.tables import Task


async def start_notices(work: Work, signal: Signal) -> None:
    """Start the clocks of the notices that the signal's category calls for; one that was started before stays alone.

    The writer may not see the desk's tasks: whether there is one already, the unique index of the table answers.
    """
    for kind in policy.triage_table().mandatory_notices.get(signal.category, []):
        values = desk_clock(work, signal, kind).model_dump(exclude={"changed_xid"})
        await work.session.execute(insert(Task).values(**values).on_conflict_do_nothing())
