"""Series of sessions, moves, home visits and no-shows over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import ROOMS, demo_id
from tests.clients import Caller, World
from tests.factories import OpenCase, count, open_case
from tests.steps import done, refused

CENTRE = str(demo_id("cps_almaty"))
ROOM, HALL = (str(demo_id(f"room {body} {name}")) for body, name, _ in ROOMS[:2])
PSYCHOLOGIST = str(demo_id("psychologist.almaty"))
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def body(case: OpenCase, start: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "centre_id": CENTRE,
        "specialist_id": PSYCHOLOGIST,
        "room_id": ROOM,
        "kind": "individual",
        "help_kind": "psychological",
        "starts_at": start.isoformat(),
        "ends_at": (start + HOUR).isoformat(),
        "person_ids": [str(case.child_id)],
    } | changes


def home(case: OpenCase, start: datetime, minutes: int = 30) -> dict[str, Any]:
    visit = body(case, start, travel_minutes=minutes)
    del visit["room_id"]
    return visit


def starts(sessions: list[dict[str, Any]]) -> list[datetime]:
    return [datetime.fromisoformat(s["starts_at"]) for s in sessions]


async def series(caller: Caller, case: OpenCase, start: datetime, sessions: int = 4, **changes: Any) -> Any:
    return await caller.post(f"/v1/cases/{case.id}/session-series", body(case, start, sessions=sessions, **changes))


async def of_case(caller: Caller, case: OpenCase) -> list[dict[str, Any]]:
    listed = done(await caller.get(f"/v1/cases/{case.id}/sessions"))["items"]
    return sorted(listed, key=lambda s: s["starts_at"])


async def test_a_series_is_booked_whole_at_the_same_hour_of_every_week(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager = await open_case(owner_url), await world.as_("manager.almaty")
    start = clock.now() + timedelta(days=2)
    booked = done(await series(manager, case, start, sessions=3, every_weeks=2))
    assert starts(booked["items"]) == [start + n * 2 * WEEK for n in range(3)]
    assert {s["series_id"] for s in booked["items"]} == {booked["id"]}
    assert await count(owner_url, "SELECT count(*) FROM booking WHERE cancelled_at IS NULL") == 9
    told = "SELECT array_agg(kind ORDER BY kind) FROM timeline_entry WHERE case_id = $1"
    assert await count(owner_url, told, case.id) == ["case.member_added", "session.series_booked"]


async def test_one_clash_stops_the_whole_series_and_every_clash_is_listed(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, other, manager = await open_case(owner_url), await open_case(owner_url), await world.as_("manager.almaty")
    start = clock.now() + timedelta(days=2)
    done(await manager.post(f"/v1/cases/{other.id}/sessions", body(other, start + WEEK)))
    lawyer = {"specialist_id": str(demo_id("lawyer.almaty")), "help_kind": "legal", "room_id": HALL}
    done(await manager.post(f"/v1/cases/{case.id}/sessions", body(case, start + 3 * WEEK, **lawyer)))
    answer = await series(manager, case, start)
    assert refused(answer) == (409, "series-clashes")
    clashes = [(datetime.fromisoformat(c["starts_at"]), c["code"]) for c in answer.json()["clashes"]]
    assert clashes == [(start + WEEK, "already-booked"), (start + 3 * WEEK, "already-booked")]
    assert str(other.id) not in answer.text
    assert await count(owner_url, "SELECT count(*) FROM centre_session") == 2
    assert await count(owner_url, "SELECT count(*) FROM session_series") == 0
    assert refused(await series(manager, case, start, sessions=26, every_weeks=4)) == (422, "too-far-ahead")


async def test_one_of_a_series_is_moved_alone_or_the_rest_with_it(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager = await open_case(owner_url), await world.as_("manager.almaty")
    start = clock.now() + timedelta(days=2)
    sessions = done(await series(manager, case, start))["items"]

    async def move(session: dict[str, Any], to: datetime, **changes: Any) -> Any:
        times = {"starts_at": to.isoformat(), "ends_at": (to + HOUR).isoformat()}
        return await manager.post(f"/v1/sessions/{session['id']}/move", times | changes)

    alone = done(await move(sessions[0], start + HOUR, room_id=HALL))
    assert (alone["room_id"], alone["version"]) == (HALL, 2)
    # by an hour, into what its own sessions held until now
    done(await move(sessions[1], start + 2 * WEEK, scope="rest"))
    found = starts(await of_case(manager, case))
    assert found == [start + HOUR, start + 2 * WEEK, start + 3 * WEEK, start + 4 * WEEK]
    clash = await move(sessions[0], start + 3 * WEEK + timedelta(minutes=30))
    assert refused(clash) == (409, "already-booked")
    free_from = start + 3 * WEEK + HOUR
    assert datetime.fromisoformat(clash.json()["next_free"]["starts_at"]) >= free_from
    assert starts(await of_case(manager, case)) == found
    assert refused(await move(sessions[0], clock.now() - HOUR)) == (422, "time-passed")
    lawyer = await (await world.as_("lawyer.almaty")).post(f"/v1/sessions/{sessions[0]['id']}/move", {})
    assert lawyer.status_code in (404, 422)
    free = body(case, start, specialist_id=PSYCHOLOGIST)
    done(await manager.post(f"/v1/cases/{case.id}/sessions", free | {"room_id": ROOM}))


async def test_the_rest_of_a_series_is_cancelled_with_reason_for_whom_and_by_whom(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager = await open_case(owner_url), await world.as_("manager.almaty")
    start = clock.now() + timedelta(days=2)
    sessions = done(await series(manager, case, start))["items"]
    url = f"/v1/sessions/{sessions[1]['id']}/cancel"
    cancelled = done(await manager.post(url, {"reason": "other", "cancelled_for": "other_body", "scope": "rest"}))
    assert (cancelled["cancelled_for"], cancelled["cancelled_by_id"]) == ("other_body", str(demo_id("manager.almaty")))
    assert [s["state"] for s in await of_case(manager, case)] == ["booked", "cancelled", "cancelled", "cancelled"]
    assert await count(owner_url, "SELECT count(*) FROM booking WHERE cancelled_at IS NULL") == 3
    by_itself = await manager.post(f"/v1/sessions/{sessions[0]['id']}/cancel", {"reason": "client_illness"})
    assert done(by_itself)["cancelled_for"] == "family"


async def test_on_a_home_visit_the_specialist_is_taken_for_the_way_too(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, other, manager = await open_case(owner_url), await open_case(owner_url), await world.as_("manager.almaty")
    start = clock.now() + timedelta(days=2)
    visit = done(await manager.post(f"/v1/cases/{case.id}/sessions", home(case, start)))
    assert (visit["room_id"], visit["travel_minutes"]) == (None, 30)
    url = f"/v1/cases/{other.id}/sessions"
    assert refused(await manager.post(url, body(other, start + HOUR + timedelta(minutes=15)))) == (
        409,
        "already-booked",
    )
    assert (await manager.post(url, body(other, start + HOUR + timedelta(minutes=30)))).status_code == 201
    for wrong in (
        home(case, start) | {"room_id": ROOM},
        {k: v for k, v in body(case, start).items() if k != "room_id"},
    ):
        assert refused(await manager.post(f"/v1/cases/{case.id}/sessions", wrong)) == (422, "invalid-request")
    moved = {"starts_at": (start + WEEK).isoformat(), "ends_at": (start + WEEK + HOUR).isoformat(), "room_id": ROOM}
    answer = await manager.post(f"/v1/sessions/{visit['id']}/move", moved)
    assert refused(answer) == (422, "home-visit-without-room")


async def test_a_no_show_becomes_the_task_that_was_chosen_and_the_second_in_a_row_one_for_the_manager(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    start = clock.now() + timedelta(days=2)
    sessions = done(await series(await world.as_("manager.almaty"), case, start, sessions=5))["items"]

    async def no_show(number: int, **given: Any) -> None:
        clock.advance(start + number * WEEK + HOUR - clock.now())
        world.forget_tokens()
        psychologist = await world.as_("psychologist.almaty")
        done(await psychologist.post(f"/v1/sessions/{sessions[number]['id']}/no-show", given))

    async def tasks() -> list[str]:
        query = (
            "SELECT array_agg(kind || ' ' || CASE assignee_id WHEN $2 THEN 'psychologist' ELSE 'manager' END"
            " ORDER BY started_at, kind) FROM task WHERE case_id = $1 AND kind LIKE '%no_show%'"
        )
        return await count(owner_url, query, case.id, demo_id("psychologist.almaty")) or []

    await no_show(0, next_step="call_family")
    assert await tasks() == ["no_show_call psychologist"]
    await no_show(1, next_step="home_visit", excused=True)
    first_two = ["no_show_call psychologist", "no_show_visit psychologist"]
    assert await tasks() == first_two
    await no_show(2, next_step="tell_manager")
    three = [*first_two, "no_show_signal manager", "repeated_no_show manager"]
    assert await tasks() == three
    await no_show(3, next_step="continue_course")
    assert await tasks() == three, "the task is open still: a second one of its kind would be noise"
    manager = await world.as_("manager.almaty")
    mine = done(await manager.get("/v1/tasks/mine?limit=100"))["items"]
    repeated = next(t for t in mine if t["kind"] == "repeated_no_show")
    done(await manager.post(f"/v1/tasks/{repeated['id']}/complete", {"result": "Отбасымен сөйлестік."}))
    await no_show(4, next_step="continue_course")
    assert (await tasks()).count("repeated_no_show manager") == 2
