"""What a session leaves behind that was not held, or not missed, with this family."""

from sqlmodel import SQLModel

from casemgmt.centers import repository as centres
from casemgmt.centers.catalogue import catalogue
from casemgmt.centers.measures import moved_measure
from casemgmt.centers.states import FOLLOW_UPS, SessionState
from casemgmt.centers.tables import CentreSession
from casemgmt.corrections import repository
from casemgmt.db.work import Work
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task


async def take_out(work: Work, session: CentreSession, reason: str) -> list[SQLModel]:
    """Mark a session: its times are free, what was to follow from it is over, the measure that it began is planned."""
    session.state = SessionState.ENTERED_IN_ERROR
    await work.session.flush()
    bookings = await centres.bookings_of(work, session.id)
    for booking in bookings:
        booking.cancelled_at = work.now
    ended = await clocks.cancel(work, session.id, FOLLOW_UPS, reason)
    return [*bookings, *ended, *await _no_longer_repeated(work, session, reason), *await _planned_again(work, session)]


async def _no_longer_repeated(work: Work, session: CentreSession, reason: str) -> list[Task]:
    """Return the question about a family that stayed away again, taken back where without this session it did not."""
    found = await repository.repeated_no_show(work, session.case_id)
    if found is None:
        return []
    task, missed = found
    needed = catalogue().figures["no_shows_in_a_row"].value - 1
    if await centres.came_before(work, missed, needed) == [SessionState.NO_SHOW] * needed:
        return []
    task.cancelled_at, task.cancel_reason = work.now, reason
    return [task]


async def _planned_again(work: Work, session: CentreSession) -> list[SQLModel]:
    if session.plan_measure_id is None:
        return []
    if not await repository.begun_in_error(work, session.case_id, session.plan_measure_id):
        return []
    return await moved_measure(work, session.plan_measure_id, "put_back", "plan_measure.put_back")
