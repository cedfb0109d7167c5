"""What comes at night and on days off goes to whoever is on duty, and back when the shift is over."""

from typing import Any, ClassVar
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.duty.policy import EMERGENCIES, in_working_hours
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every
from casemgmt.jobs.work import Tools

_BACK = "SELECT * FROM return_from_duty(:at, :most)"
_GIVE = "SELECT * FROM give_to_duty(:at, :off_hours, :emergencies, :most)"


class TendDuty(Payload):
    """Give what is at the desks to whoever is on duty, and take back what is left of shifts that are over."""

    kind: ClassVar[str] = "duty.tend"


async def tend(work: Work, _: TendDuty, __: Tools) -> None:
    """Give and take back, in one transaction: what one shift leaves goes straight to the next."""
    _tell(work, await work.rows(_BACK, at=work.now, most=MOST_OF_A_SWEEP), "duty_over")
    off_hours = not in_working_hours(work.now)
    given = await work.rows(
        _GIVE, at=work.now, off_hours=off_hours, emergencies=list(EMERGENCIES), most=MOST_OF_A_SWEEP
    )
    _tell(work, given, "on_duty")


def _tell(work: Work, rows: list[dict[str, Any]], reason: str) -> None:
    for row in rows:
        ids: tuple[UUID, ...] = (row["task_id"], row["user_id"])
        work.record(Event("task.assigned", "task", ids, signal_id=row["signal_id"], reason=reason))


HANDLERS = (Handler(TendDuty, tend),)

SCHEDULE = (Every("* * * * *", TendDuty()),)
