"""Whatever is killed, cut off, away or wrong: what was acknowledged is there once, every event arrives, the log holds.

Real processes, and a contact centre that knows its contract alone. What is checked after each fault stands in
`checks.py`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from random import Random

import httpx
import pytest

from tests.faults.centre import GIVE_UP_SECONDS, PATH, Centre, Message, call, life_of, signed
from tests.faults.checks import check, check_told, told_so_far, wait_for_all
from tests.faults.desk import Desk, Listener, subscribed
from tests.faults.rig import SETTINGS, Rig, until
from tests.receiver import Receiver

LONG = [pytest.mark.long, pytest.mark.timeout(3600)]
FAULTS = ("api", "worker", "postgres", "backend")
HOUR = 3600.0
TRIES = "SELECT count(*) AS tries FROM webhook_attempt WHERE subscription_id = $1::uuid"
FAILURES = "SELECT failure FROM webhook_attempt WHERE subscription_id = $1::uuid AND failure IS NOT NULL"
NEARLY = 0.9
"""Of the time that a receiver has."""
NOT_THERE = "SELECT count(*) AS there FROM contact WHERE external_id = $1"


@pytest.fixture
def random() -> Random:
    """Another course of events each time; what it was is shown where a test fails."""
    seed = time.time_ns()
    print(f"seed {seed}")  # noqa: T201 - kept by pytest for a failure
    return Random(seed)


def name(random: Random) -> str:
    return f"call-{random.randbytes(8).hex()}"


async def kill(rig: Rig, which: str) -> None:
    if which == "api":
        rig.api.kill()
    elif which == "worker":
        rig.worker.kill()
    elif which == "postgres":
        await rig.cluster.kill()
    else:
        await rig.cluster.kill_backend()


@asynccontextmanager
async def intake(rig: Rig, centre: Centre, desk: Desk, random: Random) -> AsyncIterator[None]:
    """Contacts come and are decided on without a pause; afterwards all that began is over."""
    going_on = True

    def lives() -> Iterator[list[Message]]:
        while going_on:
            yield life_of(name(random), random)

    async def work_off() -> None:
        while going_on:
            await centre.deliver_backlog(rig.client, [Message.of(call(name(random))) for _ in range(4)])
            await asyncio.sleep(0.1)

    async def decide() -> None:
        while going_on:
            await desk.triage_some(centre, 2)
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as group:
        group.create_task(centre.live(lives(), at_once=3, twice=random))
        group.create_task(work_off())
        group.create_task(decide())
        yield
        going_on = False


async def some_more(centre: Centre, number: int) -> None:
    """Wait until so many more messages were taken: without that, faults in a row would let nothing through."""
    enough = centre.answers[200] + centre.answers[201] + number
    await until(lambda: _reached(centre, enough), GIVE_UP_SECONDS)


async def _reached(centre: Centre, enough: int) -> bool:
    return centre.answers[200] + centre.answers[201] >= enough


@pytest.mark.parametrize("rounds", [1, pytest.param(75, marks=LONG)])
async def test_whoever_is_killed_nothing_that_was_acknowledged_is_lost(
    rig: Rig, centre: Centre, desk: Desk, random: Random, rounds: int
) -> None:
    before = await told_so_far(rig)
    starts = rig.api.starts
    async with Receiver().listening() as receiver, subscribed(rig.world, before, receiver) as listener:
        for _ in range(rounds):
            async with intake(rig, centre, desk, random):
                for which in random.sample(FAULTS, len(FAULTS)):
                    await some_more(centre, random.randint(1, 6))
                    await asyncio.sleep(random.random() / 5)
                    await kill(rig, which)
                    await rig.until_ready()
            await check(rig, centre, desk, listener)
    assert rig.api.starts == starts + rounds, "the service outlives its database"


def raw(rig: Rig, message: Message) -> bytes:
    """Return a request as its bytes."""
    fields = signed(message.id, message.body) | {"host": "service", "content-length": str(len(message.body))}
    head = "".join(f"{field}: {value}\r\n" for field, value in fields.items())
    return f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + message.body


async def send_part(rig: Rig, part: bytes, *, wait: bool = False) -> bytes:
    """Send a part of a request, and cut the connection; or wait for what is said to it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(rig.address).port)
    try:
        writer.write(part)
        await writer.drain()
        return await reader.read() if wait else b""
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("cuts", [12, pytest.param(1000, marks=LONG)])
async def test_a_message_that_is_cut_off_anywhere_is_not_there_and_comes_again(
    rig: Rig, centre: Centre, desk: Desk, random: Random, cuts: int
) -> None:
    slow = Message.of(call(name(random)))
    waiting = asyncio.create_task(send_part(rig, raw(rig, slow)[:-20], wait=True))
    messages = [Message.of(call(name(random))) for _ in range(cuts)]
    for message in messages:
        whole = raw(rig, message)
        begins = whole.index(b"\r\n\r\n")
        await send_part(rig, whole[: random.choice([random.randrange(begins), random.randrange(begins, len(whole))])])
    unread = [Message.of(call(name(random))) for _ in range(cuts // 4)]
    for message in unread:  # whether it was taken, nobody was told
        await send_part(rig, raw(rig, message))
    said = await waiting
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b'"body-too-slow"' in said
    for message in (slow, *messages):
        assert await rig.cluster.rows(NOT_THERE, message.told["contact_id"]) == [{"there": 0}]
    await centre.live([[message] for message in (slow, *messages, *unread)])
    await check(rig, centre, desk)


async def tries(rig: Rig, listener: Listener) -> int:
    found = await rig.cluster.rows(TRIES, listener.path.rpartition("/")[2])
    return int(found[0]["tries"])


async def decided(centre: Centre, desk: Desk, random: Random, number: int) -> None:
    """Let contacts come, and decide on their signals."""
    await centre.live([[Message.of(call(name(random)))] for _ in range(number)])
    await desk.triage_some(centre, 100)


async def test_receivers_that_hang_fail_are_slow_or_away_for_hours_miss_no_event(
    rig: Rig, centre: Centre, desk: Desk, random: Random
) -> None:
    before = await told_so_far(rig)
    hanging, failing, dripping, slow, away, well = (
        Receiver(answers=[None]),
        Receiver(answers=[500, 503, 500]),
        Receiver(drips=1),
        Receiver(pauses=[NEARLY * float(SETTINGS["CASEMGMT_WEBHOOK_SECONDS"])] * 2),
        Receiver(),
        Receiver(),
    )
    async with AsyncExitStack() as stack:
        listeners = []
        for receiver in (hanging, failing, dripping, slow, well):
            await stack.enter_async_context(receiver.listening())
            listeners.append(await stack.enter_async_context(subscribed(rig.world, before, receiver)))
        async with away.listening():
            absent = await stack.enter_async_context(subscribed(rig.world, before, away))
        await decided(centre, desk, random, 3)
        await check_told(rig, desk, listeners[-1])
        assert away.taken == []
        for passed in (timedelta(minutes=6), timedelta(minutes=40), timedelta(hours=3)):
            seen = await tries(rig, absent)
            rig.set_clock(passed.total_seconds())
            await until(lambda: _grew(rig, absent, seen))  # noqa: B023 - awaited before the next round
        await stack.enter_async_context(away.listening())
        for hours in (6, 11, 15, 21):  # on a busy machine a slow one may need more of its tries
            rig.set_clock(hours * HOUR)
            if await wait_for_all(rig, absent, *listeners, seconds=15):
                break
        await check_told(rig, desk, absent, *listeners)
        of_drops = await rig.cluster.rows(FAILURES, listeners[2].path.rpartition("/")[2])
        assert {"failure": "timeout"} in of_drops, "an answer without an end is none"
        rig.set_clock(0)  # set back by hours: what happens now is told now
        await decided(centre, desk, random, 1)
        await check(rig, centre, desk, absent, *listeners)


async def _grew(rig: Rig, listener: Listener, seen: int) -> bool:
    return await tries(rig, listener) > seen


async def test_a_clock_that_is_set_back_refuses_loses_and_holds_up_nothing(
    rig: Rig, centre: Centre, desk: Desk, random: Random
) -> None:
    before = await told_so_far(rig)
    receiver = Receiver()
    async with AsyncExitStack() as stack:
        async with receiver.listening():
            listener = await stack.enter_async_context(subscribed(rig.world, before, receiver))
        contact = name(random)
        await decided(centre, desk, random, 1)
        rig.set_clock(240)
        await centre.live([[Message.of(call(contact, 1, "draft"))]])
        rig.set_clock(-240)  # what begins now lies in its future, and the draft was heard in its future too
        health = (await rig.client.get("/health/ready")).json()
        assert (health["status"], health["checks"]["clock"][:3]) == ("degraded", "240")
        async with asyncio.timeout(20):
            await centre.live([[Message.of(call(contact, 2))], [Message.of(call(name(random)))]])
        seen = await tries(rig, listener)
        rig.set_clock(8 * HOUR)
        await until(lambda: _grew(rig, listener, seen))
        answer = await rig.client.post(PATH, content=b"{}", headers=signed("m", b"{}"))
        assert (answer.status_code, answer.json()["code"]) == (401, "signature-refused")
        await stack.enter_async_context(receiver.listening())
        rig.set_clock(0)
        await decided(centre, desk, random, 1)
        await check(rig, centre, desk, listener)
