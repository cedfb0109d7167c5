"""By the clock: a place that nobody answered for goes to the next in line, and papers that end are told of in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.access.system import SYSTEM_USER
from casemgmt.centers import jobs as centres
from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from casemgmt.waiting import jobs as waiting
from tests.clients import World
from tests.factories import count
from tests.http.test_specialists import HEAD, PSYCHOLOGIST, of, paper, withdraw_all
from tests.http.test_transfers import accepted, offered
from tests.http.test_waiting import MANAGER, OFFER, SERVICE, at_risk, queue, wait_for
from tests.jobs.worker import do_all_due
from tests.records import events, story
from tests.steps import done, refused

BOOKED = "SELECT assignee_id FROM task WHERE record_id = $1::uuid AND completed_at IS NULL AND cancelled_at IS NULL"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _in_line(world: World, owner_url: str, clock: ManualClock, *risks: str) -> list[tuple[str, str]]:
    """Put cases of these risks on the list; return (entry, case)."""
    entries = []
    for risk in risks:
        case = await at_risk(owner_url, risk)
        entries.append((done(await wait_for(await world.as_(MANAGER), case))["id"], str(case.id)))
        clock.advance(timedelta(minutes=1))
    return entries


async def _later(world: World, clock: ManualClock, days: int) -> None:
    clock.advance(timedelta(days=days))
    world.forget_tokens()


async def test_a_place_that_nobody_answered_for_goes_to_the_next_and_both_managers_are_told_once(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    (first, case), (second, next_case), (third, _) = await _in_line(world, owner_url, clock, "high", "medium", "medium")
    assert done(await (await world.as_(HEAD)).post(OFFER, {"service": SERVICE}))["entry_id"] == first
    await do_all_due(worker_url, settings, clock, waiting.SCHEDULE)
    assert [q["state"] for q in await queue(world)] == ["offered", "waiting", "waiting"]
    await _later(world, clock, 14)
    for _ in range(2):
        await do_all_due(worker_url, settings, clock, waiting.SCHEDULE)
    assert [(q["id"], q["state"]) for q in await queue(world)] == [
        (first, "waiting"),
        (second, "offered"),
        (third, "waiting"),
    ]
    assert (await story(owner_url, case)).count("waiting.lapsed") == 1
    assert (await story(owner_url, next_case)).count("waiting.offered") == 1
    assert await count(owner_url, BOOKED, first) is None
    assert await count(owner_url, BOOKED, second) == demo_id(MANAGER)
    assert {"waiting.lapsed"} <= set(await events(owner_url, first))
    assert done(await (await world.as_(MANAGER)).post(f"/v1/waiting-entries/{second}/accept"))["state"] == "placed"


async def test_a_list_that_is_through_offers_the_place_to_nobody_a_second_time(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    (first, _), (second, _) = await _in_line(world, owner_url, clock, "high", "medium")
    done(await (await world.as_(HEAD)).post(OFFER, {"service": SERVICE}))
    for _ in range(3):
        await _later(world, clock, 14)
        await do_all_due(worker_url, settings, clock, waiting.SCHEDULE)
    assert [(q["id"], q["state"]) for q in await queue(world)] == [(first, "waiting"), (second, "waiting")]
    assert done(await (await world.as_(HEAD)).post(OFFER, {"service": SERVICE}))["entry_id"] == first


async def test_a_place_whose_family_moved_away_goes_to_the_next_and_nobody_learns_whose_it_was(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    (first, case), (second, next_case), (third, _) = await _in_line(world, owner_url, clock, "high", "medium", "medium")
    assert done(await (await world.as_(HEAD)).post(OFFER, {"service": SERVICE}))["entry_id"] == first
    await accepted(world, (await offered(world, case))["id"])
    assert [(q["id"], q["state"]) for q in await queue(world)] == [(second, "waiting"), (third, "waiting")]
    for _ in range(2):
        await do_all_due(worker_url, settings, clock, waiting.SCHEDULE)
    assert [(q["id"], q["state"]) for q in await queue(world)] == [(second, "offered"), (third, "waiting")]
    told = "SELECT actor_id FROM timeline_entry WHERE case_id = $1::text::uuid AND kind = 'waiting.offered'"
    assert await count(owner_url, told, next_case) == SYSTEM_USER, "not who took the other family in"
    assert "waiting.place_freed" in await events(owner_url, first)
    assert (await story(owner_url, case)).count("waiting.lapsed") == 0


async def test_an_offer_that_was_answered_in_time_passes_to_nobody(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    (first, _), (second, _) = await _in_line(world, owner_url, clock, "high", "medium")
    done(await (await world.as_(HEAD)).post(OFFER, {"service": SERVICE}))
    done(await (await world.as_(MANAGER)).post(f"/v1/waiting-entries/{first}/decline"))
    await _later(world, clock, 14)
    await do_all_due(worker_url, settings, clock, waiting.SCHEDULE)
    assert [(q["id"], q["state"]) for q in await queue(world)] == [(first, "waiting"), (second, "waiting")]
    assert refused(await (await world.as_(MANAGER)).post(f"/v1/waiting-entries/{second}/accept"))[0] == 409


async def _told(world: World, who: str) -> int:
    listed = done(await (await world.as_(who)).get("/v1/me/notices"))["items"]
    return sum(1 for notice in listed if notice["kind"] == "paper_ending")


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ([("attestation", 60)], 0),
        ([("attestation", 20)], 1),
        ([("contract", 20)], 1),
        ([("attestation", 20), ("attestation", 365)], 0),
        ([("attestation", 20), ("licence", 10)], 2),
    ],
)
async def test_specialist_and_head_are_told_once_for_each_paper_that_ends_soon(
    world: World,
    worker_url: str,
    settings: Settings,
    clock: ManualClock,
    kinds: list[tuple[str, int]],
    told: int,
) -> None:
    head = await world.as_(HEAD)
    await withdraw_all(head, PSYCHOLOGIST)
    for kind, ends_in in kinds:
        done(await head.post(of(PSYCHOLOGIST, "papers"), paper(clock, kind, ends_in=ends_in)))
    for _ in range(2):
        await do_all_due(worker_url, settings, clock, centres.SCHEDULE)
        clock.advance(timedelta(days=1))
        world.forget_tokens()
    for who in ("psychologist.almaty", HEAD):
        assert await _told(world, who) == told, who


async def test_a_paper_that_was_withdrawn_is_nothing_to_be_told_of_and_a_new_one_has_its_own_term(
    world: World, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    head = await world.as_(HEAD)
    await withdraw_all(head, PSYCHOLOGIST)
    made: dict[str, Any] = done(await head.post(of(PSYCHOLOGIST, "papers"), paper(clock, ends_in=20)))
    done(await head.post(of(PSYCHOLOGIST, f"papers/{made['id']}/withdraw")))
    await do_all_due(worker_url, settings, clock, centres.SCHEDULE)
    assert await _told(world, HEAD) == 0
    done(await head.post(of(PSYCHOLOGIST, "papers"), paper(clock, ends_in=40)))
    await _later(world, clock, 11)
    await do_all_due(worker_url, settings, clock, centres.SCHEDULE)
    assert await _told(world, HEAD) == 1
