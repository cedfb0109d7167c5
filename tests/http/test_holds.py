"""A clock stands still with a reason, an authority and an end; the hold stays with the task, whoever has it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from casemgmt.tasks import jobs as clock_jobs
from rules.loader import load_law
from rules.zone import to_local
from tests.clients import Caller, World
from tests.conftest import worker_of
from tests.jobs.worker import do_all_due
from tests.records import events, rows, story
from tests.steps import MANAGER, SUPERVISOR, open_case

MONDAY = datetime(2026, 11, 30, 5, 0, tzinfo=UTC)
"""Ten in the morning in Kazakhstan."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


async def assessment_of(world: World) -> tuple[str, dict[str, Any]]:
    case = await open_case(world)
    listed = (await (await world.as_(MANAGER)).get("/v1/tasks/mine", params={"kind": "assessment"})).json()["items"]
    return case.id, next(t for t in listed if t["case_id"] == case.id)


async def hold(caller: Caller, task: dict[str, Any], days: int, clock: ManualClock, **given: Any) -> httpx.Response:
    until = (to_local(clock.now()).date() + timedelta(days=days)).isoformat()
    return await caller.post(f"/v1/tasks/{task['id']}/hold", {"reason": "family_away", "until_on": until} | given)


async def listed(world: World, queue: str, who: str = SUPERVISOR) -> list[str]:
    answer = await (await world.as_(who)).get(f"/v1/tasks/{queue}", params={"limit": "100"})
    assert answer.status_code == 200, answer.text
    return [t["id"] for t in answer.json()["items"]]


