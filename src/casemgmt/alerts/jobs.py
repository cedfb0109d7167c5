"""Every hour the log is looked through for unusual access, unasked."""

from typing import ClassVar

from casemgmt.alerts.sweeping import LOOK_BACK, raise_found
from casemgmt.audit.events import Event
from casemgmt.audit.policy import Window
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import Every
from casemgmt.jobs.work import Tools


class SweepAccess(Payload):
    """Look through the last day for unusual access, and raise the alerts."""

    kind: ClassVar[str] = "alerts.sweep_access"


async def sweep_access(work: Work, _: SweepAccess, tools: Tools) -> None:
    """Raise an alert for each finding that nobody was told of."""
    now = await work.call("SELECT clock_timestamp()")
    await raise_found(await work.driver(), tools.settings, Window(now - LOOK_BACK, now), work.request_id)
    work.record(Event("unusual_access.swept", "audit"))


HANDLERS = (Handler(SweepAccess, sweep_access, seconds=300),)

SCHEDULE = (Every("23 * * * *", SweepAccess()),)
