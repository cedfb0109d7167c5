"""Export the log: everything that its verification needs, as JSON lines, so that no database has to be trusted.

The first line says what the file is and what the tree was before it; then come the events in the order of the tree,
each head behind the events that it covers, and the events of the window that are not sealed yet. The last line is
signed over all before it.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

import asyncpg

from casemgmt.audit import tree
from casemgmt.audit.leaf import COLUMNS, canonical, event_of, written_time
from casemgmt.audit.signing import Head, SigningKey, key_document, key_of
from casemgmt.ids import new_id

FORMAT = 1
_CHUNK = 2000
_EXPORTED = (
    "SELECT audit_write($1, 'audit.exported', 'done', NULL, 'audit', '{}', NULL, NULL, '{}', 'cli',"
    " p_on_behalf_of => $2, p_purpose => $3)"
)
_LEAVES = (
    "SELECT l.position, l.event_id, l.hash, l.seal, e.*"  # noqa: S608 - constants
    f" FROM audit_leaf l LEFT JOIN (SELECT {COLUMNS} FROM audit_event) e"
    " ON e.at = l.event_at AND e.id = l.event_id WHERE l.position >= $1 AND l.position < $2 ORDER BY l.position"
)
_HEADS = f"SELECT {tree.HEAD_COLUMNS} FROM audit_head WHERE size > $1 AND size <= $2 ORDER BY size"  # noqa: S608 - constants
_UNSEALED = (
    f"SELECT {COLUMNS} FROM audit_event e WHERE at >= coalesce($1, '-infinity'::timestamptz)"  # noqa: S608 - constants
    " AND at < coalesce($2, 'infinity'::timestamptz)"
    " AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = e.id AND l.event_at = e.at)"
    " ORDER BY e.xid, e.at, e.id"
)


@dataclass(frozen=True)
class Window:
    """Which part of the log is exported: whole batches of the sealer, so somewhat more than the two moments say."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Reason:
    """Why somebody takes the log out; it stands in the log."""

    purpose: str | None = None
    on_behalf_of: UUID | None = None


@dataclass(frozen=True)
class Exported:
    """What was written."""

    first: int
    last: int
    """The position after the last event."""
    unsealed: int
    lines: int


class _Lines:
    """Writes canonical lines and keeps their digest."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self.count = 0

    def write(self, document: Mapping[str, Any]) -> None:
        line = canonical(document) + b"\n"
        self._out.write(line)
        self._digest.update(line)
        self.count += 1

    def close(self, key: SigningKey) -> None:
        end = {"type": "end", "lines": self.count, "digest": self._digest.hexdigest(), "key": key.id}
        self._out.write(canonical({**end, "signature": key.sign(canonical(end)).hex()}) + b"\n")
        self.count += 1


async def export_log(
    connection: asyncpg.Connection,
    key: SigningKey,
    out: BinaryIO,
    window: Window,
    reason: Reason,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Exported:
    """Write the export of a window. The act stands in the log before its first line is written."""
    async with connection.transaction():
        # A head that is being signed waits for this moment: every head before `made_at` is in the snapshot below.
        await connection.execute("SELECT pg_advisory_xact_lock_shared(hashtext('casemgmt.seal'))")
        await connection.execute(_EXPORTED, new_id(), reason.on_behalf_of, reason.purpose)
        made_at = await connection.fetchval("SELECT clock_timestamp()")
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        log = await tree.read_log(connection)
        first, last = await _bounds(connection, window)
        lines = _Lines(out)
        lines.write(await _header(connection, log, window, made_at, first))
        heads = aiter(connection.cursor(_HEADS, first, last, prefetch=_CHUNK))
        head = await anext(heads, None)
        async for row in connection.cursor(_LEAVES, first, last, prefetch=_CHUNK):
            lines.write(_leaf_line(row))
            while head is not None and head["size"] <= row["position"] + 1:
                lines.write(_head_line(tree.head_of(log, head), head["signature"]))
                head = await anext(heads, None)
            if row["position"] % _CHUNK == 0:
                progress(row["position"] - first, last - first)
        while head is not None:  # there is a head and its leaves are gone: the verifier shall see it
            lines.write(_head_line(tree.head_of(log, head), head["signature"]))
            head = await anext(heads, None)
        unsealed = 0
        async for row in connection.cursor(_UNSEALED, window.since, window.until, prefetch=_CHUNK):
            lines.write({"type": "unsealed", "event": event_of(row)})
            unsealed += 1
        lines.close(key)
    progress(last - first, last - first)
    return Exported(first, last, unsealed, lines.count)


async def _bounds(connection: asyncpg.Connection, window: Window) -> tuple[int, int]:
    """Return the sizes of the last head before the window and of the first one after it."""
    first = 0
    if window.since is not None:
        first = await connection.fetchval(
            "SELECT coalesce(max(size), 0) FROM audit_head WHERE sealed_at <= $1", window.since
        )
    last = None
    if window.until is not None:
        last = await connection.fetchval("SELECT min(size) FROM audit_head WHERE sealed_at >= $1", window.until)
    if last is None:
        last = await connection.fetchval(
            "SELECT greatest((SELECT max(size) FROM audit_head), (SELECT max(position) + 1 FROM audit_leaf), 0)"
        )
    return first, max(first, last)


async def _header(
    connection: asyncpg.Connection, log: UUID, window: Window, made_at: datetime, first: int
) -> dict[str, Any]:
    before = await connection.fetchrow(f"SELECT {tree.HEAD_COLUMNS} FROM audit_head WHERE size = $1", first)  # noqa: S608 - constants
    frontier = await tree.read_frontier(connection, first)
    keys = await connection.fetch("SELECT * FROM audit_key ORDER BY valid_from")
    return {
        "type": "export",
        "format": FORMAT,
        "log": str(log),
        "from": None if window.since is None else written_time(window.since),
        "to": None if window.until is None else written_time(window.until),
        "made_at": written_time(made_at),
        "next_transaction": await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"),
        "first": first,
        "frontier": [hashed.hex() for hashed in frontier.hashes],
        "head_before": None if before is None else _head_line(tree.head_of(log, before), before["signature"]),
        "keys": [key_document(key_of(row)) for row in keys],
    }


def _leaf_line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "event",
        "position": row["position"],
        "id": str(row["event_id"]),
        "hash": row["hash"].hex(),
        "seal": row["seal"].hex(),
        "event": None if row["id"] is None else event_of(row),
    }


def _head_line(head: Head, signature: bytes) -> dict[str, Any]:
    return {**head.statement(), "signature": signature.hex()}
