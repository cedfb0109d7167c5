"""Queries on the timeline. Row security decides which entries are seen."""

from collections.abc import Collection
from typing import Any, Literal
from uuid import UUID

from casemgmt.access.system import SYSTEM_USER
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.timeline.views import Order

_ITSELF = {
    "id": SYSTEM_USER,
    "name": "casemgmt",
    "name_kk": "Қызметтің өзі",
    "name_ru": "Сама служба",
    "name_en": "The service itself",
}
_DIRECTION: dict[Order, tuple[str, str]] = {"asc": (">", "ASC"), "desc": ("<", "DESC")}


async def entries_of(
    work: Work, owner: Literal["case_id", "signal_id"], owner_id: UUID, size: int, after: Position | None, order: Order
) -> list[dict[str, Any]]:
    """Return up to `size` entries of a case or a signal, along the index of either."""
    beyond, direction = _DIRECTION[order]
    arguments: dict[str, object] = {"owner": owner_id, "size": size}
    conditions = f"{owner} = :owner"
    if after is not None:
        conditions += f" AND (at, id) {beyond} (:at, :id)"
        arguments |= {"at": after.at, "id": after.id}
    return await work.rows(
        f"SELECT id, at, kind, actor_id, record_type, record_id, data FROM timeline_entry WHERE {conditions}"  # noqa: S608 - constants
        f" ORDER BY at {direction}, id {direction} LIMIT :size",
        **arguments,
    )


async def staff(work: Work, user_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return name and body of members of staff: no secret among those who work with the service, nor of itself."""
    rows = await work.rows(
        "SELECT u.id, concat_ws(' ', u.family_name, u.given_name) AS name, o.name_kk, o.name_ru, o.name_en"
        " FROM app_user u JOIN organisation o ON o.id = u.organisation_id WHERE u.id = ANY (:ids)",
        ids=list(user_ids),
    )
    return {SYSTEM_USER: _ITSELF} | {row["id"]: row for row in rows}


async def entered_in_error(work: Work, case_id: UUID) -> set[UUID]:
    """Return the records of a case that were marked as entered in error, as far as the actor may know."""
    rows = await work.rows(
        "SELECT record_id FROM record_error WHERE case_id = :case AND state = 'confirmed'", case=case_id
    )
    return {row["record_id"] for row in rows}
