"""Open a commitment: show what a field held before or after an event, from the event, the salt and the value.

Needs no database. That the event itself is the one that was sealed is another proof: `casemgmt audit verify` of the
export, or the inclusion of the leaf's hash.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from casemgmt.audit.commitments import SALT_BYTES, commit
from casemgmt.audit.evidence import EvidenceError
from casemgmt.audit.leaf import canonical
from casemgmt.audit.merkle import leaf_hash

SIDES = ("before", "after")


@dataclass(frozen=True)
class Opened:
    """What a value came to, held against the commitments of an event to one field."""

    event: Mapping[str, Any]
    record: str
    side: str | None
    """On which side the field held the value; None: on neither."""

    @property
    def leaf_hash(self) -> str:
        """The hash of the event's leaf, by which anybody may ask for its place in the log."""
        return leaf_hash(canonical(self.event)).hex()


def read_event(path: Path, event_id: str | None) -> Mapping[str, Any]:
    """Return an event from an export, from the answer of `GET /v1/audit/events/{id}`, or alone in a file."""
    try:
        with path.open("rb") as file:
            found = list(islice((event for line in _documents(file) for event in _events(line, event_id)), 2))
    except OSError as error:
        raise EvidenceError(f"{path} can't be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, AttributeError):
        raise EvidenceError(f"{path} is neither an export nor an event.") from None
    if not found:
        raise EvidenceError(f"{path} holds no event {event_id}." if event_id else f"{path} holds no event.")
    if len(found) > 1:
        raise EvidenceError(f"{path} holds several events: say which one with --event.")
    return found[0]


def _documents(file: BinaryIO) -> Iterator[Any]:
    """Give the documents of a file: a line each, or one over several lines."""
    head = file.readline()
    try:
        yield orjson.loads(head)
    except ValueError:
        yield orjson.loads(head + file.read())
        return
    for line in file:
        yield orjson.loads(line)


def _events(document: Mapping[str, Any], event_id: str | None) -> Iterator[Mapping[str, Any]]:
    event = document.get("event") or (document if "record_ids" in document else None)
    if event is not None and event_id in (None, event["id"]):
        yield event


def read_salt(text: str) -> bytes:
    """Return a salt from its hexadecimal form."""
    try:
        salt = bytes.fromhex(text.strip())
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES:
        raise EvidenceError(
            f"The salt is {SALT_BYTES * 2} hexadecimal digits: `casemgmt audit disclose-salt` gives it."
        )
    return salt


def open_commitment(event: Mapping[str, Any], field: str, record: str | None, salt: bytes, value: str) -> Opened:
    """Hold a value against the commitments of an event to a field. The value: JSON, or a text as it is."""
    changes = [c for c in event["changes"] or () if c["field"] == field and record in (None, c["record"])]
    if not changes:
        known = ", ".join(sorted({c["field"] for c in event["changes"] or ()}))
        raise EvidenceError(f"The event commits to no such field{f'; there are: {known}' if known else ''}.")
    if len(changes) > 1:
        records = ", ".join(sorted({c["record"] for c in changes}))
        raise EvidenceError(f"The event changed this field of several records: say which with --record: {records}.")
    (change,) = changes
    for side in SIDES:
        for meant in _meanings(value):
            if commit(salt, change["record"], field, side, meant) == change[side]:
                return Opened(event, change["record"], side)
    return Opened(event, change["record"], None)


def _meanings(value: str) -> Iterator[Any]:
    """Give what a typed value may stand for: a text, and the JSON that it is."""
    yield value
    try:
        yield orjson.loads(value)
    except ValueError:
        return
