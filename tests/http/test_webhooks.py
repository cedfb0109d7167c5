"""A subscriber is told, signed and at least once, of what it may know: by the worker, soon after the act."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from casemgmt.signed_messages import verify
from casemgmt.tasks.jobs import SCHEDULE
from tests.clients import Caller, World
from tests.conftest import worker_of
from tests.http.test_case_closure import NOTE, close
from tests.jobs.worker import do_all_due
from tests.outreach_steps import record_signal
from tests.receiver import Receiver
from tests.records import events, rows
from tests.steps import MANAGER, done
from tests.webhook_steps import (
    DUTY,
    EMERGENCY,
    MACHINE,
    SUBSCRIPTIONS,
    make_secret,
    open_case,
    send_signal,
    subscribe,
    triage,
    triaged_signal,
    visited_signal,
)

Work = Callable[[], Awaitable[None]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhook_networks": "127.0.0.0/8", "webhook_seconds": 0.5})


async def as_admin(world: World, path: str, *, post: Any = None) -> dict[str, Any]:
    admin = await world.as_("admin")
    return done(await (admin.get(path) if post is None else admin.post(path, post)))


async def tries(world: World, path: str) -> list[tuple[int | None, str | None]]:
    listed = (await as_admin(world, f"{path}/attempts"))["items"]
    return [(each["status"], each["failure"]) for each in reversed(listed)]


async def later(world: World, clock: ManualClock, work: Work, **by: float) -> None:
    clock.advance(timedelta(**by))
    world.forget_tokens()
    await work()


async def test_a_triage_is_told_to_the_system_that_sent_the_signal(
    world: World, receiver: Receiver, work: Work, clock: ManualClock, owner_url: str
) -> None:
    path, secret = await subscribe(world, receiver.address, "signal.triaged")
    signal = await triaged_signal(world)
    await work()
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
    standing = await as_admin(world, path)
    assert (standing["waiting"], standing["dead"], standing["failing_since"]) == (0, 0, None)
    assert standing["delivered_at"] is not None
    assert signal not in json.dumps(standing) + json.dumps(await as_admin(world, f"{path}/deliveries"))
    assert "webhook_event.told" in await events(owner_url, signal)
    await work()
    assert len(receiver.received) == 1


async def test_the_way_of_a_signal_is_told_in_its_order(world: World, receiver: Receiver, work: Work) -> None:
    await subscribe(world, receiver.address)
    await visited_signal(world)
    emergency = await send_signal(world, category="other")
    await triage(world, emergency, **EMERGENCY)
    case = await open_case(world, emergency)
    await close(world, case)
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case}/reopen", {"reason": "relapse"} | NOTE))
    await work()
    of_signals = ["signal.triaged", "referral.accepted", "visit.completed", "signal.triaged"]
    assert receiver.types == [*of_signals, "case.opened", "case.closed", "case.reopened"]
    of_case = [told.event for told in receiver.received[-3:]]
    assert [told["data"]["state"] for told in of_case] == ["opened", "closed", "assessment"]
    for told in of_case:
        assert (told["subject"], told["data"]["case_id"]) == (f"case/{case}", case)
        assert told["data"]["signal_ids"] == [emergency]


async def test_a_deadline_that_passed_is_told_with_its_kind(
    world: World, receiver: Receiver, clock: ManualClock, database_url: str, settings: Settings
) -> None:
    await subscribe(world, receiver.address, "deadline.breached")
    signal = await send_signal(world)
    clock.advance(timedelta(days=3))
    await do_all_due(worker_of(database_url), settings, clock, SCHEDULE)
    (told,) = receiver.received
    assert told.event["data"]["deadline"].startswith("triage_")
    assert told.event["data"]["signal_ids"] == [signal]


async def test_nobody_is_told_of_what_it_does_not_see(world: World, receiver: Receiver, work: Work) -> None:
    path, _ = await subscribe(world, receiver.address)
    await triage(world, await record_signal(world))
    await work()
    assert receiver.received == []
    assert (await as_admin(world, path))["waiting"] == 0
    pulled = done(await (await world.as_(MACHINE)).get("/v1/webhook-events"))
    assert pulled["items"] == []


async def test_what_became_restricted_before_it_was_told_is_withheld_and_never_told_again(
    world: World, receiver: Receiver, work: Work, clock: ManualClock
) -> None:
    receiver.answers = [500]
    path, _ = await subscribe(world, receiver.address, "signal.triaged", "case.opened")
    signal = await triaged_signal(world, **EMERGENCY)
    await work()
    case = await open_case(world, signal)
    supervisor = await world.as_("supervisor.almaty")
    done(await supervisor.post(f"/v1/cases/{case}/restriction", {"restricted": True, "ground": "abuser_in_household"}))
    before = len(receiver.received)
    await later(world, clock, work, minutes=10)
    assert len(receiver.received) == before
    listed = (await as_admin(world, f"{path}/deliveries"))["items"]
    assert {each["result"] for each in listed} == {"withheld"}
    since = {"since": (clock.now() - timedelta(days=1)).isoformat()}
    await as_admin(world, f"{path}/replay", post=since)
    await work()
    assert len(receiver.received) == before
    assert done(await (await world.as_(MACHINE)).get("/v1/webhook-events"))["items"] == []


async def test_a_receiver_that_fails_gets_it_again_in_order_with_the_same_id(
    world: World, receiver: Receiver, work: Work, clock: ManualClock
) -> None:
    receiver.answers = [500, None, 503]
    path, _ = await subscribe(world, receiver.address, "signal.triaged")
    first, second = await triaged_signal(world), await triaged_signal(world)
    await work()
    assert len(receiver.received) == 1, "the second waits behind the first"
    await work()
    assert len(receiver.received) == 1, "nothing is tried before its time"
    await later(world, clock, work, seconds=6)
    assert len(receiver.received) == 2
    await later(world, clock, work, minutes=6)
    told = [each.event["data"]["record_id"] for each in receiver.received]
    assert told == [first] * 3 + [second], "after three failures the second goes on without it"
    assert len({each.event["id"] for each in receiver.received[:3]}) == 1
    assert await tries(world, path) == [(500, "status"), (None, "timeout"), (503, "status"), (204, None)]
    await later(world, clock, work, minutes=40)
    assert receiver.received[-1].event["data"]["record_id"] == first
    assert (await as_admin(world, path))["waiting"] == 0


async def test_redirects_are_not_followed(world: World, receiver: Receiver, work: Work) -> None:
    receiver.answers = [302, 307]
    path, _ = await subscribe(world, receiver.address)
    await triaged_signal(world)
    await work()
    assert await tries(world, path) == [(302, "redirect")]


async def test_an_address_that_is_gone_is_called_no_more_and_the_keepers_are_told(
    world: World, receiver: Receiver, work: Work, owner_url: str, clock: ManualClock
) -> None:
    receiver.answers = [410]
    path, _ = await subscribe(world, receiver.address)
    await triaged_signal(world)
    await work()
    gone = await as_admin(world, path)
    assert (gone["state"], gone["state_reason"], gone["waiting"]) == ("disabled", "gone", 1)
    notices = await rows(owner_url, "SELECT kind, user_id FROM account_notice WHERE kind = 'webhook_gone'")
    assert notices
    assert {each["user_id"] for each in notices} == {demo_id(MACHINE)}
    await later(world, clock, work, days=2)
    assert len(receiver.received) == 1
    await as_admin(world, f"{path}/resume", post={})
    await work()
    assert len(receiver.taken) == 1, "what waited is sent"


async def test_a_day_of_failures_disables_and_gives_up_what_was_tried_all_day(
    world: World, receiver: Receiver, work: Work, clock: ManualClock, owner_url: str
) -> None:
    receiver.usual = 500
    path, _ = await subscribe(world, receiver.address, "signal.triaged")
    await triaged_signal(world)
    for minutes in (0, 0.2, 6, 30, 120, 300, 600, 800):
        await later(world, clock, work, minutes=minutes)
    failed = await as_admin(world, path)
    assert (failed["state"], failed["state_reason"], failed["dead"]) == ("disabled", "failing", 1)
    assert await rows(owner_url, "SELECT 1 FROM account_notice WHERE kind = 'webhook_failing'")
    (dead,) = (await as_admin(world, f"{path}/deliveries?state=dead"))["items"]
    receiver.usual = 204
    await as_admin(world, f"{path}/resume", post={})
    await as_admin(world, f"{path}/replay", post={"event_id": dead["event_id"]})
    await work()
    assert receiver.taken == [dead["event_id"]]


async def test_a_pause_keeps_what_happens_and_a_replay_sends_all_of_it_again(
    world: World, receiver: Receiver, work: Work, clock: ManualClock
) -> None:
    path, _ = await subscribe(world, receiver.address, "signal.triaged")
    began = clock.now()
    await triaged_signal(world)
    await work()
    await as_admin(world, f"{path}/pause", post={})
    await triaged_signal(world)
    await work()
    assert len(receiver.taken) == 1
    await as_admin(world, f"{path}/resume", post={})
    await work()
    assert len(receiver.taken) == 2
    await as_admin(world, f"{path}/replay", post={"since": began.isoformat()})
    await work()
    assert receiver.taken[2:] == receiver.taken[:2]


async def test_during_a_change_of_secrets_both_sign_and_afterwards_the_new_one_alone(
    world: World, receiver: Receiver, work: Work, clock: ManualClock
) -> None:
    path, old = await subscribe(world, receiver.address, "signal.triaged")
    new = await make_secret(world, path, hours=2)
    await triaged_signal(world)
    await work()
    await later(world, clock, work, hours=3)
    await triaged_signal(world)
    await work()
    during, after = receiver.received
    for secret in (old, new):
        verify([secret], during.headers, during.body, clock.now() - timedelta(hours=3))
    assert len(during.headers["webhook-signature"].split(" ")) == 2
    verify([new], after.headers, after.body, clock.now())
    assert len(after.headers["webhook-signature"].split(" ")) == 1
    assert old not in json.dumps(await as_admin(world, path))


async def test_who_is_told_nothing_any_more_hears_nothing_until_it_may_again(
    world: World, receiver: Receiver, work: Work, clock: ManualClock
) -> None:
    await subscribe(world, receiver.address, "signal.triaged")
    await triaged_signal(world)
    admin = await world.as_("admin")
    user = f"/v1/users/{demo_id(MACHINE)}"
    etag = (await admin.get(user)).headers["etag"]
    done(await admin.patch(user, {"active": False}, headers={"If-Match": etag}))
    await work()
    await later(world, clock, work, minutes=10)
    assert receiver.received == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"address": "http://receiver.example.kz/"}, 422, "address-not-https"),
        ({"address": "https://169.254.169.254/"}, 422, "address-not-outside"),
        ({"address": "https://a:b@receiver.example.kz/"}, 422, "invalid-address"),
        ({"types": []}, 422, "invalid-request"),
        ({"types": ["child.born"]}, 422, "invalid-request"),
        ({"account_id": str(demo_id(DUTY))}, 409, "not-a-machine"),
    ],
)
async def test_what_can_not_be_a_subscription_is_refused(
    world: World, change: dict[str, Any], status: int, code: str
) -> None:
    wanted = {
        "account_id": str(demo_id(MACHINE)),
        "address": "https://receiver.example.kz/",
        "types": ["signal.triaged"],
        "purpose": "own_signals",
    }
    answer = await (await world.as_("admin")).post(SUBSCRIPTIONS, wanted | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def _fetched(machine: Caller, path: str) -> Any:
    """Return the next page with something on it: it comes late where anybody in the cluster is writing."""
    give_up = asyncio.get_running_loop().time() + 30
    page = done(await machine.get(path))
    while not page["items"] and asyncio.get_running_loop().time() < give_up:
        page = done(await machine.get(path))
    return page


async def test_what_was_missed_is_fetched_by_a_place_that_goes_on(world: World) -> None:
    machine = await world.as_(MACHINE)
    first = await triaged_signal(world)
    page = await _fetched(machine, "/v1/webhook-events")
    assert [each["data"]["record_id"] for each in page["items"]] == [first]
    second = await triaged_signal(world)
    page = await _fetched(machine, f"/v1/webhook-events?after={page['next_cursor']}")
    assert [each["data"]["record_id"] for each in page["items"]] == [second]
    assert (page["more"], page["restored"]) == (False, False)
    end = done(await machine.get(f"/v1/webhook-events?after={page['next_cursor']}"))
    assert (end["items"], end["next_cursor"]) == ([], page["next_cursor"])
    for wrong in ("x", "WyJldmVudHMiXQ"):
        assert (await machine.get(f"/v1/webhook-events?after={wrong}")).json()["code"] in {
            "invalid-cursor",
            "invalid-request",
        }
    assert (await (await world.as_(DUTY)).get("/v1/webhook-events")).status_code == 403


async def test_after_a_restore_the_reader_is_told_that_what_it_knows_may_not_have_happened(
    world: World, owner_url: str
) -> None:
    machine = await world.as_(MACHINE)
    await triaged_signal(world)
    before = await _fetched(machine, "/v1/webhook-events")
    await rows(
        owner_url, "UPDATE deployment SET value = '0fffffff-0000-7000-8000-000000000000' WHERE key = 'generation'"
    )
    signal = await triaged_signal(world)
    page = await _fetched(machine, f"/v1/webhook-events?after={before['next_cursor']}")
    assert page["restored"]
    assert page["generation"] != before["generation"]
    assert [each["data"]["record_id"] for each in page["items"]] == [signal]
    assert not done(await machine.get(f"/v1/webhook-events?after={page['next_cursor']}"))["restored"]
