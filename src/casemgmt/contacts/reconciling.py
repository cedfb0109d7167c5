"""A day's account with a source: what came, and what became of each item. Counted from the rows, never kept apart."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.views import (
    FiledContact,
    FiledCount,
    FiledView,
    NonDataContact,
    ReconciliationView,
    RefusedItem,
)
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from rules.zone import almaty

MOST_SHOWN = 20_000
"""Of each kind: many days' worth. More comes only of a source that has gone wild, and is counted all the same."""
_MINE = (
    "SELECT EXISTS (SELECT 1 FROM contact_source c JOIN app_user u ON u.id = c.user_id WHERE c.code = :source"
    " AND (sees_all_signals() OR u.organisation_id = signal_organisation()))"
)
# An item is a contact by the sender's id; a message that was never taken and names no contact is an item of its own.
# It belongs to the day on which the first of its messages came, taken or not. Each look is by an index,
# of the day or of the item: what the source told in years is not read for one day.
_ITEMS = """
WITH of_day AS (
    SELECT external_id AS item FROM contact_message
     WHERE source_code = :source AND received_at >= :from AND received_at < :until
    UNION
    SELECT coalesce(external_id, '/' || message_id) FROM contact_refusal
     WHERE source_code = :source AND first_at >= :from AND first_at < :until
    UNION
    SELECT external_id FROM contact
     WHERE source_code = :source AND settled_at IS NOT NULL AND received_at >= :from AND received_at < :until),
items AS (
    SELECT d.item FROM of_day d
     WHERE NOT EXISTS (SELECT 1 FROM contact_message m
                        WHERE m.source_code = :source AND m.external_id = d.item AND m.received_at < :from)
       AND NOT EXISTS (SELECT 1 FROM contact_refusal f
                        WHERE f.source_code = :source AND f.external_id = d.item AND f.first_at < :from)
       AND NOT EXISTS (SELECT 1 FROM contact_refusal f
                        WHERE f.source_code = :source AND f.external_id IS NULL AND left(d.item, 1) = '/'
                          AND f.message_id = substr(d.item, 2) AND f.first_at < :from)
       AND NOT EXISTS (SELECT 1 FROM contact c
                        WHERE c.source_code = :source AND c.external_id = d.item AND c.settled_at IS NOT NULL
                          AND c.received_at < :from))
SELECT i.item, c.id, c.state, c.non_data, coalesce(c.signals, 0) AS signals, r.message_id, r.external_id, r.code,
       r.pointer, r.times, r.last_at
  FROM items i
  LEFT JOIN contact c ON c.source_code = :source AND c.external_id = i.item
  LEFT JOIN LATERAL (
       SELECT f.* FROM contact_refusal f WHERE f.source_code = :source AND c.id IS NULL
          AND (f.external_id = i.item
               OR (f.external_id IS NULL AND left(i.item, 1) = '/' AND f.message_id = substr(i.item, 2)))
        ORDER BY f.last_at DESC, f.id DESC LIMIT 1) r ON true
 ORDER BY i.item
"""


# Row security leaves the signals that the reader sees.
_SIGNALS = (
    "SELECT contact_id, concern_ref AS ref, signal_id FROM contact_concern WHERE contact_id = ANY (:contacts)"
    " ORDER BY contact_id, concern_ref"
)
Rows = list[dict[str, Any]]


async def reconcile(work: Work, source: str, day: date) -> ReconciliationView:
    """Return the account of a day. `NotFound` for a source of another body."""
    await repository.source_of(work, source)
    if not await work.call(_MINE, source=source):
        raise NotFound("There is no such source.")
    begins = datetime.combine(day, time(), almaty())
    rows = await work.rows(_ITEMS, source=source, **{"from": begins, "until": begins + timedelta(days=1)})
    final = [row for row in rows if row["state"] == "finalised"]
    filed = [row for row in final if row["non_data"] is None]
    signals = await _signals_of(work, filed[:MOST_SHOWN])
    work.record(Event("contact.reconciled", "contact_source", (), reason=f"{source} {day}"))
    return ReconciliationView(
        source=source,
        day=day,
        received=len(rows),
        **_filed(filed, signals),
        **_open([row for row in rows if row["state"] in ("draft", "settled")]),
        **_non_data([row for row in final if row["non_data"] is not None]),
        **_refused([row for row in rows if row["state"] is None]),
    )


async def _signals_of(work: Work, filed: Rows) -> Mapping[UUID, Sequence[FiledView]]:
    """Return the signals that contacts became, as far as the reader sees them."""
    found: defaultdict[UUID, list[FiledView]] = defaultdict(list)
    for row in await work.rows(_SIGNALS, contacts=[row["id"] for row in filed]):
        found[row["contact_id"]].append(FiledView(ref=row["ref"], signal_id=row["signal_id"]))
    return found


def _filed(rows: Rows, signals: Mapping[UUID, Sequence[FiledView]]) -> dict[str, Any]:
    count = FiledCount(
        contacts=len(rows),
        signals=sum(row["signals"] for row in rows),
        without_signal=sum(row["signals"] == 0 for row in rows),
    )
    named = [
        FiledContact(contact_id=row["item"], signals=row["signals"], filed=list(signals.get(row["id"], ())))
        for row in rows[:MOST_SHOWN]
    ]
    return {"filed": count, "filed_contacts": named}


def _open(rows: Rows) -> dict[str, Any]:
    return {"open": len(rows), "open_contacts": [row["item"] for row in rows[:MOST_SHOWN]]}


def _non_data(rows: Rows) -> dict[str, Any]:
    return {
        "non_data": len(rows),
        "non_data_by_reason": dict(Counter(row["non_data"] for row in rows)),
        "non_data_contacts": [
            NonDataContact(contact_id=row["item"], non_data=row["non_data"]) for row in rows[:MOST_SHOWN]
        ],
    }


def _refused(rows: Rows) -> dict[str, Any]:
    return {
        "refused": len(rows),
        "refused_by_reason": dict(Counter(row["code"] for row in rows)),
        "refused_items": [
            RefusedItem(contact_id=row["external_id"], **{name: row[name] for name in _REFUSED})
            for row in rows[:MOST_SHOWN]
        ],
    }


_REFUSED = ("message_id", "code", "pointer", "times", "last_at")
