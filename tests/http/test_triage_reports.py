"""How often the suggestion was right: counts of a month that is over, for who keeps the list, and nobody in them."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import asyncpg
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.triage_reports.policy import bounds, share, shown
from tests.clients import World
from tests.outreach_steps import DUTY, done, record_signal, refused
from tests.records import rows

REPORTS = "/v1/triage-reports"
LIGHT = "hard_life_situation"
BEATEN = "Өгей әкем мені ұрады."
CALM = "Жәрдемақыны қалай рәсімдейді?"
CONSULT = {"outcome": "consultation", "severity": "low", "reason": "question_answered"}
NEXT_MONTH = timedelta(days=32)


@pytest.fixture
def clock() -> ManualClock:
    today = datetime.now(UTC).date()
    return ManualClock(datetime.combine(today.replace(day=min(today.day, 28)), time(7), UTC))


async def decided(world: World, narrative: str, urgency: str, times: int) -> None:
    """Record signals and decide each of them so."""
    duty = await world.as_(DUTY)
    for _ in range(times):
        signal = await record_signal(world, category=LIGHT, narrative=narrative)
        said = CONSULT | {"urgency": urgency, "note": "Ойланып шештім."}
        done(await duty.post(f"/v1/signals/{signal}/triage", said))


async def decided_more(owner_url: str, times: int) -> None:
    """Put copies of every decided signal beside it: a month of a desk, without a thousand requests."""
    owner = await asyncpg.connect(driver_url(owner_url))
    await owner.execute("SET session_replication_role = replica")
    await owner.execute(
        "INSERT INTO signal SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*"
        " FROM signal s, generate_series(2, $1)",
        times,
    )
    await owner.close()


async def report(world: World, clock: ManualClock, who: str = "analyst") -> dict[str, Any]:
    """Read the report of this month in the next one."""
    month = clock.now().strftime("%Y-%m")
    clock.advance(NEXT_MONTH)
    world.forget_tokens()
    try:
        return done(await (await world.as_(who)).get(REPORTS, params={"month": month}))
    finally:
        clock.advance(-NEXT_MONTH)
        world.forget_tokens()


async def test_what_was_suggested_is_held_against_what_people_decided(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    await decided(world, BEATEN, "urgent", 3)
    await decided(world, BEATEN, "standard", 1)
    await decided(world, CALM, "standard", 3)
    await decided(world, CALM, "urgent", 1)
    await decided_more(owner_url, 10)
    told = await report(world, clock)
    assert (told["region_code"], told["fewest"], told["enough"]) == (None, 5, 30)
    [version] = told["versions"]
    total = version["total"]
    assert version["list_version"] == 1
    assert [total[c] for c in ("decided", "agreed", "raised", "lowered")] == [80, 60, 10, 10]
    assert (total["words_raised"], total["words_held"]) == (40, 30)
    assert total["agreement"]["percent"] == total["words_right"]["percent"] == 75
    assert total["words_right"]["at_least"] < 75 < total["words_right"]["at_most"]
    [sign] = version["signs"]
    assert (sign["code"], sign["found"], sign["decided_urgent"], sign["lowered"]) == ("beaten", 40, 30, 10)
    assert sign["right"]["percent"] == 75
    assert [(r["region_code"], r["figures"]["decided"]) for r in version["regions"]] == [("KZ-75", 80)]


async def test_a_few_are_left_out_and_the_others_rounded(world: World, clock: ManualClock, owner_url: str) -> None:
    await decided(world, BEATEN, "urgent", 1)
    await decided(world, CALM, "urgent", 1)
    await decided_more(owner_url, 4)
    [version] = (await report(world, clock))["versions"]
    total = version["total"]
    assert [total[c] for c in ("decided", "agreed", "raised", "lowered", "words_raised")] == [
        10,
        None,
        None,
        None,
        None,
    ]
    assert (total["agreement"], total["words_right"], version["signs"]) == (None, None, [])
    assert version["rarer_signs"] >= 28


async def test_a_supervisor_is_told_of_the_own_region_alone(world: World, clock: ManualClock, owner_url: str) -> None:
    await decided(world, BEATEN, "urgent", 1)
    await decided_more(owner_url, 10)
    told = await report(world, clock, "supervisor.almaty")
    assert (told["region_code"], told["versions"][0]["total"]["decided"]) == ("KZ-75", 10)
    assert told["versions"][0]["regions"] == []
    other = await report(world, clock, "supervisor.astana")
    assert (other["region_code"], other["versions"]) == ("KZ-71", [])


async def test_a_month_that_goes_on_is_not_told_and_neither_is_one_that_is_none(
    world: World, clock: ManualClock
) -> None:
    analyst = await world.as_("analyst")
    month = clock.now().strftime("%Y-%m")
    refused(await analyst.get(REPORTS, params={"month": month}), 422, "month-not-over")
    refused(await analyst.get(REPORTS, params={"month": "2026-13"}), 422, "invalid-request")


async def test_the_report_holds_no_id_no_word_and_no_small_number(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    await decided(world, BEATEN, "urgent", 1)
    told = await report(world, clock)
    [signal] = await rows(owner_url, "SELECT id::text, organisation_id::text FROM signal")
    assert not any(value in str(told) for value in (*signal.values(), "ұрады"))
    assert told["versions"][0]["total"]["decided"] is None
    assert told["versions"][0]["regions"] == []
    [event] = await rows(owner_url, "SELECT record_ids, outcome FROM audit_event WHERE kind = 'triage_report.read'")
    assert (event["record_ids"], event["outcome"]) == ([], "done")


@pytest.mark.parametrize("who", [DUTY, "operator.111", "manager.almaty", "board.almaty", "admin"])
async def test_it_is_for_those_who_keep_the_list_or_oversee_desks(world: World, who: str) -> None:
    caller = await world.as_(who)
    refused(await caller.get(REPORTS, params={"month": "2026-01"}), 403, "forbidden")


def test_small_counts_are_none_and_others_multiples_of_five() -> None:
    assert [shown(n) for n in (0, 1, 4, 5, 7, 8, 12, 13)] == [None, None, None, 5, 5, 10, 10, 15]


def test_a_share_has_a_range_and_needs_enough() -> None:
    assert share(20, 27) is None
    told = share(100, 100)
    assert told is not None
    assert (told.percent, told.at_least, told.at_most) == (100, 96, 100)


def test_a_month_begins_and_ends_at_midnight_in_kazakhstan() -> None:
    begins, ends = bounds("2025-12", datetime(2026, 1, 5, tzinfo=UTC))
    assert (begins, ends) == (datetime(2025, 11, 30, 19, tzinfo=UTC), datetime(2025, 12, 31, 19, tzinfo=UTC))
