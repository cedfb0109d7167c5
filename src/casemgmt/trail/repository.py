"""Queries on the trail of a person (`db/sql/66_trail.sql`): row security decides whose trail is told, and how far."""

from typing import Any
from uuid import UUID

from casemgmt.audit.policy import Window
from casemgmt.db.paging import Position
from casemgmt.db.work import Work

_LAST_ID = UUID(int=2**128 - 1)
_PLACE = ":since, :until, coalesce(CAST(:at AS timestamptz), 'infinity'), :id, :size"
_TRAIL = f"SELECT * FROM person_trail(:person, {_PLACE})"  # noqa: S608 - constants
_EVENTS = f"SELECT * FROM trail_events(:person, '{{}}', '{{}}', {_PLACE})"  # noqa: S608 - constants


async def trail_of(
    work: Work, person_id: UUID, window: Window, size: int, after: Position | None
) -> list[dict[str, Any]]:
    """Return up to `size` events of a person that the actor sees, newest first."""
    return await _page(work, _TRAIL, person_id, window, size, after)


async def events_of(
    work: Work, person_id: UUID, window: Window, size: int, after: Position | None
) -> list[dict[str, Any]]:
    """Return up to `size` events of a person, whole, for an auditor; nothing for anybody else without sight."""
    return await _page(work, _EVENTS, person_id, window, size, after)


async def _page(
    work: Work, statement: str, person_id: UUID, window: Window, size: int, after: Position | None
) -> list[dict[str, Any]]:
    return await work.rows(
        statement,
        person=person_id,
        since=window.since,
        until=window.until,
        at=None if after is None else after.at,
        id=_LAST_ID if after is None else after.id,
        size=size,
    )


async def own_body(work: Work) -> dict[str, Any]:
    """Return the names of the actor's body."""
    rows = await work.rows(
        "SELECT name_kk, name_ru, name_en FROM organisation WHERE id = :id", id=work.actor.organisation_id
    )
    return rows[0]
