"""Erasure takes content and salts, and leaves the log provable to the last event."""

import io

import asyncpg
import orjson
import pytest

from casemgmt.audit.commitments import commit
from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import SigningKey
from casemgmt.audit.verify import verify
from tests.audit.logbook import exported, settle
from tests.clients import World
from tests.http.test_erasure import close_case, erase
from tests.steps import open_case


async def _opened(owner: asyncpg.Connection, narrative: str) -> bool:
    """Answer whether somebody with all of the database can prove that these were the words of the signal."""
    events = await owner.fetch(
        "SELECT e.changes::text AS changes, s.salt FROM audit_event e JOIN audit_salt s ON s.event_id = e.id"
        " WHERE e.changes::text LIKE '%signal.narrative%'"
    )
    for event in events:
        for change in orjson.loads(event["changes"]):
            if change["field"] == "signal.narrative":
                guess = commit(event["salt"], change["record"], change["field"], "after", narrative)
                if guess == change["after"]:
                    return True
    return False


@pytest.mark.usefixtures("sealer_url")
async def test_the_log_verifies_after_an_erasure_and_no_guess_can_be_tested(
    world: World, owner: asyncpg.Connection, sealing: asyncpg.Connection, sealer: Sealer, key: SigningKey
) -> None:
    case = await open_case(world)
    signal = await owner.fetchval("SELECT id FROM signal")
    async with owner.transaction():  # a changed text, committed to by its own event
        await owner.execute("SET LOCAL ROLE casemgmt_owner")
        await owner.execute("SELECT set_config('casemgmt.salt', $1, true)", "ab" * 32)
        await owner.execute("UPDATE signal SET narrative = 'Айтылған сөз' WHERE id = $1", signal)
        await owner.execute(
            "SELECT audit_write(gen_random_uuid(), 'test.changed', 'done', NULL, 'signal', ARRAY[$1::uuid], NULL, $1,"
            " '{}', 'test')",
            signal,
        )
    assert await _opened(owner, "Айтылған сөз")
    await close_case(owner, case.id)
    await settle(owner)
    await sealer.seal()
    before = await exported(sealing, key)
    await erase(world, case.child)
    assert not await _opened(owner, "Айтылған сөз")
    await settle(owner)
    await sealer.seal()
    after = await exported(sealing, key)
    for export in (before, after):
        findings = verify(io.BytesIO(export), [key.public], None, lambda _: None)
        assert findings.hold, findings.faults
    assert len(after.splitlines()) > len(before.splitlines())
