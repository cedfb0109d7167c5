"""The sealer orders committed events once and for ever, whatever happens to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from casemgmt.audit import merkle
from casemgmt.audit.leaf import COLUMNS, canonical, event_of
from casemgmt.audit.progress import Holder, read_progress
from casemgmt.audit.sealer import RetiredKeyError, Sealer
from casemgmt.audit.signing import SigningKey, make_key_file
from casemgmt.audit.tree import BrokenTreeError, read_frontier
from casemgmt.audit.verify import LONGEST_TRANSACTION
from casemgmt.db.addresses import driver_url
from casemgmt.ids import new_id
from casemgmt.settings import Settings
from tests.audit.logbook import WRITE, exported, fill, settle, verified, write_events
from tests.clients import World


async def _leaves(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await owner.fetch(
        f"SELECT l.position, l.hash, {COLUMNS.replace('id, at', 'e.id, e.at', 1)} FROM audit_leaf l"
        " JOIN audit_event e ON e.id = l.event_id ORDER BY l.position"
    )
    return rows


@asynccontextmanager
async def _open_transaction(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A transaction that has a number, and is left open by the test."""
    connection = await asyncpg.connect(driver_url(url), server_settings={"application_name": "somebody-slow"})
    try:
        await connection.execute("BEGIN")
        await connection.execute("SELECT pg_current_xact_id()")
        yield connection
    finally:
        await connection.close()


async def _held_by(sealing: asyncpg.Connection, transaction: str) -> Holder:
    """Return what holds the sealing up, as soon as transactions of other tests do so no more."""
    for _ in range(2400):
        holder = (await read_progress(sealing)).holder
        if holder is not None and str(holder.transaction) == transaction:
            return holder
        await asyncio.sleep(0.025)
    raise TimeoutError


async def _many(owner: asyncpg.Connection, count: int) -> None:
    """Write events in one transaction."""
    async with owner.transaction():
        for _ in range(count):
            await owner.execute(WRITE, new_id(), "test.together", [])


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


async def test_a_backlog_is_worked_off_in_the_order_of_transactions(
    sealing: asyncpg.Connection, key: SigningKey, owner: asyncpg.Connection
) -> None:
    await write_events(owner, 7)
    await _many(owner, 5)  # one transaction, more events than a batch holds
    await write_events(owner, 3)
    await settle(owner)
    sealer = Sealer(sealing, key, batch=3)
    passes = [await sealer.seal()]
    while passes[-1].more:
        passes.append(await sealer.seal())
    order = [(int(r["xid"]), r["at"], r["id"]) for r in await _leaves(owner)]
    assert order == sorted(order)
    assert len(order) == await owner.fetchval("SELECT count(*) FROM audit_event")
    assert [p.events for p in passes[:-1]] == [3] * (len(passes) - 1)
    assert verified(await exported(sealing, key), key).hold


async def test_a_transaction_that_ends_late_delays_the_sealing_is_named_and_never_reorders(
    sealer: Sealer, sealing: asyncpg.Connection, key: SigningKey, owner: asyncpg.Connection, owner_url: str
) -> None:
    await fill(owner, sealer, 2)
    before = await owner.fetchval("SELECT max(size) FROM audit_head")
    async with _open_transaction(owner_url) as slow:
        late = new_id()
        await slow.execute(WRITE, late, "test.late", [])
        quick = await write_events(owner, 3)
        assert (await sealer.seal()).events == 0
        holder = await _held_by(sealing, await slow.fetchval("SELECT pg_current_xact_id()::text"))
        assert (holder.process, holder.application) == (slow.get_server_pid(), "somebody-slow")
        progress = await read_progress(sealing)
        assert progress.waiting_since == await owner.fetchval("SELECT at FROM audit_event WHERE id = $1", quick[0])
        assert progress.size == before
        await slow.execute("COMMIT")
    await settle(owner)
    assert (await sealer.seal()).events == 4
    assert (await read_progress(sealing)).waiting_since is None
    sealed = [r["event_id"] for r in await owner.fetch("SELECT event_id FROM audit_leaf WHERE position >= $1", before)]
    assert sealed == [late, *quick]
    assert verified(await exported(sealing, key), key).hold


async def test_a_long_transaction_in_another_database_of_the_cluster_delays_it_too(
    sealer: Sealer, sealing: asyncpg.Connection, owner: asyncpg.Connection, admin_url: str
) -> None:
    await fill(owner, sealer, 1)
    async with _open_transaction(admin_url) as slow:
        await write_events(owner, 2)
        assert (await sealer.seal()).events == 0
        holder = await _held_by(sealing, await slow.fetchval("SELECT pg_current_xact_id()::text"))
        assert holder.database == await slow.fetchval("SELECT current_database()")
    await settle(owner)
    assert (await sealer.seal()).events == 2


