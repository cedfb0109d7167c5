"""Cursors: opaque, signed by nobody but refused when they don't parse, bound to the list they came from."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from casemgmt.errors import invalid_field

DEFAULT_LIMIT = 25
MAXIMUM_LIMIT = 100

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Position:
    """The last row of a page: its sorting moment and its id."""

    at: datetime
    id: UUID


@dataclass(frozen=True)
class Page(Generic[ItemT]):
    """One page and the cursor of the next, None on the last."""

    items: list[ItemT]
    next_cursor: str | None


def encode(list_name: str, position: Position) -> str:
    """Return the cursor that continues `list_name` after a position."""
    raw = json.dumps([list_name, position.at.isoformat(), str(position.id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(list_name: str, cursor: str | None) -> Position | None:
    """Return the position of a cursor; one that was tampered with, or comes from another list, is refused."""
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, at, row_id = json.loads(raw)
        position = Position(datetime.fromisoformat(at), UUID(row_id))
    except (binascii.Error, ValueError, TypeError, AttributeError):
        name, position = None, None
    if name != list_name or position is None or position.at.tzinfo is None:
        raise invalid_field("/cursor", "invalid-cursor", "The cursor is not one of this list: start again without it.")
    return position


def page(list_name: str, rows: list[ItemT], limit: int, position_of: Callable[[ItemT], Position]) -> Page[ItemT]:
    """Return a page of rows that were asked for with one more than `limit`."""
    if len(rows) <= limit:
        return Page(rows, None)
    kept = rows[:limit]
    return Page(kept, encode(list_name, position_of(kept[-1])))
