"""Who got in touch goes before the signal does: with the number goes the wish to be answered, and every salt of it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.settings import Settings
from tests.answer_steps import (
    DUTY,
    TEMPLATE,
    Work,
    answer,
    asked,
    barred,
    fetched,
    monday,
    options,
    read,
    receipt,
    tell,
    worker,
)
from tests.clients import World
from tests.conftest import worker_of
from tests.http.test_retention import age, approved, executed, of, planned
from tests.outreach_steps import refused
from tests.steps import done

CALLER = {"relation": "self", "name": "Құпия Айша", "phone": "+7 701 555 01 12"}
HOURS = {"safe_from": "15:00", "safe_until": "17:00"}
SALTS = (
    "SELECT count(*) FROM audit_salt s JOIN audit_event e ON e.id = s.event_id"
    " WHERE e.record_ids && ARRAY(SELECT id FROM contact WHERE external_id = $1)"
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(monday(10))


@pytest.fixture
def work(database_url: str, settings: Settings, clock: ManualClock) -> Work:
    return worker(worker_of(database_url), settings, clock)


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


async def two_years_pass(owner: asyncpg.Connection, signal: str) -> None:
    """Let a signal be closed two years ago: the reporter has one, and the signal another."""
    await owner.execute("SET session_replication_role = replica")  # past the route: it is tested elsewhere
    await age(owner, "UPDATE signal SET state = 'closed', closed_at = now() - interval '2 years' WHERE id = $1", signal)
    await owner.execute("SET session_replication_role = origin")


async def destroy_reporters(world: World) -> int:
    """Plan, approve by the second officer, execute; return how many reporters were destroyed."""
    world.forget_tokens()
    plan = await approved(world, await planned(world))
    return int(of(await executed(world, plan), "reporter_identity")["destroyed"])


async def test_with_the_reporter_go_number_wish_and_every_salt_of_them_and_the_signal_keeps_what_was_answered(
    world: World, clock: ManualClock, work: Work, owner: asyncpg.Connection
) -> None:
    number, signal = await asked(world, clock, caller=CALLER)
    made = (await answer(world, signal))["id"]
    await tell(world, clock, number, 2, {"reads": "shared", "safe_times": [HOURS]}, caller=CALLER)
    await work()
    other, _ = await asked(world, clock, caller=CALLER | {"phone": "+7 701 555 01 13"})
    assert await owner.fetchval(SALTS, number) > 0
    before = await owner.fetchval(SALTS, other)
    await two_years_pass(owner, signal)
    assert await destroy_reporters(world) == 1

    tables = ("contact_caller k", "answer_wish k")
    for table in tables:
        kept = f"SELECT array_agg(c.external_id) FROM {table} JOIN contact c ON c.id = k.contact_id"
        assert await owner.fetchval(kept) == [other], table
    assert await owner.fetchval(SALTS, number) == 0, "nobody tests a guess of number or hours against the log"
    assert await owner.fetchval(SALTS, other) == before
    shown = await read(world, made)
    assert shown["text"], "what was said of the matter goes with the signal, in its own time"
    assert await owner.fetchval("SELECT narrative FROM signal WHERE id = $1", signal) != ""
    assert "+7" not in str(await options(world, signal))


async def test_nothing_is_sent_to_a_child_whose_wish_was_destroyed_and_what_became_of_the_last_answer_may_be_told(
    world: World, clock: ManualClock, work: Work, owner: asyncpg.Connection
) -> None:
    made, signal = await fetched(world, clock, work)
    await two_years_pass(owner, signal)
    assert await destroy_reporters(world) == 1
    assert barred(await options(world, signal)) == ["no_wish"]
    duty = await world.as_(DUTY)
    problem = refused(await duty.post(f"/v1/signals/{signal}/answers", TEMPLATE), 409, "answer-barred")
    assert problem["bars"] == ["no_wish"]
    assert barred(await read(world, made)) == ["no_wish"]
    assert done(await receipt(world, made, "delivered", clock.now()))["state"] == "delivered"
