"""The sealer orders committed events once and for ever, whatever happens to it."""

import asyncpg

from casemgmt.audit import merkle
from casemgmt.audit.leaf import COLUMNS, canonical, event_of
from casemgmt.audit.sealer import Sealer
from tests.audit.logbook import settle
from tests.clients import World


async def _leaves(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await owner.fetch(
        f"SELECT l.position, l.hash, {COLUMNS.replace('id, at', 'e.id, e.at', 1)} FROM audit_leaf l"
        " JOIN audit_event e ON e.id = l.event_id ORDER BY l.position"
    )
    return rows


async def test_every_committed_event_is_sealed_and_the_root_is_that_of_the_rfc(
    world: World, sealer: Sealer, owner: asyncpg.Connection
) -> None:
    await (await world.as_("operator.111")).get("/v1/signals")
    await settle(owner)
    sealed = await sealer.seal()
    leaves = await _leaves(owner)
    assert sealed.size == len(leaves) == await owner.fetchval("SELECT count(*) FROM audit_event") > 2
    frontier = merkle.Frontier()
    frontier.extend(merkle.leaf_hash(canonical(event_of(row))) for row in leaves)
    head = await owner.fetchrow("SELECT * FROM audit_head")
    assert (head["size"], head["root"]) == (sealed.size, frontier.root())
    await settle(owner)
    assert (await sealer.seal()).events == 0
    assert await owner.fetchval("SELECT count(*) FROM audit_head") == 1
