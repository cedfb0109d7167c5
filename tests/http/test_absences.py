"""A worker is away: the deputy sees and works the cases for exactly that time, and somebody stands in for each."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from tests.absence_steps import DEPUTY, absence, away, enter, of_absence
from tests.clients import World
from tests.factories import count
from tests.factories import open_case as open_in_support
from tests.http.test_handovers import managers
from tests.http.test_specialists import at, book, monday_after
from tests.people import case_of, record_person, statuses
from tests.records import events, rows, story
from tests.steps import MANAGER, SUPERVISOR, case_in_planning, done, open_case


async def sees(world: World, case_id: str, who: str = DEPUTY) -> bool:
    answer = await (await world.as_(who)).get(f"/v1/cases/{case_id}")
    return answer.status_code == 200


async def tasks_of(world: World, who: str = DEPUTY) -> list[dict[str, Any]]:
    return list(done(await (await world.as_(who)).get("/v1/tasks/mine?limit=100"))["items"])


async def notices(world: World, who: str = DEPUTY) -> list[str]:
    return [n["kind"] for n in done(await (await world.as_(who)).get("/v1/me/notices"))["items"]]


async def test_the_deputy_sees_and_works_the_cases_and_the_manager_stays_accountable(
    world: World, owner_url: str
) -> None:
    case = await case_in_planning(world)
    assert not await sees(world, case.id)
    entered = await away(world)
    assert (entered["standing"], entered["uncovered"], entered["hidden_cases"]) == ("running", 0, 0)
    assert entered["cases"] == [{"case_id": case.id, "deputy_id": str(demo_id(DEPUTY)), "holds_sessions": False}]
    assert await managers(owner_url, case.id) == [demo_id(MANAGER)] * 2
    assert "stand_in" in await notices(world)

    deputy = await world.as_(DEPUTY)
    due = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    manager = await world.as_(MANAGER)
    made = done(await manager.post("/v1/tasks", {"title": "Мектепке хат", "case_id": case.id, "due_at": due}))
    (task,) = [t for t in await tasks_of(world) if t["id"] == made["id"]]
    assert task["on_behalf_of_id"] == str(demo_id(MANAGER)), "a new task of the absentee reaches the deputy"
    assert done(await deputy.get("/v1/tasks/summary"))["mine"]["total"] == len(await tasks_of(world))
    completed = done(await deputy.post(f"/v1/tasks/{task['id']}/complete", {"result": "Жіберілді"}))
    assert completed["completed_by_id"] == str(demo_id(DEPUTY)), "the deputy's own act"
    acts = "SELECT actor_id, on_behalf_of FROM audit_event WHERE kind = 'task.completed'"
    (act,) = await rows(owner_url, acts)
    assert (act["actor_id"], act["on_behalf_of"]) == (demo_id(DEPUTY), demo_id(MANAGER))
    told = [e for e in await story(owner_url, case.id) if e.startswith("case.stand_in")]
    assert told == ["case.stand_in_began"]
    assert "case.stand_in_began" in await events(owner_url, case.id)


async def test_a_case_that_comes_or_goes_meanwhile_comes_to_and_goes_from_the_deputy(world: World) -> None:
    await away(world)
    opened = await open_case(world)
    assert await sees(world, opened.id), "opened while its manager is away"
    offer = {"to_user_id": str(demo_id(DEPUTY)), "reason": "workload"}
    act = done(await (await world.as_(MANAGER)).post(f"/v1/cases/{opened.id}/handover", offer))
    done(await (await world.as_(DEPUTY)).post(f"/v1/handovers/{act['id']}/accept"))
    assert await statuses(world, f"/v1/cases/{opened.id}", MANAGER, DEPUTY) == {MANAGER: 404, DEPUTY: 200}


async def test_early_return_and_prolonging(world: World, owner_url: str) -> None:
    case = await open_case(world)
    entered = await away(world)
    later = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    longer = done(await of_absence(world, MANAGER, f"{entered['id']}/prolong", {"ends_at": later}))
    (place,) = await rows(owner_url, "SELECT rests_until FROM case_member WHERE absence_id IS NOT NULL")
    assert place["rests_until"] == datetime.fromisoformat(longer["ends_at"])
    back = done(await of_absence(world, MANAGER, f"{entered['id']}/end"))
    assert back["standing"] == "over"
    assert not await sees(world, case.id)
    assert await notices(world) == ["stand_in_over", "stand_in_changed", "stand_in"]
    refused = await of_absence(world, MANAGER, f"{entered['id']}/prolong", {"ends_at": later})
    assert (refused.status_code, refused.json()["code"]) == (409, "absence-over")


async def test_restricted_cases_only_when_who_heads_the_body_says_so(world: World, owner_url: str) -> None:
    hidden = await case_of(world, await record_person(world, "duty.almaty"), restricted=True)
    refused = await enter(world, covers_restricted=True)
    assert (refused.status_code, refused.json()["code"]) == (403, "restricted-by-head-only")
    entered = await away(world)
    assert entered["uncovered"] == 1
    assert not await sees(world, hidden)
    asked = [t for t in await tasks_of(world, SUPERVISOR) if t["kind"] == "absence_uncovered"]
    assert [t["record_id"] for t in asked] == [entered["id"]], "the head is asked, without the case"

    supervisor = await world.as_(SUPERVISOR)
    shown = done(await supervisor.get(f"/v1/staff-absences/{entered['id']}"))
    assert (shown["cases"], shown["hidden_cases"], shown["uncovered"]) == ([], 1, 1)
    assert hidden not in str(shown)
    path = f"{entered['id']}/restricted-cases"
    own = await of_absence(world, MANAGER, path, {"covers_restricted": True})
    assert own.status_code == 403
    covered = done(await of_absence(world, SUPERVISOR, path, {"covers_restricted": True}))
    assert covered["uncovered"] == 0
    assert await sees(world, hidden)
    assert not await sees(world, hidden, SUPERVISOR)
    assert [t for t in await tasks_of(world, SUPERVISOR) if t["kind"] == "absence_uncovered"] == []
    assert await count(owner_url, "SELECT count(*) FROM audit_event WHERE kind = 'case.stand_in_began'") == 1


async def test_a_deputy_who_may_not_have_a_case_is_refused_with_the_list_and_another_is_named(world: World) -> None:
    case, other = await open_case(world), await open_case(world)
    done(await (await world.as_(DEPUTY)).post("/v1/me/conflicts", {"kind": "relative", "person_id": case.child}))
    refused = await enter(world)
    assert (refused.status_code, refused.json()["code"]) == (409, "deputy-not-for-cases")
    assert (refused.json()["case_ids"], refused.json()["hidden_cases"]) == ([case.id], 0)
    assert not [word for word in ("conflict", "relative", "kin") if word in refused.text.lower()]
    assert not await sees(world, other.id), "all or nothing"

    single = [{"case_id": case.id, "deputy_id": str(demo_id(SUPERVISOR))}]
    entered = await away(world, cases=single)
    assert {c["case_id"]: c["deputy_id"] for c in entered["cases"]} == {
        case.id: str(demo_id(SUPERVISOR)),
        other.id: str(demo_id(DEPUTY)),
    }
    assert await sees(world, other.id)
    assert not await sees(world, case.id)
    foreign = [{"case_id": str(demo_id("nowhere")), "deputy_id": str(demo_id(SUPERVISOR))}]
    renamed = {"deputy_id": str(demo_id(DEPUTY)), "cases": foreign}
    refused = await of_absence(world, MANAGER, f"{entered['id']}/deputies", renamed)
    assert (refused.status_code, refused.json()["code"]) == (422, "no-case-of-the-absentee")


async def test_overlaps_and_a_deputy_who_is_away_are_named(world: World) -> None:
    entered = await away(world)
    again = await enter(world, begins=3)
    assert (again.status_code, again.json()["code"]) == (409, "absence-overlaps")
    assert again.json()["absence_ids"] == [entered["id"]]
    also = await enter(world, by=DEPUTY, deputy=SUPERVISOR)
    assert (also.status_code, also.json()["code"]) == (409, "stands-in-meanwhile")
    assert also.json()["absence_ids"] == [entered["id"]]
    swapped = await enter(world, by=SUPERVISOR, deputy=MANAGER)
    assert (swapped.status_code, swapped.json()["code"]) == (409, "deputy-away")
    done(await enter(world, begins=30))


async def test_others_absences_are_the_heads_to_enter_and_why_is_theirs_to_know(world: World) -> None:
    of_other = {"user_id": str(demo_id(MANAGER))}
    refused = await (await world.as_(DEPUTY)).post("/v1/staff-absences", absence(DEPUTY, **of_other))
    assert (refused.status_code, refused.json()["code"]) == (403, "absence-of-another")
    entered = await away(world, by=SUPERVISOR, reason="illness", **of_other)
    assert "absence" in await notices(world, MANAGER)
    now = datetime.now(UTC).isoformat()
    for who, reason in ((MANAGER, "illness"), (SUPERVISOR, "illness"), (DEPUTY, None)):
        listed = done(await (await world.as_(who)).get("/v1/staff-absences", params={"at": now}))["items"]
        assert [(a["id"], a["reason"]) for a in listed] == [(entered["id"], reason)], who
        assert listed[0]["deputy_name"]
    foreign = await world.as_("supervisor.astana")
    assert done(await foreign.get("/v1/staff-absences"))["items"] == []
    assert (await foreign.get(f"/v1/staff-absences/{entered['id']}")).status_code == 404
    shown = done(await (await world.as_(DEPUTY)).get(f"/v1/staff-absences/{entered['id']}"))
    assert (shown["cases"], shown["uncovered"]) == ([], 0)


@pytest.mark.parametrize("deputy", [MANAGER, "manager.astana", "duty.almaty", "psychologist.almaty"])
async def test_who_is_no_colleague_or_does_other_work_does_not_stand_in(world: World, deputy: str) -> None:
    refused = await enter(world, deputy=deputy)
    assert refused.status_code == 422, refused.text
    assert refused.json()["code"] in {"unknown-colleague", "deputy-of-other-work"}


async def test_nobody_turns_a_stand_in_into_a_lasting_place_for_themselves(world: World) -> None:
    case = await open_case(world)
    entered = await away(world)
    lasting = {"user_id": str(demo_id(DEPUTY)), "team_role": "social_worker"}
    refused = await (await world.as_(DEPUTY)).post(f"/v1/cases/{case.id}/team", lasting)
    assert (refused.status_code, refused.json()["code"]) == (409, "own-stand-in")
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/team", lasting))
    done(await of_absence(world, MANAGER, f"{entered['id']}/end"))
    assert await sees(world, case.id), "the manager gave a place that lasts"


async def test_a_deputy_passes_nothing_on_and_notes_of_sessions_stay_closed(world: World, owner_url: str) -> None:
    case = await open_case(world)
    await away(world)
    offer = {"to_user_id": str(demo_id(DEPUTY)), "reason": "workload"}
    refused = await (await world.as_(DEPUTY)).post(f"/v1/cases/{case.id}/handover", offer)
    assert (refused.status_code, refused.json()["code"]) == (409, "passed-on-by-manager-only")
    place = "SELECT help_kind, team_role FROM case_member WHERE absence_id IS NOT NULL"
    assert [tuple(r.values()) for r in await rows(owner_url, place)] == [(None, "deputy_manager")]


async def test_a_specialist_who_is_away_is_not_booked_and_the_managers_of_the_sessions_are_asked(
    world: World, owner_url: str
) -> None:
    case, manager, now = await open_in_support(owner_url), await world.as_(MANAGER), ManualClock(datetime.now(UTC))
    day = monday_after(now)
    session = done(await book(manager, case, at(day, 10)))["id"]
    times = {"starts_at": at(day, 0).isoformat(), "ends_at": at(day, 23).isoformat()}
    entered = await away(world, by="psychologist.almaty", deputy="lawyer.almaty", **times)
    refused = await book(manager, case, at(day, 15))
    assert (refused.status_code, refused.json()["code"]) == (409, "already-booked")
    found = [t["record_id"] for t in await tasks_of(world, MANAGER) if t["kind"] == "session_without_specialist"]
    assert found == [session]
    done(await of_absence(world, "psychologist.almaty", f"{entered['id']}/end"))
    assert not [t for t in await tasks_of(world, MANAGER) if t["kind"] == "session_without_specialist"]
