"""Absences begin and end by the clock, and what nobody stands in for is looked for."""

from typing import ClassVar
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.work import Tools
from casemgmt.staff.absence_reading import get_absence
from casemgmt.staff.absences import ask_for_cover, begin, note_end

_DUE = "SELECT ARRAY(SELECT absences_to_tend(:now, :covers, :most))"
_COVER = "SELECT cover_absence(:absence)"


class FindAbsences(Payload):
    """Look for absences that begin or are over; with `covers`, also for cases that a deputy lacks."""

    kind: ClassVar[str] = "staff.find_absences"
    covers: bool = False


class TendAbsence(Payload):
    """Let one begin, note its end, or see to it that its cases are covered."""

    kind: ClassVar[str] = "staff.tend_absence"
    absence_id: UUID


async def find(work: Work, told: FindAbsences, _: Tools) -> None:
    """Enqueue a job for each."""
    ids: list[UUID] = await work.call(_DUE, now=work.now, covers=told.covers, most=MOST_OF_A_SWEEP)
    await fan_out(work, ids, lambda each: TendAbsence(absence_id=each))


async def tend(work: Work, told: TendAbsence, _: Tools) -> None:
    """Do what is due for it now."""
    absence = await get_absence(work, told.absence_id, for_change=True)
    if absence.ended_at is not None or absence.withdrawn_at is not None:
        return
    if absence.begun_at is None and absence.starts_at <= work.now:
        await begin(work, absence)
    if absence.begun_at is not None and absence.ends_at <= work.now:
        await note_end(work, absence)
    else:
        await work.call(_COVER, absence=absence.id)
    await ask_for_cover(work, absence)
    work.record(Event("staff.absence_tended", "staff_absence", (absence.id,)))


HANDLERS = (Handler(FindAbsences, find), Handler(TendAbsence, tend))

SCHEDULE = (Every("* * * * *", FindAbsences()), Every("*/5 * * * *", FindAbsences(covers=True)))