async def test_what_was_left_in_working_time_is_left_when_the_clock_runs_again(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    case, task = await assessment_of(world)
    answer = await hold(await world.as_(MANAGER), task, 2, clock, note="Көшіп кетті, сәрсенбіде келеді.")
    assert answer.status_code == 200, answer.text
    view = answer.json()
    calendar = load_law().calendar
    left = calendar.working_time_between(clock.now(), at(task["due_at"])).duration
    assert calendar.working_time_between(at(view["held_until"]), at(view["due_at"])).duration == left
    assert (view["clock"], view["held_until"]) == ("on_hold", "2026-12-02T04:00:00Z")
    (made,) = view["holds"]
    assert (made["reason"], made["authority"], made["placed_by_roles"]) == ("family_away", "own_task", "case_manager")
    assert made["ended_at"] is None
    assert {a["action"]: a["allowed"] for a in view["allowed_actions"]}["end_hold"]
    assert (await story(owner_url, case))[-1] == "task.held"
    assert "task.held" in await events(owner_url, task["id"])


async def test_a_hold_survives_hand_over_and_is_seen_by_the_team(world: World, clock: ManualClock) -> None:
    _, task = await assessment_of(world)
    made = (await hold(await world.as_(MANAGER), task, 3, clock)).json()
    supervisor = await world.as_(SUPERVISOR)
    given = await supervisor.post(f"/v1/tasks/{task['id']}/assign", {"assignee_id": str(demo_id(MANAGER))})
    assert given.status_code == 200, given.text
    kept = given.json()
    assert (kept["clock"], kept["held_until"], kept["due_at"]) == ("on_hold", made["held_until"], made["due_at"])
    assert await listed(world, "holds") == [task["id"]]
    assert task["id"] in await listed(world, "team")
    counts = (await supervisor.get("/v1/tasks/summary")).json()
    assert counts["holds"]["total"] == counts["team"]["on_hold"] == 1
    assert counts["team"]["total"] == len(await listed(world, "team"))
    assert counts["unassigned"]["total"] == len(await listed(world, "unassigned"))


async def test_a_hold_ends_early_and_gives_the_rest_of_its_time_back(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    case, task = await assessment_of(world)
    manager = await world.as_(MANAGER)
    await hold(manager, task, 4, clock)
    clock.advance(timedelta(hours=1))
    manager = (world.forget_tokens(), await world.as_(MANAGER))[1]
    again = await manager.post(f"/v1/tasks/{task['id']}/end-hold", {"note": "Отбасы ертерек оралды."})
    assert again.status_code == 200, again.text
    view = again.json()
    calendar = load_law().calendar
    assert calendar.working_time_between(at(task["due_at"]), at(view["due_at"])).duration == timedelta(hours=1)
    assert (view["clock"], view["held_until"]) == ("running", None)
    assert view["holds"][0]["due_ended"] == view["due_at"]
    assert (await story(owner_url, case))[-1] == "task.hold_ended"
    assert (await manager.post(f"/v1/tasks/{task['id']}/end-hold", {})).json()["code"] == "not-on-hold"


async def test_a_hold_that_is_over_ends_by_itself_at_its_own_end_however_late_the_worker_comes(
    world: World, clock: ManualClock, owner_url: str, database_url: str, settings: Settings
) -> None:
    case, task = await assessment_of(world)
    made = (await hold(await world.as_(MANAGER), task, 2, clock)).json()
    clock.advance(timedelta(days=3))
    world.forget_tokens()
    path = f"/v1/tasks/{task['id']}"
    before = (await (await world.as_(MANAGER)).get(path)).json()
    assert (before["clock"], before["due_at"]) == ("running", made["due_at"])
    await do_all_due(worker_of(database_url), settings, clock, clock_jobs.SCHEDULE)
    after = (await (await world.as_(MANAGER)).get(path)).json()
    assert (after["clock"], after["due_at"], after["held_until"]) == ("running", made["due_at"], None)
    assert after["holds"][0]["ended_at"] == made["held_until"]
    assert after["holds"][0]["ended_by_id"] is None
    assert "task.hold_ended" in await story(owner_url, case)
    assert await rows(owner_url, "SELECT 1 FROM jobs.job") == []


async def test_authority_bounds_a_hold(world: World, clock: ManualClock) -> None:
    _, task = await assessment_of(world)
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    fields = {days: (await hold(manager, task, days, clock)).json()["errors"][0]["code"] for days in (0, 20, 200)}
    assert fields == {0: "hold-day-passed", 20: "hold-needs-supervisor", 200: "hold-too-long"}
    assert (await hold(await world.as_("manager2.almaty"), task, 2, clock)).status_code in (404, 409)
    longer = await hold(supervisor, task, 20, clock)
    assert longer.json()["holds"][0]["authority"] == "supervision"
    assert (await hold(manager, task, 2, clock)).json()["code"] == "on-hold-already"
    assert (await hold(manager, task, 2, clock, reason="no_such_reason")).status_code == 422


async def test_a_clock_of_danger_or_an_overdue_one_is_never_stopped(world: World, clock: ManualClock) -> None:
    _, task = await assessment_of(world)
    supervisor = await world.as_(SUPERVISOR)
    notice = next(
        t
        for t in (await supervisor.get("/v1/tasks/team", params={"limit": "100"})).json()["items"]
        if t["kind"].startswith("mandatory")
    )
    assert (await hold(supervisor, notice, 2, clock)).json()["code"] == "never-held"
    clock.advance(timedelta(days=60))
    world.forget_tokens()
    assert (await hold(await world.as_(MANAGER), task, 2, clock)).json()["code"] == "already-overdue"


async def test_where_a_clock_stood_is_told_for_every_moment_that_passed(world: World, clock: ManualClock) -> None:
    _, task = await assessment_of(world)
    path = f"/v1/tasks/{task['id']}"
    begun = clock.now()
    clock.advance(timedelta(hours=1))
    world.forget_tokens()
    held = (await hold(await world.as_(MANAGER), task, 4, clock)).json()
    clock.advance(timedelta(hours=1))
    world.forget_tokens()
    ended = (await (await world.as_(MANAGER)).post(f"{path}/end-hold", {})).json()
    clock.advance(timedelta(hours=1))
    world.forget_tokens()
    manager = await world.as_(MANAGER)
    told = []
    for hours in (0.5, 1.5, 2.5):
        moment = (begun + timedelta(hours=hours)).isoformat()
        answer = await manager.get(f"{path}/clock", params={"at": moment})
        assert answer.status_code == 200, answer.text
        view = answer.json()
        told.append((view["clock"], view["due_at"], len(view["holds"])))
    assert told == [
        ("running", task["due_at"], 0),
        ("on_hold", held["due_at"], 1),
        ("running", ended["due_at"], 1),
    ]
    ahead = await manager.get(f"{path}/clock", params={"at": (clock.now() + timedelta(hours=1)).isoformat()})
    assert (ahead.status_code, ahead.json()["errors"][0]["code"]) == (422, "in-future")
