"""Sessions whose specialist is away: the manager of each case is asked to move or cancel, until that is done."""

import json

from casemgmt.centers.tables import CentreSession, SpecialistAbsence
from casemgmt.db.work import Work
from casemgmt.staff.tables import StaffAbsence
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task

KIND = "session_without_specialist"
TAKE_OVER = ("staff_take_over", "conflict_take_over")
"""Where a specialist left, or may not have the case: somebody is asked to name another one."""


async def ask_managers(work: Work, absence: SpecialistAbsence | StaffAbsence) -> None:
    """Start a clock for each session in an absence, in the queue of the manager of its case, hidden cases too.

    The manager has a working day, and no longer than until the session would begin.
    """
    statement = "SELECT start_absence_clocks(:absence, CAST(:task AS jsonb), :at)"
    await work.call(statement, absence=absence.id, task=_task(work, absence), at=work.now)


async def ask_after_deputies(work: Work, absence: StaffAbsence) -> None:
    """Start the same clock for each session that a deputy can give no more: the absence ended, or another is named."""
    statement = "SELECT start_deputy_clocks(:absence, CAST(:task AS jsonb), :at)"
    await work.call(statement, absence=absence.id, task=_task(work, absence), at=work.now)


def _task(work: Work, absence: SpecialistAbsence | StaffAbsence) -> str:
    columns = clocks.columns(work, KIND, "specialist_absence", absence.id, organisation_id=absence.organisation_id)
    return json.dumps(columns, default=str)


async def ask_no_longer(work: Work, absence: SpecialistAbsence | StaffAbsence) -> None:
    """Take the clocks back with the absence."""
    await work.call("SELECT end_absence_clocks(:absence, :at)", absence=absence.id, at=work.now)


async def answered(work: Work, session: CentreSession, how: str) -> list[Task]:
    """Return the clock of a session that was moved, cancelled or recorded, stopped; the caller saves it."""
    return await clocks.stop(work, session.id, (KIND,), how)


async def named_another(work: Work, session: CentreSession) -> list[Task]:
    """Return the questions who takes a session over, stopped: somebody does. The caller saves them."""
    return await clocks.stop(work, session.id, TAKE_OVER, "given_to_another")
