"""A subscriber is told, signed and once per event, of what it may know: by the worker, soon after the act."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from casemgmt.clock import ManualClock
from casemgmt.settings import Settings
from casemgmt.signed_messages import verify
from tests.clients import World
from tests.conftest import worker_of
from tests.jobs.worker import do_all_due
from tests.receiver import Receiver
from tests.records import events
from tests.steps import done
from tests.webhook_steps import MACHINE, subscribe, triaged_signal


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhook_networks": "127.0.0.0/8", "webhook_seconds": 2.0})


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().listening() as listening:
        yield listening


async def work(database_url: str, settings: Settings, clock: ManualClock) -> None:
    await do_all_due(worker_of(database_url), settings, clock, ())


async def test_a_triage_is_told_to_the_system_that_sent_the_signal(
    world: World, receiver: Receiver, database_url: str, settings: Settings, clock: ManualClock, owner_url: str
) -> None:
    path, secret = await subscribe(world, receiver.address, "signal.triaged")
    signal = await triaged_signal(world)
    await work(database_url, settings, clock)
    (told,) = receiver.received
    assert verify([secret], told.headers, told.body, clock.now()) == told.event["id"]
    assert told.headers["content-type"] == "application/cloudevents+json"
    assert {**told.event, "id": 0, "time": 0, "generation": 0} == {
        "specversion": "1.0",
        "id": 0,
        "source": "/v1/webhook-events",
        "type": "signal.triaged",
        "subject": f"signal/{signal}",
        "time": 0,
        "datacontenttype": "application/json",
        "generation": 0,
        "data": {
            "record_type": "signal",
            "record_id": signal,
            "state": "in_consultation",
            "signal_ids": [signal],
            "case_id": None,
            "deadline": None,
            "due_at": None,
        },
    }
    assert done(await (await world.as_(MACHINE)).get(f"/v1/signals/{signal}"))["state"] == "in_consultation"
    standing = done(await (await world.as_("admin")).get(path))
    assert (standing["waiting"], standing["dead"], standing["failing_since"]) == (0, 0, None)
    assert standing["delivered_at"] is not None
    assert signal not in json.dumps(standing)
    assert "webhook_event.told" in await events(owner_url, signal)
    await work(database_url, settings, clock)
    assert len(receiver.received) == 1