async def test_a_transaction_that_was_undone_leaves_no_gap(
    sealer: Sealer, owner: asyncpg.Connection, owner_url: str
) -> None:
    async with _open_transaction(owner_url) as undone:
        await undone.execute(WRITE, new_id(), "test.undone", [])
        await write_events(owner, 2)
        await undone.execute("ROLLBACK")
    await settle(owner)
    done = await sealer.seal()
    leaves = await _leaves(owner)
    assert [r["position"] for r in leaves] == list(range(done.size))
    assert "test.undone" not in {r["kind"] for r in leaves}


async def test_two_sealers_take_turns_and_make_one_tree(
    sealing: asyncpg.Connection, sealer_url: str, key: SigningKey, owner: asyncpg.Connection
) -> None:
    other = await asyncpg.connect(driver_url(sealer_url))
    try:
        sealers = [Sealer(sealing, key, batch=4), Sealer(other, key, batch=4)]
        for _ in range(10):
            await write_events(owner, 3)
            await asyncio.gather(*(s.seal() for s in sealers))
        await settle(owner)
        while (await sealers[0].seal()).more:
            pass
        assert verified(await exported(sealing, key), key).hold
        assert len(await _leaves(owner)) == await owner.fetchval("SELECT max(size) FROM audit_head")
        assert len(await _leaves(owner)) == await owner.fetchval("SELECT count(*) FROM audit_event") - 1
    finally:
        await other.close()


async def test_while_one_seals_another_leaves_it_alone(
    sealer: Sealer, owner: asyncpg.Connection, sealer_url: str
) -> None:
    await write_events(owner, 1)
    holder = await asyncpg.connect(driver_url(sealer_url))
    try:
        async with holder.transaction():
            await holder.execute("SELECT pg_advisory_xact_lock(hashtext('casemgmt.seal'))")
            assert (await sealer.seal()).elsewhere
        await settle(owner)
        assert (await sealer.seal()).events > 0
    finally:
        await holder.close()


async def test_a_sealer_goes_on_from_what_is_stored(
    sealer: Sealer, sealing: asyncpg.Connection, key: SigningKey, owner: asyncpg.Connection
) -> None:
    await _many(owner, 1100)
    await settle(owner)
    await sealer.seal()
    assert await owner.fetchval("SELECT count(*) FROM audit_node WHERE level = 8") == 4
    fresh = Sealer(sealing, key)
    await write_events(owner, 3)
    await settle(owner)
    size = (await fresh.seal()).size
    assert verified(await exported(sealing, key), key).hold
    frontier = merkle.Frontier()
    frontier.extend([r["hash"] for r in await owner.fetch("SELECT hash FROM audit_leaf ORDER BY position")])
    assert (await read_frontier(sealing, size)).hashes == frontier.hashes


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE audit_leaf SET hash = sha256('x') WHERE position = (SELECT max(size) - 1 FROM audit_head)",
        "DELETE FROM audit_leaf WHERE position = (SELECT max(size) - 1 FROM audit_head)",
        "UPDATE audit_head SET signature = decode(repeat('00', 64), 'hex')",
        "UPDATE audit_head SET root = sha256('x')",
        "UPDATE audit_head SET horizon = '3'",
    ],
)
async def test_nothing_is_signed_on_top_of_a_tree_that_was_touched(
    sealer: Sealer, sealing: asyncpg.Connection, key: SigningKey, owner: asyncpg.Connection, damage: str
) -> None:
    await fill(owner, sealer, 3)
    await owner.execute("SET session_replication_role = replica")
    await owner.execute(damage)
    await write_events(owner, 1)
    await settle(owner)
    with pytest.raises(BrokenTreeError):
        await Sealer(sealing, key).seal()


async def test_a_sealer_notices_that_the_tree_shrank_under_it(sealer: Sealer, owner: asyncpg.Connection) -> None:
    await fill(owner, sealer, 3, 3)
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("DELETE FROM audit_head WHERE size = (SELECT max(size) FROM audit_head)")
    with pytest.raises(BrokenTreeError, match="its last head has"):
        await sealer.seal()


