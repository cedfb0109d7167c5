"""Assessments over HTTP."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.people.policy import local_day
from tests.clients import World
from tests.records import events, rows, running_clocks, story
from tests.steps import (
    INSTRUMENT,
    MANAGER,
    answers,
    assess,
    case_in_assessment,
    done,
    open_case,
    start_assessment,
)

VERDICT = {"risk_level": "low", "conclusion": "Қауіп жоқ"}


async def _answer(world: World, assessment: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    manager = await world.as_(MANAGER)
    path = f"/v1/assessments/{assessment['id']}"
    return done(await manager.patch(path, {"answers": given}, headers={"If-Match": f'"v{assessment["version"]}"'}))


async def _case_row(owner_url: str, case_id: str) -> dict[str, Any]:
    found = await rows(owner_url, "SELECT risk_level, risk_review_on FROM case_record WHERE id = $1", UUID(case_id))
    return found[0]


async def test_everybody_reads_the_instruments_in_three_languages(world: World) -> None:
    analyst = await world.as_("analyst")
    listed = (await analyst.get("/v1/assessment-instruments")).json()
    assert [(each["code"], each["version"], each["validated"]) for each in listed] == [
        ("casemgmt_needs_and_risk", 1, False),
        ("casemgmt_wellbeing_screening", 1, False),
    ]
    full = (await analyst.get("/v1/assessment-instruments/casemgmt_needs_and_risk/1")).json()
    assert len(full["domains"]) == 8
    assert all(item["text"].keys() == {"kk", "ru", "en"} for each in full["domains"] for item in each["items"])
    assert (await analyst.get("/v1/assessment-instruments/casemgmt_needs_and_risk/2")).status_code == 404
    assert (await analyst.get("/v1/assessment-instruments/casemgmt_needs_and_risk/0")).status_code == 404


async def test_an_assessment_is_begun_answered_in_parts_and_completed(world: World, owner_url: str) -> None:
    case = await case_in_assessment(world)
    manager = await world.as_(MANAGER)
    started = await start_assessment(world, case)
    assert started["state"] == "draft"
    assert len(started["missing_items"]) == 20
    assert {a["action"]: a["reason_code"] for a in started["allowed_actions"]} == {
        "answer": None,
        "complete": "answers-missing",
        "discard": None,
    }
    half = await _answer(world, started, {"bullying": 3, "self_harm": 2})
    assert half["answers"] == {"bullying": 3, "self_harm": 2}
    assert half["suggested_risk_level"] is None
    whole = await _answer(world, half, {k: v for k, v in answers(0).items() if k not in half["answers"]})
    assert whole["suggested_risk_level"] == "high"
    assert whole["total_score"] == 5
    path = f"/v1/assessments/{started['id']}"
    completed = done(await manager.post(f"{path}/complete", VERDICT | {"risk_level": "high"}))
    assert completed["state"] == "completed"
    assert completed["domain_scores"]["emotional_wellbeing"] == 2
    assert completed["completed_by_id"] == str(demo_id(MANAGER))
    assert completed["allowed_actions"] == []
    assert await _case_row(owner_url, case.id) == {
        "risk_level": "high",
        "risk_review_on": date.fromisoformat(completed["review_on"]),
    }
    clocks = await running_clocks(owner_url, case.id)
    assert "assessment" not in clocks
    assert clocks["risk_review_high"]["blocks_closure"] is False
    assert clocks["risk_review_high"]["assignee_id"] == demo_id(MANAGER)
    assert done(await manager.get(path)) == completed
    assert (await story(owner_url, case.id))[-2:] == ["assessment.started", "assessment.completed"]
    assert await events(owner_url, started["id"]) == [
        "assessment.started",
        "assessment.answered",
        "assessment.answered",
        "assessment.completed",
        "assessment.read",
    ]


async def test_a_level_other_than_the_suggested_one_needs_a_reason(world: World) -> None:
    case = await case_in_assessment(world)
    manager = await world.as_(MANAGER)
    started = await _answer(world, await start_assessment(world, case), answers(1))
    path = f"/v1/assessments/{started['id']}/complete"
    refused = await manager.post(path, VERDICT)
    assert refused.status_code == 422
    assert refused.json()["code"] == "risk-reason-needed"
    assert refused.json()["suggested_risk_level"] == "medium"
    kept = done(await manager.post(path, VERDICT | {"risk_reason": "Әжесінің қолында"}))
    assert (kept["risk_level"], kept["suggested_risk_level"]) == ("low", "medium")


async def test_an_assessment_with_missing_answers_is_not_completed(world: World) -> None:
    case = await case_in_assessment(world)
    manager = await world.as_(MANAGER)
    started = await start_assessment(world, case)
    some = {k: v for k, v in answers(0).items() if k != "bullying"}
    draft = await _answer(world, started, some)
    refused = await manager.post(f"/v1/assessments/{draft['id']}/complete", VERDICT)
    assert refused.status_code == 409
    assert refused.json()["code"] == "answers-missing"
    assert refused.json()["items"] == ["bullying"]
    assert "complete" in refused.json()["allowed_transitions"]


async def test_answers_that_do_not_fit_are_refused_and_change_nothing(world: World) -> None:
    case = await case_in_assessment(world)
    started = await start_assessment(world, case)
    manager = await world.as_(MANAGER)
    path = f"/v1/assessments/{started['id']}"
    wrong: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"no_such_item": 1}, "unknown-item", "/answers"),
        ({"no_such_item": None}, "unknown-item", "/answers"),
        ({"bullying": 4}, "score-off-scale", "/answers/bullying"),
        ({"bullying": -1}, "score-off-scale", "/answers/bullying"),
        ({"Айгүл": "2"}, "invalid-request", "/answers"),
        ({"bullying": True}, "invalid-request", "/answers"),
        ({}, "invalid-request", "/answers"),
    )
    for given, code, pointer in wrong:
        refused = await manager.patch(path, {"answers": given}, headers={"If-Match": '"v1"'})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
        assert "Айгүл" not in refused.text
    assert done(await manager.get(path)) == started


async def test_an_answer_is_taken_back_with_null(world: World) -> None:
    case = await case_in_assessment(world)
    answered = await _answer(world, await start_assessment(world, case), {"bullying": 3, "behaviour": 1})
    assert (await _answer(world, answered, {"bullying": None}))["answers"] == {"behaviour": 1}


async def test_answers_on_an_older_version_are_refused(world: World) -> None:
    case = await case_in_assessment(world)
    started = await start_assessment(world, case)
    await _answer(world, started, {"bullying": 1})
    manager = await world.as_(MANAGER)
    path = f"/v1/assessments/{started['id']}"
    stale = await manager.patch(path, {"answers": {"bullying": 2}}, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    assert (await manager.patch(path, {"answers": {"bullying": 2}})).status_code == 428
    assert (await manager.post(f"{path}/complete", VERDICT, headers={"If-Match": '"v1"'})).status_code == 412


async def test_a_completed_assessment_is_never_edited_not_even_past_the_service(world: World, owner_url: str) -> None:
    case = await case_in_assessment(world)
    completed = await assess(world, case)
    manager = await world.as_(MANAGER)
    path = f"/v1/assessments/{completed['id']}"
    etag = {"If-Match": f'"v{completed["version"]}"'}
    for refused in (
        await manager.patch(path, {"answers": {"bullying": 2}}, headers=etag),
        await manager.post(f"{path}/complete", VERDICT),
        await manager.post(f"{path}/discard", {"reason": "Қате"}),
    ):
        assert refused.status_code == 409
        assert refused.json()["code"] == "wrong-state"
        assert refused.json()["allowed_transitions"] == []
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        with pytest.raises(asyncpg.PostgresError) as caught:
            await connection.execute("UPDATE assessment SET conclusion = 'x' WHERE id = $1", UUID(completed["id"]))
    finally:
        await connection.close()
    assert caught.value.sqlstate == "CM409"


async def test_nothing_is_assessed_before_the_case_is_at_that_stage(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_(MANAGER)
    command = INSTRUMENT | {"person_id": case.child, "occasion": "initial"}
    refused = await manager.post(f"/v1/cases/{case.id}/assessments", command)
    assert refused.status_code == 409
    assert refused.json()["code"] == "case-not-at-this-stage"
    assert refused.json()["state"] == "opened"
    assert "start_assessment" in refused.json()["allowed_transitions"]


async def test_a_draft_rests_while_the_closure_of_the_case_waits_for_a_second_person(world: World) -> None:
    case = await case_in_assessment(world, category="runaway")
    started = await start_assessment(world, case)
    manager = await world.as_(MANAGER)
    proposal = {"reason": "left_country", "note": "Көшіп кетті"}
    done(await manager.post(f"/v1/cases/{case.id}/propose-closure", proposal))
    path = f"/v1/assessments/{started['id']}"
    refused = await manager.patch(path, {"answers": {"bullying": 1}}, headers={"If-Match": '"v1"'})
    assert refused.json()["code"] == "case-not-at-this-stage"
    assert done(await manager.post(f"{path}/discard", {"reason": "Іс жабылады"}))["state"] == "discarded"


async def test_only_a_child_of_the_case_is_assessed_and_once_at_a_time(world: World) -> None:
    case = await case_in_assessment(world)
    other = await open_case(world)
    manager = await world.as_(MANAGER)
    path = f"/v1/cases/{case.id}/assessments"
    command = INSTRUMENT | {"occasion": "initial"}
    foreign = await manager.post(path, command | {"person_id": other.child})
    assert (foreign.status_code, foreign.json()["code"]) == (422, "not-a-child-of-the-case")
    unknown = await manager.post(path, command | {"person_id": case.child, "instrument_version": 7})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-instrument")
    first = await start_assessment(world, case)
    again = await manager.post(path, command | {"person_id": case.child})
    assert (again.status_code, again.json()["code"]) == (409, "assessment-open")
    done(await manager.post(f"/v1/assessments/{first['id']}/discard", {"reason": "Қате ашылды"}))
    own = str(uuid4())
    assert (await start_assessment(world, case, id=own))["id"] == own


async def test_who_does_not_see_the_case_learns_nothing_of_its_assessments(world: World) -> None:
    case = await case_in_assessment(world)
    started = await start_assessment(world, case)
    stranger = await world.as_("manager.astana")
    for path in (f"/v1/assessments/{started['id']}", f"/v1/cases/{case.id}/assessments"):
        hidden, absent = await stranger.get(path), await stranger.get(path.replace(path.split("/")[3], str(uuid4())))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json() | {"request_id": ""} == absent.json() | {"request_id": ""}
    path = f"/v1/assessments/{started['id']}"
    assert (await stranger.post(f"{path}/complete", VERDICT)).status_code == 404
    assert (await stranger.get(f"{path}/compare/{started['id']}")).status_code == 404
    command = INSTRUMENT | {"person_id": case.child, "occasion": "initial"}
    assert (await stranger.post(f"/v1/cases/{case.id}/assessments", command)).status_code == 404


async def test_a_supervisor_reads_but_does_not_assess(world: World) -> None:
    case = await case_in_assessment(world)
    started = await start_assessment(world, case)
    supervisor = await world.as_("supervisor.almaty")
    read = done(await supervisor.get(f"/v1/assessments/{started['id']}"))
    assert {a["reason_code"] for a in read["allowed_actions"]} == {"forbidden"}
    assert (await supervisor.post(f"/v1/assessments/{started['id']}/complete", VERDICT)).status_code == 403


async def test_a_specialist_of_the_team_assesses(world: World, owner_url: str) -> None:
    case = await case_in_assessment(world)
    manager, specialist = await world.as_(MANAGER), await world.as_("psychologist.almaty")
    command = INSTRUMENT | {"person_id": case.child, "occasion": "initial"}
    path = f"/v1/cases/{case.id}/assessments"
    assert (await specialist.post(path, command)).status_code == 404
    member = {"user_id": str(demo_id("psychologist.almaty")), "team_role": "psychologist"}
    done(await manager.post(f"/v1/cases/{case.id}/team", member))
    started = done(await specialist.post(path, command))
    done(
        await specialist.patch(
            f"/v1/assessments/{started['id']}", {"answers": answers(0)}, headers={"If-Match": '"v1"'}
        )
    )
    done(await specialist.post(f"/v1/assessments/{started['id']}/complete", VERDICT))
    clock = (await running_clocks(owner_url, case.id))["risk_review_low"]
    assert clock["assignee_id"] == demo_id(MANAGER)


async def test_two_assessments_of_a_child_are_compared_by_domain_in_either_order(world: World) -> None:
    case = await case_in_assessment(world)
    before = await assess(world, case, score=3, level="critical")
    after = await assess(world, case, score=1, occasion="review")
    manager = await world.as_(MANAGER)
    compared = done(await manager.get(f"/v1/assessments/{after['id']}/compare/{before['id']}"))
    assert compared == done(await manager.get(f"/v1/assessments/{before['id']}/compare/{after['id']}"))
    assert (compared["earlier_id"], compared["later_id"]) == (before["id"], after["id"])
    assert compared["domains"][0] == {
        "domain": "safety",
        "earlier": 9,
        "later": 3,
        "change": -6,
        "highest_possible": 9,
        "reliable": None,
    }
    assert (compared["earlier_total"], compared["total_change"]) == (60, -40)
    assert (compared["earlier_risk_level"], compared["later_risk_level"]) == ("critical", "medium")


async def test_different_children_and_drafts_are_not_compared(world: World) -> None:
    case = await case_in_assessment(world, children=2)
    one, other = [await assess(world, case, person=child) for child in case.children]
    manager = await world.as_(MANAGER)
    refused = await manager.get(f"/v1/assessments/{one['id']}/compare/{other['id']}")
    assert (refused.status_code, refused.json()["code"]) == (422, "not-comparable")
    draft = await start_assessment(world, case, occasion="review")
    refused = await manager.get(f"/v1/assessments/{one['id']}/compare/{draft['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "assessment-not-completed")


async def test_a_sibling_who_is_safe_lowers_nothing_and_stops_no_clock(world: World, owner_url: str) -> None:
    case = await case_in_assessment(world, children=2)
    first, second = case.children
    danger = await assess(world, case, person=first, score=3, level="critical")
    assert "assessment" in await running_clocks(owner_url, case.id)
    await assess(world, case, person=second, score=0, level="low")
    assert await _case_row(owner_url, case.id) == {
        "risk_level": "critical",
        "risk_review_on": date.fromisoformat(danger["review_on"]),
    }
    clocks = await running_clocks(owner_url, case.id)
    assert {"risk_review_high", "risk_review_low"} <= clocks.keys()
    assert "assessment" not in clocks


async def test_the_next_assessment_of_a_child_restarts_the_clock_of_its_review(world: World, owner_url: str) -> None:
    case = await case_in_assessment(world)
    await assess(world, case, score=3, level="high")
    await assess(world, case, score=0, level="low", occasion="review")
    clocks = await running_clocks(owner_url, case.id)
    assert "risk_review_high" not in clocks
    assert "risk_review_low" in clocks
    assert (await _case_row(owner_url, case.id))["risk_level"] == "low"


async def test_a_person_may_choose_an_earlier_day_of_review_but_no_later_one(world: World, owner_url: str) -> None:
    case = await case_in_assessment(world)
    manager = await world.as_(MANAGER)
    started = await _answer(world, await start_assessment(world, case), answers(0))
    path = f"/v1/assessments/{started['id']}/complete"
    today = local_day(datetime.now(UTC))
    late = await manager.post(path, VERDICT | {"review_on": (today + timedelta(days=200)).isoformat()})
    assert (late.status_code, late.json()["code"]) == (422, "review-too-late")
    past = await manager.post(path, VERDICT | {"review_on": (today - timedelta(days=2)).isoformat()})
    assert (past.status_code, past.json()["code"]) == (422, "review-not-ahead")
    chosen = today + timedelta(days=20)
    completed = done(await manager.post(path, VERDICT | {"review_on": chosen.isoformat()}))
    assert completed["review_on"] == chosen.isoformat()
    assert (await running_clocks(owner_url, case.id))["risk_review_low"]["due_at"].date() == chosen


async def test_the_assessments_of_a_case_are_listed_newest_first_under_one_event(world: World, owner_url: str) -> None:
    case = await case_in_assessment(world)
    made = [(await assess(world, case))["id"] for _ in range(3)]
    manager = await world.as_(MANAGER)
    first = done(await manager.get(f"/v1/cases/{case.id}/assessments", params={"limit": 2}))
    assert [each["id"] for each in first["items"]] == [made[2], made[1]]
    cursor = {"limit": 2, "cursor": first["next_cursor"]}
    second = done(await manager.get(f"/v1/cases/{case.id}/assessments", params=cursor))
    assert [each["id"] for each in second["items"]] == [made[0]]
    assert second["next_cursor"] is None
    listed = await rows(owner_url, "SELECT record_ids FROM audit_event WHERE kind = 'assessment.listed' ORDER BY at")
    assert [set(map(str, row["record_ids"])) for row in listed] == [{made[2], made[1]}, {made[0]}]
