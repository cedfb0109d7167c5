"""Technical rows whose term is over go by themselves: kept answers, tries at log-ins, ended sessions, searches, drafts.

They are no record of a child and nobody decides on them; a records officer's plan finds what is left of them.
"""

from typing import ClassVar

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Code, Payload
from casemgmt.jobs.schedule import Every
from casemgmt.jobs.service import enqueue
from casemgmt.jobs.work import Tools
from casemgmt.retention.schedule import cutoff, schedule

BATCH = 5000
"""Rows of one transaction."""


class DestroyTechnical(Payload):
    """Destroy the rows of one class, up to a batch; where there are more, another job goes on."""

    kind: ClassVar[str] = "retention.destroy_technical"
    record_class: Code


class FindTechnical(Payload):
    """Enqueue a job for each technical class."""

    kind: ClassVar[str] = "retention.find_technical"


async def find_technical(work: Work, _: FindTechnical, __: Tools) -> None:
    """Enqueue a job for each technical class."""
    for name, record_class in schedule().items():
        if record_class.act == "destroy":
            await enqueue(work, DestroyTechnical(record_class=name), once=True)


async def destroy_technical(work: Work, told: DestroyTechnical, _: Tools) -> None:
    """Destroy a batch of the rows whose term is over."""
    gone = await work.call(
        "SELECT sweep_technical(:name, :before, :batch)",
        name=told.record_class,
        before=cutoff(told.record_class, work.now),
        batch=BATCH,
    )
    if gone:
        work.record(Event("retention.technical_destroyed", told.record_class))
    if gone == BATCH:
        await enqueue(work, told)


HANDLERS = (Handler(FindTechnical, find_technical), Handler(DestroyTechnical, destroy_technical))

SCHEDULE = (Every("37 19 * * *", FindTechnical()),)
