"""Receivers that hang and disappear, couriers that are killed: every event arrives, and nobody waits for others."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.settings import Settings
from tests.clients import World
from tests.forked import set_clock
from tests.jobs.courier import courier_at_work
from tests.receiver import Receiver, until
from tests.records import rows
from tests.steps import done
from tests.webhook_steps import subscribe, triaged_signal

EVENTS = "SELECT id::text AS id FROM webhook_event ORDER BY generation, xid, id"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})


async def told(owner_url: str) -> list[str]:
    return [row["id"] for row in await rows(owner_url, EVENTS)]


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.long)])
async def test_a_courier_that_is_killed_again_and_again_loses_no_event(
    world: World, worker_url: str, owner_url: str, kills: int
) -> None:
    async with Receiver(pause=0.05).listening() as receiver:
        await subscribe(world, receiver.address, "signal.triaged")
        for _ in range(kills):
            await triaged_signal(world)
            await triaged_signal(world)
            seen = len(receiver.received)
            async with courier_at_work(worker_url):
                await until(lambda: len(receiver.received) > seen)  # noqa: B023 - awaited before the next round
        async with courier_at_work(worker_url):
            expected = await told(owner_url)
            await until(lambda: set(receiver.taken) == set(expected))
        first_time = list(dict.fromkeys(receiver.taken))
        assert first_time == expected, "in the order in which they happened"
        assert len(receiver.taken) <= len(expected) + kills, "twice only what was in hand"


async def test_a_receiver_that_hangs_holds_up_nobody_else(world: World, worker_url: str, owner_url: str) -> None:
    async with Receiver(usual=None).listening() as hanging, Receiver().listening() as other:
        await subscribe(world, hanging.address, "signal.triaged")
        await subscribe(world, other.address, "signal.triaged")
        for _ in range(3):
            await triaged_signal(world)
        async with courier_at_work(worker_url, lease=60):
            await until(lambda: len(hanging.received) == 1)
            expected = await told(owner_url)
            await until(lambda: other.taken == expected)
            late = await triaged_signal(world)
            await until(lambda: other.received[-1].event["data"]["record_id"] == late)
        assert (len(hanging.received), hanging.taken) == (1, [])


async def test_a_receiver_that_was_away_gets_all_of_it_in_order_when_it_is_back(
    world: World, worker_url: str, owner_url: str, tmp_path: Path
) -> None:
    clock, receiver = tmp_path / "clock", Receiver()
    set_clock(clock, 0)
    async with receiver.listening():
        path, _ = await subscribe(world, receiver.address, "signal.triaged")
    admin = await world.as_("admin")

    async def is_failing() -> bool:
        return done(await admin.get(path))["failing_since"] is not None

    async with courier_at_work(worker_url, clock=clock):
        for _ in range(3):
            await triaged_signal(world)
        await until(is_failing)
        async with receiver.listening():
            set_clock(clock, 600)
            expected = await told(owner_url)
            await until(lambda: receiver.taken == expected)
    tries = done(await admin.get(f"{path}/attempts"))["items"]
    assert tries[-1]["failure"] == "no_connection"
    assert done(await admin.get(path))["failing_since"] is None


async def test_two_couriers_send_each_event_once(world: World, worker_url: str, owner_url: str) -> None:
    async with Receiver().listening() as receiver:
        await subscribe(world, receiver.address, "signal.triaged")
        for _ in range(6):
            await triaged_signal(world)
        expected = await told(owner_url)
        async with courier_at_work(worker_url), courier_at_work(worker_url):
            await until(lambda: set(receiver.taken) == set(expected))
            await asyncio.sleep(0.3)
        assert receiver.taken == expected


async def test_of_couriers_whose_clocks_differ_a_little_one_sends_the_heartbeat(world: World, worker_url: str) -> None:
    receiver, now = Receiver(), datetime.now(UTC)
    async with receiver.listening():
        await subscribe(world, receiver.address, "service.heartbeat")
    connection = await asyncpg.connect(driver_url(worker_url))
    try:
        for behind, told in ((0, 1), (0.001, 0), (30, 0), (3600, 1)):
            at = now - timedelta(seconds=behind)
            taken = await connection.fetch("SELECT id FROM webhook_beats($1, interval '1 minute', 100)", at)
            assert len(taken) == told, f"asked with a clock {behind} s behind the one before"
    finally:
        await connection.close()


def _has_taken(receiver: Receiver, messages: int) -> bool:
    return len(receiver.taken) >= messages


async def test_a_receiver_and_a_courier_that_were_away_leave_no_pile_of_heartbeats(
    world: World, worker_url: str, tmp_path: Path
) -> None:
    clock, receiver = tmp_path / "clock", Receiver()
    async with receiver.listening():
        path, _ = await subscribe(world, receiver.address, "service.heartbeat")
        for hour in (0, 1):  # the clock moves while none is at work: one could still ask with the hour before
            set_clock(clock, hour * 3600)
            async with courier_at_work(worker_url, clock=clock), courier_at_work(worker_url, clock=clock):
                await until(partial(_has_taken, receiver, hour + 1))
                await asyncio.sleep(0.3)
            assert len(receiver.taken) == hour + 1
    admin = await world.as_("admin")

    async def has_failed() -> bool:
        return bool(done(await admin.get(path))["heartbeat_failure"] == "no_connection")

    set_clock(clock, 7200)
    async with courier_at_work(worker_url, clock=clock):
        await until(has_failed)
        async with receiver.listening():
            set_clock(clock, 10_800)
            await until(lambda: len(receiver.taken) == 3)
            await asyncio.sleep(0.3)
    assert len(receiver.taken) == 3
