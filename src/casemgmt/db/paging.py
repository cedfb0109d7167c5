"""Cursors: opaque, signed by nobody but refused when they don't parse, bound to the list they came from."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from casemgmt.errors import Invalid, invalid_field

DEFAULT_LIMIT = 25
MAXIMUM_LIMIT = 100

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Position:
    """The last row of a page: its sorting moment and its id."""

    at: datetime
    id: UUID


@dataclass(frozen=True)
class RowPosition:
    """The last row of a page of a list that is not sorted by time: the row itself says where it stands."""

    id: UUID


@dataclass(frozen=True)
class Page(Generic[ItemT]):
    """One page and the cursor of the next, None on the last."""

    items: list[ItemT]
    next_cursor: str | None


def encode(list_name: str, position: Position | RowPosition) -> str:
    """Return the cursor that continues `list_name` after a position."""
    key = position.at.isoformat() if isinstance(position, Position) else ""
    raw = json.dumps([list_name, key, str(position.id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(list_name: str, cursor: str | None) -> Position | None:
    """Return the position of a cursor; one that was tampered with, or comes from another list, is refused."""
    if cursor is None:
        return None
    try:
        at, row_id = _parts(list_name, cursor)
        position = Position(datetime.fromisoformat(at), row_id)
    except (ValueError, TypeError, AttributeError):
        raise refused() from None
    if position.at.tzinfo is None:
        raise refused()
    return position


def decode_row(list_name: str, cursor: str | None) -> UUID | None:
    """Return the id of the row after which a list that is not sorted by time goes on; refuses as `decode` does."""
    if cursor is None:
        return None
    try:
        _, row_id = _parts(list_name, cursor)
    except (ValueError, TypeError, AttributeError):
        raise refused() from None
    return row_id


def _parts(list_name: str, cursor: str) -> tuple[str, UUID]:
    raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    name, key, row_id = json.loads(raw)
    if name != list_name:
        raise ValueError(list_name)
    return key, UUID(row_id)


def refused() -> Invalid:
    """Return the refusal of a cursor."""
    return invalid_field("/cursor", "invalid-cursor", "The cursor is not one of this list: start again without it.")


def page(
    list_name: str, rows: list[ItemT], limit: int, position_of: Callable[[ItemT], Position | RowPosition]
) -> Page[ItemT]:
    """Return a page of rows that were asked for with one more than `limit`."""
    if len(rows) <= limit:
        return Page(rows, None)
    kept = rows[:limit]
    return Page(kept, encode(list_name, position_of(kept[-1])))


def written(list_name: str, items: bytes, end: Position | None) -> bytes:
    """Return a page whose items are JSON already; `end` is the position of its last row where there are more."""
    cursor = b"null" if end is None else b'"%b"' % encode(list_name, end).encode()
    return b'{"items":%b,"next_cursor":%b}' % (items, cursor)
