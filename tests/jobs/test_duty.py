"""The duty desk: a rota with its gaps, what comes at night goes to who is there, and shifts change hands by two."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.duty import jobs, policy
from casemgmt.settings import Settings
from casemgmt.tasks import jobs as clocks
from tests.absence_steps import absence
from tests.clients import World
from tests.jobs.worker import do_all_due
from tests.people import record_person, signal_about
from tests.records import rows
from tests.steps import SUPERVISOR, done

NIGHT = datetime(2027, 1, 12, 19, 0, tzinfo=UTC)
"""Midnight of a Tuesday in Kazakhstan."""
DUTY = "duty.almaty"
QUARTER = timedelta(minutes=15)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NIGHT)


async def on_rota(
    world: World, who: str = DUTY, *, begins: datetime = NIGHT - timedelta(hours=5), hours: int = 15
) -> httpx.Response:
    shift = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=hours)).isoformat()}
    return await (await world.as_(SUPERVISOR)).post("/v1/duty-shifts", shift | {"user_id": str(demo_id(who))})


async def step(world: World, who: str, shift: dict[str, Any], action: str, body: Any = None) -> httpx.Response:
    return await (await world.as_(who)).post(f"/v1/duty-shifts/{shift['id']}/{action}", body)


async def owners(owner_url: str, signal: str) -> list[Any]:
    found = await rows(owner_url, "SELECT assignee_id FROM task WHERE signal_id = $1::text::uuid", signal)
    return [row["assignee_id"] for row in found]


@pytest.mark.parametrize(
    "path", ["/v1/duty-shifts?from=1970-01-01T00:00:00Z", "/v1/duty-shifts/on-duty?at=2999-01-01T00:00:00Z"]
)
async def test_a_time_of_which_no_rota_tells_is_refused(world: World, path: str) -> None:
    answer = await (await world.as_(DUTY)).get(path)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "time-out-of-reach"), answer.text


async def test_what_comes_at_night_goes_to_who_is_on_duty_and_back_to_the_desk_in_the_morning(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    signal = await signal_about(world, DUTY, await record_person(world, DUTY))
    await do_all_due(worker_url, settings, clock, jobs.SCHEDULE)
    assert await owners(owner_url, signal) == [None], "nobody is on duty: all stays at the desk"
    done(await on_rota(world))
    there = done(
        await (await world.as_("operator.111")).get(f"/v1/duty-shifts/on-duty?organisation_id={demo_id('crd_almaty')}")
    )
    assert (there["working_hours"], [s["user_id"] for s in there["items"]]) == (False, [str(demo_id(DUTY))])
    await do_all_due(worker_url, settings, clock, jobs.SCHEDULE)
    assert await owners(owner_url, signal) == [demo_id(DUTY)]
    told = "SELECT reason FROM audit_event WHERE kind = 'task.assigned' AND signal_id = $1::text::uuid"
    assert [r["reason"] for r in await rows(owner_url, told, signal)] == ["on_duty"]

    clock.advance(timedelta(hours=11))
    world.forget_tokens()
    await do_all_due(worker_url, settings, clock, jobs.SCHEDULE)
    assert await owners(owner_url, signal) == [None], "the shift is over and the desk is there"
    assert await rows(owner_url, "SELECT entrypoint FROM jobs.job") == []


async def test_by_day_emergencies_alone_go_to_who_is_on_duty(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    clock.advance(timedelta(hours=10))
    world.forget_tokens()
    assert policy.in_working_hours(clock.now())
    done(await on_rota(world, begins=clock.now() - timedelta(hours=1), hours=8))
    calm, danger = [await signal_about(world, DUTY, await record_person(world, DUTY)) for _ in range(2)]
    triage = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
    done(await (await world.as_(DUTY)).post(f"/v1/signals/{danger}/triage", triage))
    await do_all_due(worker_url, settings, clock, jobs.SCHEDULE)
    every = "SELECT kind, assignee_id FROM task WHERE signal_id = $1::text::uuid AND completed_at IS NULL"
    assert {r["assignee_id"] for r in await rows(owner_url, every, calm)} == {None}
    found = {r["kind"]: r["assignee_id"] for r in await rows(owner_url, every, danger)}
    assert {k: v for k, v in found.items() if k in policy.EMERGENCIES} == {"emergency_acknowledgement": demo_id(DUTY)}


async def test_the_rota_shows_its_gaps_and_refuses_who_is_away_or_there_already(
    world: World, clock: ManualClock
) -> None:
    shift = done(await on_rota(world))
    rota = done(
        await (await world.as_(DUTY)).get(
            "/v1/duty-shifts", params={"from": NIGHT.isoformat(), "until": (NIGHT + timedelta(days=1)).isoformat()}
        )
    )
    assert [s["id"] for s in rota["items"]] == [shift["id"]]
    morning = datetime.fromisoformat(shift["ends_at"])
    assert all(datetime.fromisoformat(g["starts_at"]) >= morning for g in rota["gaps"])
    assert rota["gaps"], "nobody is there in the evening after"
    twice = await on_rota(world, begins=NIGHT, hours=2)
    assert (twice.status_code, twice.json()["code"]) == (409, "shifts-overlap")
    other = await on_rota(world, "psychologist.almaty")
    assert (other.status_code, other.json()["code"]) == (422, "unknown-colleague")
    away = absence(SUPERVISOR) | {"ends_at": (NIGHT + timedelta(days=2)).isoformat()}
    refused = await (await world.as_(DUTY)).post("/v1/staff-absences", away)
    assert (refused.status_code, refused.json()["code"]) == (409, "on-duty-meanwhile")
    assert refused.json()["shift_ids"] == [shift["id"]]
    done(await step(world, SUPERVISOR, shift, "cancel"))
    done(await (await world.as_(DUTY)).post("/v1/staff-absences", away))
    gone = await on_rota(world)
    assert (gone.status_code, gone.json()["code"]) == (409, "worker-away")


async def test_shifts_change_hands_when_the_other_takes_them(world: World, owner_url: str) -> None:
    mine = done(await on_rota(world))
    theirs = done(await on_rota(world, SUPERVISOR, begins=NIGHT + timedelta(days=3)))
    refused = await step(world, SUPERVISOR, mine, "offer", {"to_user_id": str(demo_id(DUTY))})
    assert (refused.status_code, refused.json()["code"]) == (403, "shift-of-another")
    offer = {"to_user_id": str(demo_id(SUPERVISOR)), "in_return_id": theirs["id"]}
    offered = done(await step(world, DUTY, mine, "offer", offer))
    assert offered["user_id"] == str(demo_id(DUTY)), "until it is taken"
    own = await step(world, DUTY, mine, "accept")
    assert (own.status_code, own.json()["code"]) == (409, "shift-not-offered")
    taken = done(await step(world, SUPERVISOR, mine, "accept"))
    assert (taken["user_id"], taken["offered_to_id"]) == (str(demo_id(SUPERVISOR)), None)
    held = {str(r["id"]): r["user_id"] for r in await rows(owner_url, "SELECT id, user_id FROM duty_shift")}
    assert held == {mine["id"]: demo_id(SUPERVISOR), theirs["id"]: demo_id(DUTY)}
    again = done(await step(world, DUTY, theirs, "offer", {"to_user_id": str(demo_id(SUPERVISOR))}))
    done(await step(world, SUPERVISOR, again, "decline"))
    declined = await step(world, SUPERVISOR, theirs, "accept")
    assert declined.json()["code"] == "shift-not-offered"


async def test_who_leaves_is_not_on_the_rota_any_more(world: World) -> None:
    shift = done(await on_rota(world))
    counts = done(await (await world.as_(SUPERVISOR)).get(f"/v1/users/{demo_id(DUTY)}/work"))
    assert counts["shifts"] == 1
    admin, path = await world.as_("admin"), f"/v1/users/{demo_id(DUTY)}"
    version = (await admin.get(path)).headers["etag"]
    refused = await admin.patch(path, {"active": False}, headers={"If-Match": version})
    assert (refused.status_code, refused.json()["code"]) == (409, "work-not-handed-on")
    passed = {"to_user_ids": [str(demo_id("manager.almaty"))], "reason": "manager_left"}
    answer = done(await (await world.as_(SUPERVISOR)).post(f"/v1/users/{demo_id(DUTY)}/hand-on", passed))
    assert answer["shifts"] == 1
    rota = done(await (await world.as_(SUPERVISOR)).get("/v1/duty-shifts"))
    assert shift["id"] not in [s["id"] for s in rota["items"]]


async def test_at_night_an_overdue_clock_of_the_desk_goes_up_to_who_is_on_duty(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    signal = await signal_about(world, DUTY, await record_person(world, DUTY))
    (due,) = await rows(owner_url, "SELECT due_at FROM task WHERE signal_id = $1::text::uuid", signal)
    night = due["due_at"] + timedelta(hours=1)
    while policy.in_working_hours(night):
        night += timedelta(hours=1)
    clock.advance(night - clock.now())
    world.forget_tokens()
    done(await on_rota(world, begins=night - timedelta(minutes=5), hours=8))
    await do_all_due(worker_url, settings, clock, clocks.SCHEDULE)
    told = await rows(owner_url, "SELECT assignee_id FROM task WHERE kind = 'escalation_supervisor'")
    assert [r["assignee_id"] for r in told] == [demo_id(DUTY)]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 80)), max_size=6))
def test_every_quarter_hour_is_in_working_hours_on_duty_or_in_a_gap(shifts: list[tuple[int, int]]) -> None:
    end = NIGHT + timedelta(days=4)
    spans = [(NIGHT + a * QUARTER, NIGHT + (a + b) * QUARTER) for a, b in shifts]
    bare = policy.gaps(NIGHT, end, spans)
    moment = NIGHT
    while moment < end:
        covered = policy.in_working_hours(moment) or any(a <= moment < b for a, b in spans)
        assert covered != any(a <= moment < b for a, b in bare), moment
        moment += QUARTER
