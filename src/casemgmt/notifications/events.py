"""Events as they are told: looked up under the sight of who is told, each time anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from casemgmt.db.work import Work
from casemgmt.notifications.kinds import EventType
from casemgmt.notifications.views import EventData, EventView

SPEC_VERSION = "1.0"
SOURCE = "/v1/webhook-events"
CONTENT_TYPE = "application/cloudevents+json"
JSON = "application/json"

_COLUMNS = (
    "SELECT e.id, e.type, e.at, e.generation, e.record_type, e.record_id, e.record_state, e.clock, e.due_at,"
    " e.about_case_id AS case_id,"
    " ARRAY(SELECT s.id FROM signal s WHERE s.id = ANY (e.signal_ids) ORDER BY s.id) AS signal_ids FROM webhook_event e"
)
_BETWEEN = (
    f"{_COLUMNS} WHERE (e.generation, e.xid, e.id) > (:generation, CAST(CAST(:xid AS text) AS xid8), :id)"
    " AND (e.generation, e.xid, e.id) <= (:to_generation, CAST(CAST(:to_xid AS text) AS xid8), :to_id)"
    " AND e.type = ANY (:types) ORDER BY e.generation, e.xid, e.id"
)
_THESE = f"{_COLUMNS} WHERE e.id = ANY (:ids)"
_WINDOW = "SELECT * FROM webhook_window(:generation, :xid, :id, :most)"


@dataclass(frozen=True)
class Place:
    """A place in the outbox: events are told in the order of generation, transaction and id."""

    generation: UUID
    xid: str
    id: UUID

    def columns(self, before: str = "") -> dict[str, Any]:
        """Return the place as arguments of a query."""
        return {f"{before}{name}": value for name, value in vars(self).items()}


async def look_on(
    work: Work, place: Place, most: int, types: Sequence[EventType]
) -> tuple[list[EventView], Place, bool]:
    """Return what the actor sees of the next `most` events, the place after them, and whether there may be more.

    No event is passed by: the place never goes beyond a transaction that may still write one before it.
    """
    (row,) = await work.rows(_WINDOW, **place.columns(), most=most)
    end = Place(row["p_generation"], row["p_xid"], row["p_id"])
    if end == place:
        return [], place, False
    found = await work.rows(_BETWEEN, **place.columns(), **end.columns("to_"), types=list(types))
    return [_view(each) for each in found], end, row["more"]


async def look_up(work: Work, ids: Sequence[UUID]) -> dict[UUID, EventView]:
    """Return those of these events that the actor sees now."""
    return {row["id"]: _view(row) for row in await work.rows(_THESE, ids=list(ids))}


def records_of(events: Sequence[EventView]) -> tuple[UUID, ...]:
    """Return the records that are told of: for the event in the log."""
    named = [i for e in events for i in (e.data.record_id, e.data.case_id, *e.data.signal_ids) if i is not None]
    return tuple(dict.fromkeys(named))


def written(event: EventView) -> bytes:
    """Return the body of the message."""
    return orjson.dumps(event.model_dump(mode="json"))


def _view(row: dict[str, Any]) -> EventView:
    return EventView(
        specversion=SPEC_VERSION,
        id=row["id"],
        source=SOURCE,
        type=row["type"],
        subject=f"{row['record_type']}/{row['record_id']}",
        time=row["at"],
        datacontenttype=JSON,
        generation=row["generation"],
        data=EventData(
            record_type=row["record_type"],
            record_id=row["record_id"],
            state=row["record_state"],
            signal_ids=row["signal_ids"],
            case_id=row["case_id"],
            deadline=row["clock"],
            due_at=row["due_at"],
        ),
    )
