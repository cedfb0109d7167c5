"""What must hold after every fault, looked at past row security and through the doors that operators have."""

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import SigningKey, make_key_file, read_key_file
from casemgmt.db.addresses import driver_url
from rules.zone import almaty
from tests.audit.logbook import commanded, exported, settle
from tests.conftest import SEALER_LOGIN
from tests.faults.centre import SOURCE, Centre
from tests.faults.desk import Desk, Listener
from tests.faults.rig import Rig, until
from tests.steps import done

CONTACTS = """
SELECT c.external_id, c.id::text AS id, c.state, c.revision, c.received_at, c.non_data,
       ARRAY(SELECT ARRAY[k.concern_ref, k.signal_id::text] FROM contact_concern k WHERE k.contact_id = c.id) AS filed
  FROM contact c WHERE c.source_code = $1
"""
MESSAGES = "SELECT message_id FROM contact_message WHERE source_code = $1"
SIGNALS = """
SELECT s.id::text AS id, s.received_at, s.state,
       (SELECT array_agg(t.started_at = s.received_at AND t.due_at > t.started_at AND t.cancelled_at IS NULL
                         AND (t.completed_at IS NULL) = (s.state = 'received'))
          FROM task t WHERE t.signal_id = s.id AND t.kind LIKE 'triage%') = ARRAY[true] AS has_one_clock
  FROM signal s
"""
OUTBOX = "SELECT id::text AS id, type, record_id::text AS record FROM webhook_event ORDER BY generation, xid, id"


async def told_so_far(rig: Rig) -> set[str]:
    """Return the events that have happened: a receiver that begins now is told the others."""
    return {row["id"] for row in await rig.cluster.rows(OUTBOX)}


async def check(rig: Rig, centre: Centre, desk: Desk, *listeners: Listener) -> None:
    """Hold everything against what the centre was told, what the desk decided and what the receivers took."""
    contacts = {row["external_id"]: row for row in await rig.cluster.rows(CONTACTS, SOURCE)}
    _check_taken(centre, contacts)
    messages = sorted(row["message_id"] for row in await rig.cluster.rows(MESSAGES, SOURCE))
    assert messages == sorted(m.id for sent in centre.sent.values() for m in sent), "each message is kept once"
    signals = {row["id"]: row for row in await rig.cluster.rows(SIGNALS)}
    assert sorted(signals) == sorted(centre.signals()), "no signal but those that the centre was told of"
    assert all(row["has_one_clock"] for row in signals.values()), "each has one clock, and it runs until the decision"
    await check_told(rig, desk, *listeners)
    await _check_log(rig)
    await _check_account(rig, centre, contacts)


def _check_taken(centre: Centre, contacts: dict[str, Any]) -> None:
    assert sorted(contacts) == sorted(centre.sent), "each contact is there once, and no other"
    for contact_id, taken in centre.taken.items():
        assert {m.id for m, _ in taken} == {m.id for m in centre.sent[contact_id]}, "all of it was acknowledged"
        row, (newest, answer) = contacts[contact_id], max(taken, key=lambda each: each[0].told["revision"])
        assert {a["id"] for _, a in taken} == {row["id"]}
        assert (row["state"], row["revision"]) == (answer["state"], newest.told["revision"])
        expected = {c["ref"] for m, _ in taken if m.told["stage"] == "final" for c in m.told["concerns"]}
        filed = dict(row["filed"])
        assert filed.keys() == expected
        assert filed == {s["ref"]: s["signal_id"] for s in answer["signals"]}


async def check_told(rig: Rig, desk: Desk, *listeners: Listener) -> None:
    """Wait until every receiver has taken every event since its beginning, and hold that each tells of one decision."""
    await wait_for_all(rig, *listeners, seconds=60)
    left = await _untold(rig, *listeners)
    assert not left, f"who was not told of what: {left}"
    outbox = await rig.cluster.rows(OUTBOX)
    triaged = Counter(row["record"] for row in outbox if row["type"] == "signal.triaged")
    assert triaged == Counter(desk.decided), "each decision is told of once"
    for each in listeners:
        assert set(each.receiver.taken) == {row["id"] for row in outbox} - each.before


async def wait_for_all(rig: Rig, *listeners: Listener, seconds: float) -> bool:
    """Wait so long until every receiver has taken every event since its beginning; answer whether they have."""

    async def told() -> bool:
        return not await _untold(rig, *listeners)

    with suppress(TimeoutError):
        await until(told, seconds)
    return await told()


async def _untold(rig: Rig, *listeners: Listener) -> list[tuple[int, dict[str, Any]]]:
    """Return the events that receivers have not taken, each with the number of the receiver."""
    taken = [(n, each.before | set(each.receiver.taken)) for n, each in enumerate(listeners)]
    outbox = await rig.cluster.rows(OUTBOX)
    return [(n, row) for row in outbox for n, ids in taken if row["id"] not in ids]


async def _check_log(rig: Rig) -> None:
    """Seal and export the audit log, and verify it as somebody outside would."""
    key = _key(rig.folder / "audit-key.json")
    owner = await asyncpg.connect(driver_url(rig.cluster.url()))
    sealing = await asyncpg.connect(driver_url(rig.cluster.url(SEALER_LOGIN)))
    try:
        await settle(owner)
        sealer = Sealer(sealing, key)
        while (await sealer.seal()).more:
            pass
        whole = await owner.fetchval("SELECT count(*) FROM audit_event") == await owner.fetchval(
            "SELECT count(*) FROM audit_leaf"
        )
        (rig.folder / "export").write_bytes(await exported(sealing, key))
    finally:
        await owner.close()
        await sealing.close()
    code, said = commanded("audit", "verify", str(rig.folder / "export"))
    assert (code, "It holds." in said) == (0, True), said
    assert whole or "not under a head yet" in said


def _key(path: Path) -> SigningKey:
    return read_key_file(path) if path.exists() else make_key_file(path)


async def _check_account(rig: Rig, centre: Centre, contacts: dict[str, Any]) -> None:
    """Add up the days' accounts, and hold them against what was sent."""
    operator = await rig.world.as_("operator.111")
    total: Counter[str] = Counter()
    named: dict[str, dict[str, str]] = {}
    for day in sorted({day for row in contacts.values() for day in _days_around(row["received_at"])}):
        path = f"/v1/contacts/reconciliation?source={SOURCE}&day={day}"
        told = done(await operator.get(path))
        numbers = {name: told[name] for name in ("received", "open", "non_data", "refused")}
        total.update(numbers | {"filed": told["filed"]["contacts"], "signals": told["filed"]["signals"]})
        named |= {c["contact_id"]: {f["ref"]: f["signal_id"] for f in c["filed"]} for c in told["filed_contacts"]}
    kinds = {
        name: "open" if row["state"] == "draft" else "non_data" if row["non_data"] else "filed"
        for name, row in contacts.items()
    }
    expected = Counter(kinds.values()) + Counter({"received": len(centre.sent), "signals": len(centre.signals())})
    assert +total == expected, "the day's account comes out"
    filed = {name: dict(contacts[name]["filed"]) for name, kind in kinds.items() if kind == "filed"}
    assert named == filed, "to the item"


def _days_around(at: datetime) -> list[date]:
    """Return the day and those beside it: a clock that was moved may have put the first message there."""
    return [at.astimezone(almaty()).date() + timedelta(days=n) for n in (-1, 0, 1)]
