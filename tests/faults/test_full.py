"""A disk that is full, and other troubles of the database: the service says 'later', keeps no half, and goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import asyncpg
import httpx
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.db.failures import translate
from casemgmt.errors import Unavailable
from tests.clients import World
from tests.conftest import APP_LOGIN
from tests.contact_steps import contact, send
from tests.factories import count
from tests.faults.centre import Centre, Message, call, life_of
from tests.faults.checks import check, told_so_far
from tests.faults.desk import Desk, subscribed
from tests.faults.rig import Rig, until
from tests.receiver import Receiver
from tests.records import rows
from tests.webhook_steps import CONSULT, DUTY, send_signal

NO_ROOM = Path("/dev/full")
"""A device on which the kernel has no room for any byte: 'No space left on device', without a disk to fill."""

LEFT = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1"
ENDED = LEFT.replace("count(*)", "pg_terminate_backend(pid)")


@asynccontextmanager
async def full_disk(owner_url: str, table: str) -> AsyncIterator[None]:
    """Let the disk be full under a table that is still empty; afterwards there is room again."""
    owner = await asyncpg.connect(driver_url(owner_url))
    try:
        folder, name = await owner.fetchrow("SELECT current_setting('data_directory'), pg_relation_filepath($1)", table)
        file = Path(folder) / name
        assert file.stat().st_size == 0
        await owner.execute("CHECKPOINT")
        kept = file.rename(file.with_suffix(".kept"))
        file.symlink_to(NO_ROOM)
        yield
        file.unlink()
        kept.rename(file)
        await owner.execute(f"ALTER TABLE {table} SET (fillfactor = 100)")  # whoever has the old file open, opens anew
    finally:
        await owner.close()


def is_later(answer: httpx.Response, code: str = "unavailable") -> bool:
    assert (answer.status_code, answer.json()["code"]) == (503, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return int(answer.headers["retry-after"]) >= 1


async def test_a_full_disk_under_the_outbox_leaves_the_decision_undone(world: World, owner_url: str) -> None:
    signal = await send_signal(world)
    duty = await world.as_(DUTY)
    async with full_disk(owner_url, "webhook_event"):
        for _ in range(2):
            assert is_later(await duty.post(f"/v1/signals/{signal}/triage", CONSULT))
        assert await rows(owner_url, "SELECT state FROM signal") == [{"state": "received"}]
        assert await count(owner_url, "SELECT count(*) FROM audit_event WHERE kind = 'signal.triaged'") == 0
    assert (await duty.post(f"/v1/signals/{signal}/triage", CONSULT)).is_success
    assert await rows(owner_url, "SELECT type FROM webhook_event") == [{"type": "signal.triaged"}]


async def test_a_full_disk_keeps_nothing_of_a_contact_and_takes_it_when_there_is_room(
    world: World, owner_url: str
) -> None:
    told = contact()
    async with full_disk(owner_url, "contact_message"):  # the last of all that a contact writes
        for _ in range(2):
            assert is_later(await send(world, told, "m-1"))
        for table in ("contact", "signal", "task", "contact_refusal"):
            assert await count(owner_url, f"SELECT count(*) FROM {table}") == 0
    assert (await send(world, told, "m-1")).status_code == 201
    assert await count(owner_url, "SELECT count(*) FROM signal") == 1


async def test_real_processes_go_on_when_there_is_room_and_nothing_is_lost_or_there_twice(
    rig: Rig, centre: Centre, desk: Desk
) -> None:
    duty, owner, before = await rig.world.as_(DUTY), rig.cluster.url(), await told_so_far(rig)
    async with Receiver().listening() as receiver, subscribed(rig.world, before, receiver) as listener:
        async with full_disk(owner, "contact_message"):
            lives = asyncio.create_task(centre.live([life_of(f"full-{n}", Random(n)) for n in range(8)]))
            await until(lambda: _refused_often(centre))
            assert await count(owner, "SELECT count(*) FROM contact") == 0
        await lives
        await centre.live([[Message.of(call("told"))]])
        [signal] = centre.taken["told"][0][1]["signals"]
        async with full_disk(owner, "webhook_event"):
            assert is_later(await duty.post(f"/v1/signals/{signal['signal_id']}/triage", CONSULT))
            await centre.live([[Message.of(call("heard"))]])  # whoever calls is heard, though nobody can be told
            rig.worker.kill()
        await desk.triage_some(centre, 100)
        await check(rig, centre, desk, listener)
    assert rig.api.starts == 1


async def _refused_often(centre: Centre) -> bool:
    return centre.answers[503] > 8


async def test_connections_that_the_database_ended_fail_no_request(world: World, owner_url: str) -> None:
    await asyncio.gather(*(send(world, contact()) for _ in range(8)))
    await rows(owner_url, ENDED, APP_LOGIN)
    await until(lambda: _nobody_is_left(owner_url))
    answers = await asyncio.gather(*(send(world, contact()) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8


async def test_a_database_without_room_for_a_connection_is_waited_for(world: World, owner_url: str) -> None:
    assert (await send(world, contact())).status_code == 201
    name = await count(owner_url, "SELECT quote_ident(current_database())")
    await rows(owner_url, f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    await rows(owner_url, ENDED, APP_LOGIN)
    await until(lambda: _nobody_is_left(owner_url))
    answers = await asyncio.gather(*(send(world, contact()) for _ in range(8)))
    assert all(is_later(answer, "overloaded") for answer in answers)
    assert (await world.client.get("/health/ready")).status_code == 503
    await rows(owner_url, f"ALTER DATABASE {name} CONNECTION LIMIT -1")
    answers = await asyncio.gather(*(send(world, contact()) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8


async def _nobody_is_left(owner_url: str) -> bool:
    return await count(owner_url, LEFT, APP_LOGIN) == 0


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DiskFullError,
        asyncpg.OutOfMemoryError,
        asyncpg.TooManyConnectionsError,
        asyncpg.ConfigurationLimitExceededError,
        asyncpg.AdminShutdownError,
        asyncpg.CrashShutdownError,
        asyncpg.CannotConnectNowError,
        asyncpg.ConnectionDoesNotExistError,
        asyncpg.ConnectionFailureError,
        asyncpg.PostgresIOError,
    ],
)
def test_troubles_of_the_database_are_no_fault_of_the_program(error: type[asyncpg.PostgresError]) -> None:
    assert isinstance(translate(error("it says what it likes")), Unavailable)


@pytest.mark.parametrize("error", [asyncpg.UndefinedTableError, asyncpg.DataCorruptedError])
def test_a_fault_of_the_program_or_of_the_data_is_not_passed_off_as_trouble(error: type[asyncpg.PostgresError]) -> None:
    assert translate(error("it says what it likes")) is None
