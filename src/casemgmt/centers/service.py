"""Use cases of centres: which there are, their rooms, their specialists, when they are taken."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.centers import repository
from casemgmt.centers.commands import AddRoom
from casemgmt.centers.tables import CentreRoom
from casemgmt.centers.views import (
    BusyDay,
    BusyTime,
    CentreView,
    RoomList,
    RoomView,
    SpecialistList,
    SpecialistView,
)
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, Forbidden, invalid_field
from casemgmt.ids import new_id
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


async def add_room(work: Work, centre_id: UUID, command: AddRoom) -> RoomView:
    """Add a room to the actor's own centre."""
    await repository.get_centre(work, centre_id)
    if centre_id != work.actor.organisation_id:
        raise Forbidden("Rooms are kept by the centre itself.", code="other-centre")
    if any(r.name == command.name for r in await repository.rooms_of(work, centre_id)):
        raise Conflict("The centre has a room of this name already.", code="room-exists")
    room = CentreRoom(
        id=command.id or new_id(), organisation_id=centre_id, name=command.name, capacity=command.capacity, active=True
    )
    await work.save(Event("centre.room_added", "centre_room", (room.id,)), room)
    return _room(room)


async def list_rooms(work: Work, centre_id: UUID) -> RoomList:
    """Return the rooms of a centre."""
    await repository.get_centre(work, centre_id)
    rooms = await repository.rooms_of(work, centre_id)
    work.record(Event("centre.rooms_listed", "organisation", (centre_id,)))
    return RoomList(items=[_room(r) for r in rooms])


def _room(room: CentreRoom) -> RoomView:
    return RoomView.model_validate(room.model_dump(exclude={"changed_xid"}))


async def list_specialists(work: Work, centre_id: UUID) -> SpecialistList:
    """Return the active specialists of a centre."""
    await repository.get_centre(work, centre_id)
    rows = await repository.specialists_of(work, centre_id)
    work.record(Event("centre.specialists_listed", "organisation", (centre_id,)))
    return SpecialistList(items=[SpecialistView(**r) for r in rows])


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
