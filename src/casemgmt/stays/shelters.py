"""Use cases of shelters: a centre keeps its own, and nobody else learns that it has one."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.centers.repository import get_centre
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict
from casemgmt.ids import new_id
from casemgmt.people.policy import region_of
from casemgmt.stays import repository
from casemgmt.stays.commands import AddPlace, AddShelter, ChangePlace, CloseShelter
from casemgmt.stays.tables import Shelter, ShelterPlace
from casemgmt.stays.views import (
    OccupiedPlaceView,
    PlaceList,
    PlaceView,
    ShelterList,
    ShelterState,
    ShelterView,
)


async def add_shelter(work: Work, command: AddShelter) -> ShelterView:
    """Add a shelter to the own centre."""
    await get_centre(work, work.actor.organisation_id)
    if command.kato is not None:
        region_of(command.kato)
    shelter = Shelter(
        id=command.id or new_id(),
        organisation_id=work.actor.organisation_id,
        active=True,
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **command.model_dump(exclude={"id"}),
    )
    await work.save(Event("shelter.added", "shelter", (shelter.id,)), shelter)
    return ShelterView.model_validate(shelter)


async def list_shelters(work: Work) -> ShelterList:
    """Return the shelters of the own centre with their addresses."""
    found = await repository.shelters(work)
    work.record(Event("shelter.read", "shelter", tuple(s.id for s in found)))
    return ShelterList(items=[ShelterView.model_validate(s) for s in found])


async def close_shelter(work: Work, shelter_id: UUID, command: CloseShelter, expected: int | None) -> ShelterState:
    """Close a shelter for new admissions, or open it again."""
    shelter = await repository.get_shelter(work, shelter_id)
    check_version(shelter, expected)
    shelter.active = command.active
    await work.save(Event("shelter.changed", "shelter", (shelter.id,)), shelter)
    return ShelterState.model_validate(shelter)


async def add_place(work: Work, shelter_id: UUID, command: AddPlace) -> PlaceView:
    """Add a bed."""
    shelter = await repository.get_shelter(work, shelter_id)
    if any(p["label"] == command.label for p in await repository.occupied(work, shelter_id)):
        raise Conflict("The shelter has a place of this name already.", code="place-exists")
    place = ShelterPlace(
        id=command.id or new_id(),
        organisation_id=shelter.organisation_id,
        shelter_id=shelter.id,
        label=command.label,
        active=True,
    )
    await work.save(Event("shelter.place_added", "shelter_place", (place.id,)), place)
    return PlaceView.model_validate(place)


async def change_place(
    work: Work, shelter_id: UUID, place_id: UUID, command: ChangePlace, expected: int | None
) -> PlaceView:
    """Take a bed out of use, or back into it. Who is in it stays."""
    await repository.get_shelter(work, shelter_id)
    place = await repository.get_place(work, shelter_id, place_id)
    check_version(place, expected)
    place.active = command.active
    await work.save(Event("shelter.place_changed", "shelter_place", (place.id,)), place)
    return PlaceView.model_validate(place)


async def list_places(work: Work, shelter_id: UUID) -> PlaceList:
    """Return the beds of a shelter of the own centre: taken until when, and by whom is not said."""
    await repository.get_shelter(work, shelter_id)
    rows = await repository.occupied(work, shelter_id)
    work.record(Event("shelter.places_listed", "shelter", (shelter_id,)))
    places = [OccupiedPlaceView(**row) for row in rows]
    return PlaceList(items=places, free=sum(p.active and not p.taken for p in places))
