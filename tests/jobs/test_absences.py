"""Absences by the clock: nothing is in sight before or after, and a case that nobody covers is found."""

from datetime import UTC, datetime, timedelta

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from casemgmt.staff import jobs
from tests.absence_steps import DEPUTY, away, of_absence
from tests.clients import World
from tests.factories import count
from tests.http.test_absences import sees, tasks_of
from tests.jobs.worker import do_all_due
from tests.records import rows, story
from tests.steps import SUPERVISOR, done, open_case

HOUR = timedelta(hours=1)
_LET_IT_PASS = (
    "WITH over AS (UPDATE staff_absence SET starts_at = now() - interval '2 h', ends_at = now() - interval '1 h'),"
    " places AS (UPDATE case_member SET rests_until = now() - interval '1 h' WHERE absence_id IS NOT NULL)"
    " SELECT set_config('casemgmt.audited', 'on', false)"
)
"""The time of the absence is over for the database too, and nobody has noted it."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def test_what_is_planned_opens_nothing_before_and_nothing_after_whatever_the_jobs_do(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    case = await open_case(world)
    entered = await away(world, begins=1, days=2)
    assert entered["standing"] == "planned"
    await do_all_due(worker_url, settings, clock, jobs.SCHEDULE)
    assert not await sees(world, case.id)

    clock.advance(timedelta(days=1) + HOUR)
    world.forget_tokens()
    await do_all_due(worker_url, settings, clock, jobs.SCHEDULE)
    assert await sees(world, case.id)

    # no job comes: the place ends by its own date
    await rows(owner_url, _LET_IT_PASS)
    assert not await sees(world, case.id)
    assert [t for t in await tasks_of(world) if t["on_behalf_of_id"]] == []

    clock.advance(timedelta(days=3))
    world.forget_tokens()
    await do_all_due(worker_url, settings, clock, jobs.SCHEDULE)
    (row,) = await rows(owner_url, "SELECT ended_at FROM staff_absence")
    assert row["ended_at"] is not None
    places = "SELECT count(*) FROM case_member WHERE absence_id IS NOT NULL AND ended_at IS NULL"
    assert await count(owner_url, places) == 0
    assert (await story(owner_url, case.id))[-1] == "case.stand_in_ended"
    assert await rows(owner_url, "SELECT entrypoint FROM jobs.job") == []


async def test_a_conflict_that_comes_out_meanwhile_ends_the_place_and_the_head_is_asked(
    world: World, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    case = await open_case(world)
    entered = await away(world)
    done(await (await world.as_(DEPUTY)).post("/v1/me/conflicts", {"kind": "relative", "person_id": case.child}))
    assert not await sees(world, case.id)
    await do_all_due(worker_url, settings, clock, jobs.SCHEDULE)
    asked = [t for t in await tasks_of(world, SUPERVISOR) if t["kind"] == "absence_uncovered"]
    assert [t["record_id"] for t in asked] == [entered["id"]]
    named = {"deputy_id": str(demo_id(DEPUTY)), "cases": [{"case_id": case.id, "deputy_id": str(demo_id(SUPERVISOR))}]}
    done(await of_absence(world, SUPERVISOR, f"{entered['id']}/deputies", named))
    assert [t for t in await tasks_of(world, SUPERVISOR) if t["kind"] == "absence_uncovered"] == []
