"""Use cases of rooms: add, change, close."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.centers import repository
from casemgmt.centers.commands import AddRoom, ChangeRoom
from casemgmt.centers.tables import CentreRoom
from casemgmt.centers.views import RoomList, RoomView
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, Forbidden, NotFound
from casemgmt.ids import new_id


def check_own_centre(work: Work, centre_id: UUID) -> None:
    """Refuse who keeps another centre than this one."""
    if centre_id != work.actor.organisation_id:
        raise Forbidden("Rooms and specialists are kept by the centre itself.", code="other-centre")


async def add_room(work: Work, centre_id: UUID, command: AddRoom) -> RoomView:
    """Add a room to the actor's own centre."""
    await repository.get_centre(work, centre_id)
    check_own_centre(work, centre_id)
    _check_name(await repository.rooms_of(work, centre_id), command.name)
    room = CentreRoom(
        id=command.id or new_id(), organisation_id=centre_id, name=command.name, capacity=command.capacity, active=True
    )
    await work.save(Event("centre.room_added", "centre_room", (room.id,)), room)
    return _room(room)


async def change_room(
    work: Work, centre_id: UUID, room_id: UUID, command: ChangeRoom, expected: int | None
) -> RoomView:
    """Rename a room, change what it holds, close or reopen it. Refused while sessions to come need it as it is."""
    await repository.get_centre(work, centre_id)
    check_own_centre(work, centre_id)
    await repository.reserve(work, [room_id])
    rooms = await repository.rooms_of(work, centre_id)
    room = next((r for r in rooms if r.id == room_id), None)
    if room is None:
        raise NotFound("The centre has no such room.")
    check_version(room, expected)
    if command.name is not None:
        _check_name([r for r in rooms if r.id != room_id], command.name)
    closes = room.active and command.active is False
    await _check_sessions(work, room, command.capacity, closes=closes)
    for name, value in command.model_dump(exclude_none=True).items():
        setattr(room, name, value)
    await work.save(Event("centre.room_changed", "centre_room", (room.id,)), room)
    return _room(room)


async def _check_sessions(work: Work, room: CentreRoom, capacity: int | None, *, closes: bool) -> None:
    largest = await work.rows("SELECT * FROM room_needed(:room, :now)", room=room.id, now=work.now)
    needed = largest[0]
    holds = room.capacity if capacity is None else capacity
    if needed["sessions"] and (closes or holds < needed["persons"] + 1):
        raise Conflict(
            "Sessions to come need this room as it is: move or cancel them first.",
            code="room-needed",
            data={"sessions": needed["sessions"], "last_ends_at": needed["last_ends_at"].isoformat()},
        )


def _check_name(others: list[CentreRoom], name: str) -> None:
    if any(r.name == name for r in others):
        raise Conflict("The centre has a room of this name already.", code="room-exists")


async def list_rooms(work: Work, centre_id: UUID) -> RoomList:
    """Return the rooms of a centre."""
    await repository.get_centre(work, centre_id)
    rooms = await repository.rooms_of(work, centre_id)
    work.record(Event("centre.rooms_listed", "organisation", (centre_id,)))
    return RoomList(items=[_room(r) for r in rooms])


def _room(room: CentreRoom) -> RoomView:
    return RoomView.model_validate(room.model_dump(exclude={"changed_xid"}))
