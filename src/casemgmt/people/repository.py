"""Queries on persons and families. Row security decides what is seen."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import col, select

from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.people.tables import Family, FamilyMember, Person, PersonIin, Relationship

_NO_PERSON = "There is no such person."


async def find_person(work: Work, person_id: UUID) -> Person | None:
    """Return a person that the actor sees, or None."""
    return (await work.session.scalars(select(Person).where(Person.id == person_id))).one_or_none()


async def get_person(work: Work, person_id: UUID, *, for_change: bool = False) -> Person:
    """Return a person that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(Person).where(Person.id == person_id)
    if for_change:
        query = query.with_for_update()
    person = (await work.session.scalars(query)).one_or_none()
    if person is None:
        raise NotFound(_NO_PERSON)
    return person


async def find_persons(work: Work, person_ids: Sequence[UUID], *, for_change: bool = False) -> list[Person]:
    """Return those of the persons that the actor sees, in the order of their ids, so that locks can't cross."""
    if not person_ids:
        return []
    query = select(Person).where(col(Person.id).in_(person_ids)).order_by(col(Person.id))
    if for_change:
        query = query.with_for_update()
    return list(await work.session.scalars(query))


async def find_iin(work: Work, person_id: UUID) -> PersonIin | None:
    """Return the identification number, where there is one and the actor may know it."""
    return (await work.session.scalars(select(PersonIin).where(PersonIin.person_id == person_id))).one_or_none()


async def families_of(work: Work, person_id: UUID) -> list[UUID]:
    """Return the households to which a person belongs now."""
    query = (
        select(FamilyMember.family_id)
        .where(FamilyMember.person_id == person_id, col(FamilyMember.until).is_(None))
        .order_by(col(FamilyMember.family_id))
    )
    return list(await work.session.scalars(query))


async def is_on_team_of(work: Work, person_ids: Sequence[UUID], *, sector: str | None = None) -> bool:
    """Answer whether the actor works on a case of one of the persons now; given a sector, as one of that sector."""
    answer: bool = await work.call(
        "SELECT EXISTS (SELECT 1 FROM case_person c JOIN case_member m ON m.case_id = c.case_id"
        " WHERE c.person_id = ANY (:persons) AND c.until IS NULL AND m.user_id = :actor AND m.ended_at IS NULL"
        " AND on_team(c.case_id)"
        " AND (CAST(:sector AS text) IS NULL OR m.sector = :sector))",
        persons=list(person_ids),
        actor=work.actor.user_id,
        sector=sector,
    )
    return answer


async def find_family(work: Work, family_id: UUID) -> Family | None:
    """Return a family that the actor sees, or None."""
    return (await work.session.scalars(select(Family).where(Family.id == family_id))).one_or_none()


async def get_family(work: Work, family_id: UUID, *, for_change: bool = False) -> Family:
    """Return a family that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(Family).where(Family.id == family_id)
    if for_change:
        query = query.with_for_update()
    family = (await work.session.scalars(query)).one_or_none()
    if family is None:
        raise NotFound("There is no such family.")
    return family


async def members_of(work: Work, family_id: UUID) -> list[FamilyMember]:
    """Return the members whom the actor sees, past ones too."""
    query = (
        select(FamilyMember)
        .where(FamilyMember.family_id == family_id)
        .order_by(col(FamilyMember.since), col(FamilyMember.id))
    )
    return list(await work.session.scalars(query))


async def relationships_of(work: Work, person_id: UUID) -> list[Relationship]:
    """Return the relationships of a person in both directions, with those whom the actor sees."""
    query = (
        select(Relationship)
        .where(or_(col(Relationship.person_id) == person_id, col(Relationship.other_id) == person_id))
        .order_by(col(Relationship.id))
    )
    return list(await work.session.scalars(query))


async def relationships_among(work: Work, person_ids: Sequence[UUID]) -> list[Relationship]:
    """Return the relationships of which both sides are among the persons."""
    if not person_ids:
        return []
    query = (
        select(Relationship)
        .where(and_(col(Relationship.person_id).in_(person_ids), col(Relationship.other_id).in_(person_ids)))
        .order_by(col(Relationship.id))
    )
    return list(await work.session.scalars(query))
