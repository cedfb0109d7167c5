"""Queries on hand-overs."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from casemgmt.cases.tables import CaseHandover
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound

# What is offered to me, and what I offered: one branch each, on an index of its own.
_BRANCHES = ("to_user_id = actor_user()", "offered_by_id = actor_user()")


def _list_statement(*, with_state: bool, with_cursor: bool) -> str:
    conditions = " AND state = :state" if with_state else ""
    if with_cursor:
        conditions += " AND (offered_at, id) < (:at, :id)"
    branches = " UNION ".join(
        f"(SELECT id, offered_at FROM case_handover WHERE {branch}{conditions}"  # noqa: S608 - constants
        " ORDER BY offered_at DESC, id DESC LIMIT :size)"
        for branch in _BRANCHES
    )
    return f"SELECT id FROM ({branches}) AS found ORDER BY offered_at DESC, id DESC LIMIT :size"  # noqa: S608 - constants


async def list_handovers(work: Work, size: int, after: Position | None, state: str | None) -> list[CaseHandover]:
    """Return up to `size` hand-overs offered to the actor, or by the actor, the newest first."""
    arguments: dict[str, object] = {"size": size}
    if state is not None:
        arguments["state"] = state
    if after is not None:
        arguments |= {"at": after.at, "id": after.id}
    statement = _list_statement(with_state=state is not None, with_cursor=after is not None)
    ids = (await work.session.execute(text(statement), arguments)).scalars().all()
    query = (
        select(CaseHandover)
        .where(col(CaseHandover.id).in_(ids))
        .order_by(col(CaseHandover.offered_at).desc(), col(CaseHandover.id).desc())
    )
    return list(await work.session.scalars(query))


async def get_handover(work: Work, handover_id: UUID, *, for_change: bool = False) -> CaseHandover:
    """Return a hand-over that the actor sees, read anew and locked when it is about to change; else `NotFound`."""
    query = select(CaseHandover).where(CaseHandover.id == handover_id)
    if for_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    handover = (await work.session.scalars(query)).one_or_none()
    if handover is None:
        raise NotFound("There is no such hand-over.")
    return handover
