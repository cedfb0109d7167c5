"""Use cases of centres: which there are, and when their rooms and specialists are taken."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.centers import repository
from casemgmt.centers.views import BusyDay, BusyTime, CentreView
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.errors import invalid_field
from casemgmt.organisations.tables import Organisation
from rules.zone import local_moment

_NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
"""Centres are listed in the order of their ids alone; a cursor needs a moment beside the id."""
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


async def list_centres(work: Work, limit: int, cursor: str | None, region_code: str | None) -> paging.Page[CentreView]:
    """Return a page of the bodies in which sessions are held."""
    after = paging.decode("centres", cursor)
    rows = await repository.list_centres(work, limit + 1, after, region_code)
    page = paging.page("centres", [_centre(r) for r in rows], limit, lambda c: paging.Position(_NO_MOMENT, c.id))
    work.record(Event("centre.listed", "organisation", tuple(c.id for c in page.items)))
    return page


def _centre(row: Organisation) -> CentreView:
    return CentreView.model_validate(row.model_dump(include=set(CentreView.model_fields)))


async def read_busy(work: Work, centre_id: UUID, day: date) -> BusyDay:
    """Return when the rooms and specialists of a centre are taken on a day; for whom is not said."""
    await repository.get_centre(work, centre_id)
    start, end = day_bounds(day)
    rows = await repository.busy_times(work, centre_id, start, end)
    work.record(Event("centre.busy_read", "organisation", (centre_id,)))
    return BusyDay(centre_id=centre_id, day=day, items=[BusyTime(**r) for r in rows])


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return in UTC the moments at which a day begins and ends on the clocks of Kazakhstan."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise invalid_field("/query/day", "impossible-date", "The day is out of range.")
    return local_moment(day, time()), local_moment(day + timedelta(days=1), time())
