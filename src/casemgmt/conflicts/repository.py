"""Queries on staff conflicts. Who is shut out of what is worked out by the database (`db/sql/12_conflicts.sql`)."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import literal, tuple_
from sqlmodel import col, select

from casemgmt.conflicts.tables import StaffConflict
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound


async def is_shut_out(work: Work, user_id: UUID, record_ids: Iterable[UUID]) -> bool:
    """Answer whether a conflict keeps a user away from any of these persons, cases, signals or families."""
    answer: bool = await work.call(
        "SELECT is_shut_out(:user, cast(:ids AS uuid[]))", user=user_id, ids=list(record_ids)
    )
    return answer


async def shut_out_among(work: Work, user_ids: Iterable[UUID], record_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of some users whom a conflict keeps away from any of these records."""
    found: list[UUID] = await work.call(
        "SELECT ARRAY(SELECT u FROM unnest(cast(:users AS uuid[])) u WHERE is_shut_out(u, cast(:ids AS uuid[])))",
        users=list(user_ids),
        ids=list(record_ids),
    )
    return set(found)


async def get_conflict(work: Work, conflict_id: UUID) -> StaffConflict:
    """Return a conflict that the actor sees, locked for its change; else `NotFound`."""
    query = select(StaffConflict).where(StaffConflict.id == conflict_id).with_for_update()
    found = (await work.session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such conflict.")
    return found


async def list_conflicts(
    work: Work, size: int, after: Position | None, state: str | None, *, own: bool
) -> list[StaffConflict]:
    """Return up to `size` conflicts of the actor, or of the others of the actor's body, the newest first."""
    mine = col(StaffConflict.user_id) == work.actor.user_id
    body = col(StaffConflict.organisation_id) == work.actor.organisation_id
    query = select(StaffConflict).where(mine if own else body & ~mine)
    if state is not None:
        query = query.where(StaffConflict.state == state)
    key = tuple_(col(StaffConflict.declared_at), col(StaffConflict.id))
    if after is not None:
        query = query.where(key < tuple_(literal(after.at), literal(after.id)))
    rows = query.order_by(col(StaffConflict.declared_at).desc(), col(StaffConflict.id).desc()).limit(size)
    return list(await work.session.scalars(rows))
