"""Queries on conferences. Row security decides what is seen."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import literal, tuple_
from sqlmodel import SQLModel, col, select

from casemgmt.cases.tables import CaseRecord
from casemgmt.conferences.tables import (
    Conference,
    ConferenceDecision,
    ConferenceFamily,
    ConferenceParticipant,
    ConferenceShare,
)
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound

_Found = TypeVar("_Found", bound=SQLModel)


async def get(work: Work, kind: type[_Found], record_id: UUID, *, for_change: bool = False) -> _Found:
    """Return a record that the actor sees as it is now, locked when it is about to change; else `NotFound`."""
    query = select(kind).where(kind.id == record_id)  # type: ignore[attr-defined]  # each has its own id
    if for_change:
        query = query.with_for_update()
    found = (await work.session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound("There is nothing like this.")
    return found


async def list_conferences(
    work: Work, size: int, after: Position | None, *, case_id: UUID | None = None, state: str | None = None
) -> list[Conference]:
    """Return up to `size` conferences of a case, else those to which the actor is invited, the newest first."""
    mine = select(ConferenceParticipant.conference_id).where(ConferenceParticipant.user_id == work.actor.user_id)
    query = select(Conference).where(
        col(Conference.case_id) == case_id if case_id is not None else col(Conference.id).in_(mine)
    )
    if state is not None:
        query = query.where(Conference.state == state)
    key = tuple_(col(Conference.called_at), col(Conference.id))
    if after is not None:
        query = query.where(key < tuple_(literal(after.at), literal(after.id)))
    rows = query.order_by(col(Conference.called_at).desc(), col(Conference.id).desc()).limit(size)
    return list(await work.session.scalars(rows))


async def participants_of(work: Work, conference_id: UUID, *, for_change: bool = False) -> list[ConferenceParticipant]:
    """Return who was invited, in the order of the invitations."""
    query = select(ConferenceParticipant).where(ConferenceParticipant.conference_id == conference_id)
    if for_change:
        query = query.with_for_update()
    rows = query.order_by(col(ConferenceParticipant.invited_at), col(ConferenceParticipant.id))
    return list(await work.session.scalars(rows.execution_options(populate_existing=True)))


async def family_of(work: Work, conference_id: UUID) -> list[ConferenceFamily]:
    """Return who of the family was considered."""
    query = select(ConferenceFamily).where(ConferenceFamily.conference_id == conference_id)
    return list(await work.session.scalars(query.order_by(col(ConferenceFamily.person_id))))


async def decisions_of(work: Work, conference_id: UUID) -> list[ConferenceDecision]:
    """Return what was decided, in order."""
    query = select(ConferenceDecision).where(ConferenceDecision.conference_id == conference_id)
    rows = query.order_by(col(ConferenceDecision.position)).execution_options(populate_existing=True)
    return list(await work.session.scalars(rows))


async def open_decisions(work: Work) -> list[ConferenceDecision]:
    """Return what the actor does of what was decided, the soonest first."""
    query = select(ConferenceDecision).where(
        ConferenceDecision.responsible_id == work.actor.user_id, ConferenceDecision.state == "open"
    )
    rows = query.order_by(col(ConferenceDecision.due_on), col(ConferenceDecision.id)).limit(200)
    return list(await work.session.scalars(rows))


async def share_of(work: Work, conference_id: UUID) -> ConferenceShare | None:
    """Return what is shared, None where the actor does not see it."""
    query = select(ConferenceShare).where(ConferenceShare.conference_id == conference_id)
    return (await work.session.scalars(query)).one_or_none()


async def seen_cases(work: Work, case_ids: list[UUID]) -> set[UUID]:
    """Return those of some cases that the actor sees."""
    query = select(CaseRecord.id).where(col(CaseRecord.id).in_(case_ids))
    return set(await work.session.scalars(query))


async def on_team(work: Work, case_id: UUID) -> bool:
    """Answer whether the actor is on the team of a case."""
    answer: bool = await work.call("SELECT on_team(:case)", case=case_id)
    return answer


async def children_of(work: Work, conference_id: UUID) -> list[dict[str, Any]]:
    """Return person, first name and age of the children, to whoever may read them by the conference; else nothing."""
    return await work.rows("SELECT * FROM conference_children(:conference)", conference=conference_id)


async def body_of(work: Work, user_id: UUID) -> UUID | None:
    """Return the body of somebody who may be invited, None for anybody else."""
    found: UUID | None = await work.call("SELECT may_attend_conference(:user)", user=user_id)
    return found


async def births_of(work: Work, person_ids: list[UUID]) -> dict[UUID, Any]:
    """Return the days of birth of persons, None where only the year or nothing is known."""
    rows = await work.rows("SELECT id, birth_date FROM person WHERE id = ANY (:ids)", ids=person_ids)
    return {row["id"]: row["birth_date"] for row in rows}