async def test_keys_are_changed_and_the_one_before_signs_no_more(
    sealer: Sealer, sealing: asyncpg.Connection, key: SigningKey, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    await fill(owner, sealer, 3)
    new = make_key_file(tmp_path / "new.json", before=key)
    await fill(owner, Sealer(sealing, new), 2)
    await write_events(owner, 2)
    await settle(owner)
    with pytest.raises(RetiredKeyError):
        await sealer.seal()
    await Sealer(sealing, new).seal()
    keys = await owner.fetch("SELECT id, valid_from, valid_until FROM audit_key ORDER BY valid_from")
    assert [k["id"] for k in keys] == [key.id, new.id]
    assert keys[0]["valid_until"] == keys[1]["valid_from"]
    assert keys[1]["valid_until"] is None
    findings = verified(await exported(sealing, new), key)  # whoever knows the first key believes the second
    assert findings.faults == []
    assert findings.keys == [key.id, new.id]


async def test_a_new_key_that_nobody_vouched_for_is_believed_by_nobody(
    sealer: Sealer, sealing: asyncpg.Connection, key: SigningKey, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    await fill(owner, sealer, 3)
    new = make_key_file(tmp_path / "new.json")
    await fill(owner, Sealer(sealing, new), 2)
    findings = verified(await exported(sealing, new), key)
    assert {f.kind for f in findings.faults} == {"wrong-key"}


async def test_in_another_cluster_a_new_generation_begins_and_nothing_is_left_out(
    sealer: Sealer, sealing: asyncpg.Connection, key: SigningKey, owner: asyncpg.Connection
) -> None:
    await fill(owner, sealer, 4)
    (waits, *_) = await write_events(owner, 3)
    await settle(owner)
    # As after a restore: the identifier is another, and what was left unsealed bears numbers of the cluster before.
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("UPDATE audit_head SET cluster = '1'")
    await owner.execute(
        "UPDATE audit_event SET xid = (xid::text::bigint + 4000000000)::text::xid8"
        " WHERE id NOT IN (SELECT event_id FROM audit_leaf)"
    )
    await owner.execute("SET session_replication_role = DEFAULT")
    assert (await read_progress(sealing)).waiting_since == await _at(owner, waits)
    sealer = Sealer(sealing, key)  # a cluster is not exchanged under an open connection
    await sealer.seal()
    kinds = [r["kind"] for r in await _leaves(owner)]
    assert kinds[-4:] == ["test.written"] * 3 + ["audit.generation_started"]
    await write_events(owner, 2)
    await settle_after(owner)
    await sealer.seal()
    assert len(await _leaves(owner)) == await owner.fetchval("SELECT count(*) FROM audit_event")
    assert await owner.fetchval("SELECT max(generation) FROM audit_head") == 2
    findings = verified(await exported(sealing, key), key)
    assert findings.faults == []
    assert findings.generations == 2


async def _at(owner: asyncpg.Connection, event_id: UUID) -> object:
    return await owner.fetchval("SELECT at FROM audit_event WHERE id = $1", event_id)


async def settle_after(owner: asyncpg.Connection) -> None:
    """As `settle`, where events of another cluster bear numbers that are far ahead."""
    for _ in range(2400):
        if await owner.fetchval(
            "SELECT pg_snapshot_xmin(pg_current_snapshot()) > (SELECT xid FROM audit_event ORDER BY at DESC LIMIT 1)"
        ):
            return
        await asyncio.sleep(0.025)
    raise TimeoutError


async def test_the_service_can_not_touch_the_tree_and_the_sealer_nothing_else(
    database_url: str, sealing: asyncpg.Connection
) -> None:
    service = await asyncpg.connect(driver_url(database_url))
    try:
        for table in ("leaf", "node", "head", "key", "witness"):
            for act in (f"INSERT INTO audit_{table} DEFAULT VALUES", f"DELETE FROM audit_{table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await service.execute(act)
    finally:
        await service.close()
    tables = await sealing.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
    )
    assert {t["relname"] for t in tables} == {
        "audit_event",
        "audit_leaf",
        "audit_node",
        "audit_head",
        "audit_key",
        "audit_witness",
        "deployment",
    }
    for table in ("audit_event", "audit_leaf", "audit_node", "audit_head", "audit_key"):
        for act in (f"DELETE FROM {table}", f"UPDATE {table} SET ctid = ctid", f"TRUNCATE {table}"):
            with pytest.raises(asyncpg.PostgresError):
                await sealing.execute(act)


@pytest.mark.parametrize("table", ["audit_leaf", "audit_node", "audit_head", "audit_key"])
async def test_not_even_the_owner_changes_what_was_sealed(
    sealer: Sealer, owner: asyncpg.Connection, table: str
) -> None:
    await _many(owner, 260)
    await settle(owner)
    await sealer.seal()
    column = {"audit_key": "public_key"}.get(table, "root" if table == "audit_head" else "hash")
    for act in (f"UPDATE {table} SET {column} = ''", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(asyncpg.PostgresError) as refusal:
            await owner.execute(act)
        assert refusal.value.sqlstate == "CM403", act


def test_the_longest_transaction_of_the_verifier_is_the_longest_that_can_be_set() -> None:
    (limit,) = [m.le for m in Settings.model_fields["transaction_seconds"].metadata if hasattr(m, "le")]
    assert timedelta(seconds=limit) <= LONGEST_TRANSACTION
