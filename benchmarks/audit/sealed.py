"""A sealed log without the hours of sealing it: leaves and tree are made in bulk, and the sealer goes on from there."""

from collections.abc import Callable

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casemgmt.audit import tree
from casemgmt.audit.merkle import Frontier, Subtree
from casemgmt.audit.signing import Head, PublicKey, SigningKey

# The hash of a leaf is not that of its event here, and its seal no signature: the sealer reads neither again.
_LEAVES = """
    INSERT INTO audit_leaf (position, event_id, event_at, format, hash, seal)
    SELECT row_number() OVER (ORDER BY xid, at, id) - 1, id, at, 1, sha256(uuid_send(id)), sha512(uuid_send(id))
      FROM audit_event"""
_BATCH = 100_000


def new_key() -> SigningKey:
    """Return a key of this run."""
    private = Ed25519PrivateKey.generate()
    return SigningKey(private, PublicKey(private.public_key().public_bytes_raw()))


async def seal_in_bulk(connection: asyncpg.Connection, key: SigningKey, say: Callable[[str], None]) -> int:
    """Put all events under one signed head, and return how many there are."""
    await connection.execute(_LEAVES, timeout=1800)
    say("leaves are there; building the tree over them")
    frontier = Frontier()
    nodes: list[tuple[int, int, bytes]] = []
    async with connection.transaction():
        async for row in connection.cursor("SELECT hash FROM audit_leaf ORDER BY position", prefetch=_BATCH):
            nodes += [(s.level, s.index, h) for s, h in frontier.append(row["hash"]) if _is_stored(s)]
    await connection.copy_records_to_table("audit_node", records=nodes, columns=["level", "index", "hash"])
    now, horizon, cluster = await connection.fetchrow(
        "SELECT clock_timestamp(), pg_snapshot_xmin(pg_current_snapshot())::text,"
        " (SELECT system_identifier::text FROM pg_control_system())"
    )
    await connection.execute(
        "INSERT INTO audit_key (id, public_key, valid_from) VALUES ($1, $2, $3)", key.id, key.public.public, now
    )
    if frontier.size:
        log = await tree.read_log(connection)
        head = Head(log, frontier.size, frontier.root(), now, int(horizon), 1, key.id)
        await tree.write_head(connection, head, cluster, key.sign(head.message()))
    return frontier.size


def _is_stored(place: Subtree) -> bool:
    return place.level % tree.STEP == 0
