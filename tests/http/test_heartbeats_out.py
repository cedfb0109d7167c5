"""Who asks for it is told that it would be told: once in its time, of nothing that it may not know, and never late."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from casemgmt.signed_messages import verify
from tests.clients import World
from tests.receiver import Receiver
from tests.records import rows
from tests.steps import done
from tests.webhook_steps import EMERGENCY, MACHINE, open_case, subscribe, triaged_signal

BEAT = "service.heartbeat"
Work = Callable[[], Awaitable[None]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhook_networks": "127.0.0.0/8", "webhook_seconds": 0.5})


async def later(world: World, clock: ManualClock, work: Work, **by: float) -> None:
    clock.advance(timedelta(**by))
    world.forget_tokens()
    await work()


def beats(receiver: Receiver) -> list[dict[str, Any]]:
    return [each.event for each in receiver.received if each.event["type"] == BEAT]


async def standing(world: World, path: str) -> dict[str, Any]:
    read: dict[str, Any] = done(await (await world.as_("admin")).get(path))
    return read


async def test_who_asks_for_it_is_told_that_we_are_there_and_which_event_is_its_newest(
    world: World, receiver: Receiver, work: Work, clock: ManualClock, owner_url: str
) -> None:
    path, secret = await subscribe(world, receiver.address, BEAT, "signal.triaged")
    await work()
    (first,) = receiver.received
    assert verify([secret], first.headers, first.body, clock.now()) == first.event["id"]
    [held] = await rows(owner_url, "SELECT value FROM deployment WHERE key = 'generation'")
    assert {**first.event, "id": 0, "time": 0} == {
        "specversion": "1.0",
        "id": 0,
        "source": "/v1/webhook-events",
        "type": BEAT,
        "time": 0,
        "datacontenttype": "application/json",
        "generation": held["value"],
        "data": {"every_seconds": 60, "last_event_id": None, "last_event_at": None},
    }
    await triaged_signal(world)
    await later(world, clock, work, seconds=30)
    assert len(beats(receiver)) == 1, "nothing before its time"
    await later(world, clock, work, seconds=30)
    (_, event, second) = receiver.received
    assert second.event["data"]["last_event_id"] == event.event["id"]
    assert second.event["data"]["last_event_at"] == event.event["time"]
    read = await standing(world, path)
    assert (read["heartbeat_at"] is not None, read["heartbeat_failure"]) == (True, None)


async def test_only_who_asks_for_it_and_may_be_told_hears_it(
    world: World, receiver: Receiver, work: Work, clock: ManualClock
) -> None:
    await subscribe(world, receiver.address)
    path, _ = await subscribe(world, receiver.address, BEAT)
    await work()
    assert len(receiver.received) == 1
    admin = await world.as_("admin")
    done(await admin.post(f"{path}/pause", {}))
    await later(world, clock, work, minutes=2)
    done(await (await world.as_("admin")).post(f"{path}/resume", {}))
    user = f"/v1/users/{demo_id(MACHINE)}"
    admin = await world.as_("admin")
    etag = (await admin.get(user)).headers["etag"]
    done(await admin.patch(user, {"active": False}, headers={"If-Match": etag}))
    await later(world, clock, work, minutes=2)
    assert len(receiver.received) == 1


async def test_who_was_away_finds_one_and_no_pile_and_nothing_of_it_is_kept(
    world: World, receiver: Receiver, work: Work, clock: ManualClock
) -> None:
    receiver.usual = 500
    path, _ = await subscribe(world, receiver.address, BEAT)
    for _ in range(3):
        await later(world, clock, work, minutes=20)
    failed = await standing(world, path)
    assert (failed["heartbeat_at"], failed["heartbeat_failure"]) == (None, "status")
    assert (failed["waiting"], failed["dead"], failed["failing_since"], failed["state"]) == (0, 0, None, "active")
    receiver.usual = 204
    await later(world, clock, work, days=2)
    await work()
    assert len(receiver.taken) == 1
    assert len({each["id"] for each in beats(receiver)}) == 4, "each is another one: none was sent again"
    admin = await world.as_("admin")
    for kept in ("attempts", "deliveries"):
        assert done(await admin.get(f"{path}/{kept}"))["items"] == []
    assert done(await (await world.as_(MACHINE)).get("/v1/webhook-events"))["items"] == []
    clock.advance(timedelta(days=-1))
    await work()
    assert len(receiver.taken) == 2, "a clock that was set back silences nobody"


async def test_an_event_that_the_receiver_did_not_take_is_named_so_that_it_is_missed(
    world: World, receiver: Receiver, work: Work, clock: ManualClock
) -> None:
    receiver.answers = [500]
    await subscribe(world, receiver.address, BEAT, "signal.triaged")
    await triaged_signal(world)
    await work()
    refused, beat = receiver.received
    assert beat.event["data"]["last_event_id"] == refused.event["id"]


async def test_a_heartbeat_tells_of_no_event_that_is_out_of_sight_by_now(
    world: World, receiver: Receiver, work: Work, clock: ManualClock
) -> None:
    await subscribe(world, receiver.address, BEAT, "signal.triaged")
    open_one = await triaged_signal(world)
    await work()
    secret_one = await triaged_signal(world, **EMERGENCY)
    await later(world, clock, work, minutes=1)
    newest = beats(receiver)[-1]["data"]["last_event_id"]
    told = {each.event["id"]: each.event["data"].get("record_id") for each in receiver.received}
    assert told[newest] == secret_one
    await restrict(world, secret_one)
    await later(world, clock, work, minutes=1)
    newest = beats(receiver)[-1]["data"]["last_event_id"]
    assert told[newest] == open_one


async def restrict(world: World, signal: str) -> None:
    """Open a case from a signal and have it restricted."""
    case = await open_case(world, signal)
    supervisor = await world.as_("supervisor.almaty")
    done(await supervisor.post(f"/v1/cases/{case}/restriction", {"restricted": True, "ground": "abuser_in_household"}))
