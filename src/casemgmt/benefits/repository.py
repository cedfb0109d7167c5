"""Queries on determinations and what belongs to them. Row security decides what is seen."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import and_, text
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel, col, or_, select

from casemgmt.benefits.record import FamilyOnRecord
from casemgmt.benefits.states import OFFER, DeterminationState
from casemgmt.benefits.tables import BenefitAppeal, BenefitDetermination, BenefitOffer, BenefitRecomputation
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, WrongState
from casemgmt.people.repository import get_family, relationships_among
from casemgmt.people.tables import FamilyMember, Person, Relationship

RowT = TypeVar("RowT", bound=SQLModel)


async def family_on(work: Work, family_id: UUID, on: date) -> FamilyOnRecord:
    """Return a family as it was on a day: who lived then, was a member, and the relationships of that day."""
    family = await get_family(work, family_id)
    query = (
        select(FamilyMember, Person)
        .join(Person, col(Person.id) == FamilyMember.person_id)
        .where(FamilyMember.family_id == family_id, *_on(FamilyMember.since, FamilyMember.until, on))
        .order_by(col(FamilyMember.since), col(FamilyMember.id))
    )
    members = [
        (member, person)
        for member, person in (await work.session.execute(query)).all()
        if (person.died_on is None or person.died_on > on) and (person.birth_date is None or person.birth_date <= on)
    ]
    relationships = await relationships_among(work, [person.id for _, person in members])
    return FamilyOnRecord(family, members, [each for each in relationships if _held(each, on)])


def _on(since: date, until: date | None, on: date) -> tuple[ColumnElement[bool], ...]:
    return col(since) <= on, or_(col(until).is_(None), col(until) >= on)


def _held(relationship: Relationship, on: date) -> bool:
    return (relationship.since is None or relationship.since <= on) and (
        relationship.until is None or relationship.until >= on
    )


async def hides_members(work: Work, family_id: UUID, on: date, seen: Sequence[UUID]) -> bool:
    """Answer whether the household had a member on that day whom the actor doesn't see."""
    hidden: bool = await work.call(
        "SELECT family_hides_members(:family, :on, cast(:seen AS uuid[]))", family=family_id, on=on, seen=list(seen)
    )
    return hidden


async def case_of(work: Work, persons: Sequence[UUID]) -> tuple[UUID, UUID] | None:
    """Return case and body of the case in whose story a determination stands: an open one first, else the newest."""
    rows = await work.rows(
        "SELECT c.id, c.organisation_id FROM case_person cp JOIN case_record c ON c.id = cp.case_id"
        " WHERE cp.person_id = ANY (:persons) AND cp.until IS NULL"
        " ORDER BY c.restricted DESC, (c.state = 'closed'), c.opened_at DESC, c.id LIMIT 1",
        persons=list(persons),
    )
    return (rows[0]["id"], rows[0]["organisation_id"]) if rows else None


async def get_determination(work: Work, determination_id: UUID, *, for_change: bool = False) -> BenefitDetermination:
    """Return a determination that the actor sees, locked when it is about to change; else `NotFound`.

    One whose receipt was lawfully erased has nothing to read, to explain or to decide on any more.
    """
    row = await _get(work, BenefitDetermination, determination_id, "determination", for_change=for_change)
    if not row.receipt:
        raise WrongState("The content of this determination was lawfully erased.", code="content-erased")
    return row


async def find_determination(work: Work, determination_id: UUID) -> BenefitDetermination | None:
    """Return a determination that the actor sees, or None."""
    query = select(BenefitDetermination).where(BenefitDetermination.id == determination_id)
    return (await work.session.scalars(query)).one_or_none()


async def get_appeal(work: Work, appeal_id: UUID, *, for_change: bool = False) -> BenefitAppeal:
    """Return an appeal that the actor sees, locked when it is about to change; else `NotFound`."""
    return await _get(work, BenefitAppeal, appeal_id, "appeal", for_change=for_change)


async def get_offer(work: Work, offer_id: UUID, *, for_change: bool = False) -> BenefitOffer:
    """Return an offer that the actor sees, locked when it is about to change; else `NotFound`."""
    return await _get(work, BenefitOffer, offer_id, "offer", for_change=for_change)


async def _get(work: Work, table: type[RowT], row_id: UUID, name: str, *, for_change: bool) -> RowT:
    query = select(table).where(table.id == row_id)  # type: ignore[attr-defined]  # every table here has it
    if for_change:
        query = query.with_for_update()
    row = (await work.session.scalars(query)).one_or_none()
    if row is None:
        raise NotFound(f"There is no such {name}.")
    return row


