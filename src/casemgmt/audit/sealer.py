"""The sealer: puts committed events into the tree, in one order for ever, and signs the head.

One pass is one transaction: new leaves, the nodes they complete and a head, or nothing. Whoever holds the advisory
lock seals, and builds upon what it remembers only where the last head is still the one that it remembers: so a sealer
may be killed at any instruction, and another may take over at any moment.

The order is that of the transactions' numbers. An event is taken when no transaction before its own runs any more:
then nothing can come in between. A long transaction anywhere in the cluster delays the sealing; it never reorders.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from casemgmt.audit import tree
from casemgmt.audit.leaf import COLUMNS, FORMAT, canonical, event_of
from casemgmt.audit.merkle import Frontier, Subtree, leaf_hash
from casemgmt.audit.signing import Head, PublicKey, SigningKey, key_of, seal_message
from casemgmt.audit.tree import BrokenTreeError
from casemgmt.ids import new_id

BATCH = 5000
"""Most events of one pass: a backlog is worked off head by head."""

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('casemgmt.seal'))"
_LAST_HEAD = f"SELECT {tree.HEAD_COLUMNS} FROM audit_head ORDER BY size DESC LIMIT 1"  # noqa: S608 - constants
_CLUSTER = "SELECT system_identifier::text FROM pg_control_system()"
_HORIZON = "pg_snapshot_xmin(pg_current_snapshot())"
_PENDING = (
    f"SELECT {_HORIZON}::text AS horizon, {COLUMNS} FROM audit_event"  # noqa: S608 - constants
    " WHERE (xid, at, id) > ($1::text::xid8, coalesce($2, '-infinity'::timestamptz), $3)"
    f" AND xid < {_HORIZON} ORDER BY audit_event.xid, at, id LIMIT $4"
)
_LEFT_OVER = (
    f"SELECT {_HORIZON}::text AS horizon, {COLUMNS} FROM audit_event e"  # noqa: S608 - constants
    " WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = e.id) ORDER BY at, id"
)
_MOVED = "SELECT audit_write($1, 'audit.generation_started', 'done', NULL, 'audit', '{}', NULL, NULL, '{}', 'sealer')"

_NOBODY = UUID(int=0)


class RetiredKeyError(Exception):
    """Another key has taken over: this one signs no more."""


@dataclass(frozen=True)
class Pass:
    """What one pass came to."""

    size: int
    events: int = 0
    more: bool = False
    """Whether there was more to seal than one pass takes."""
    elsewhere: bool = False
    """Whether another sealer was at work."""


@dataclass(frozen=True)
class _Cursor:
    """How far the log was read: everything up to here is in the tree."""

    xid: str = "0"
    at: datetime | None = None
    id: UUID = _NOBODY


@dataclass
class _State:
    """The tree as the last head has it."""

    tree: Frontier = field(default_factory=Frontier)
    last: Head | None = None
    cluster: str | None = None
    """The cluster in which the last head was signed."""
    cursor: _Cursor = field(default_factory=_Cursor)


class Sealer:
    """Seals one log, over one connection whose role may read the log and add to the tree."""

    def __init__(
        self, connection: asyncpg.Connection, key: SigningKey, batch: int = BATCH, *, restored: bool = False
    ) -> None:
        self._connection = connection
        self._key = key
        self._batch = batch
        self._restored = restored
        """Whether the database was put back to an earlier state: the first pass begins a new generation."""
        self._state: _State | None = None

    async def seal(self) -> Pass:
        """Seal what can be sealed now, up to a batch. Raises where the stored tree or the key does not hold."""
        known, self._state = self._state, None  # however this pass ends early, the next one reads anew
        async with self._connection.transaction():
            if not await self._connection.fetchval(_LOCK):
                self._state = known
                return Pass(known.tree.size if known else 0, elsewhere=True)
            state = await self._current(known)
            cluster = await self._connection.fetchval(_CLUSTER)
            if self._restored or state.cluster not in (None, cluster):
                await self._connection.execute(_MOVED, new_id())
                rows = await self._connection.fetch(_LEFT_OVER)
                generation = 1 + (state.last.generation if state.last else 0)
                cursor = _Cursor(rows[0]["horizon"])
                more = False
            else:
                generation = state.last.generation if state.last else 1
                taken = await self._connection.fetch(
                    _PENDING, state.cursor.xid, state.cursor.at, state.cursor.id, self._batch
                )
                more = len(taken) == self._batch
                rows = await self._unsealed(taken)
                cursor = _cursor_after(taken, state.cursor, more=more)
            before = state.tree.size
            if rows:
                await self._append(state, rows, int(cursor.xid), generation, cluster)
            state.cursor = cursor
        self._state, self._restored = state, False
        return Pass(state.tree.size, state.tree.size - before, more=more)

    async def _current(self, known: _State | None) -> _State:
        """Return the tree as the last head has it: remembered, or read and checked."""
        row = await self._connection.fetchrow(_LAST_HEAD)
        size = 0 if row is None else row["size"]
        if known is not None and known.tree.size == size and (row is None or known.tree.root() == row["root"]):
            return known
        if known is not None and known.tree.size > size:
            raise BrokenTreeError(f"the tree had {known.tree.size} leaves, and now its last head has {size}")
        if row is None:
            return _State()
        last = tree.head_of(await tree.read_log(self._connection), row)
        frontier = await tree.read_frontier(self._connection, size)
        if frontier.root() != last.root:
            raise BrokenTreeError(f"the leaves do not have the root of their last head, of size {size}")
        keys = {key.id: key for key in await self._keys()}
        if last.key_id not in keys or not keys[last.key_id].verifies(row["signature"], last.message()):
            raise BrokenTreeError(f"the signature on the last head, of size {size}, does not hold")
        return _State(frontier, last, row["cluster"], _Cursor(str(last.horizon)))

    async def _keys(self) -> list[PublicKey]:
        return [key_of(row) for row in await self._connection.fetch("SELECT * FROM audit_key")]

    async def _unsealed(self, rows: Sequence[Any]) -> list[Any]:
        """Leave out what is in the tree already: after a start, the cursor stands at its transaction's first event."""
        known = await self._connection.fetch(
            "SELECT event_id FROM audit_leaf WHERE event_id = ANY ($1::uuid[])", [row["id"] for row in rows]
        )
        sealed = {row["event_id"] for row in known}
        return [row for row in rows if row["id"] not in sealed]

    async def _append(self, state: _State, rows: Sequence[Any], horizon: int, generation: int, cluster: str) -> None:
        """Write leaves, nodes and the signed head over them; the state becomes that of the new head."""
        log = await tree.read_log(self._connection)
        first = state.tree.size
        leaves: list[tuple[UUID, datetime, int, bytes, bytes]] = []
        nodes: list[tuple[Subtree, bytes]] = []
        for position, row in enumerate(rows, first):
            hashed = leaf_hash(canonical(event_of(row)))
            seal = self._key.sign(seal_message(log, position, hashed))
            leaves.append((row["id"], row["at"], FORMAT, hashed, seal))
            nodes += [found for found in state.tree.append(hashed) if found[0].level % tree.STEP == 0]
        await tree.write_leaves(self._connection, first, leaves, nodes)
        now = await self._connection.fetchval("SELECT clock_timestamp()")
        moment = max(now, state.last.sealed_at) if state.last else now
        await self._hold_key(moment)
        head = Head(log, state.tree.size, state.tree.root(), moment, horizon, generation, self._key.id)
        await tree.write_head(self._connection, head, cluster, self._key.sign(head.message()))
        state.last, state.cluster = head, cluster

    async def _hold_key(self, now: datetime) -> None:
        """Make the key known from its first head on, which ends the key before it; refuse one that was ended."""
        mine = self._key.public
        row = await self._connection.fetchrow("SELECT valid_until FROM audit_key WHERE id = $1", mine.id)
        if row is None:
            await self._connection.execute("UPDATE audit_key SET valid_until = $1 WHERE valid_until IS NULL", now)
            await self._connection.execute(
                "INSERT INTO audit_key (id, public_key, valid_from, endorsed_by, endorsement)"
                " VALUES ($1, $2, $3, $4, $5)",
                mine.id,
                mine.public,
                now,
                mine.endorsed_by,
                mine.endorsement,
            )
        elif row["valid_until"] is not None:
            raise RetiredKeyError(f"key {mine.id} was retired: another key signs since {row['valid_until']}")


def _cursor_after(taken: Sequence[Any], before: _Cursor, *, more: bool) -> _Cursor:
    """Return how far the log was read: to the last event taken, or to where the snapshot of the pass ends."""
    if not taken:
        return before
    last = taken[-1]
    return _Cursor(last["xid"], last["at"], last["id"]) if more else _Cursor(last["horizon"])
