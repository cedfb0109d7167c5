"""Temporary stays, and the shelters that a centre keeps for them."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.stays import service, shelters
from casemgmt.stays.commands import AddPlace, AddShelter, AdmitToStay, ChangePlace, CloseShelter, LeaveStay
from casemgmt.stays.views import (
    PlaceList,
    PlaceView,
    ShelterList,
    ShelterState,
    ShelterView,
    StayList,
    StayView,
)

router = Router("", "stays")


@router.post("/cases/{case_id}/stays", Permission.STAYS_WRITE, status_code=201)
async def admit_to_stay(case_id: UUID, command: AdmitToStay, response: Response, work: CurrentWork) -> StayView:
    """Admit persons who flee violence to a temporary stay, all together or none. The team alone does it.

    No free place, and a centre without a shelter, are the same answer. Where they are is read as the protected address.
    """
    view = await service.admit(work, case_id, command)
    response.headers["Location"] = f"/v1/stays/{view.id}"
    return _shown(response, view)


@router.get("/cases/{case_id}/stays", Permission.STAYS_READ)
async def list_stays(case_id: UUID, work: CurrentWork) -> StayList:
    """List the temporary stays of a case, the latest first. None of them says where."""
    return await service.list_stays(work, case_id)


@router.get("/stays/{stay_id}", Permission.STAYS_READ)
async def get_stay(stay_id: UUID, response: Response, work: CurrentWork) -> StayView:
    """Read a temporary stay: since when, and until when at the latest. It does not say where."""
    return _shown(response, await service.read_stay(work, stay_id))


@router.post("/stays/{stay_id}/leave", Permission.STAYS_WRITE)
async def leave_stay(
    stay_id: UUID, command: LeaveStay, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> StayView:
    """Record that they left: their beds are free at once, and the protected address ends."""
    return _shown(response, await service.leave(work, stay_id, command, expected))


@router.post("/shelters", Permission.SHELTERS_MANAGE, status_code=201)
async def add_shelter(command: AddShelter, response: Response, work: CurrentWork) -> ShelterView:
    """Add a shelter to your own centre. Nobody outside of it learns that it is there."""
    shelter = await shelters.add_shelter(work, command)
    set_etag(response, shelter.version)
    return shelter


@router.get("/shelters", Permission.SHELTERS_MANAGE, fresh_factor=True)
async def list_shelters(work: CurrentWork) -> ShelterList:
    """List the shelters of your own centre with their addresses."""
    return await shelters.list_shelters(work)


@router.patch("/shelters/{shelter_id}", Permission.SHELTERS_MANAGE)
async def close_shelter(
    shelter_id: UUID, command: CloseShelter, response: Response, work: CurrentWork, expected: RequiredVersion
) -> ShelterState:
    """Close a shelter for new admissions, or open it again. Who is there stays until leaving."""
    shelter = await shelters.close_shelter(work, shelter_id, command, expected)
    set_etag(response, shelter.version)
    return shelter


@router.get("/shelters/{shelter_id}/places", Permission.SHELTERS_MANAGE)
async def list_shelter_places(shelter_id: UUID, work: CurrentWork) -> PlaceList:
    """List the beds of a shelter: taken until when, never by whom."""
    return await shelters.list_places(work, shelter_id)


@router.post("/shelters/{shelter_id}/places", Permission.SHELTERS_MANAGE, status_code=201)
async def add_shelter_place(shelter_id: UUID, command: AddPlace, response: Response, work: CurrentWork) -> PlaceView:
    """Add a bed to a shelter of your own centre."""
    place = await shelters.add_place(work, shelter_id, command)
    set_etag(response, place.version)
    return place


@router.patch("/shelters/{shelter_id}/places/{place_id}", Permission.SHELTERS_MANAGE)
async def change_shelter_place(
    shelter_id: UUID,
    place_id: UUID,
    command: ChangePlace,
    response: Response,
    work: CurrentWork,
    expected: RequiredVersion,
) -> PlaceView:
    """Take a bed out of use, or back into it. Who is in it stays."""
    place = await shelters.change_place(work, shelter_id, place_id, command, expected)
    set_etag(response, place.version)
    return place


def _shown(response: Response, view: StayView) -> StayView:
    set_etag(response, view.version)
    return view
