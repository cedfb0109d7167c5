"""Family support centres: rooms, specialists and taken times."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.languages import ReaderLanguage
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.centers import rooms, service, staff
from casemgmt.centers.commands import AddRoom, ChangeRoom, RecordAbsence, RecordPaper, SetHours
from casemgmt.centers.views import (
    AbsenceList,
    AbsenceRecorded,
    AbsenceView,
    BusyDay,
    CentreView,
    HoursView,
    PaperList,
    PaperView,
    PaperWithdrawn,
    RoomList,
    RoomView,
    ServiceList,
    SpecialistList,
)
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


@router.get("/services", Permission.CENTRES_READ)
async def list_centre_services(work: CurrentWork, language: ReaderLanguage) -> ServiceList:
    """List the services of family support centres: kind, forms, papers that a specialist needs, and who says so."""
    return staff.read_catalogue(work, language)


@router.post("/{centre_id}/rooms", Permission.CENTRES_MANAGE, status_code=201)
async def add_centre_room(centre_id: UUID, command: AddRoom, response: Response, work: CurrentWork) -> RoomView:
    """Add a room to your own centre."""
    room = await rooms.add_room(work, centre_id, command)
    set_etag(response, room.version)
    return room


@router.get("/{centre_id}/rooms", Permission.CENTRES_READ)
async def list_centre_rooms(centre_id: UUID, work: CurrentWork) -> RoomList:
    """List the rooms of a centre."""
    return await rooms.list_rooms(work, centre_id)


@router.patch("/{centre_id}/rooms/{room_id}", Permission.CENTRES_MANAGE)
async def change_centre_room(
    centre_id: UUID,
    room_id: UUID,
    command: ChangeRoom,
    response: Response,
    work: CurrentWork,
    expected: RequiredVersion,
) -> RoomView:
    """Rename a room, change what it holds, close or reopen it. Refused while sessions to come need it as it is."""
    room = await rooms.change_room(work, centre_id, room_id, command, expected)
    set_etag(response, room.version)
    return room


@router.get("/{centre_id}/specialists", Permission.CENTRES_READ)
async def list_centre_specialists(centre_id: UUID, work: CurrentWork) -> SpecialistList:
    """List the active specialists of a centre, with the newest paper of each kind and their working week."""
    return await staff.list_specialists(work, centre_id)


@router.get("/{centre_id}/specialists/{specialist_id}/papers", Permission.CENTRES_READ)
async def list_specialist_papers(centre_id: UUID, specialist_id: UUID, work: CurrentWork) -> PaperList:
    """List all papers of a specialist: qualification, attestation, licence."""
    return await staff.list_papers(work, centre_id, specialist_id)


@router.post("/{centre_id}/specialists/{specialist_id}/papers", Permission.CENTRES_MANAGE, status_code=201)
async def record_specialist_paper(
    centre_id: UUID, specialist_id: UUID, command: RecordPaper, response: Response, work: CurrentWork
) -> PaperView:
    """Record a paper of a specialist of your own centre. Nobody records their own."""
    paper = await staff.record_paper(work, centre_id, specialist_id, command)
    set_etag(response, paper.version)
    return paper


@router.post("/{centre_id}/specialists/{specialist_id}/papers/{paper_id}/withdraw", Permission.CENTRES_MANAGE)
async def withdraw_specialist_paper(
    centre_id: UUID,
    specialist_id: UUID,
    paper_id: UUID,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
) -> PaperWithdrawn:
    """Take a paper back, or say that it was entered in error. You are told which booked sessions need it."""
    paper = await staff.withdraw_paper(work, centre_id, specialist_id, paper_id, expected)
    set_etag(response, paper.version)
    return paper


@router.post("/{centre_id}/specialists/{specialist_id}/hours", Permission.CENTRES_MANAGE)
async def set_specialist_hours(centre_id: UUID, specialist_id: UUID, command: SetHours, work: CurrentWork) -> HoursView:
    """Set the working week of a specialist. It replaces the one before; nothing is booked outside of it."""
    return await staff.set_hours(work, centre_id, specialist_id, command)


@router.get("/{centre_id}/specialists/{specialist_id}/absences", Permission.CENTRES_READ)
async def list_specialist_absences(centre_id: UUID, specialist_id: UUID, work: CurrentWork) -> AbsenceList:
    """List the absences of a specialist that are not over, with their reasons: for the own centre alone."""
    return await staff.list_absences(work, centre_id, specialist_id)


@router.post("/{centre_id}/specialists/{specialist_id}/absences", Permission.CENTRES_MANAGE, status_code=201)
async def record_specialist_absence(
    centre_id: UUID, specialist_id: UUID, command: RecordAbsence, response: Response, work: CurrentWork
) -> AbsenceRecorded:
    """Record an absence. The answer names the sessions that are booked into it."""
    absence = await staff.record_absence(work, centre_id, specialist_id, command)
    set_etag(response, absence.version)
    return absence


@router.post("/{centre_id}/specialists/{specialist_id}/absences/{absence_id}/withdraw", Permission.CENTRES_MANAGE)
async def withdraw_specialist_absence(
    centre_id: UUID,
    specialist_id: UUID,
    absence_id: UUID,
    response: Response,
    work: CurrentWork,
    expected: ExpectedVersion,
) -> AbsenceView:
    """Take an absence back: the specialist can be booked in that time again."""
    absence = await staff.withdraw_absence(work, centre_id, specialist_id, absence_id, expected)
    set_etag(response, absence.version)
    return absence


@router.get("/{centre_id}/busy", Permission.CENTRES_READ)
async def get_centre_busy(
    centre_id: UUID, work: CurrentWork, day: Annotated[date, Query(description="Day in Kazakhstan.")]
) -> BusyDay:
    """Read when rooms and specialists of a centre are taken on a day. For whom is not said."""
    return await service.read_busy(work, centre_id, day)
