"""Use cases of those who check the log: heads, keys, proofs. None but that of an event needs an account.

Heads, keys and proofs are nobody's secret: a head that somebody kept is worth nothing where it can't be held against
the log of today. They tell how many events there are, and never of whom or what.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from casemgmt.audit import merkle, tree
from casemgmt.audit.evidence import SignedHead
from casemgmt.audit.leaf import COLUMNS, event_of
from casemgmt.audit.signing import key_document, key_of
from casemgmt.audit.views import (
    AuditKeysView,
    AuditKeyView,
    ConsistencyProofView,
    EventDocumentView,
    InclusionProofView,
    SealedEventView,
    TreeHeadView,
)
from casemgmt.db import paging
from casemgmt.errors import Conflict, NotFound, invalid_field

_HEADS = f"SELECT {tree.HEAD_COLUMNS} FROM audit_head"  # noqa: S608 - constants
_LIST = "heads"


async def list_heads(connection: asyncpg.Connection, limit: int, cursor: str | None) -> paging.Page[TreeHeadView]:
    """Return a page of the heads, newest first."""
    after = paging.decode(_LIST, cursor)
    rows = await connection.fetch(
        f"{_HEADS} WHERE $1::bigint IS NULL OR size < $1 ORDER BY size DESC LIMIT $2",
        None if after is None else after.id.int & 0x7FFFFFFFFFFFFFFF,
        limit + 1,
    )
    heads = [_signed(await tree.read_log(connection), row) for row in rows]
    page = paging.page(_LIST, heads, limit, lambda s: paging.Position(s.head.sealed_at, UUID(int=s.head.size)))
    return paging.Page([_head_view(signed) for signed in page.items], page.next_cursor)


async def read_head(connection: asyncpg.Connection, size: int | None) -> TreeHeadView:
    """Return the head of a size, or the newest."""
    return _head_view(await _head(connection, size))


async def read_keys(connection: asyncpg.Connection) -> AuditKeysView:
    """Return all keys of the log, oldest first."""
    rows = await connection.fetch("SELECT * FROM audit_key ORDER BY valid_from, id")
    return AuditKeysView(items=[AuditKeyView(**key_document(key_of(row))) for row in rows])


async def prove_inclusion(
    connection: asyncpg.Connection, event_id: UUID, leaf_hash: bytes, size: int | None
) -> InclusionProofView:
    """Prove that an event stands in the log, to somebody who holds it: only its own content gives the hash."""
    position = await connection.fetchval("SELECT audit_place($1, $2)", event_id, leaf_hash)
    if position is None:
        raise NotFound("No event with this id and this hash is sealed.", code="event-not-sealed")
    return await _inclusion(connection, position, leaf_hash, await _head(connection, size))


async def prove_consistency(connection: asyncpg.Connection, first: int, second: int | None) -> ConsistencyProofView:
    """Prove that the tree of one head is the beginning of that of another, by default of the newest."""
    later = await _head(connection, second)
    if first > later.head.size:
        raise invalid_field("/first", "sizes-reversed", "The first tree is not larger than the second.")
    earlier = await _head(connection, first)
    path = await _roots(connection, merkle.consistency_ranges(first, later.head.size))
    return ConsistencyProofView(path=path, first=_head_view(earlier), second=_head_view(later))


async def prove_event(connection: asyncpg.Connection, event_id: UUID, size: int | None) -> SealedEventView:
    """Return an event as it was sealed, with its proof; for an actor who may see the log."""
    leaf = await connection.fetchrow("SELECT * FROM audit_leaf WHERE event_id = $1", event_id)
    if leaf is None:
        raise NotFound("No event with this id is sealed; a new one is within seconds.", code="event-not-sealed")
    row = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM audit_event WHERE at = $1 AND id = $2",  # noqa: S608 - constants
        leaf["event_at"],
        event_id,
    )
    return SealedEventView(
        event=None if row is None else EventDocumentView(**event_of(row)),
        seal=leaf["seal"].hex(),
        proof=await _inclusion(connection, leaf["position"], leaf["hash"], await _head(connection, size)),
    )


async def _inclusion(
    connection: asyncpg.Connection, position: int, leaf_hash: bytes, signed: SignedHead
) -> InclusionProofView:
    if position >= signed.head.size:
        raise NotFound("The event was sealed after the head of this size.", code="event-not-sealed")
    path = await _roots(connection, merkle.inclusion_ranges(position, signed.head.size))
    return InclusionProofView(position=position, leaf_hash=leaf_hash.hex(), path=path, head=_head_view(signed))


async def _roots(connection: asyncpg.Connection, ranges: Sequence[merkle.Range]) -> list[str]:
    try:
        return [root.hex() for root in await tree.read_roots(connection, ranges)]
    except tree.BrokenTreeError:
        raise Conflict("Parts of the sealed log are missing: it was touched.", code="sealed-log-broken") from None


async def _head(connection: asyncpg.Connection, size: int | None) -> SignedHead:
    if size is None:
        row = await connection.fetchrow(f"{_HEADS} ORDER BY size DESC LIMIT 1")
    else:
        row = await connection.fetchrow(f"{_HEADS} WHERE size = $1", size)
    if row is None:
        raise NotFound("No head of this size was signed.", code="no-such-head")
    return _signed(await tree.read_log(connection), row)


def _signed(log: UUID, row: Any) -> SignedHead:
    return SignedHead(tree.head_of(log, row), row["signature"])


def _head_view(signed: SignedHead) -> TreeHeadView:
    return TreeHeadView(**signed.head.statement(), signature=signed.signature.hex())
