"""Group courses over HTTP: who takes part, and how nobody learns whose family has a case."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from jose import jwt

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ROOMS, demo_id
from tests.clients import Caller, World
from tests.factories import OpenCase, count, open_case
from tests.steps import done, refused

CENTRE = str(demo_id("cps_almaty"))
ROOM, HALL = (str(demo_id(f"room {body} {name}")) for body, name, _ in ROOMS[:2])
LEADER, HEAD, MANAGER = "psychologist.almaty", "head.almaty", "manager.almaty"
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
COUPLE = ({"given_name": "Ерлан", "family_name": "Ахметов"}, {"given_name": "Дана", "family_name": "Серікова"})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def plan(world: World, clock: ManualClock, **changes: Any) -> Any:
    start = clock.now() + timedelta(days=2)
    meetings = [
        {"starts_at": (start + n * WEEK).isoformat(), "ends_at": (start + n * WEEK + HOUR).isoformat()}
        for n in range(3)
    ]
    course = {
        "service": "premarital_course",
        "leader_id": str(demo_id(LEADER)),
        "room_id": HALL,
        "capacity": 4,
        "meetings": meetings,
    }
    return await (await world.as_(HEAD)).post(f"/v1/centres/{CENTRE}/courses", course | changes)


async def enrol(caller: Caller, case: OpenCase, course: str, **changes: Any) -> Any:
    body = {"course_id": course, "person_id": str(case.mother_id)}
    return await caller.post(f"/v1/cases/{case.id}/course-places", body | changes)


async def test_the_leader_can_not_tell_who_of_the_participants_has_a_case(
    world: World, owner_url: str, database_url: str, clock: ManualClock
) -> None:
    course = done(await plan(world, clock))["id"]
    case, leader = await open_case(owner_url, "opened"), await world.as_(LEADER)
    done(await leader.post(f"/v1/courses/{course}/guests", COUPLE[0]))
    place = done(await enrol(await world.as_(MANAGER), case, course))
    done(await leader.post(f"/v1/courses/{course}/guests", COUPLE[1]))
    answer = await leader.get(f"/v1/courses/{course}/participants")
    members = done(answer)["items"]
    assert [m["shown_as"] for m in members] == ["Дана С.", "Ерлан А.", "Мадина С."]
    assert len({tuple(sorted(m)) for m in members}) == 1
    for secret in (str(case.id), str(case.mother_id), "Сыналған", str(demo_id(MANAGER))):
        assert secret not in answer.text
    head = await (await world.as_(HEAD)).get(f"/v1/courses/{course}/participants")
    assert str(case.id) not in head.text
    # neither by any other way: the leader does not see the case, its places, its story or the person
    for path in (f"/v1/cases/{case.id}", f"/v1/cases/{case.id}/course-places", f"/v1/persons/{case.mother_id}"):
        assert (await leader.get(path)).status_code == 404, path
    # and the database shows the leader three rows that are alike
    claims = jwt.get_unverified_claims(leader.token)
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT begin_work($1, $2, $3, 'test')", claims["sub"], claims["ver"], claims["sid"]
            )
            assert await connection.fetchval("SELECT count(*) FROM course_participant") == 3
            assert await connection.fetchval("SELECT count(*) FROM course_place") == 0
            assert await connection.fetchval("SELECT count(*) FROM booking WHERE meeting_id IS NOT NULL") == 6
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetchval("SELECT count(*) FROM course_guest")
    finally:
        await connection.close()
    assert place["person_id"] == str(case.mother_id)


async def test_two_of_one_name_are_told_apart_and_nobody_else_is_named_in_full(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    course = done(await plan(world, clock))["id"]
    leader = await world.as_(LEADER)
    for guest in (*COUPLE, {"given_name": "Дана", "family_name": "Сапарова"}):
        done(await leader.post(f"/v1/courses/{course}/guests", guest))
    members = done(await leader.get(f"/v1/courses/{course}/participants"))["items"]
    assert [m["shown_as"] for m in members] == ["Дана Сапарова", "Дана Серікова", "Ерлан А."]


async def test_who_takes_part_is_for_the_leader_and_the_head_and_the_case_for_those_who_see_it(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    course = done(await plan(world, clock))["id"]
    case, manager = await open_case(owner_url, "opened"), await world.as_(MANAGER)
    done(await enrol(manager, case, course))
    for username, expected in (("lawyer.almaty", (403, "not-leader")), (MANAGER, (403, "forbidden"))):
        answer = await (await world.as_(username)).get(f"/v1/courses/{course}/participants")
        assert refused(answer) == expected, username
    supervisor = await world.as_("supervisor.almaty")
    assert len(done(await supervisor.get(f"/v1/cases/{case.id}/course-places"))["items"]) == 1
    assert (await (await world.as_("manager2.almaty")).get(f"/v1/cases/{case.id}/course-places")).status_code == 404
    story = "SELECT data ->> 'service' FROM timeline_entry WHERE case_id = $1 AND kind = 'course.person_enrolled'"
    assert await count(owner_url, story, case.id) == "premarital_course"
    # the event of the course names the participant alone; that of the case stands with the case
    named = "SELECT count(*) FROM audit_event WHERE record_type = 'course_participant' AND case_id IS NOT NULL"
    assert await count(owner_url, named) == 0
    assert refused(await enrol(manager, case, course)) == (409, "enrolled-already")
    assert refused(await enrol(manager, case, course, person_id=str(demo_id("x")))) == (422, "not-of-case")
    assert (await enrol(await world.as_("manager2.almaty"), case, course)).status_code == 404


async def test_a_course_is_never_fuller_than_its_places_however_many_enrol_at_once(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    course = done(await plan(world, clock, capacity=3))["id"]
    cases = [await open_case(owner_url, "opened") for _ in range(4)]
    manager, leader = await world.as_(MANAGER), await world.as_(LEADER)
    guests = [
        leader.post(f"/v1/courses/{course}/guests", {"given_name": f"Қонақ{n}", "family_name": "Ә"}) for n in "абв"
    ]
    answers = await asyncio.gather(*(enrol(manager, case, course) for case in cases), *guests)
    outcomes = Counter((a.status_code, a.json().get("code")) for a in answers)
    assert outcomes == {(201, None): 3, (409, "course-full"): 4}
    listed = done(await manager.get(f"/v1/centres/{CENTRE}/courses"))["items"]
    assert [c["free_places"] for c in listed] == [0]
    member = done(await leader.get(f"/v1/courses/{course}/participants"))["items"][0]["id"]
    left = done(await leader.post(f"/v1/courses/{course}/participants/{member}/leave"))
    assert len(left["items"]) == 2
    assert (await leader.post(f"/v1/courses/{course}/participants/{member}/leave")).status_code == 404
    assert (await leader.post(f"/v1/courses/{course}/guests", COUPLE[0])).status_code == 201


async def test_all_meetings_of_a_course_are_booked_or_none(world: World, owner_url: str, clock: ManualClock) -> None:
    case, manager = await open_case(owner_url), await world.as_(MANAGER)
    start = clock.now() + timedelta(days=2) + WEEK
    session = {
        "centre_id": CENTRE,
        "specialist_id": str(demo_id(LEADER)),
        "room_id": ROOM,
        "kind": "individual",
        "help_kind": "psychological",
        "starts_at": start.isoformat(),
        "ends_at": (start + HOUR).isoformat(),
        "person_ids": [str(case.child_id)],
    }
    booked = done(await manager.post(f"/v1/cases/{case.id}/sessions", session))
    clash = await plan(world, clock)
    assert refused(clash) == (409, "series-clashes")
    assert [datetime.fromisoformat(c["starts_at"]) for c in clash.json()["clashes"]] == [start]
    assert await count(owner_url, "SELECT count(*) FROM course") == 0
    done(await manager.post(f"/v1/sessions/{booked['id']}/cancel", {"reason": "client_request"}))
    done(await plan(world, clock))
    assert refused(await manager.post(f"/v1/cases/{case.id}/sessions", session)) == (409, "already-booked")
    for changes, expected in (
        ({"service": "legal_consultation"}, (422, "service-does-not-fit")),
        ({"leader_id": str(demo_id(HEAD))}, (422, "unknown-specialist")),
        ({"capacity": 100}, (422, "room-too-small")),
        ({"meetings": []}, (422, "invalid-request")),
    ):
        assert refused(await plan(world, clock, **changes)) == expected, changes
    assert (await manager.post(f"/v1/centres/{CENTRE}/courses", {})).status_code == 403
    rooms = done(await (await world.as_(HEAD)).get(f"/v1/centres/{CENTRE}/rooms"))["items"]
    hall = next(r for r in rooms if r["id"] == HALL)
    closing = await (await world.as_(HEAD)).patch(
        f"/v1/centres/{CENTRE}/rooms/{HALL}", {"active": False}, headers={"If-Match": f'"v{hall["version"]}"'}
    )
    assert refused(closing) == (409, "room-needed")


async def test_the_leader_records_who_came_and_a_word_can_be_put_right(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    course = done(await plan(world, clock))
    leader = await world.as_(LEADER)
    members = [done(await leader.post(f"/v1/courses/{course['id']}/guests", guest))["id"] for guest in COUPLE]
    url = f"/v1/courses/{course['id']}/meetings/{course['meetings'][0]['id']}/attendance"

    def came(*attendance: str) -> dict[str, Any]:
        pairs = zip(members, attendance, strict=False)
        return {"attendance": [{"participant_id": m, "attendance": a} for m, a in pairs]}

    assert refused(await leader.post(url, came("attended"))) == (409, "session-in-future")
    clock.advance(timedelta(days=3))
    world.forget_tokens()
    leader = await world.as_(LEADER)
    done(await leader.post(url, came("absent_unexcused", "attended")))
    told = done(await leader.post(url, came("attended")))["items"]
    assert [(m["came"], m["missed"]) for m in told] == [(1, 0), (1, 0)]
    wrong = {"attendance": [{"participant_id": str(demo_id("x")), "attendance": "attended"}]}
    assert refused(await leader.post(url, wrong)) == (422, "attendance-incomplete")
    assert refused(await (await world.as_("lawyer.almaty")).post(url, came("attended"))) == (403, "not-leader")
