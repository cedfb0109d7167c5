"""Family support centres: rooms, specialists and taken times."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.centers import service
from casemgmt.centers.commands import AddRoom
from casemgmt.centers.views import BusyDay, CentreView, RoomList, RoomView, SpecialistList
from casemgmt.reference.fields import RegionCode

router = Router("/centres", "centres")


@router.get("", Permission.CENTRES_READ)
async def list_centres(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> Page[CentreView]:
    """List the bodies in which sessions are held."""
    return Page.of(await service.list_centres(work, limit, cursor, region))


@router.post("/{centre_id}/rooms", Permission.CENTRES_MANAGE, status_code=201)
async def add_centre_room(centre_id: UUID, command: AddRoom, response: Response, work: CurrentWork) -> RoomView:
    """Add a room to your own centre."""
    room = await service.add_room(work, centre_id, command)
    set_etag(response, room.version)
    return room


@router.get("/{centre_id}/rooms", Permission.CENTRES_READ)
async def list_centre_rooms(centre_id: UUID, work: CurrentWork) -> RoomList:
    """List the rooms of a centre."""
    return await service.list_rooms(work, centre_id)


@router.get("/{centre_id}/specialists", Permission.CENTRES_READ)
async def list_centre_specialists(centre_id: UUID, work: CurrentWork) -> SpecialistList:
    """List the active specialists of a centre."""
    return await service.list_specialists(work, centre_id)


@router.get("/{centre_id}/busy", Permission.CENTRES_READ)
async def get_centre_busy(
    centre_id: UUID, work: CurrentWork, day: Annotated[date, Query(description="Day in Kazakhstan.")]
) -> BusyDay:
    """Read when rooms and specialists of a centre are taken on a day. For whom is not said."""
    return await service.read_busy(work, centre_id, day)