async def determinations_of(
    work: Work, family_id: UUID, size: int, after: Position | None
) -> list[BenefitDetermination]:
    """Return up to `size` determinations of a family, the newest first."""
    query = (
        select(BenefitDetermination)
        .where(BenefitDetermination.family_id == family_id, *_before(BenefitDetermination, after))
        .order_by(col(BenefitDetermination.created_at).desc(), col(BenefitDetermination.id).desc())
        .limit(size)
    )
    return list(await work.session.scalars(query))


_SCOPES = (
    "organisation_id = case_organisation()",
    "organisation_id = benefits_organisation()",
    "region_code = case_region()",
    "region_code = benefits_region()",
    "sees_all_cases()",
)
"""Where the list starts for each kind of actor: each scope has an index in the order of the list."""


async def determinations_here(
    work: Work, size: int, after: Position | None, state: str | None
) -> list[BenefitDetermination]:
    """Return up to `size` determinations that the actor sees of its cases, its body and its region, newest first."""
    conditions = ["TRUE"]
    arguments: dict[str, object] = {"size": size}
    if state is not None:
        conditions.append("state = :state")
        arguments["state"] = state
    if after is not None:
        conditions.append("(created_at, id) < (:at, :id)")
        arguments |= {"at": after.at, "id": after.id}
    where = " AND ".join(conditions)
    newest = f"{where} ORDER BY created_at DESC, id DESC LIMIT :size"
    branches = [f"(SELECT id, created_at FROM benefit_determination WHERE {scope} AND {newest})" for scope in _SCOPES]  # noqa: S608 - constants
    branches.append(
        "(SELECT d.* FROM case_member m CROSS JOIN LATERAL (SELECT id, created_at FROM benefit_determination"  # noqa: S608 - constants
        f" WHERE case_id = m.case_id AND {newest}) AS d WHERE m.user_id = actor_user() AND m.ended_at IS NULL)"
    )
    found = await work.session.execute(
        text(
            f"SELECT id FROM ({' UNION '.join(branches)}) AS found ORDER BY created_at DESC, id DESC LIMIT :size"  # noqa: S608 - constants
        ),
        arguments,
    )
    ids = list(found.scalars())
    query = select(BenefitDetermination).where(col(BenefitDetermination.id).in_(ids))
    rows = {row.id: row for row in await work.session.scalars(query)}
    return [rows[each] for each in ids]


def _before(table: type[BenefitDetermination], after: Position | None) -> tuple[ColumnElement[bool], ...]:
    if after is None:
        return ()
    at, row_id = col(table.created_at), col(table.id)
    return (or_(at < after.at, and_(at == after.at, row_id < after.id)),)


async def appeals_of(work: Work, determination_id: UUID) -> list[BenefitAppeal]:
    """Return the appeals against a decision, the oldest first."""
    query = (
        select(BenefitAppeal)
        .where(BenefitAppeal.determination_id == determination_id)
        .order_by(col(BenefitAppeal.created_at), col(BenefitAppeal.id))
    )
    return list(await work.session.scalars(query))


async def recomputations_of(work: Work, determination_id: UUID) -> list[BenefitRecomputation]:
    """Return the recomputations of a determination, the oldest first."""
    query = (
        select(BenefitRecomputation)
        .where(BenefitRecomputation.determination_id == determination_id)
        .order_by(col(BenefitRecomputation.created_at), col(BenefitRecomputation.id))
    )
    return list(await work.session.scalars(query))


async def offers_of(work: Work, family_id: UUID) -> list[BenefitOffer]:
    """Return the offers to a family, the newest first."""
    query = (
        select(BenefitOffer)
        .where(BenefitOffer.family_id == family_id)
        .order_by(col(BenefitOffer.created_at).desc(), col(BenefitOffer.id).desc())
    )
    return list(await work.session.scalars(query))


async def is_granted(work: Work, row: BenefitDetermination) -> bool:
    """Answer whether another determination of the same benefit for the same family and day was approved."""
    query = select(BenefitDetermination.id).where(
        BenefitDetermination.family_id == row.family_id,
        BenefitDetermination.benefit == row.benefit,
        BenefitDetermination.asked_for == row.asked_for,
        BenefitDetermination.state == DeterminationState.APPROVED,
        BenefitDetermination.id != row.id,
    )
    return (await work.session.scalars(query)).first() is not None


async def open_offer(work: Work, determination_id: UUID) -> BenefitOffer | None:
    """Return the offer that rests on this determination and that nobody has answered; its days may be over."""
    query = select(BenefitOffer).where(
        BenefitOffer.determination_id == determination_id, BenefitOffer.state == OFFER.initial
    )
    return (await work.session.scalars(query)).one_or_none()


async def has_open_offer(work: Work, determination_id: UUID) -> bool:
    """Answer whether the family still may answer an offer that rests on this determination."""
    offer = await open_offer(work, determination_id)
    return offer is not None and work.now <= offer.answer_by
