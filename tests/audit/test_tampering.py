"""Whoever holds the database, superuser rights and all, changes nothing that the verifier does not find and name."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from casemgmt.audit.findings import Fault, Findings
from casemgmt.audit.leaf import COLUMNS, canonical, event_of
from casemgmt.audit.merkle import Frontier, leaf_hash
from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import SigningKey, make_key_file
from casemgmt.ids import new_id
from tests.audit.logbook import exported, fill, settle, verified, witness_of, write_events

_INSERT = (
    "INSERT INTO audit_event (at, id, xid, kind, outcome, request_id, record_type, record_ids, fields)"
    " VALUES ({at}, $1, {xid}, 'test.slipped_in', 'done', '', 'test', '{{}}', '{{}}')"
)


@dataclass
class Log:
    """A log of ten events under two heads, and a superuser at work on it."""

    owner: asyncpg.Connection
    sealing: asyncpg.Connection
    sealer: Sealer
    key: SigningKey
    ids: list[UUID]

    async def findings(self) -> Findings:
        return verified(await exported(self.sealing, self.key), self.key)

    async def first_bad(self) -> Fault:
        found = (await self.findings()).first_bad_event()
        assert found is not None
        return found

    async def rehash(self, position: int) -> None:
        """Make a leaf fit the event that stands there now."""
        row = await self.owner.fetchrow(
            f"SELECT {COLUMNS} FROM audit_event WHERE id = (SELECT event_id FROM audit_leaf WHERE position = $1)",
            position,
        )
        hashed = leaf_hash(canonical(event_of(row)))
        await self.owner.execute("UPDATE audit_leaf SET hash = $1 WHERE position = $2", hashed, position)

    async def reroot(self) -> None:
        """Make the roots of all heads fit the leaves that stand there now."""
        hashes = [r["hash"] for r in await self.owner.fetch("SELECT hash FROM audit_leaf ORDER BY position")]
        for row in await self.owner.fetch("SELECT size FROM audit_head"):
            frontier = Frontier()
            frontier.extend(hashes[: row["size"]])
            await self.owner.execute("UPDATE audit_head SET root = $1 WHERE size = $2", frontier.root(), row["size"])


@pytest_asyncio.fixture
async def log(
    owner: asyncpg.Connection, sealing: asyncpg.Connection, sealer: Sealer, key: SigningKey
) -> AsyncIterator[Log]:
    # What making and seeding the database left is taken out, so that the log is these ten events and no others.
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("DELETE FROM audit_salt")
    await owner.execute("DELETE FROM audit_event")
    await owner.execute("RESET session_replication_role")
    await owner.execute(
        "SELECT audit_write($1, 'test.began', 'done', NULL, 'test', '{}', NULL, NULL, '{}', '')", new_id()
    )
    ids = await fill(owner, sealer, 4, 5)
    assert len(ids) == 10
    await owner.execute("SET session_replication_role = replica")  # no trigger stops a superuser
    yield Log(owner, sealing, sealer, key, ids)


async def test_an_untouched_log_holds(log: Log) -> None:
    await write_events(log.owner, 2)
    findings = verified(await exported(log.sealing, log.key), log.key, await witness_of(log.sealing))
    assert findings.faults == []
    assert (findings.events, findings.heads, findings.witnessed) == (10, 2, 2)
    assert findings.unsealed == 3  # the export is an event, too


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'nothing.happened'",
        "actor_id = gen_random_uuid()",
        "on_behalf_of = gen_random_uuid()",
        "session_id = gen_random_uuid()",
        "case_id = gen_random_uuid()",
        "signal_id = gen_random_uuid()",
        "record_ids = '{}'",
        "record_type = 'other'",
        "outcome = 'refused'",
        "purpose = 'other'",
        "reason = 'other'",
        "fields = '{a}'",
        "changes = '[]'",
        "request_id = 'other'",
        "xid = '3'",
        "at = at - interval '1 hour'",
        "at = at + interval '1 microsecond'",
    ],
)
async def test_a_changed_event_is_named(log: Log, change: str) -> None:
    await log.owner.execute(f"UPDATE audit_event SET {change} WHERE id = $1", log.ids[6])
    findings = await log.findings()
    first = findings.first_bad_event()
    assert first is not None
    assert (first.position, first.event_id) == (6, str(log.ids[6]))
    assert "changed" in {f.kind for f in findings.faults}


async def test_a_changed_event_is_named_also_where_its_leaf_was_made_to_fit(log: Log) -> None:
    await log.owner.execute("UPDATE audit_event SET kind = 'nothing.happened' WHERE id = $1", log.ids[6])
    await log.rehash(6)
    first = await log.first_bad()
    assert (first.kind, first.position, first.event_id) == ("changed", 6, str(log.ids[6]))


async def test_a_changed_event_is_found_also_where_the_heads_were_made_to_fit(log: Log) -> None:
    await log.owner.execute("UPDATE audit_event SET kind = 'nothing.happened' WHERE id = $1", log.ids[6])
    await log.rehash(6)
    await log.reroot()
    findings = await log.findings()
    assert "forged-head" in {f.kind for f in findings.faults}
    first = findings.first_bad_event()
    assert first is not None
    assert (first.position, first.event_id) == (6, str(log.ids[6]))


async def test_a_removed_event_is_named(log: Log) -> None:
    await log.owner.execute("DELETE FROM audit_event WHERE id = $1", log.ids[3])
    first = await log.first_bad()
    assert (first.kind, first.position, first.event_id) == ("removed", 3, str(log.ids[3]))


async def test_an_event_removed_with_its_leaf_leaves_a_gap(log: Log) -> None:
    await log.owner.execute("DELETE FROM audit_event WHERE id = $1", log.ids[3])
    await log.owner.execute("DELETE FROM audit_leaf WHERE position = 3")
    first = await log.first_bad()
    assert (first.kind, first.position) == ("removed", 3)


async def test_an_event_removed_with_its_leaf_is_missed_also_where_the_others_closed_up(log: Log) -> None:
    await log.owner.execute("DELETE FROM audit_event WHERE id = $1", log.ids[3])
    await log.owner.execute("DELETE FROM audit_leaf WHERE position = 3")
    for position in range(4, 10):
        await log.owner.execute("UPDATE audit_leaf SET position = $1 - 1 WHERE position = $1", position)
    first = await log.first_bad()
    assert (first.position, first.event_id) == (3, str(log.ids[4]))  # what stands there now


@pytest.mark.parametrize("at", ["clock_timestamp()", "clock_timestamp() - interval '2 days'"])
async def test_an_event_slipped_in_past_the_service_is_named(log: Log, at: str) -> None:
    event_id = new_id()
    await log.owner.execute(_INSERT.format(at=at, xid="'700'"), event_id)
    first = await log.first_bad()
    assert (first.kind, first.event_id) == ("inserted", str(event_id))
    await settle(log.owner)
    assert (await log.sealer.seal()).size == 11  # the export's own event: the sealer never takes the other


async def test_an_event_of_a_transaction_that_never_was_is_named(log: Log) -> None:
    event_id = new_id()
    await log.owner.execute(_INSERT.format(at="clock_timestamp()", xid="'999999999'"), event_id)
    first = await log.first_bad()
    assert (first.kind, first.event_id) == ("inserted", str(event_id))


async def test_an_event_put_into_the_tree_is_named(log: Log) -> None:
    event_id = new_id()
    await log.owner.execute(_INSERT.format(at="clock_timestamp()", xid="pg_current_xact_id()"), event_id)
    for position in range(9, 3, -1):
        await log.owner.execute("UPDATE audit_leaf SET position = $1 + 1 WHERE position = $1", position)
    await log.owner.execute(
        "INSERT INTO audit_leaf SELECT 4, e.id, e.at, 1, ''::bytea, l.seal FROM audit_event e, audit_leaf l"
        " WHERE e.id = $1 AND l.position = 5",
        event_id,
    )
    await log.rehash(4)
    first = await log.first_bad()
    assert (first.position, first.event_id) == (4, str(event_id))


async def test_an_event_dated_back_is_named_once_it_is_sealed(log: Log) -> None:
    event_id = new_id()
    at = "clock_timestamp() - interval '2 days'"
    await log.owner.execute(_INSERT.format(at=at, xid="pg_current_xact_id()"), event_id)
    pending = await log.first_bad()
    assert (pending.kind, pending.position, pending.event_id) == ("back-dated", None, str(event_id))
    await settle(log.owner)
    await log.sealer.seal()
    first = await log.first_bad()
    assert (first.kind, first.position, first.event_id) == ("back-dated", 10, str(event_id))


async def test_an_event_dated_forward_is_named(log: Log) -> None:
    event_id = new_id()
    at = "clock_timestamp() + interval '2 days'"
    await log.owner.execute(_INSERT.format(at=at, xid="pg_current_xact_id()"), event_id)
    await settle(log.owner)
    await log.sealer.seal()
    first = await log.first_bad()
    assert (first.kind, first.position, first.event_id) == ("forward-dated", 10, str(event_id))


async def test_events_in_another_order_are_named(log: Log) -> None:
    for old, new in ((6, -1), (8, 6), (-1, 8)):
        await log.owner.execute("UPDATE audit_leaf SET position = $2 WHERE position = $1", old, new)
    first = await log.first_bad()
    assert (first.position, first.event_id) == (6, str(log.ids[8]))


async def test_two_events_that_changed_their_content_are_named(log: Log) -> None:
    await log.owner.execute(
        "UPDATE audit_event a SET record_ids = b.record_ids, request_id = 'swapped' FROM audit_event b"
        " WHERE (a.id = $1 AND b.id = $2) OR (a.id = $2 AND b.id = $1)",
        log.ids[2],
        log.ids[7],
    )
    findings = await log.findings()
    assert [(f.kind, f.position) for f in findings.faults] == [("changed", 2), ("changed", 7)]


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("root = sha256('x')", {"forged-head"}),
        ("signature = decode(repeat('00', 64), 'hex')", {"forged-head"}),
        ("sealed_at = sealed_at - interval '1 hour'", {"forged-head", "forward-dated"}),
        ("horizon = '1'", {"forged-head"}),
        ("generation = 2", {"forged-head"}),
        ("size = 9", {"forged-head", "truncated"}),
        ("size = 12", {"forged-head"}),
    ],
)
async def test_a_forged_head_is_found(log: Log, change: str, kinds: set[str]) -> None:
    await log.owner.execute(f"UPDATE audit_head SET {change} WHERE size = 10")
    findings = await log.findings()
    assert {f.kind for f in findings.faults} == kinds
    first = findings.first_bad_event()
    assert first is not None
    assert (first.position, first.event_id) == (5, str(log.ids[5]))  # the first that rests on this head alone


async def test_a_head_signed_with_a_key_of_ones_own_is_found(log: Log, tmp_path: Path) -> None:
    other = make_key_file(tmp_path / "other.json")
    await log.owner.execute("DELETE FROM audit_leaf WHERE position > 4")
    await log.owner.execute("DELETE FROM audit_head WHERE size > 5")
    await settle(log.owner)
    await Sealer(log.sealing, other).seal()
    found = verified(await exported(log.sealing, other), log.key)
    assert {f.kind for f in found.faults} == {"wrong-key"}
    first = found.first_bad_event()
    assert first is not None
    assert first.position == 5


async def test_a_whole_log_with_another_key_is_another_log(log: Log, tmp_path: Path) -> None:
    other = make_key_file(tmp_path / "other.json")
    for table in ("leaf", "node", "head", "key"):
        await log.owner.execute(f"DELETE FROM audit_{table}")
    await settle(log.owner)
    await Sealer(log.sealing, other).seal()
    export = await exported(log.sealing, other)
    assert verified(export).faults == []  # believed only by who believes the keys that it brings along
    assert {f.kind for f in verified(export, log.key).faults} == {"wrong-key"}


async def test_a_second_history_is_found_by_the_witness(log: Log) -> None:
    witness = await witness_of(log.sealing)
    await log.owner.execute("DELETE FROM audit_event WHERE id = $1", log.ids[6])
    await log.owner.execute("DELETE FROM audit_leaf WHERE position > 4")
    await log.owner.execute("DELETE FROM audit_head WHERE size > 5")
    await settle(log.owner)
    await Sealer(log.sealing, log.key).seal()  # the sealer itself is made to sign another tree
    export = await exported(log.sealing, log.key)
    assert verified(export, log.key).faults == []
    await write_events(log.owner, 3)
    await settle(log.owner)
    await Sealer(log.sealing, log.key).seal()
    first = verified(await exported(log.sealing, log.key), log.key, witness).first_bad_event()
    assert first is not None
    assert (first.kind, first.position, first.event_id) == ("forked-head", 5, str(log.ids[5]))


async def test_a_missing_tail_is_found_by_the_witness(log: Log) -> None:
    witness = await witness_of(log.sealing)
    await log.owner.execute("DELETE FROM audit_leaf WHERE position > 4")
    await log.owner.execute("DELETE FROM audit_head WHERE size > 5")
    await log.owner.execute("DELETE FROM audit_event WHERE id = ANY ($1)", log.ids[5:])
    export = await exported(log.sealing, log.key)
    assert verified(export, log.key).faults == []
    first = verified(export, log.key, witness).first_bad_event()
    assert first is not None
    assert (first.kind, first.position) == ("truncated", 5)


async def test_a_missing_tail_under_heads_that_stayed_is_found_without_a_witness(log: Log) -> None:
    await log.owner.execute("DELETE FROM audit_leaf WHERE position > 7")
    await log.owner.execute("DELETE FROM audit_event WHERE id = ANY ($1)", log.ids[8:])
    first = await log.first_bad()
    assert (first.kind, first.position) == ("removed", 8)


async def test_events_without_a_head_are_found(log: Log) -> None:
    await log.owner.execute("DELETE FROM audit_head WHERE size = 10")
    first = await log.first_bad()
    assert (first.kind, first.position) == ("truncated", 5)
