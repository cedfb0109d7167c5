"""Pure decisions on drafts: what can be kept, how a part is merged in, when a draft ends."""

from datetime import datetime, timedelta
from typing import Any

import orjson
from pydantic_core import PydanticCustomError

from casemgmt.errors import Conflict, invalid_field
from casemgmt.retention.schedule import schedule

MOST_BYTES = 200_000
"""Of a content as JSON: ten visit acts of the longest kind."""
MOST_DRAFTS = 50
"""Of one owner."""
WARN_BEFORE = timedelta(days=7)
"""So long before its end the owner is told of it."""


def check_storable(content: dict[str, Any]) -> dict[str, Any]:
    """Refuse what PostgreSQL can't keep: NUL and lone surrogates, in keys and in values, and numbers out of range."""
    try:
        written = orjson.dumps(content)
    except (TypeError, orjson.JSONEncodeError):
        raise PydanticCustomError("invalid_text", "The draft holds something that can't be stored.") from None
    if b"\\u0000" in written:
        raise PydanticCustomError("invalid_text", "The draft holds a character that can't be stored.")
    return content


def merged(content: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return a content with a merge patch (RFC 7396) put into it."""
    result = dict(content)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result


def check_size(content: dict[str, Any]) -> None:
    """Refuse a content that has grown beyond any form."""
    if len(orjson.dumps(content)) > MOST_BYTES:
        raise invalid_field("/content", "draft-too-large", f"A draft holds {MOST_BYTES} bytes at most.")


def check_number(open_drafts: int) -> None:
    """Refuse one draft more than anybody works on."""
    if open_drafts >= MOST_DRAFTS:
        raise Conflict(f"There are {MOST_DRAFTS} drafts of yours: send or discard some.", code="too-many-drafts")


def term() -> timedelta:
    """Return how long a draft is kept after it was last saved (`retention/schedule.yaml`)."""
    return timedelta(days=schedule()["drafts"].values[-1].value)


def end_of(saved_at: datetime) -> datetime:
    """Return when a draft ends that nobody saves again."""
    return saved_at + term()


def ends_soon(saved_at: datetime, now: datetime) -> bool:
    """Answer whether a draft is so near its end that the list warns of it."""
    return now >= end_of(saved_at) - WARN_BEFORE
