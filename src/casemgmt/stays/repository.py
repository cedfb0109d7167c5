"""Queries on shelters and stays. Row security decides what is seen."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.people.tables import ProtectedAddress
from casemgmt.stays.tables import Shelter, ShelterPlace, StayPerson, TemporaryStay


async def shelters(work: Work) -> list[Shelter]:
    """Return the shelters of the actor's own centre."""
    return list(await work.session.scalars(select(Shelter).order_by(col(Shelter.created_at), col(Shelter.id))))


async def get_shelter(work: Work, shelter_id: UUID) -> Shelter:
    """Return a shelter of the own centre, locked; else `NotFound`."""
    query = select(Shelter).where(Shelter.id == shelter_id).with_for_update()
    found = (await work.session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such shelter.")
    return found


async def get_place(work: Work, shelter_id: UUID, place_id: UUID) -> ShelterPlace:
    """Return a bed of a shelter of the own centre, locked; else `NotFound`."""
    query = select(ShelterPlace).where(ShelterPlace.id == place_id, ShelterPlace.shelter_id == shelter_id)
    found = (await work.session.scalars(query.with_for_update())).one_or_none()
    if found is None:
        raise NotFound("There is no such place.")
    return found


async def occupied(work: Work, shelter_id: UUID) -> list[dict[str, Any]]:
    """Return the beds of a shelter, each with whether it is taken and until when."""
    return await work.rows("SELECT * FROM shelter_occupancy(:shelter)", shelter=shelter_id)


async def get_stay(work: Work, stay_id: UUID, *, for_change: bool = False) -> TemporaryStay:
    """Return a stay that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(TemporaryStay).where(TemporaryStay.id == stay_id)
    if for_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = (await work.session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such stay.")
    return found


async def stays_of(work: Work, case_id: UUID) -> list[TemporaryStay]:
    """Return the stays of a case, the latest first."""
    query = select(TemporaryStay).where(TemporaryStay.case_id == case_id)
    return list(
        await work.session.scalars(query.order_by(col(TemporaryStay.admitted_at).desc(), col(TemporaryStay.id).desc()))
    )


async def persons_of(work: Work, stay_id: UUID) -> list[StayPerson]:
    """Return who stays; for the team alone."""
    query = select(StayPerson).where(StayPerson.stay_id == stay_id).order_by(col(StayPerson.person_id))
    return list(await work.session.scalars(query))


async def addresses_of(work: Work, persons: list[StayPerson]) -> list[ProtectedAddress]:
    """Return the protected addresses that a stay gave its persons, where they have not ended."""
    query = select(ProtectedAddress).where(
        col(ProtectedAddress.id).in_([p.address_id for p in persons]), col(ProtectedAddress.until).is_(None)
    )
    return list(await work.session.scalars(query.order_by(col(ProtectedAddress.id)).with_for_update()))
