"""How an event is written down before it is hashed: the one canonical form, the same for ever.

JSON with sorted keys, without spaces, in UTF-8; times in UTC with microseconds; no numbers but the format. What is
sealed under one format is exported under it: a new column of the log means a new format, never another old one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

FORMAT = 1

COLUMNS = (
    "id, at, xid::text AS xid, kind, outcome, actor_id, on_behalf_of, session_id, request_id, purpose, reason,"
    " record_type, record_ids, case_id, signal_id, fields, changes::text AS changes"
)
"""What `event_of` needs of a row of `audit_event`."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the canonical form of a document."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def written_time(moment: datetime) -> str:
    """Return a moment as it stands in events, heads and exports."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_time(text: str) -> datetime:
    """Return the moment of a written time; ValueError where it is not written so."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def event_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of an event, from its row."""
    changes = row["changes"]
    return {
        "format": FORMAT,
        "id": str(row["id"]),
        "at": written_time(row["at"]),
        "xid": row["xid"],
        "kind": row["kind"],
        "outcome": row["outcome"],
        "actor_id": _text(row["actor_id"]),
        "on_behalf_of": _text(row["on_behalf_of"]),
        "session_id": _text(row["session_id"]),
        "request_id": row["request_id"],
        "purpose": row["purpose"],
        "reason": row["reason"],
        "record_type": row["record_type"],
        "record_ids": [str(i) for i in row["record_ids"]],
        "case_id": _text(row["case_id"]),
        "signal_id": _text(row["signal_id"]),
        "fields": list(row["fields"]),
        "changes": None if changes is None else orjson.loads(changes),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
