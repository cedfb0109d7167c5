"""A change of risk changes the clocks that depend on it, with what was and what is; nobody is late by it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.settings import Settings
from casemgmt.tasks import jobs as clock_jobs
from rules.deadlines import compute_due
from tests.clients import World
from tests.conftest import worker_of
from tests.jobs.worker import do_all_due
from tests.records import rows, running_clocks, story
from tests.steps import MANAGER, SUPERVISOR, approve_plan, assess, case_in_planning, done


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 30, 5, 0, tzinfo=UTC))


async def changes(owner_url: str, case_id: str) -> list[dict[str, Any]]:
    return await rows(
        owner_url,
        "SELECT r.*, t.kind FROM task_recalculation r JOIN task t ON t.id = r.task_id WHERE t.case_id = $1::text::uuid"
        " ORDER BY r.from_at",
        case_id,
    )


async def test_a_risk_that_rises_brings_the_review_of_the_plan_forward_and_one_that_falls_puts_it_back(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    case = await case_in_planning(world)
    await approve_plan(world, case)
    first = (await running_clocks(owner_url, case.id))["plan_review"]
    await assess(world, case, level="high", score=2, occasion="review")
    (made,) = [c for c in await changes(owner_url, case.id) if c["kind"] == "plan_review"]
    sooner = (await running_clocks(owner_url, case.id))["plan_review"]
    assert (made["due_before"], made["due_after"]) == (first["due_at"], sooner["due_at"])
    assert sooner["due_at"] < first["due_at"]
    assert made["term"] == "plan_review_high_risk"
    assert "task.recalculated" in await story(owner_url, case.id)
    clock.advance(timedelta(days=1))
    world.forget_tokens()
    await assess(world, case, level="medium", occasion="review")
    assert (await running_clocks(owner_url, case.id))["plan_review"]["due_at"] == first["due_at"]


async def test_a_clock_that_was_warned_of_and_is_put_back_is_warned_of_again(
    world: World, clock: ManualClock, owner_url: str, database_url: str, settings: Settings
) -> None:
    async def warn() -> None:
        task = (await running_clocks(owner_url, case.id))["plan_review"]
        clock.advance(max(task["warn_at"] - clock.now(), timedelta()) + timedelta(minutes=1))
        world.forget_tokens()
        await do_all_due(worker_of(database_url), settings, clock, clock_jobs.SCHEDULE)

    case = await case_in_planning(world)
    await approve_plan(world, case)
    await assess(world, case, level="high", score=2, occasion="review")
    await warn()
    await assess(world, case, level="medium", occasion="review")
    await warn()
    await warn()
    warnings = (
        "SELECT a.at, t.warn_at FROM task_alert a JOIN task t ON t.id = a.task_id"
        " WHERE t.case_id = $1::text::uuid AND t.kind = 'plan_review' AND a.kind = 'warning' ORDER BY a.at"
    )
    first, second = await rows(owner_url, warnings, case.id)
    assert first["at"] < second["at"] == second["warn_at"]


async def test_a_shorter_term_that_is_over_already_leaves_a_working_day(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    case = await case_in_planning(world)
    await approve_plan(world, case)
    clock.advance(timedelta(days=21))
    world.forget_tokens()
    await assess(world, case, level="high", score=2, occasion="review")
    due = (await running_clocks(owner_url, case.id))["plan_review"]["due_at"]
    assert clock.now() + timedelta(hours=8) < due < clock.now() + timedelta(days=4)
    view = (await (await world.as_(MANAGER)).get("/v1/tasks/mine", params={"kind": "plan_review"})).json()["items"]
    assert [t["clock"] for t in view] != ["breached"]


async def test_a_change_of_risk_during_a_hold_stays_a_hold_and_outlives_its_early_end(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    async def let_pass(days: int) -> None:
        clock.advance(timedelta(days=days))
        world.forget_tokens()

    async def standing(at: datetime | None = None) -> tuple[str, datetime]:
        manager = await world.as_(MANAGER)
        view = done(await manager.get(f"{path}/clock", params={} if at is None else {"at": at.isoformat()}))
        return view["clock"], datetime.fromisoformat(view["due_at"])

    case = await case_in_planning(world)
    await approve_plan(world, case)
    task = (await running_clocks(owner_url, case.id))["plan_review"]
    path = f"/v1/tasks/{task['id']}"
    await let_pass(1)
    hold = {"reason": "family_away", "until_on": (clock.now() + timedelta(days=20)).date().isoformat()}
    done(await (await world.as_(SUPERVISOR)).post(f"{path}/hold", hold))
    await let_pass(2)
    await assess(world, case, level="high", score=2, occasion="review")
    during = (await running_clocks(owner_url, case.id))["plan_review"]
    assert await standing() == ("on_hold", during["due_at"])
    in_the_hold = clock.now()
    await let_pass(2)
    done(await (await world.as_(SUPERVISOR)).post(f"{path}/end-hold", {}))
    after = (await running_clocks(owner_url, case.id))["plan_review"]["due_at"]
    sooner = compute_due("plan_review_high_risk", task["started_at"]).due_at
    assert after == sooner + timedelta(days=4), "the term of the high risk, and the four days of the hold"
    assert await standing() == ("running", after)
    assert await standing(in_the_hold) == ("on_hold", during["due_at"])
