"""Queries of the records officers' desk. Row security shows it to them alone."""

from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import SQLModel

from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, invalid_field
from casemgmt.people.iin import InvalidIinError, read_iin
from casemgmt.retention.commands import HoldTarget

RowT = TypeVar("RowT", bound=SQLModel)

_ORDER = {
    "legal_hold": "placed_at",
    "erasure_request": "requested_at",
    "retention_plan": "made_at",
    "research_project": "proposed_at",
    "subject_copy": "prepared_at",
}


async def get_row(work: Work, model: type[RowT], row_id: UUID, *, for_change: bool = False) -> RowT:
    """Return a row of the desk, locked when it is about to change; else `NotFound`."""
    row = await work.session.get(model, row_id, with_for_update=for_change)
    if row is None:
        raise NotFound("There is no such record.")
    return row


async def newest_ids(work: Work, table: str, size: int, after: Position | None, state: str | None) -> list[UUID]:
    """Return the ids of up to `size` rows of a table of the desk, the newest first."""
    order = _ORDER[table]
    conditions = ["true"]
    given: dict[str, Any] = {"size": size}
    if state is not None:
        conditions.append("state = :state")
        given["state"] = state
    if after is not None:
        conditions.append(f"({order}, id) < (:at, :id)")
        given |= {"at": after.at, "id": after.id}
    statement = (
        f"SELECT id FROM {table} WHERE {' AND '.join(conditions)}"  # noqa: S608 - names from the code
        f" ORDER BY {order} DESC, id DESC LIMIT :size"
    )
    return list((await work.session.execute(text(statement), given)).scalars())


async def find_record(work: Work, target: HoldTarget) -> UUID:
    """Return the id of the record that a paper means; refused where there is none."""
    if target.iin is not None:
        try:
            read_iin(target.iin)
        except InvalidIinError:
            raise invalid_field("/target/iin", "invalid-iin", "This is no identification number.") from None
    found: UUID | None = await work.call(
        "SELECT find_record(:type, CAST(:id AS uuid), :number, :iin)",
        type=target.type,
        id=target.id,
        number=target.case_number,
        iin=target.iin,
    )
    if found is None:
        raise NotFound("There is no such record.", code="record-not-known")
    return found


def json_text(document: object) -> str:
    """Return a document as JSON, for a parameter of a statement."""
    return orjson.dumps(document).decode()
