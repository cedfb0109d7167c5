"""Queries on transfers."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.transfers.tables import CaseTransfer

# What is offered to my body, what it offered, what I offered: one branch each; row security decides what is seen.
_BRANCHES = (
    "to_organisation_id = case_organisation()",
    "from_organisation_id = case_organisation()",
    "from_organisation_id = actor_organisation() AND offered_by_id = actor_user()",
)


async def list_transfers(work: Work, size: int, after: Position | None, state: str | None) -> list[CaseTransfer]:
    """Return up to `size` transfers to the actor's body, from it, or offered by the actor, the newest first."""
    arguments: dict[str, object] = {"size": size}
    conditions = ""
    if state is not None:
        conditions += " AND state = :state"
        arguments["state"] = state
    if after is not None:
        conditions += " AND (offered_at, id) < (:at, :id)"
        arguments |= {"at": after.at, "id": after.id}
    branches = " UNION ".join(
        f"(SELECT id, offered_at FROM case_transfer WHERE {branch}{conditions}"  # noqa: S608 - constants
        " ORDER BY offered_at DESC, id DESC LIMIT :size)"
        for branch in _BRANCHES
    )
    statement = f"SELECT id FROM ({branches}) AS found ORDER BY offered_at DESC, id DESC LIMIT :size"  # noqa: S608 - constants
    ids = (await work.session.execute(text(statement), arguments)).scalars().all()
    query = (
        select(CaseTransfer)
        .where(col(CaseTransfer.id).in_(ids))
        .order_by(col(CaseTransfer.offered_at).desc(), col(CaseTransfer.id).desc())
    )
    return list(await work.session.scalars(query))


async def get_transfer(work: Work, transfer_id: UUID) -> CaseTransfer:
    """Return a transfer that the actor sees as it is now; else `NotFound`."""
    query = select(CaseTransfer).where(CaseTransfer.id == transfer_id).execution_options(populate_existing=True)
    transfer = (await work.session.scalars(query)).one_or_none()
    if transfer is None:
        raise NotFound("There is no such transfer.")
    return transfer


async def has_open_transfer(work: Work, case_id: UUID) -> bool:
    """Answer whether the case is on offer to a body."""
    query = select(CaseTransfer.id).where(CaseTransfer.case_id == case_id, CaseTransfer.state == "offered")
    return (await work.session.scalars(query)).one_or_none() is not None
