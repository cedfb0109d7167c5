"""Case conferences over HTTP: who is told what and until when, and that what is decided is somebody's clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.access.permissions import Permission
from casemgmt.access.roles import ROLES
from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import ACCOUNTS, demo_id
from tests.clients import Caller, World
from tests.conference_steps import (
    GUARDIAN,
    LAWYER,
    POLICE,
    PSYCHOLOGIST,
    QUESTION,
    SCHOOL,
    TOLD,
    accepted,
    called,
    decision,
    invitation,
    minutes_of,
    wish,
)
from tests.consent_steps import answer_for, sharing, withdraw
from tests.factories import OpenCase, count, open_case
from tests.http.test_cases import verdicts
from tests.records import events, rows, story
from tests.steps import MANAGER, SUPERVISOR, done, refused

DAYS = timedelta(days=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def mine(world: World, who: str) -> list[tuple[str, str]]:
    """Return kind and record of what somebody has to do for conferences."""
    found = done(await (await world.as_(who)).get("/v1/tasks/mine"))["items"]
    return [(t["kind"], t["record_id"]) for t in found if t["kind"].startswith("conference_")]


async def statuses(world: World, path: str, *who: str) -> list[int]:
    return [(await (await world.as_(w)).get(path)).status_code for w in who]


def later(world: World, clock: ManualClock, by: timedelta) -> None:
    clock.advance(by)
    world.forget_tokens()


async def held(world: World, clock: ManualClock, conference: dict[str, Any], *came: str, **about: Any) -> Any:
    """Let the day come and write the conference down."""
    later(world, clock, 4 * DAYS)
    body = minutes_of(conference, *came, **about)
    return await (await world.as_(MANAGER)).post(f"/v1/conferences/{conference['id']}/hold", body)


async def test_whoever_is_invited_reads_the_question_and_the_child_only_after_accepting(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    conference = await called(world, case, GUARDIAN, SCHOOL)
    path = f"/v1/conferences/{conference['id']}"
    answer = await (await world.as_(GUARDIAN)).get(path)
    seen = done(answer)
    assert (seen["question"], seen["told"], seen["children"], seen["family"]) == (QUESTION, None, [], [])
    assert (seen["case_id"], seen["share"]) == (None, None)
    assert [p["name"] for p in seen["participants"] if p["name"]] == [POLICE["name"]]
    for hidden in (case.id, case.child_id, case.mother_id):
        assert str(hidden) not in answer.text
    assert await statuses(world, path, LAWYER, "head.almaty", SUPERVISOR) == [404, 404, 200]

    got = await accepted(world, conference, GUARDIAN)
    assert [c.keys() for c in got["children"]] == [{"given_name", "age"}]
    assert (got["children"][0]["given_name"], got["told"]) == ("Аружан", TOLD)
    for closed in (f"/v1/cases/{case.id}", f"/v1/persons/{case.child_id}", f"/v1/cases/{case.id}/conferences"):
        assert await statuses(world, closed, GUARDIAN) == [404], closed
    assert done(await (await world.as_(SCHOOL)).get(path))["children"] == []
    looked = "SELECT count(*) FROM audit_event WHERE kind = 'person.read' AND actor_id = $1 AND $2 = ANY (record_ids)"
    assert await count(owner_url, looked, demo_id(GUARDIAN), case.child_id) == 1
    assert {"conference.called", "conference.accepted"} <= set(await events(owner_url, conference["id"]))


async def test_an_invitation_has_its_clock_and_the_day_is_remembered(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    conference = await called(world, case, GUARDIAN, at=clock.now() + 10 * DAYS)
    place = invitation(conference, GUARDIAN)
    assert await mine(world, GUARDIAN) == [("conference_answer", place)]
    assert await mine(world, MANAGER) == [("conference_record", conference["id"])]
    await accepted(world, conference, GUARDIAN)
    assert await mine(world, GUARDIAN) == [("conference_attendance", place)]
    warned = "SELECT warn_at, case_id FROM task WHERE record_id = $1::text::uuid AND kind = 'conference_attendance'"
    found = await rows(owner_url, warned, place)
    assert [(t["warn_at"], t["case_id"]) for t in found] == [(clock.now() + 9 * DAYS, None)]
    moved = {"starts_at": (clock.now() + 20 * DAYS).isoformat(), "place": "Сілтеме"}
    done(await (await world.as_(MANAGER)).post(f"/v1/conferences/{conference['id']}/move", moved))
    assert await mine(world, GUARDIAN) == [("conference_attendance", place)]
    found = await rows(owner_url, warned + " AND cancelled_at IS NULL", place)
    assert [t["warn_at"] for t in found] == [clock.now() + 19 * DAYS]


async def test_who_declines_says_why_and_who_cannot_come_sends_somebody_of_the_same_body(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    conference = await called(world, case, PSYCHOLOGIST, GUARDIAN)
    path = f"/v1/conferences/{conference['id']}"
    places = {w: f"/v1/conference-participants/{invitation(conference, w)}" for w in (PSYCHOLOGIST, GUARDIAN)}
    guardian, psychologist = await world.as_(GUARDIAN), await world.as_(PSYCHOLOGIST)
    assert (await guardian.post(f"{places[GUARDIAN]}/decline")).status_code == 422
    assert (await guardian.post(f"{places[GUARDIAN]}/decline", {"reason": "Сот отырысы."})).status_code == 204
    other = {"user_id": str(demo_id(SCHOOL))}
    assert refused(await psychologist.post(f"{places[PSYCHOLOGIST]}/send-another", other)) == (422, "not-of-your-body")
    other = {"user_id": str(demo_id(LAWYER))}
    assert (await psychologist.post(f"{places[PSYCHOLOGIST]}/send-another", other)).status_code == 204
    assert await statuses(world, path, PSYCHOLOGIST, GUARDIAN, LAWYER) == [404, 404, 200]
    seen = done(await (await world.as_(MANAGER)).get(path))
    assert {(p["user_id"], p["state"], p["decline_reason"]) for p in seen["participants"] if p["user_id"]} == {
        (str(demo_id(GUARDIAN)), "declined", "Сот отырысы."),
        (str(demo_id(PSYCHOLOGIST)), "replaced", None),
        (str(demo_id(LAWYER)), "invited", None),
    }
    assert sorted(k for k, _ in await mine(world, MANAGER)) == ["conference_record", "conference_return"]
    assert await mine(world, GUARDIAN) == await mine(world, PSYCHOLOGIST) == []
    assert await mine(world, LAWYER) == [("conference_answer", invitation(seen, LAWYER))]


async def test_what_is_decided_becomes_the_clock_of_whoever_does_it_and_its_note_comes_back(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    conference = await called(world, case, GUARDIAN, SCHOOL)
    await accepted(world, conference, GUARDIAN)
    inspector = next(p["id"] for p in conference["participants"] if p["name"])
    due = clock.now() + 10 * DAYS
    decisions = [decision(GUARDIAN, due), decision(None, due, for_participant_id=inspector)]
    after = done(await held(world, clock, conference, GUARDIAN, decisions=decisions))
    assert [(d["responsible_id"], d["state"]) for d in after["decisions"]] == [
        (str(demo_id(GUARDIAN)), "open"),
        (str(demo_id(MANAGER)), "open"),
    ]
    first = after["decisions"][0]["id"]
    assert await mine(world, GUARDIAN) == [("conference_decision", first)]
    assert await mine(world, SCHOOL) == []
    assert sorted(k for k, _ in await mine(world, MANAGER)) == ["conference_decision", "conference_sign_off"]
    guardian, path = await world.as_(GUARDIAN), f"/v1/conference-decisions/{first}"
    assert [d["id"] for d in done(await guardian.get("/v1/conference-decisions"))["items"]] == [first]
    assert done(await guardian.get(path))["children"][0]["given_name"] == "Аружан"
    assert await statuses(world, path, SCHOOL, LAWYER) == [404, 404]
    assert (await guardian.post(f"{path}/complete", {"note": "Мектеппен келістік."})).status_code == 204
    assert await statuses(world, path, GUARDIAN) == [200], "who was there reads on until the minutes are signed"
    assert await mine(world, GUARDIAN) == []
    told = done(await (await world.as_(MANAGER)).get(path))
    assert (told["state"], told["note"]) == ("done", "Мектеппен келістік.")
    assert ("conference_return", first) in await mine(world, MANAGER)


async def test_signed_by_a_second_person_the_conference_is_out_of_sight_but_for_what_one_does(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    conference = await called(world, case, GUARDIAN, SCHOOL, PSYCHOLOGIST)
    path = f"/v1/conferences/{conference['id']}"
    for who in (GUARDIAN, PSYCHOLOGIST):
        await accepted(world, conference, who)
    after = done(
        await held(
            world, clock, conference, GUARDIAN, PSYCHOLOGIST, decisions=[decision(GUARDIAN, clock.now() + 30 * DAYS)]
        )
    )
    assert await statuses(world, path, GUARDIAN, PSYCHOLOGIST, SCHOOL) == [200, 200, 404], "who did not come is out"
    assert refused(await (await world.as_(MANAGER)).post(f"{path}/sign")) == (409, "minutes-second-person-needed")
    assert (await (await world.as_(SCHOOL)).post(f"{path}/sign")).status_code == 404
    assert (await (await world.as_(PSYCHOLOGIST)).post(f"{path}/sign")).status_code == 204
    assert await statuses(world, path, GUARDIAN, PSYCHOLOGIST, MANAGER) == [404, 404, 200]
    work = f"/v1/conference-decisions/{after['decisions'][0]['id']}"
    assert await statuses(world, work, GUARDIAN, PSYCHOLOGIST) == [200, 404]
    assert (await (await world.as_(GUARDIAN)).post(f"{work}/complete", {"note": "Істелді."})).status_code == 204
    assert await statuses(world, work, GUARDIAN) == [404]
    assert [k for k in await story(owner_url, str(case.id)) if k.startswith("conference.")] == [
        "conference.called",
        "conference.accepted",
        "conference.accepted",
        "conference.held",
        "conference.signed",
        "conference.decision_done",
    ]


async def test_a_cancelled_conference_is_gone_for_everybody_invited_with_its_clocks(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    conference = await called(world, case, GUARDIAN, SCHOOL)
    path, manager = f"/v1/conferences/{conference['id']}", await world.as_(MANAGER)
    assert refused(await (await world.as_(GUARDIAN)).post(f"{path}/cancel", {"reason": "x"})) == (403, "forbidden")
    done(await manager.post(f"{path}/cancel", {"reason": "Отбасы көшті."}))
    assert await statuses(world, path, GUARDIAN, SCHOOL) == [404, 404]
    for who in (GUARDIAN, SCHOOL, MANAGER):
        assert await mine(world, who) == [], who
    assert done(await (await world.as_(SCHOOL)).get("/v1/conferences"))["items"] == []


async def test_an_invitation_taken_back_ends_sight_and_clock(world: World, owner_url: str, clock: ManualClock) -> None:
    case = await open_case(owner_url)
    conference = await called(world, case, GUARDIAN)
    manager = await world.as_(MANAGER)
    done(await manager.post(f"/v1/conference-participants/{invitation(conference, GUARDIAN)}/withdraw"))
    assert await statuses(world, f"/v1/conferences/{conference['id']}", GUARDIAN) == [404]
    assert await mine(world, GUARDIAN) == []
    more = {"user_id": str(demo_id(SCHOOL))}
    again = done(await manager.post(f"/v1/conferences/{conference['id']}/participants", more))
    assert await mine(world, SCHOOL) == [("conference_answer", invitation(again, SCHOOL))]


async def test_the_family_is_considered_or_it_is_said_why_not(world: World, owner_url: str, clock: ManualClock) -> None:
    case, manager = await open_case(owner_url), await world.as_(MANAGER)
    path, child, mother = f"/v1/cases/{case.id}/conferences", str(case.child_id), str(case.mother_id)
    wrong: dict[str, list[dict[str, Any]]] = {
        "family-not-considered": [{"person_id": mother, "invited": True}],
        "reason-if-not-invited": [{"person_id": mother, "invited": False}, {"person_id": child, "invited": True}],
        "not-of-case": [{"person_id": str(demo_id("x")), "invited": True}],
    }
    for code, family in wrong.items():
        answer = await manager.post(path, wish(case, GUARDIAN, family=family))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code), answer.text
    seen = await called(world, case, GUARDIAN)
    assert {(f["person_id"], f["invited"], f["reason"]) for f in seen["family"]} == {
        (child, True, None),
        (mother, False, "Баланы қорқытқан."),
    }


async def test_moments_people_and_grounds_that_do_not_fit_are_refused(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager = await open_case(owner_url), await world.as_(MANAGER)
    path = f"/v1/cases/{case.id}/conferences"
    twice = [{"user_id": str(demo_id(GUARDIAN))}] * 2
    wrong: dict[str, dict[str, Any]] = {
        "conference-in-past": {"at": clock.now() - DAYS},
        "conference-too-far": {"at": clock.now() + 200 * DAYS},
        "not-child-of-case": {"person_ids": [str(case.mother_id)]},
        "conference-ground-needed": {"without_consent_ground": None},
        "attends-no-conferences": {"participants": [{"user_id": str(demo_id("admin"))}]},
        "invited-already": {"participants": twice},
    }
    for code, given in wrong.items():
        answer = await manager.post(path, wish(case, GUARDIAN, **given))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code), answer.text
    other = await open_case(owner_url)
    await answer_for(world, other)
    known = await sharing(world, other, clock.now() - DAYS, shared_with_id=str(demo_id("guardianship_almaty")))
    named = [{"user_id": str(demo_id(GUARDIAN)), "consent_id": known["id"]}]
    answer = await manager.post(path, wish(case, participants=named))
    assert answer.json()["errors"][0]["code"] == "unknown-consent"
    for unclear in ({}, {"user_id": str(demo_id(GUARDIAN))} | POLICE, {"name": "Аты ғана"}):
        assert (await manager.post(path, wish(case, participants=[unclear]))).status_code == 422
    assert done(await manager.get(path))["items"] == []
    conference = await called(world, case, GUARDIAN)
    body = minutes_of(conference)
    early = await manager.post(f"/v1/conferences/{conference['id']}/hold", body)
    assert refused(early) == (409, "conference-in-future")
    strange = await held(world, clock, conference, decisions=[decision(LAWYER, clock.now() + 30 * DAYS)])
    assert (strange.status_code, strange.json()["errors"][0]["code"]) == (422, "not-of-conference")


async def test_who_can_be_invited_is_who_has_the_right_to_answer(world: World, owner_url: str) -> None:
    for account in ACCOUNTS:
        may = any(Permission.CONFERENCES_ATTEND in ROLES[r].permissions for r in account.roles)
        found = await count(owner_url, "SELECT may_attend_conference($1)", demo_id(account.username))
        assert (found is not None) == may, account.username


async def test_who_withdraws_a_consent_takes_the_children_out_of_sight_of_the_body(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    await answer_for(world, case)
    given = await sharing(world, case, clock.now() - DAYS, shared_with_id=str(demo_id("guardianship_almaty")))
    named = [{"user_id": str(demo_id(GUARDIAN)), "consent_id": given["id"]}]
    conference = await called(world, case, participants=named, without_consent_ground=None)
    assert len((await accepted(world, conference, GUARDIAN))["children"]) == 1
    done(await withdraw(world, case, given["id"], clock.now()))
    left = done(await (await world.as_(GUARDIAN)).get(f"/v1/conferences/{conference['id']}"))
    assert (left["children"], left["told"], left["question"]) == ([], None, QUESTION)


async def test_a_restricted_case_tells_those_invited_no_more_and_their_heads_nothing(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url, restricted=True)
    conference = await called(world, case, PSYCHOLOGIST)
    path = f"/v1/conferences/{conference['id']}"
    got = await accepted(world, conference, PSYCHOLOGIST)
    assert set(got["children"][0]) == {"given_name", "age"}
    assert await statuses(world, path, "head.almaty", SUPERVISOR) == [404, 404]
    assert await statuses(world, f"/v1/cases/{case.id}", PSYCHOLOGIST) == [404]


async def test_who_declares_a_conflict_after_the_invitation_sees_nothing_and_the_manager_names_another(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    conference = await called(world, case, GUARDIAN)
    await accepted(world, conference, GUARDIAN)
    guardian = await world.as_(GUARDIAN)
    declared = {"kind": "relative", "case_id": str(case.id)}
    done(await guardian.post("/v1/me/conflicts", declared))
    assert await statuses(world, f"/v1/conferences/{conference['id']}", GUARDIAN) == [404]
    assert done(await guardian.get("/v1/conferences"))["items"] == []
    assert await mine(world, GUARDIAN) == []
    place = invitation(conference, GUARDIAN)
    asked = done(await (await world.as_(MANAGER)).get("/v1/tasks/mine"))["items"]
    assert (("conflict_take_over", place)) in {(t["kind"], t["record_id"]) for t in asked}
    again = await (await world.as_(MANAGER)).post(
        f"/v1/conferences/{conference['id']}/participants", {"user_id": str(demo_id(GUARDIAN))}
    )
    assert again.json()["errors"][0]["code"] == "not-free-for-this"


async def test_a_conference_keeps_its_case_open_until_all_that_it_decided_is_done(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url, "opened", approved=False)
    conference = await called(world, case, GUARDIAN)
    await _keeps_open(await world.as_(MANAGER), case)
    done(await held(world, clock, conference, GUARDIAN, decisions=[decision(GUARDIAN, clock.now() + 30 * DAYS)]))
    await _keeps_open(await world.as_(MANAGER), case)
    guardian, manager = await world.as_(GUARDIAN), await world.as_(MANAGER)
    assert (await guardian.post(f"/v1/conferences/{conference['id']}/sign")).status_code == 204
    await _keeps_open(manager, case)
    found = done(await manager.get(f"/v1/conferences/{conference['id']}"))["decisions"][0]["id"]
    dropped = done(await manager.post(f"/v1/conference-decisions/{found}/drop", {"reason": "Бала көшті."}))
    assert (dropped["state"], dropped["note"]) == ("dropped", "Бала көшті.")
    assert await mine(world, GUARDIAN) == []
    shown = verdicts(done(await manager.get(f"/v1/cases/{case.id}")))
    assert shown["propose_early_closure"] is None
    assert shown["call_conference"] is None


async def test_what_is_passed_on_keeps_its_day_and_takes_the_sight_along(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    conference = await called(world, case, PSYCHOLOGIST)
    due = clock.now() + 30 * DAYS
    after = done(await held(world, clock, conference, PSYCHOLOGIST, decisions=[decision(PSYCHOLOGIST, due)]))
    manager, work = await world.as_(MANAGER), f"/v1/conference-decisions/{after['decisions'][0]['id']}"
    nobody = await manager.post(f"{work}/pass-on", {"responsible_id": str(demo_id(SCHOOL))})
    assert nobody.json()["errors"][0]["code"] == "not-of-conference"
    passed = done(await manager.post(f"{work}/pass-on", {"responsible_id": str(demo_id(LAWYER))}))
    assert (passed["due_on"], passed["state"]) == (due.date().isoformat(), "open")
    done(await manager.get(f"/v1/conferences/{conference['id']}"))
    assert (await (await world.as_(PSYCHOLOGIST)).post(f"/v1/conferences/{conference['id']}/sign")).status_code == 204
    assert await statuses(world, work, PSYCHOLOGIST, LAWYER) == [404, 200]
    assert [k for k, _ in await mine(world, LAWYER)] == ["conference_decision"]


async def _keeps_open(manager: Caller, case: OpenCase) -> None:
    shown = verdicts(done(await manager.get(f"/v1/cases/{case.id}")))
    assert shown["propose_early_closure"] == "open-conference"
