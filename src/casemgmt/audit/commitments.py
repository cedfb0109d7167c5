"""Salted commitments to what a changed field held before and holds after.

An event stays for ever and may hold no personal content. In the place of a value stands its commitment: the SHA-256 of
the event's salt and the value. Who has the salt can prove what the value was; without it nobody can even guess a birth
date, because the salt is as long as the hash. Erasing a value, or the salt, leaves the event and every proof whole.

A changed row has one commitment per changed field and side; a new row one over all of its content (`table.*`), because
twenty would cost more than the row itself.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

SALT_BYTES = 32
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS
_CONTEXT = b"casemgmt change 1\x00"
_MADE_BY_DATABASE = frozenset({"changed_xid", "version", "restricted"})
_SCOPE = frozenset({"region_code", "organisation_id"})
"""Of rows that belong to a case or signal: a trigger fills these in, and they move with it."""


class _Absent:
    """No value: the row was not there. Not the same as a null."""


ABSENT = _Absent()


@dataclass(frozen=True)
class Change:
    """What became of one field. The values live no longer than the request; the event keeps commitments to them."""

    record: str
    name: str
    """`table.column`, or `table.*` for the content of a new row."""
    after: Any = field(repr=False)
    before: Any = field(repr=False, default=ABSENT)


def commit(salt: bytes, record: str, name: str, side: str, value: Any) -> str:
    """Return the commitment to a value, as hexadecimal."""
    said = orjson.dumps([record, name, side, _plain(value)], default=_driver_type, option=_CANONICAL)
    return hashlib.sha256(_CONTEXT + salt + said).hexdigest()


def new_salt() -> bytes:
    """Return a fresh salt: one for each event."""
    return secrets.token_bytes(SALT_BYTES)


def commitments(salt: bytes, changes: Iterable[Change]) -> str:
    """Return the commitments of an event, as JSON for the database."""
    return orjson.dumps(
        [
            {
                "record": change.record,
                "field": change.name,
                "before": _side(salt, change, "before", change.before),
                "after": _side(salt, change, "after", change.after),
            }
            for change in changes
        ]
    ).decode()


def new_row(table: str, record: str, columns: Mapping[str, Any]) -> Change:
    """Return the change that a new row is."""
    return Change(record, f"{table}.*", content(table, columns))


def content(table: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a new row is committed to: all that its writer gave, and no more."""
    follows = table != "signal" and ("case_id" in columns or "signal_id" in columns)
    left_out = _MADE_BY_DATABASE | _SCOPE if follows else _MADE_BY_DATABASE
    return {name: _plain(value) for name, value in columns.items() if name not in left_out and value is not None}


def _side(salt: bytes, change: Change, side: str, value: Any) -> str | None:
    return None if value is ABSENT else commit(salt, change.record, change.name, side, value)


def _plain(value: Any) -> Any:
    """Return a value as the database itself writes it in JSON (`25_changes.sql`), whatever it was when it went in."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
        return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}+00:00"
    return value


def _driver_type(value: Any) -> Any:
    """Return the plain form of a value of which the driver, or the ORM, has a kind of its own."""
    if isinstance(value, UUID):
        return str(value)
    if hasattr(value, "lower") and hasattr(value, "upper"):  # a range
        return [_plain(value.lower), _plain(value.upper)]
    raise TypeError(f"a {type(value).__name__} has no canonical form")
