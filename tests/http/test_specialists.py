"""Services, papers, working weeks and absences of a centre's specialists over HTTP."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import ROOMS, demo_id
from rules.zone import local_moment, to_local
from tests.clients import Caller, World
from tests.factories import OpenCase, open_case
from tests.steps import refused

CENTRE = demo_id("cps_almaty")
ROOM, HALL = (str(demo_id(f"room {body} {name}")) for body, name, _ in ROOMS[:2])
PSYCHOLOGIST, LAWYER = demo_id("psychologist.almaty"), demo_id("lawyer.almaty")
HEAD = "head.almaty"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def of(specialist: UUID, what: str, centre: UUID = CENTRE) -> str:
    return f"/v1/centres/{centre}/specialists/{specialist}/{what}"


def monday_after(clock: ManualClock) -> date:
    """Return the Monday of the week after next: always to come, whatever today is."""
    today = to_local(clock.now()).date()
    return today + timedelta(days=14 - today.weekday())


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return local_moment(day, time(hour, minute))


async def book(caller: Caller, case: OpenCase, starts_at: datetime, **changes: Any) -> Any:
    body = {
        "centre_id": str(CENTRE),
        "specialist_id": str(PSYCHOLOGIST),
        "room_id": ROOM,
        "kind": "individual",
        "help_kind": "psychological",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        "person_ids": [str(case.child_id)],
    }
    return await caller.post(f"/v1/cases/{case.id}/sessions", body | changes)


def paper(clock: ManualClock, kind: str = "attestation", *, ends_in: int = 365) -> dict[str, Any]:
    today = to_local(clock.now()).date()
    return {
        "kind": kind,
        "title": "Психолог",
        "number": "A-77",
        "issued_on": (today - timedelta(days=400)).isoformat(),
        "valid_until": (today + timedelta(days=ends_in)).isoformat(),
    }


async def withdraw_all(head: Caller, specialist: UUID) -> None:
    """Leave a specialist without a paper."""
    for each in (await head.get(of(specialist, "papers"))).json()["items"]:
        answer = await head.post(of(specialist, f"papers/{each['id']}/withdraw"))
        assert answer.status_code == 200, answer.text


async def test_the_catalogue_has_the_eight_kinds_in_three_languages_and_says_where_each_was_seen(world: World) -> None:
    manager = await world.as_("manager.almaty")
    answer = await manager.get("/v1/centres/services", headers={"Accept-Language": "kk"})
    services = {s["code"]: s for s in answer.json()["items"]}
    kinds = {s["special_social_service"] for s in services.values()}
    assert kinds == {"household", "medical", "psychological", "pedagogical", "labour", "cultural", "economic", "legal"}
    for service in services.values():
        assert len({*service["labels"].values()} - {None}) == 3, service["code"]
        assert service["source_title"]
    assert services["premarital_course"]["label"] == "некеге дайындық курсы"
    assert "group_course" in services["parenting_course"]["forms"]
    needs = {code: [(n["paper"], n["status"]) for n in s["needs"]] for code, s in services.items()}
    assert needs["household_help"] == [("attestation", "published")]
    assert needs["psychological_consultation"] == [("attestation", "house_default")]
    assert needs["legal_consultation"] == []
    assert (await (await world.as_("auditor")).get("/v1/centres/services")).status_code == 403


async def test_a_service_is_given_in_its_own_form_and_is_its_own_kind_of_help(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager = await open_case(owner_url), await world.as_("manager.almaty")
    start = at(monday_after(clock), 10)
    for changes in (
        {"service": "legal_consultation"},
        {"service": "parenting_course"},
        {"service": "psychological_course", "kind": "family"},
    ):
        assert refused(await book(manager, case, start, **changes)) == (422, "service-does-not-fit"), changes
    booked = await book(manager, case, start, service="psychological_consultation")
    assert (booked.status_code, booked.json()["service"]) == (201, "psychological_consultation")


async def test_an_attestation_that_is_over_on_the_day_stops_the_booking_and_a_renewal_lets_it_through(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager, head = await open_case(owner_url), await world.as_("manager.almaty"), await world.as_(HEAD)
    start = at(monday_after(clock), 10)
    booked = (await book(manager, case, start)).json()["id"]
    named: list[str] = []
    for each in (await head.get(of(PSYCHOLOGIST, "papers"))).json()["items"]:
        withdrawn = (await head.post(of(PSYCHOLOGIST, f"papers/{each['id']}/withdraw"))).json()
        named += withdrawn["sessions_without_paper"]
    assert booked in named, "who takes a paper back is told what can't be given now"
    assert (await manager.post(f"/v1/sessions/{booked}/cancel", {"reason": "specialist_absent"})).status_code == 200
    answer = await book(manager, case, start)
    assert refused(answer) == (409, "paper-missing")
    assert (answer.json()["paper"], answer.json()["need_status"]) == ("attestation", "house_default")
    short = await head.post(of(PSYCHOLOGIST, "papers"), paper(clock, ends_in=3))
    assert short.status_code == 201, short.text
    answer = await book(manager, case, start)
    assert refused(answer) == (409, "paper-expired")
    assert answer.json()["valid_until"] == short.json()["valid_until"]
    assert (await head.post(of(PSYCHOLOGIST, "papers"), paper(clock, ends_in=300))).status_code == 201
    assert (await book(manager, case, start)).status_code == 201


async def test_a_licence_is_asked_of_those_services_that_need_one(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager, head = await open_case(owner_url), await world.as_("manager.almaty"), await world.as_(HEAD)
    start = at(monday_after(clock), 10)
    medical = {"help_kind": "medical", "service": "medical_guidance"}
    assert refused(await book(manager, case, start, **medical)) == (409, "paper-missing")
    assert (await head.post(of(PSYCHOLOGIST, "papers"), paper(clock, "licence"))).status_code == 201
    assert (await book(manager, case, start, **medical)).status_code == 201


async def test_the_list_of_specialists_warns_before_a_paper_ends(world: World, clock: ManualClock) -> None:
    head, manager = await world.as_(HEAD), await world.as_("manager.almaty")
    await withdraw_all(head, PSYCHOLOGIST)

    async def standing() -> list[tuple[str, str]]:
        listed = (await manager.get(f"/v1/centres/{CENTRE}/specialists")).json()["items"]
        papers = next(s["papers"] for s in listed if s["id"] == str(PSYCHOLOGIST))
        return [(p["kind"], p["standing"]) for p in papers]

    for ends_in, expected in ((-1, "expired"), (0, "expiring"), (30, "expiring"), (31, "valid")):
        await head.post(of(PSYCHOLOGIST, "papers"), paper(clock, ends_in=ends_in))
        assert await standing() == [("attestation", expected)]
    diploma = {k: v for k, v in paper(clock, "qualification").items() if k != "valid_until"}
    assert (await head.post(of(PSYCHOLOGIST, "papers"), diploma)).status_code == 201
    assert await standing() == [("attestation", "valid"), ("qualification", "valid")]
    every = (await manager.get(of(PSYCHOLOGIST, "papers"))).json()["items"]
    assert sorted(p["standing"] for p in every) == ["expired", "expiring", "expiring", "valid", "valid", "withdrawn"]


async def test_papers_are_kept_by_the_own_centre_and_never_by_oneself(
    world: World, owner_url: str, database_url: str, clock: ManualClock
) -> None:
    head = await world.as_(HEAD)
    elsewhere = await head.post(of(demo_id("lead.astana"), "papers", demo_id("cps_astana")), paper(clock))
    assert elsewhere.status_code == 404
    for username in ("manager.almaty", "psychologist.almaty"):
        caller = await world.as_(username)
        assert (await caller.post(of(PSYCHOLOGIST, "papers"), paper(clock))).status_code == 403
    wrong = paper(clock) | {"valid_until": "2001-01-01"}
    assert refused(await head.post(of(PSYCHOLOGIST, "papers"), wrong)) == (422, "invalid-request")
    endless = {k: v for k, v in paper(clock).items() if k != "valid_until"}
    assert refused(await head.post(of(PSYCHOLOGIST, "papers"), endless)) == (422, "last-day-needed")
    ahead = paper(clock) | {"issued_on": (to_local(clock.now()).date() + timedelta(days=2)).isoformat()}
    assert refused(await head.post(of(PSYCHOLOGIST, "papers"), ahead)) == (422, "date-in-future")
    # a head who also sees families can't attest herself, whatever the service would do
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("UPDATE specialist_paper SET created_by_id = user_id")
    finally:
        await connection.close()


async def test_outside_the_working_week_the_next_free_time_is_told(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, other = await open_case(owner_url), await open_case(owner_url)
    manager, head = await world.as_("manager.almaty"), await world.as_(HEAD)
    monday = monday_after(clock)
    week = [
        {"weekday": 1, "from_time": "09:00", "until_time": "12:00"},
        {"weekday": 1, "from_time": "12:00", "until_time": "13:00"},
        {"weekday": 3, "from_time": "14:00", "until_time": "18:00"},
    ]
    told = await head.post(of(PSYCHOLOGIST, "hours"), {"times": week})
    assert told.status_code == 200, told.text
    assert [t["weekday"] for t in told.json()["times"]] == [1, 1, 3]
    assert (await book(manager, case, at(monday, 11, 30))).status_code == 201
    late = await book(manager, case, at(monday, 12, 30))
    assert refused(late) == (409, "outside-hours")
    wednesday = at(monday + timedelta(days=2), 14)
    assert datetime.fromisoformat(late.json()["next_free"]["starts_at"]) == wednesday
    taken = await book(manager, other, at(monday, 11, 0))
    assert refused(taken) == (409, "already-booked")
    assert datetime.fromisoformat(taken.json()["next_free"]["starts_at"]) == wednesday
    assert refused(await book(manager, case, at(monday + timedelta(days=1), 10))) == (409, "outside-hours")
    # an empty week is one that is not told: the earlier one is gone
    assert (await head.post(of(PSYCHOLOGIST, "hours"), {"times": []})).status_code == 200
    assert (await book(manager, case, at(monday + timedelta(days=1), 10))).status_code == 201


async def test_an_absence_takes_the_specialist_away_and_names_the_sessions_in_it(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager, head = await open_case(owner_url), await world.as_("manager.almaty"), await world.as_(HEAD)
    monday = monday_after(clock)
    session = (await book(manager, case, at(monday, 10))).json()["id"]
    absence = {"reason": "illness", "starts_at": at(monday, 0).isoformat(), "ends_at": at(monday, 23).isoformat()}
    recorded = await head.post(of(PSYCHOLOGIST, "absences"), absence)
    assert recorded.status_code == 201, recorded.text
    assert recorded.json()["sessions_in_it"] == [session]
    answer = await book(manager, case, at(monday, 15))
    assert refused(answer) == (409, "already-booked")
    assert "illness" not in answer.text
    assert datetime.fromisoformat(answer.json()["next_free"]["starts_at"]) == at(monday + timedelta(days=1), 9)
    busy = await manager.get(f"/v1/centres/{CENTRE}/busy?day={monday}")
    assert str(PSYCHOLOGIST) in busy.text
    assert "illness" not in busy.text
    # why is known in the own centre and to who is away, and to nobody else
    assert (await manager.get(of(PSYCHOLOGIST, "absences"))).status_code == 403
    own = await (await world.as_("psychologist.almaty")).get(of(PSYCHOLOGIST, "absences"))
    assert [a["reason"] for a in own.json()["items"]] == ["illness"]
    back = await head.post(of(PSYCHOLOGIST, f"absences/{recorded.json()['id']}/withdraw"))
    assert back.status_code == 200, back.text
    assert (await book(manager, case, at(monday, 15))).status_code == 201
    again = await head.post(of(PSYCHOLOGIST, f"absences/{recorded.json()['id']}/withdraw"))
    assert refused(again) == (409, "wrong-state")


async def test_whose_session_an_absence_takes_is_asked_at_once_until_it_is_moved_cancelled_or_the_absence_is_taken_back(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager, head = await open_case(owner_url), await world.as_("manager.almaty"), await world.as_(HEAD)
    hidden = await open_case(owner_url, restricted=True)
    monday = monday_after(clock)
    hours = (10, 12, 14, 16)
    cases = (case, hidden, case, case)
    sessions = [(await book(manager, c, at(monday, hour))).json()["id"] for c, hour in zip(cases, hours, strict=True)]
    clock.advance(at(monday, 8) - clock.now())
    world.forget_tokens()
    manager, head = await world.as_("manager.almaty"), await world.as_(HEAD)
    gone = {"reason": "illness", "starts_at": at(monday, 9).isoformat(), "ends_at": at(monday, 18).isoformat()}
    absence = (await head.post(of(PSYCHOLOGIST, "absences"), gone)).json()
    assert absence["sessions_in_it"] == [s for s in sessions if s != sessions[1]]  # the head sees no hidden case

    async def asked() -> dict[str, dict[str, Any]]:
        found = await manager.get("/v1/tasks/mine", params={"kind": "session_without_specialist"})
        return {t["record_id"]: t for t in found.json()["items"]}

    tasks = await asked()
    assert tasks.keys() == set(sessions)
    assert {datetime.fromisoformat(t["due_at"]) for t in tasks.values()} == {at(monday, hour) for hour in hours}
    word = await manager.post(f"/v1/tasks/{tasks[sessions[0]]['id']}/complete", {"result": "Хабарланды"})
    assert refused(word) == (409, "closed-by-its-act")
    times = {"starts_at": at(monday + timedelta(days=1), 10), "ends_at": at(monday + timedelta(days=1), 11)}
    moved = await manager.post(f"/v1/sessions/{sessions[0]}/move", {k: v.isoformat() for k, v in times.items()})
    assert moved.status_code == 200, moved.text
    cancelled = await manager.post(f"/v1/sessions/{sessions[1]}/cancel", {"reason": "specialist_absent"})
    assert cancelled.status_code == 200, cancelled.text
    assert (await asked()).keys() == set(sessions[2:])
    # a second absence over the same hours asks nobody twice, and keeps what it covers when the first is taken back
    longer = gone | {"starts_at": at(monday, 15).isoformat()}
    assert (await head.post(of(PSYCHOLOGIST, "absences"), longer)).status_code == 201
    assert (await asked()).keys() == set(sessions[2:])
    assert (await head.post(of(PSYCHOLOGIST, f"absences/{absence['id']}/withdraw"))).status_code == 200
    assert (await asked()).keys() == {sessions[3]}


async def test_a_room_is_closed_only_when_no_session_to_come_needs_it(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager, head = await open_case(owner_url), await world.as_("manager.almaty"), await world.as_(HEAD)
    start = at(monday_after(clock), 10)
    both = [str(case.child_id), str(case.mother_id)]
    session = (await book(manager, case, start, person_ids=both)).json()["id"]
    rooms = (await head.get(f"/v1/centres/{CENTRE}/rooms")).json()["items"]
    room = next(r for r in rooms if r["id"] == ROOM)
    url, match = f"/v1/centres/{CENTRE}/rooms/{ROOM}", {"If-Match": f'"v{room["version"]}"'}
    closing = await head.patch(url, {"active": False}, headers=match)
    assert refused(closing) == (409, "room-needed")
    assert closing.json()["sessions"] == 1
    assert refused(await head.patch(url, {"capacity": 2}, headers=match)) == (409, "room-needed")
    assert (await head.patch(url, {"capacity": 3}, headers=match)).status_code == 200
    assert (await head.patch(url, {"active": False})).status_code == 428
    assert (await head.patch(url, {"active": False}, headers=match)).status_code == 412
    await manager.post(f"/v1/sessions/{session}/cancel", {"reason": "client_request"})
    closed = await head.patch(url, {"active": False, "name": "Кабинет 1а"}, headers={"If-Match": '"v2"'})
    assert (closed.status_code, closed.json()["active"], closed.json()["name"]) == (200, False, "Кабинет 1а")
    assert refused(await book(manager, case, start)) == (422, "unknown-room")
    assert (await manager.patch(url, {"active": True}, headers={"If-Match": '"v3"'})).status_code == 403
    hall = next(r for r in rooms if r["id"] == HALL)
    same = await head.patch(url, {"name": hall["name"]}, headers={"If-Match": '"v3"'})
    assert refused(same) == (409, "room-exists")
