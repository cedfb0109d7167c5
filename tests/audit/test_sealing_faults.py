"""The process that seals is killed, loses its database, meets another of its kind: one whole tree comes of it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import asyncpg
import pytest

from casemgmt.audit.evidence import read_witness
from casemgmt.audit.sealer import Pass, Sealer
from casemgmt.audit.sealing import Sealing
from casemgmt.audit.signing import SigningKey
from casemgmt.db.addresses import driver_url
from casemgmt.settings import SealerSettings
from tests.audit.logbook import exported, settle, verified, write_events

SEAL = """
import asyncio
from casemgmt.audit.sealing import run_sealer
from casemgmt.settings import SealerSettings
asyncio.run(run_sealer(SealerSettings()))
"""
"""What `casemgmt seal` does, without the second that reading all of the command line takes."""

_SIZE = "SELECT coalesce(max(size), 0) FROM audit_head"


class Crew:
    """Real sealers, processes of their own, on the database of the test."""

    def __init__(self, sealer_url: str, folder: Path, owner: asyncpg.Connection) -> None:
        self.witness = folder / "heads.jsonl"
        self._owner = owner
        self._environment = os.environ | {
            "CASEMGMT_SEALER_DATABASE_URL": sealer_url,
            "CASEMGMT_AUDIT_KEY_FILE": str(folder / "audit-key.json"),
            "CASEMGMT_WITNESS_FILE": str(self.witness),
            "CASEMGMT_SEAL_SECONDS": "0.005",
        }
        self._running: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        self._running.append(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                SEAL,
                env=self._environment,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        )

    async def at_work(self) -> None:
        """Wait until a head is signed that was not there before."""
        size = await self._owner.fetchval(_SIZE)
        await until(lambda: self._grew(size))

    async def _grew(self, size: int) -> bool:
        return bool(await self._owner.fetchval(_SIZE) > size)

    async def kill(self) -> None:
        """Kill the one that runs longest, at whatever instruction it is."""
        process = self._running.pop(0)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()

    async def stop(self) -> list[int]:
        """Tell all to end, and return their exit codes."""
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        return [await process.wait() for process in self._running]


async def until(met: Callable[[], Awaitable[object]]) -> None:
    """Wait until a condition is met."""
    for _ in range(2400):
        if await met():
            return
        await asyncio.sleep(0.025)
    raise TimeoutError


@asynccontextmanager
async def _writing(owner_url: str) -> AsyncIterator[None]:
    """Somebody who writes events without a pause."""
    connection = await asyncpg.connect(driver_url(owner_url))

    async def write() -> None:
        while True:
            await write_events(connection, 5)
            await asyncio.sleep(0.01)

    task = asyncio.create_task(write())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await connection.close()


async def _kill_again_and_again(
    times: int,
    crew: Crew,
    sealer: Sealer,
    sealing: asyncpg.Connection,
    key: SigningKey,
    owner: asyncpg.Connection,
    owner_url: str,
) -> None:
    random = Random(7)
    async with _writing(owner_url):
        await crew.start()  # two are at work at any time, and one of them is killed
        for _ in range(times):
            await crew.start()
            await crew.at_work()
            await asyncio.sleep(random.random() / 10)
            await crew.kill()
        await crew.at_work()
    assert await crew.stop() == [0]
    await settle(owner)
    while (await sealer.seal()).more:
        pass
    assert await owner.fetchval("SELECT count(*) FROM audit_leaf") == await owner.fetchval(
        "SELECT count(*) FROM audit_event"
    )
    heads, unreadable = read_witness(crew.witness)
    assert not unreadable
    findings = verified(await exported(sealing, key), key, heads)
    assert findings.faults == []
    assert findings.witnessed == len(heads) > times


@pytest.fixture
def crew(sealer_url: str, tmp_path: Path, owner: asyncpg.Connection, key: SigningKey) -> Crew:
    return Crew(sealer_url, tmp_path, owner)


async def test_sealers_that_are_killed_at_work_leave_one_whole_tree(
    crew: Crew,
    sealer: Sealer,
    sealing: asyncpg.Connection,
    key: SigningKey,
    owner: asyncpg.Connection,
    owner_url: str,
) -> None:
    await _kill_again_and_again(2, crew, sealer, sealing, key, owner, owner_url)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_sealers_that_are_killed_hundreds_of_times_leave_one_whole_tree(
    crew: Crew,
    sealer: Sealer,
    sealing: asyncpg.Connection,
    key: SigningKey,
    owner: asyncpg.Connection,
    owner_url: str,
) -> None:
    await _kill_again_and_again(200, crew, sealer, sealing, key, owner, owner_url)


@asynccontextmanager
async def _at_work(settings: SealerSettings, key: SigningKey) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Sealing(settings, key, stop).run())
    try:
        yield
    finally:
        stop.set()
        await task


@pytest.fixture
def settings_of_sealer(sealer_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SealerSettings:
    """Settings of a sealer that does not rest long when something breaks."""
    rest = Sealing._rest  # noqa: SLF001 - the test shortens it

    async def short(self: Sealing, seconds: float) -> None:
        await rest(self, min(seconds, 0.05))

    monkeypatch.setattr(Sealing, "_rest", short)
    return SealerSettings(sealer_database_url=sealer_url, witness_file=tmp_path / "heads.jsonl", seal_seconds=0.01)


async def _all_sealed(owner: asyncpg.Connection) -> bool:
    return bool(
        await owner.fetchval(
            "SELECT NOT EXISTS (SELECT 1 FROM audit_event e"
            " WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = e.id))"
        )
    )


async def test_a_database_that_goes_away_and_comes_back_is_sealed_on(
    settings_of_sealer: SealerSettings,
    sealing: asyncpg.Connection,
    key: SigningKey,
    owner: asyncpg.Connection,
    admin_url: str,
) -> None:
    name = await owner.fetchval("SELECT current_database()")
    admin = await asyncpg.connect(driver_url(admin_url))
    try:
        async with _at_work(settings_of_sealer, key):
            await write_events(owner, 3)
            await until(lambda: _all_sealed(owner))
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            cut = await admin.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = $1 AND application_name = 'casemgmt-seal'",
                name,
            )
            assert cut == 2, "one connection seals, one informs the witness"
            await write_events(owner, 3)
            await asyncio.sleep(0.3)
            assert not await _all_sealed(owner)
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            await until(lambda: _all_sealed(owner))
        assert verified(await exported(sealing, key), key, read_witness(_file(settings_of_sealer))[0]).faults == []
    finally:
        await admin.close()


async def test_a_driver_that_loses_count_of_a_connection_does_not_end_the_sealer(
    settings_of_sealer: SealerSettings, key: SigningKey, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal, lost = (
        Sealer.seal,
        [asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")],
    )

    async def seal_later(self: Sealer) -> Pass:
        """Break as the driver does where the server's last word comes in the middle of a call."""
        if lost:
            raise lost.pop()
        return await seal(self)

    monkeypatch.setattr(Sealer, "seal", seal_later)
    async with _at_work(settings_of_sealer, key):
        await write_events(owner, 3)
        await until(lambda: _all_sealed(owner))
    assert not lost


def _file(settings: SealerSettings) -> Path:
    assert settings.witness_file is not None
    return settings.witness_file
