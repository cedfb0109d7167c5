"""The stored tree: leaves, and the roots of complete subtrees at every eighth level.

What stands between is hashed together when it is asked for: at most 255 hashes of each stored level, so a proof of
ten million events reads a few hundred rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from casemgmt.audit import merkle
from casemgmt.audit.merkle import Frontier, Range, Subtree
from casemgmt.audit.signing import Head

STEP = 8
"""Levels between two that are stored."""

HEAD_COLUMNS = "size, root, sealed_at, horizon::text AS horizon, generation, cluster, key_id, signature"


class BrokenTreeError(Exception):
    """The stored tree contradicts itself or its signed heads: somebody changed what is never changed."""


async def read_log(connection: asyncpg.Connection) -> UUID:
    """Return the id of the log: heads of another log are none of this one."""
    return UUID(await connection.fetchval("SELECT value FROM deployment WHERE key = 'log'"))


def head_of(log: UUID, row: Any) -> Head:
    """Return the head of a row of `audit_head`."""
    return Head(
        log=log,
        size=row["size"],
        root=row["root"],
        sealed_at=row["sealed_at"],
        horizon=int(row["horizon"]),
        generation=row["generation"],
        key_id=row["key_id"],
    )


async def read_subtrees(connection: asyncpg.Connection, places: Iterable[Subtree]) -> dict[Subtree, bytes]:
    """Return the roots of complete subtrees of the stored tree."""
    wanted = set(places)
    stored = {place: _stored(place) for place in wanted}
    hashes: dict[Subtree, bytes] = {}
    for level in sorted({level for level, _ in stored.values()}):
        indexes = sorted({i for lvl, span in stored.values() if lvl == level for i in span})
        hashes |= await _read_level(connection, level, indexes)
    found = {}
    for place, (level, span) in stored.items():
        parts = [hashes.get(Subtree(level, i)) for i in span]
        if None in parts:
            raise BrokenTreeError(f"leaves {place.start} to {place.end - 1} are not all there")
        found[place] = merkle.complete([part for part in parts if part is not None])
    return found


def _stored(place: Subtree) -> tuple[int, range]:
    """Return the stored level below a subtree, and which of its nodes make it up."""
    above = place.level % STEP
    return place.level - above, range(place.index << above, (place.index + 1) << above)


async def _read_level(connection: asyncpg.Connection, level: int, indexes: Sequence[int]) -> dict[Subtree, bytes]:
    if level == 0:
        rows = await connection.fetch("SELECT position AS place, hash FROM audit_leaf_hashes($1)", indexes)
    else:
        rows = await connection.fetch(
            "SELECT index AS place, hash FROM audit_node WHERE level = $1 AND index = ANY ($2::bigint[])",
            level,
            indexes,
        )
    return {Subtree(level, row["place"]): row["hash"] for row in rows}


async def read_roots(connection: asyncpg.Connection, ranges: Sequence[Range]) -> list[bytes]:
    """Return the root over each range of the stored tree."""
    parts = [merkle.subtrees(span) for span in ranges]
    hashes = await read_subtrees(connection, (place for row in parts for place in row))
    return [merkle.fold([hashes[place] for place in row]) for row in parts]


async def read_frontier(connection: asyncpg.Connection, size: int) -> Frontier:
    """Return the stored tree as it was at a size, ready to grow on."""
    places = merkle.subtrees((0, size))
    hashes = await read_subtrees(connection, places)
    return Frontier(size, [hashes[place] for place in places])


async def write_leaves(
    connection: asyncpg.Connection,
    first: int,
    leaves: Sequence[tuple[UUID, datetime, int, bytes, bytes]],
    nodes: Sequence[tuple[Subtree, bytes]],
) -> None:
    """Add leaves (event, its time, format, hash, seal) from a position on, and the subtrees they completed."""
    events, moments, formats, hashes, seals = zip(*leaves, strict=True)
    await connection.execute(
        "INSERT INTO audit_leaf (position, event_id, event_at, format, hash, seal)"
        " SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::smallint[], $5::bytea[], $6::bytea[])",
        list(range(first, first + len(leaves))),
        events,
        moments,
        formats,
        hashes,
        seals,
    )
    if nodes:
        await connection.execute(
            "INSERT INTO audit_node (level, index, hash)"
            " SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])",
            [place.level for place, _ in nodes],
            [place.index for place, _ in nodes],
            [hashed for _, hashed in nodes],
        )


async def write_head(connection: asyncpg.Connection, head: Head, cluster: str, signature: bytes) -> None:
    """Add a signed head."""
    await connection.execute(
        "INSERT INTO audit_head (size, root, sealed_at, horizon, generation, cluster, key_id, signature)"
        " VALUES ($1, $2, $3, $4::text::xid8, $5, $6, $7, $8)",
        head.size,
        head.root,
        head.sealed_at,
        str(head.horizon),
        head.generation,
        cluster,
        head.key_id,
        signature,
    )
