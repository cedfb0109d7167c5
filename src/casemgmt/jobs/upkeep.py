"""Jobs that keep the machinery in order: the queue's own log, and the months of the audit log."""

from typing import ClassVar

from casemgmt.audit.events import Event
from casemgmt.audit.policy import MONTHS_AHEAD
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import Every
from casemgmt.jobs.work import Tools

_FORGET = (
    "DELETE FROM jobs.log l WHERE l.created < now() - interval '30 days' AND l.aggregated"
    " AND NOT EXISTS (SELECT 1 FROM jobs.job j WHERE j.id = l.job_id)"
)
_FORGET_COUNTS = "DELETE FROM jobs.statistic WHERE created < now() - interval '1 year'"


class ForgetLog(Payload):
    """Forget what became of jobs that ended a month ago; of those that are dead it stays."""

    kind: ClassVar[str] = "jobs.forget_log"


class MakeAuditMonths(Payload):
    """Make room in the audit log for the months ahead."""

    kind: ClassVar[str] = "audit.make_months"


async def forget_log(work: Work, _: ForgetLog, __: Tools) -> None:
    """Delete rows of the queue's log and counts."""
    driver = await work.driver()
    await driver.execute(_FORGET)
    await driver.execute(_FORGET_COUNTS)


async def make_audit_months(work: Work, _: MakeAuditMonths, __: Tools) -> None:
    """Make the partitions that are missing; there is an event where there were any."""
    before = await work.call("SELECT audit_months_ahead()")
    await work.call("SELECT sweep_audit_months(:ahead)", ahead=MONTHS_AHEAD)
    if await work.call("SELECT audit_months_ahead()") != before:
        work.record(Event("audit.months_made", "deployment"))


HANDLERS = (Handler(ForgetLog, forget_log, seconds=300), Handler(MakeAuditMonths, make_audit_months))

SCHEDULE = (Every("17 20 * * *", ForgetLog()), Every("7 * * * *", MakeAuditMonths()))
