"""Sessions at a centre over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import ROOMS, demo_id
from tests.clients import Caller, World
from tests.factories import OpenCase, count, open_case
from tests.steps import refused

CENTRE = str(demo_id("cps_almaty"))
ROOM, HALL = (str(demo_id(f"room {body} {name}")) for body, name, _ in ROOMS[:2])
PSYCHOLOGIST = str(demo_id("psychologist.almaty"))
LAWYER = str(demo_id("lawyer.almaty"))
HELD = {"outcome": "progress", "next_step": "continue_course"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def booking(case: OpenCase, clock: ManualClock, **changes: Any) -> dict[str, Any]:
    starts = clock.now() + timedelta(days=1)
    return {
        "centre_id": CENTRE,
        "specialist_id": PSYCHOLOGIST,
        "room_id": ROOM,
        "kind": "individual",
        "help_kind": "psychological",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=1)).isoformat(),
        "person_ids": [str(case.child_id)],
    } | changes


async def book(caller: Caller, case: OpenCase, clock: ManualClock, **changes: Any) -> httpx.Response:
    return await caller.post(f"/v1/cases/{case.id}/sessions", booking(case, clock, **changes))


async def booked(world: World, case: OpenCase, clock: ManualClock, **changes: Any) -> str:
    answer = await book(await world.as_(case.manager), case, clock, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def pass_time(world: World, clock: ManualClock, by: timedelta) -> None:
    clock.advance(by)
    world.forget_tokens()


def attendance(case: OpenCase, value: str = "attended") -> list[dict[str, str]]:
    return [{"person_id": str(case.child_id), "attendance": value}]


def verdict(session: dict[str, Any], action: str) -> tuple[bool, str | None]:
    return next((a["allowed"], a["reason_code"]) for a in session["allowed_actions"] if a["action"] == action)


async def test_a_managers_booking_takes_the_specialist_into_the_team(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    psychologist = await world.as_("psychologist.almaty")
    manager = await world.as_("manager.almaty")
    assert (await psychologist.get(f"/v1/cases/{case.id}/sessions")).status_code == 404
    answer = await book(manager, case, clock)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/sessions/{answer.json()['id']}"
    member = "SELECT team_role || ' ' || help_kind FROM case_member WHERE case_id = $1 AND user_id = $2"
    assert await count(owner_url, member, case.id, demo_id("psychologist.almaty")) == "psychologist psychological"
    stories = "SELECT array_agg(kind ORDER BY kind) FROM timeline_entry WHERE case_id = $1"
    assert await count(owner_url, stories, case.id) == ["case.member_added", "session.booked"]
    audited = "SELECT count(*) FROM audit_event WHERE case_id = $1 AND kind = 'session.booked' AND actor_id = $2"
    assert await count(owner_url, audited, case.id, demo_id("manager.almaty")) == 1
    listed = await psychologist.get(f"/v1/cases/{case.id}/sessions")
    assert [s["state"] for s in listed.json()["items"]] == ["booked"]


async def test_only_the_managers_booking_takes_somebody_into_the_team(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    await booked(world, case, clock)
    psychologist = await world.as_("psychologist.almaty")
    legal = {"specialist_id": LAWYER, "help_kind": "legal", "room_id": HALL}
    later = clock.now() + timedelta(days=2)
    times = {"starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=1)).isoformat()}
    assert refused(await book(psychologist, case, clock, **legal, **times)) == (409, "specialist-not-in-team")
    assert (await book(psychologist, case, clock, **times)).status_code == 201
    manager = await world.as_("manager.almaty")
    other_help = await book(manager, case, clock, help_kind="legal", **times)
    assert refused(other_help) == (409, "other-help-in-team")


async def test_a_case_out_of_sight_or_without_the_permission_takes_no_booking(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    assert (await book(await world.as_("manager2.almaty"), case, clock)).status_code == 404
    assert (await book(await world.as_("supervisor.almaty"), case, clock)).status_code == 403
    assert (await book(await world.as_("oversight"), case, clock)).status_code == 403


@pytest.mark.parametrize("stage", ["opened", "assessment", "planning"])
async def test_before_the_support_nothing_is_booked(
    world: World, owner_url: str, clock: ManualClock, stage: str
) -> None:
    case = await open_case(owner_url, stage)
    answer = await book(await world.as_("manager.almaty"), case, clock)
    assert refused(answer) == (409, "case-not-in-support")
    assert "allowed_transitions" in answer.json()


async def test_without_an_approved_plan_nothing_is_booked(world: World, owner_url: str, clock: ManualClock) -> None:
    case = await open_case(owner_url, approved=False)
    assert refused(await book(await world.as_("manager.almaty"), case, clock)) == (409, "session-needs-plan")


async def test_whatever_does_not_fit_together_is_refused(world: World, owner_url: str, clock: ManualClock) -> None:
    case, other = await open_case(owner_url), await open_case(owner_url)
    manager = await world.as_("manager.almaty")
    start = clock.now() + timedelta(days=1)
    astana = ROOMS[2]

    def until(length: timedelta) -> str:
        return (start + length).isoformat()

    many = [str(case.child_id), str(case.mother_id)]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"starts_at": (clock.now() - timedelta(hours=1)).isoformat()}, "time-passed"),
        ({"starts_at": "9999-12-31T23:00:00-12:00", "ends_at": "9999-12-31T23:59:00-12:00"}, "too-far-ahead"),
        ({"ends_at": until(timedelta(minutes=14))}, "length-not-sane"),
        ({"ends_at": until(timedelta(hours=8, seconds=1))}, "length-not-sane"),
        ({"ends_at": until(-timedelta(hours=1))}, "length-not-sane"),
        ({"starts_at": "2026-12-01T10:00:00"}, "invalid-request"),
        ({"centre_id": str(demo_id("kc111"))}, "unknown-centre"),
        ({"room_id": str(demo_id(f"room {astana[0]} {astana[1]}"))}, "unknown-room"),
        ({"specialist_id": str(demo_id("head.almaty"))}, "unknown-specialist"),
        ({"specialist_id": str(demo_id("lead.astana"))}, "unknown-specialist"),
        ({"person_ids": [str(other.child_id)]}, "not-of-case"),
        ({"person_ids": [str(case.child_id)] * 2}, "person-repeated"),
        ({"person_ids": []}, "invalid-request"),
        ({"plan_measure_id": str(other.measures["psychological"])}, "unknown-measure"),
        ({"plan_measure_id": str(case.measures["legal"])}, "measure-does-not-fit"),
        ({"help_kind": "magic"}, "invalid-request"),
        ({"room": ROOM}, "invalid-request"),
    ]
    for changes, code in wrong:
        assert refused(await book(manager, case, clock, **changes)) == (422, code), changes
    small = await (await world.as_("head.almaty")).post(f"/v1/centres/{CENTRE}/rooms", {"name": "Шағын", "capacity": 2})
    too_many = await book(manager, case, clock, room_id=small.json()["id"], person_ids=many)
    assert refused(too_many) == (422, "room-too-small")
    assert await count(owner_url, "SELECT count(*) FROM centre_session") == 0
    assert await count(owner_url, "SELECT count(*) FROM booking") == 0


async def test_specialist_room_and_child_are_in_one_session_at_a_time(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, other = await open_case(owner_url), await open_case(owner_url)
    manager = await world.as_("manager.almaty")
    first = await booked(world, case, clock)
    lawyer = {"specialist_id": LAWYER, "help_kind": "legal"}
    for answer in (
        await book(manager, other, clock, room_id=HALL),
        await book(manager, other, clock, **lawyer),
        await book(manager, case, clock, **lawyer, room_id=HALL),
    ):
        assert refused(answer) == (409, "already-booked")
        assert first not in answer.text
        assert str(case.id) not in answer.text
    half = clock.now() + timedelta(days=1, minutes=30)
    overlapping = {"starts_at": half.isoformat(), "ends_at": (half + timedelta(hours=1)).isoformat()}
    assert refused(await book(manager, other, clock, **overlapping)) == (409, "already-booked")
    after = clock.now() + timedelta(days=1, hours=1)
    adjoining = {"starts_at": after.isoformat(), "ends_at": (after + timedelta(hours=1)).isoformat()}
    assert (await book(manager, other, clock, **adjoining)).status_code == 201
    assert (await book(manager, other, clock, **lawyer, room_id=HALL)).status_code == 201


async def test_a_cancelled_session_gives_its_times_back(world: World, owner_url: str, clock: ManualClock) -> None:
    case, other = await open_case(owner_url), await open_case(owner_url)
    manager = await world.as_("manager.almaty")
    session_id = await booked(world, case, clock)
    url = f"/v1/sessions/{session_id}/cancel"
    assert refused(await manager.post(url, {"reason": "bad weather"})) == (422, "invalid-request")
    stale = await manager.post(url, {"reason": "client_illness"}, headers={"If-Match": '"v9"'})
    assert refused(stale) == (412, "stale-version")
    cancelled = await manager.post(url, {"reason": "client_illness"}, headers={"If-Match": '"v1"'})
    assert cancelled.status_code == 200, cancelled.text
    assert (cancelled.json()["state"], cancelled.json()["cancellation_reason"]) == ("cancelled", "client_illness")
    assert cancelled.headers["etag"] == '"v2"'
    again = await manager.post(url, {"reason": "client_illness"})
    assert refused(again) == (409, "wrong-state")
    assert again.json()["allowed_transitions"] == []
    assert (await book(manager, other, clock)).status_code == 201
    story = "SELECT data ->> 'reason' FROM timeline_entry WHERE case_id = $1 AND kind = 'session.cancelled'"
    assert await count(owner_url, story, case.id) == "client_illness"


async def test_a_colleague_of_the_team_can_not_cancel_what_is_not_its_own(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    session_id = await booked(world, case, clock)
    later = clock.now() + timedelta(days=3)
    await booked(
        world,
        case,
        clock,
        specialist_id=LAWYER,
        help_kind="legal",
        starts_at=later.isoformat(),
        ends_at=(later + timedelta(hours=1)).isoformat(),
    )
    lawyer = await world.as_("lawyer.almaty")
    session = (await lawyer.get(f"/v1/sessions/{session_id}")).json()
    assert verdict(session, "cancel") == (False, "forbidden")
    answer = await lawyer.post(f"/v1/sessions/{session_id}/cancel", {"reason": "other"})
    assert refused(answer) == (403, "forbidden")
    audited = "SELECT count(*) FROM audit_event WHERE outcome = 'refused' AND $1 = ANY (record_ids)"
    assert await count(owner_url, audited, session_id) == 1


async def test_a_held_session_starts_its_measure(world: World, owner_url: str, clock: ManualClock) -> None:
    case = await open_case(owner_url)
    measure = case.measures["psychological"]
    session_id = await booked(world, case, clock, plan_measure_id=str(measure))
    booked_at = clock.now()
    psychologist = await world.as_("psychologist.almaty")
    url = f"/v1/sessions/{session_id}/hold"
    body = {"attendance": attendance(case)} | HELD
    early = await psychologist.post(url, body)
    assert refused(early) == (409, "session-in-future")
    session = (await psychologist.get(f"/v1/sessions/{session_id}")).json()
    assert verdict(session, "hold") == (False, "session-in-future")
    assert verdict(session, "cancel") == (True, None)
    pass_time(world, clock, timedelta(days=1))
    psychologist = await world.as_("psychologist.almaty")
    session = (await psychologist.get(f"/v1/sessions/{session_id}")).json()
    assert verdict(session, "hold") == (True, None)
    manager = await world.as_("manager.almaty")
    assert (await manager.post(url, body)).status_code == 403
    held = await psychologist.post(url, body, headers={"If-Match": '"v1"'})
    assert held.status_code == 200, held.text
    assert (held.json()["state"], held.json()["outcome"]) == ("held", "progress")
    assert held.json()["participants"] == attendance(case)
    assert await count(owner_url, "SELECT state FROM plan_measure WHERE id = $1", measure) == "in_progress"
    stories = "SELECT array_agg(kind ORDER BY kind) FROM timeline_entry WHERE case_id = $1 AND at > $2"
    assert await count(owner_url, stories, case.id, booked_at) == ["plan_measure.started", "session.held"]
    assert refused(await psychologist.post(url, body)) == (409, "wrong-state")
    no_show = await psychologist.post(f"/v1/sessions/{session_id}/no-show", {"next_step": "continue_course"})
    assert refused(no_show) == (409, "wrong-state")


async def test_the_attendance_names_each_participant_once_and_somebody_came(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    session_id = await booked(world, case, clock)
    pass_time(world, clock, timedelta(days=2))
    psychologist = await world.as_("psychologist.almaty")
    url = f"/v1/sessions/{session_id}/hold"
    mother = [{"person_id": str(case.mother_id), "attendance": "attended"}]
    for given in (attendance(case) * 2, attendance(case) + mother, mother):
        answer = await psychologist.post(url, {"attendance": given} | HELD)
        assert refused(answer) == (422, "attendance-incomplete")
    nobody = await psychologist.post(url, {"attendance": attendance(case, "absent_excused")} | HELD)
    assert refused(nobody) == (422, "nobody-attended")
    invented = await psychologist.post(url, {"attendance": attendance(case, "asleep")} | HELD)
    assert refused(invented) == (422, "invalid-request")


async def test_nobody_came(world: World, owner_url: str, clock: ManualClock) -> None:
    case = await open_case(owner_url)
    session_id = await booked(world, case, clock)
    psychologist = await world.as_("psychologist.almaty")
    url = f"/v1/sessions/{session_id}/no-show"
    assert refused(await psychologist.post(url, {"next_step": "plan_review"})) == (409, "session-in-future")
    pass_time(world, clock, timedelta(days=2))
    psychologist = await world.as_("psychologist.almaty")
    answer = await psychologist.post(url, {"next_step": "plan_review"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "no_show"
    assert answer.json()["participants"] == attendance(case, "absent_unexcused")


async def test_the_notes_of_a_psychologist_are_not_the_notes_of_a_lawyer(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    session_id = await booked(world, case, clock)
    later = clock.now() + timedelta(days=1, hours=3)
    await booked(
        world,
        case,
        clock,
        specialist_id=LAWYER,
        help_kind="legal",
        starts_at=later.isoformat(),
        ends_at=(later + timedelta(hours=1)).isoformat(),
    )
    psychologist = await world.as_("psychologist.almaty")
    url = f"/v1/sessions/{session_id}/notes"
    note = {"body": "Бала түнде қорқады."}
    assert refused(await psychologist.post(url, note)) == (409, "session-not-held")
    pass_time(world, clock, timedelta(days=1))
    psychologist, lawyer = await world.as_("psychologist.almaty"), await world.as_("lawyer.almaty")
    held = await psychologist.post(f"/v1/sessions/{session_id}/hold", {"attendance": attendance(case)} | HELD)
    assert held.status_code == 200
    written = await psychologist.post(url, note)
    assert written.status_code == 201, written.text
    assert [n["body"] for n in (await psychologist.get(url)).json()["items"]] == [note["body"]]
    audited = "SELECT count(*) FROM audit_event WHERE kind = 'session_note.read' AND $1 = ANY (record_ids)"
    assert await count(owner_url, audited, written.json()["id"]) == 1
    for username in ("lawyer.almaty", "manager.almaty", "supervisor.almaty", "oversight"):
        assert (await (await world.as_(username)).get(url)).json() == {"items": []}
    assert await count(owner_url, audited, written.json()["id"]) == 1
    assert refused(await lawyer.post(url, note)) == (403, "other-help-kind")
    told = "SELECT count(*) FROM timeline_entry WHERE case_id = $1 AND kind LIKE 'session_note%'"
    assert await count(owner_url, told, case.id) == 0


async def test_the_head_sees_the_times_of_the_centre_but_acts_on_cases_in_sight_only(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    open_to_head, hidden = await open_case(owner_url), await open_case(owner_url, restricted=True)
    shown = await booked(world, open_to_head, clock)
    later = clock.now() + timedelta(days=1, hours=2)
    times = {"starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=1)).isoformat()}
    secret = await booked(world, hidden, clock, **times)
    head = await world.as_("head.almaty")
    days = {(clock.now() + timedelta(days=n, hours=5)).date().isoformat() for n in (1, 2)}
    listed = [s["id"] for day in sorted(days) for s in (await head.get(f"/v1/sessions?day={day}")).json()["items"]]
    assert listed == [shown]
    session = (await head.get(f"/v1/sessions/{shown}")).json()
    assert session["participants"] == []
    assert verdict(session, "cancel") == (False, "case-out-of-sight")
    answer = await head.post(f"/v1/sessions/{shown}/cancel", {"reason": "specialist_absent"})
    assert refused(answer) == (409, "case-out-of-sight")
    assert (await head.get(f"/v1/sessions/{secret}")).status_code == 404
    answers = [await head.get(f"/v1/centres/{CENTRE}/busy?day={day}") for day in sorted(days)]
    # A time over midnight is busy on both days.
    busy = {(t["resource_kind"], t["resource_id"], t["starts_at"]) for a in answers for t in a.json()["items"]}
    assert {starts for _, _, starts in busy} == {starts for kind, _, starts in busy if kind == "room"}
    assert len(busy) == 4
    mine = await (await world.as_("psychologist.almaty")).get(f"/v1/sessions?day={min(days)}&limit=1")
    assert mine.status_code == 200


async def test_my_day_goes_on_page_by_page(world: World, owner_url: str, clock: ManualClock) -> None:
    case = await open_case(owner_url)
    start = datetime.combine(clock.now().date() + timedelta(days=3), datetime.min.time(), UTC)
    made = [
        await booked(
            world,
            case,
            clock,
            starts_at=(start + timedelta(hours=n)).isoformat(),
            ends_at=(start + timedelta(hours=n + 1)).isoformat(),
        )
        for n in range(3)
    ]
    psychologist = await world.as_("psychologist.almaty")
    for path, order in (
        (f"/v1/sessions?day={start.date()}&limit=2", made),
        (f"/v1/cases/{case.id}/sessions?limit=2", made[::-1]),
    ):
        first = (await psychologist.get(path)).json()
        second = (await psychologist.get(f"{path}&cursor={first['next_cursor']}")).json()
        assert [s["id"] for s in first["items"] + second["items"]] == order
        assert second["next_cursor"] is None
    assert (await psychologist.get("/v1/sessions")).status_code == 422
    assert refused(await psychologist.get("/v1/sessions?day=0001-01-01")) == (422, "impossible-date")
    none = await psychologist.get(f"/v1/cases/{case.id}/sessions?state=held")
    assert none.json()["items"] == []
    foreign = await psychologist.get(f"/v1/cases/{case.id}/sessions?cursor=abc")
    assert refused(foreign) == (422, "invalid-cursor")
