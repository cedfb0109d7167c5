"""Use cases of those who are told: fetch what was missed, from a place on."""

import base64
import json
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.paging import refused
from casemgmt.db.work import Work
from casemgmt.notifications.events import Place, look_on, records_of
from casemgmt.notifications.kinds import EventType
from casemgmt.notifications.views import EventPage

_BEGINNING = UUID(int=0)
_GENERATION = "SELECT cluster_generation()"
_LARGEST_XID = 2**63


async def pull_events(work: Work, after: str | None, limit: int) -> EventPage:
    """Return what the actor sees of the next events after a place; without one, from the oldest that is kept."""
    place = _read(after)
    items, end, more = await look_on(work, place, limit, tuple(EventType))
    generation: UUID = await work.call(_GENERATION)
    work.record(Event("webhook_event.listed", "webhook_event", records_of(items)))
    return EventPage(
        items=items,
        next_cursor=_write(end if after is not None or end != place else await _now(work)),
        more=more,
        generation=generation,
        restored=after is not None and place.generation != generation,
    )


async def _now(work: Work) -> Place:
    (row,) = await work.rows("SELECT * FROM webhook_horizon()")
    return Place(row["generation"], row["xid"], row["id"])


def _write(place: Place) -> str:
    raw = json.dumps(["events", str(place.generation), place.xid, str(place.id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _read(cursor: str | None) -> Place:
    if cursor is None:
        return Place(_BEGINNING, "0", _BEGINNING)
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, generation, xid, event = json.loads(raw)
        place = Place(UUID(generation), str(int(xid)), UUID(event))
    except (ValueError, TypeError, AttributeError):
        raise refused() from None
    if name != "events" or not 0 <= int(place.xid) < _LARGEST_XID:
        raise refused()
    return place
