"""Outside witnesses: what they miss while they are away they are told when they come back, every head, in order."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from casemgmt.audit import sealing as sealing_module
from casemgmt.audit import witness as witness_module
from casemgmt.audit.evidence import read_witness
from casemgmt.audit.progress import WitnessProgress, read_witnesses
from casemgmt.audit.sealer import Sealer
from casemgmt.audit.sealing import Sealing, SealingError, run_sealer, tell_next
from casemgmt.audit.signing import SigningKey
from casemgmt.audit.witness import FileWitness, HookWitness, WitnessError
from casemgmt.clock import SystemClock
from casemgmt.outbound import Outbound
from casemgmt.settings import SealerSettings
from tests.audit.logbook import exported, fill, settle, verified, write_events
from tests.audit.test_sealing_faults import until
from tests.clients import World

SECRET = bytes(range(32))


@dataclass
class Receiver:
    """A machine of somebody else: keeps what it is sent, and answers as the test wants it to."""

    manner: str = "well"
    told: list[dict[str, object]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        names = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        headers = {name.lower(): value for name, value in names.items()}
        body = await reader.readexactly(int(headers["content-length"]))
        if self.manner == "never":
            await reader.read()
        elif self.manner == "500":
            writer.write(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        elif self.manner == "elsewhere":
            writer.write(b"HTTP/1.1 302 There\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n")
        else:
            self._keep(headers, body)
            if self.manner != "deaf":
                writer.write(b"HTTP/1.1 204 Kept\r\nconnection: close\r\n\r\n")
        writer.close()

    def _keep(self, headers: dict[str, str], body: bytes) -> None:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        self.ids.append(headers["webhook-id"])
        self.told += json.loads(body)["data"]["heads"]


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    kept = Receiver()
    server = await asyncio.start_server(kept.answer, "127.0.0.1", 0)
    kept.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/heads"
    yield kept
    server.close()


@pytest.fixture
def hook(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> HookWitness:
    monkeypatch.setattr(witness_module, "_TIMEOUT_SECONDS", 0.3)
    return HookWitness(receiver.url, SECRET, Outbound())


async def _state(owner: asyncpg.Connection) -> WitnessProgress:
    (state,) = await read_witnesses(owner)
    return state


async def _sizes(sealing: asyncpg.Connection) -> list[int]:
    return [r["size"] for r in await sealing.fetch("SELECT size FROM audit_head ORDER BY size")]


@pytest.mark.parametrize("manner", ["500", "never", "elsewhere", "deaf", "unreachable"])
async def test_a_web_address_that_fails_is_told_all_of_it_later(
    receiver: Receiver,
    hook: HookWitness,
    sealer: Sealer,
    sealing: asyncpg.Connection,
    owner: asyncpg.Connection,
    manner: str,
) -> None:
    clock = SystemClock()
    await fill(owner, sealer, 2)
    assert await tell_next(sealing, hook, clock) == 1
    receiver.manner = manner
    target = HookWitness("http://127.0.0.1:9/heads", SECRET, Outbound()) if manner == "unreachable" else hook
    await fill(owner, sealer, 1, 1, 1)  # the sealing goes on meanwhile
    for _ in range(2):
        with pytest.raises(WitnessError) as refusal:
            await tell_next(sealing, target, clock)
        assert "127.0.0.1" not in str(refusal.value)
    failing = await _state(owner)
    assert failing.failing_since is not None
    assert failing.size == (await _sizes(sealing))[0]
    receiver.manner = "well"
    assert await tell_next(sealing, hook, clock) == 3
    assert await tell_next(sealing, hook, clock) == 0
    state = await _state(owner)
    assert (state.size, state.failing_since) == ((await _sizes(sealing))[-1], None)
    # At least once, in order: one that took the heads and could not say so hears them again, under the same id.
    told = [h["size"] for h in receiver.told]
    assert sorted(set(told), key=told.index) == await _sizes(sealing)
    if manner == "deaf":
        assert len(set(receiver.ids)) < len(receiver.ids)


async def test_a_file_on_a_medium_that_is_gone_catches_up(
    sealer: Sealer, sealing: asyncpg.Connection, key: SigningKey, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    clock, medium = SystemClock(), tmp_path / "medium"
    file = FileWitness(medium / "heads.jsonl")
    await fill(owner, sealer, 2)
    assert await tell_next(sealing, file, clock) == 1
    medium.rename(tmp_path / "taken-out")
    medium.write_text("something else is mounted there")
    await fill(owner, sealer, 1, 1)
    with pytest.raises(WitnessError, match="can't be written"):
        await tell_next(sealing, file, clock)
    assert (await _state(owner)).failing_since is not None
    medium.unlink()
    (tmp_path / "taken-out").rename(medium)
    with (medium / "heads.jsonl").open("ab") as torn:
        torn.write(b'{"format":1,"gener')  # as a power cut leaves a line
    assert await tell_next(sealing, file, clock) == 2
    heads, _ = read_witness(medium / "heads.jsonl")
    assert [h.head.size for h in heads] == await _sizes(sealing)
    assert verified(await exported(sealing, key), key, heads).faults == []


async def test_a_witness_file_of_another_log_stops_the_sealer_with_a_word_why(
    sealer: Sealer, sealing: asyncpg.Connection, owner: asyncpg.Connection, sealer_url: str, tmp_path: Path
) -> None:
    kept = tmp_path / "heads.jsonl"
    await fill(owner, sealer, 2)
    await tell_next(sealing, FileWitness(kept), SystemClock())
    await owner.execute("UPDATE deployment SET value = gen_random_uuid() WHERE key = 'log'")
    settings = SealerSettings(
        sealer_database_url=sealer_url, audit_key_file=tmp_path / "audit-key.json", witness_file=kept
    )
    with pytest.raises(SealingError, match="keeps heads of another log"):
        await run_sealer(settings, once=True)


async def test_a_witness_that_is_slow_holds_up_nobody_else(
    receiver: Receiver,
    key: SigningKey,
    sealer_url: str,
    owner: asyncpg.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing_module, "_LONGEST_PAUSE", 0.05)
    receiver.manner = "never"
    settings = SealerSettings.model_validate(
        {
            "sealer_database_url": sealer_url,
            "seal_seconds": 0.01,
            "witness_file": tmp_path / "heads.jsonl",
            "witness_url": receiver.url,
            "witness_secret": "whsec_" + base64.b64encode(SECRET).decode(),
        }
    )
    stop = asyncio.Event()
    monkeypatch.setattr(witness_module, "_TIMEOUT_SECONDS", 0.5)
    task = asyncio.create_task(Sealing(settings, key, stop).run())

    async def kept() -> bool:
        written = await owner.fetchval("SELECT count(*) FROM audit_event")
        heads = read_witness(tmp_path / "heads.jsonl")[0] if (tmp_path / "heads.jsonl").exists() else []
        return bool(heads) and heads[-1].head.size == written

    try:
        for _ in range(2):
            await write_events(owner, 2)
            await until(kept)
        assert receiver.told == []
        receiver.manner = "well"
        await until(lambda: _heard(receiver, owner))
    finally:
        stop.set()
        await task


async def _heard(receiver: Receiver, owner: asyncpg.Connection) -> bool:
    return [h["size"] for h in receiver.told] == [
        r["size"] for r in await owner.fetch("SELECT size FROM audit_head ORDER BY size")
    ]


_WORKER_IN_TIME = (
    "INSERT INTO jobs.schedule (expression, entrypoint, next_run) VALUES ('* * * * *', 'audit.make_months', now())"
)


async def _ready(world: World) -> httpx.Response:
    return await world.client.get("/health/ready")


async def test_health_says_degraded_and_stays_green_while_sealing_is_late_or_a_witness_is_deaf(
    world: World, sealer: Sealer, sealing: asyncpg.Connection, owner: asyncpg.Connection, owner_url: str
) -> None:
    await fill(owner, sealer, 2)
    await owner.execute(_WORKER_IN_TIME)
    fresh = (await _ready(world)).json()
    size = (await _sizes(sealing))[-1]
    assert (fresh["status"], f"{size} in all" in fresh["checks"]["sealing"]) == ("ok", True)

    await write_events(owner, 1)
    await settle(owner)
    await _age(owner)
    late = await _ready(world)
    assert (late.status_code, late.json()["status"]) == (200, "degraded")
    assert "no sealer takes it" in late.json()["checks"]["sealing"]
    await sealer.seal()
    assert (await _ready(world)).json()["status"] == "ok"

    slow = await asyncpg.connect(owner_url)
    try:
        await slow.execute("BEGIN")
        await slow.execute("SELECT pg_current_xact_id()")
        await write_events(owner, 1)
        await _age(owner)
        held = (await _ready(world)).json()
        assert held["status"] == "degraded"
        assert "older transaction (process " in held["checks"]["sealing"]
        shown = (await (await world.as_("auditor")).get("/v1/audit/sealing")).json()
        assert shown["late"]
        assert shown["held_by"]["transaction"] > 0
    finally:
        await slow.close()
    await settle(owner)
    await sealer.seal()

    await owner.execute(
        "INSERT INTO audit_witness (name, size, told_at, failing_since)"
        " VALUES ('webhook', 0, now(), now() - interval '10 minutes')"
    )
    deaf = await _ready(world)
    assert (deaf.status_code, deaf.json()["status"]) == (200, "degraded")
    assert "has not taken a head since" in deaf.json()["checks"]["witness_webhook"]
    (told,) = (await (await world.as_("auditor")).get("/v1/audit/sealing")).json()["witnesses"]
    assert told["name"] == "webhook"
    assert told["told_at"] is None
    assert told["events_behind"] == (await _sizes(sealing))[-1]


async def _age(owner: asyncpg.Connection) -> None:
    """Let the events that are not sealed be ten minutes old."""
    await owner.execute("SET session_replication_role = replica")
    await owner.execute(
        "UPDATE audit_event SET at = at - interval '10 minutes' WHERE id NOT IN (SELECT event_id FROM audit_leaf)"
    )
    await owner.execute("SET session_replication_role = DEFAULT")
