"""The depth of a plan: numbers of goals, the child's own view, other bodies' answers, evidence, reviews, versions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.demo.accounts import demo_id
from casemgmt.people.policy import local_day
from tests.clients import World
from tests.document_steps import announce, keep
from tests.records import events, rows, running_clocks, story
from tests.steps import (
    MANAGER,
    SUPERVISOR,
    CaseAtWork,
    approve_plan,
    case_in_planning,
    done,
    draft_plan,
    open_case,
    plan,
    sign_and_approve,
)

PSYCHOLOGIST, LAWYER = "psychologist.almaty", "lawyer.almaty"
TODAY = local_day(datetime.now(UTC))
MISSED = {
    "name": "Айына босатқан күні",
    "unit": "күн",
    "baseline": 19,
    "target": 2,
    "reach_by": (TODAY + timedelta(days=60)).isoformat(),
}


def _later(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def _goals(**of_goal: Any) -> dict[str, Any]:
    goals = plan()["goals"]
    goals[0] |= of_goal
    return {"goals": goals}


def _why(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["code"], next((e["pointer"] for e in problem.get("errors", [])), None)


async def _with_psychologist(world: World) -> tuple[CaseAtWork, dict[str, Any]]:
    """Return a case with an approved plan of which every measure is the support centre's, the centre on its team."""
    case = await case_in_planning(world)
    member = {
        "user_id": str(demo_id(PSYCHOLOGIST)),
        "team_role": "psychologist",
        "help_kind": "psychological",
    }
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/team", member))
    approved = await approve_plan(world, case)
    return case, approved


async def test_the_outcome_of_a_goal_is_known_by_a_number_with_its_start_its_target_and_its_day(world: World) -> None:
    approved = await approve_plan(world, await case_in_planning(world), **_goals(indicator=MISSED))
    assert approved["goals"][0]["indicator"] == MISSED


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"target": 19}, "indicator-stands-still", "/goals/0/indicator/target"),
        ({"reach_by": _later(-1)}, "plan-dates-out-of-order", "/goals/0/indicator/reach_by"),
    ],
)
async def test_a_number_that_can_not_be_an_outcome_is_refused(
    world: World, changes: dict[str, Any], code: str, pointer: str
) -> None:
    case = await case_in_planning(world)
    given = plan(**_goals(indicator=MISSED | changes))
    assert _why(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/plans", given)) == (422, code, pointer)


async def _born(world: World, case: CaseAtWork, years: int) -> None:
    day = TODAY.replace(year=TODAY.year - years, day=min(TODAY.day, 28)) - timedelta(days=1)
    birth = {"birth": {"precision": "exact", "date": day.isoformat()}}
    manager = await world.as_(MANAGER)
    version = done(await manager.get(f"/v1/persons/{case.child}"))["version"]
    done(await manager.patch(f"/v1/persons/{case.child}", birth, headers={"If-Match": f'"v{version}"'}))


@pytest.mark.parametrize(
    ("years", "absence", "refused"),
    [
        (11, None, True),
        (11, "too_young", True),
        (11, "asking_would_harm", False),
        (11, "did_not_want", False),
        (10, "too_young", True),
        (9, "too_young", False),
        (9, None, False),
        (None, None, True),
        (None, "too_young", False),
    ],
)
async def test_a_plan_is_not_signed_before_the_child_was_heard_or_it_is_said_why_not(
    world: World, *, years: int | None, absence: str | None, refused: bool
) -> None:
    case = await case_in_planning(world)
    if years is not None:
        await _born(world, case, years)
    drafted = await draft_plan(world, case, child_view=None, child_view_absence=absence)
    answer = await (await world.as_(MANAGER)).post(f"/v1/plans/{drafted['id']}/sign")
    assert answer.status_code == (409 if refused else 200), answer.text
    if refused:
        assert answer.json()["code"] == "child-unheard"


async def test_a_reason_beside_the_view_of_the_child_is_refused(world: World) -> None:
    case = await case_in_planning(world)
    given = plan(child_view_absence="did_not_want")
    answer = await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/plans", given)
    assert _why(answer) == (422, "child-view-given", "/child_view_absence")


async def test_another_body_is_asked_whether_it_takes_a_measure_on_and_answers_by_a_second_person(
    world: World, owner_url: str
) -> None:
    case, approved = await _with_psychologist(world)
    one, two = approved["goals"][0]["measures"][:2]
    assert one["request"]["state"] == "asked"
    assert one["request"]["body_id"] == str(demo_id("cps_almaty"))
    manager, psychologist = await world.as_(MANAGER), await world.as_(PSYCHOLOGIST)
    assert (await manager.post(f"/v1/plan-measures/{one['id']}/accept")).json()["code"] == "not-of-the-body"
    accepted = done(await psychologist.post(f"/v1/plan-measures/{one['id']}/accept"))
    assert (accepted["request"]["state"], accepted["request"]["answered_by_id"]) == (
        "accepted",
        str(demo_id(PSYCHOLOGIST)),
    )
    declined = await psychologist.post(f"/v1/plan-measures/{two['id']}/decline", {"reason": "Маман жоқ"})
    assert done(declined)["request"]["reason"] == "Маман жоқ"
    assert (await story(owner_url, case.id))[-2:] == ["plan_measure.accepted", "plan_measure.declined"]
    assert (await events(owner_url, two["id"]))[-1] == "plan_measure.declined"


async def test_the_answer_of_another_body_has_a_clock_that_ends_with_it_or_with_the_measure(
    world: World, owner_url: str
) -> None:
    case, approved = await _with_psychologist(world)
    measures = approved["goals"][0]["measures"]
    asked = [m for m in measures if m["request"] is not None]
    assert await _answers_owed(owner_url, case.id) == [(demo_id(PSYCHOLOGIST), None)] * len(asked)
    manager, psychologist = await world.as_(MANAGER), await world.as_(PSYCHOLOGIST)
    waiting = done(await psychologist.get("/v1/me/today"))["answers"]
    assert waiting["count"] == len(asked)
    assert {t["kind"] for t in waiting["items"]} == {"measure_request_answer"}
    done(await psychologist.post(f"/v1/plan-measures/{asked[0]['id']}/accept"))
    done(await manager.post(f"/v1/plan-measures/{asked[1]['id']}/drop", {"reason": "Басқа маман ізделеді"}))
    ended = [how for _, how in await _answers_owed(owner_url, case.id) if how is not None]
    assert sorted(ended) == ["accepted", "not_done"]


async def test_nobody_answers_for_a_plan_that_gave_way_to_another(world: World, owner_url: str) -> None:
    case, approved = await _with_psychologist(world)
    asked = [m for m in approved["goals"][0]["measures"] if m["request"] is not None]
    manager = await world.as_(MANAGER)
    revised = done(await manager.post(f"/v1/plans/{approved['id']}/revise"))
    headers = {"If-Match": f'"v{revised["version"]}"'}
    done(await manager.request("PUT", f"/v1/plans/{revised['id']}", json=plan(), headers=headers))
    await sign_and_approve(world, revised["id"])
    owed = await _answers_owed(owner_url, case.id)
    assert [how for _, how in owed] == ["superseded"] * len(asked) + [None] * len(asked)


async def test_where_nobody_of_the_body_is_on_the_team_the_manager_sees_to_the_answer(
    world: World, owner_url: str
) -> None:
    case = await case_in_planning(world)
    await approve_plan(world, case)
    assert {who for who, _ in await _answers_owed(owner_url, case.id)} == {demo_id(MANAGER)}


async def test_the_clock_of_an_answer_goes_to_whoever_of_the_body_is_on_the_team_and_comes_back_when_nobody_is(
    world: World, owner_url: str
) -> None:
    case = await case_in_planning(world)
    await approve_plan(world, case)
    manager = await world.as_(MANAGER)

    async def join(name: str) -> str:
        place = {"user_id": str(demo_id(name)), "team_role": "centre_specialist"}
        team = done(await manager.post(f"/v1/cases/{case.id}/team", place))["team"]
        return next(str(m["id"]) for m in team if m["user_id"] == place["user_id"])

    async def whose() -> set[Any]:
        return {who for who, _ in await _answers_owed(owner_url, case.id)}

    before = await rows(owner_url, _TERMS, case.id)
    guardian = await join("guardian.almaty")
    assert await whose() == {demo_id(MANAGER)}, "of another body than the one that was asked"
    first = await join(PSYCHOLOGIST)
    assert await whose() == {demo_id(PSYCHOLOGIST)}
    assert done(await (await world.as_(PSYCHOLOGIST)).get("/v1/me/today"))["answers"]["count"] == len(before)
    second = await join(LAWYER)
    assert await whose() == {demo_id(PSYCHOLOGIST)}, "who has it keeps it"
    done(await manager.post(f"/v1/cases/{case.id}/team/{first}/end"))
    assert await whose() == {demo_id(LAWYER)}
    done(await manager.post(f"/v1/cases/{case.id}/team/{guardian}/end"))
    assert await whose() == {demo_id(LAWYER)}
    done(await manager.post(f"/v1/cases/{case.id}/team/{second}/end"))
    assert await whose() == {demo_id(MANAGER)}
    assert await rows(owner_url, _TERMS, case.id) == before, "with its moments: nobody has a day more"


async def test_what_was_answered_moves_no_more_and_the_rest_stays_in_the_body_when_the_first_one_leaves_it(
    world: World, owner_url: str
) -> None:
    case, approved = await _with_psychologist(world)
    asked = [m for m in approved["goals"][0]["measures"] if m["request"] is not None]
    psychologist, manager = await world.as_(PSYCHOLOGIST), await world.as_(MANAGER)
    done(await psychologist.post(f"/v1/plan-measures/{asked[0]['id']}/accept"))
    place = {"user_id": str(demo_id(LAWYER)), "team_role": "centre_specialist"}
    done(await manager.post(f"/v1/cases/{case.id}/team", place))
    head = await world.as_("head.almaty")
    hand_on = {"to_user_ids": [str(demo_id(LAWYER))], "reason": "manager_left"}
    done(await head.post(f"/v1/users/{demo_id(PSYCHOLOGIST)}/hand-on", hand_on))
    owed = await _answers_owed(owner_url, case.id)
    assert [who for who, how in owed if how is not None] == [demo_id(PSYCHOLOGIST)]
    assert {who for who, how in owed if how is None} == {demo_id(LAWYER)}, "a colleague, not the manager"


_TERMS = (
    "SELECT id, started_at, warn_at, due_at FROM task"
    " WHERE kind = 'measure_request_answer' AND case_id = $1 ORDER BY started_at, id"
)


async def _answers_owed(owner_url: str, case_id: str) -> list[tuple[Any, str | None]]:
    """Return whose clock each question is, and how it ended."""
    query = (
        "SELECT assignee_id, coalesce(result, cancel_reason) AS how FROM task"
        " WHERE kind = 'measure_request_answer' AND case_id = $1 ORDER BY started_at, id"
    )
    return [(row["assignee_id"], row["how"]) for row in await rows(owner_url, query, case_id)]


async def test_a_declined_measure_is_not_started_until_the_body_takes_it_on_and_can_be_dropped(world: World) -> None:
    _, approved = await _with_psychologist(world)
    one, two = approved["goals"][0]["measures"][:2]
    manager, psychologist = await world.as_(MANAGER), await world.as_(PSYCHOLOGIST)
    for measure in (one, two):
        done(await psychologist.post(f"/v1/plan-measures/{measure['id']}/decline", {"reason": "Маман жоқ"}))
    for step, said in (("start", {}), ("complete", {"evidence": "Анықтама"})):
        answer = await manager.post(f"/v1/plan-measures/{one['id']}/{step}", said)
        assert (answer.status_code, answer.json()["code"]) == (409, "measure-declined")
    accepted = done(await psychologist.post(f"/v1/plan-measures/{one['id']}/accept"))
    assert accepted["request"]["reason"] is None
    done(await manager.post(f"/v1/plan-measures/{one['id']}/start"))
    done(await manager.post(f"/v1/plan-measures/{two['id']}/drop", {"reason": "Басқа маман ізделеді"}))
    answer = await psychologist.post(f"/v1/plan-measures/{two['id']}/accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "measure-over")


async def test_the_body_that_answers_for_the_case_is_not_asked_by_itself(world: World) -> None:
    own = _goals()
    for measure in own["goals"][0]["measures"]:
        measure |= {
            "responsible_organisation_id": str(demo_id("crd_almaty")),
            "responsible_user_id": str(demo_id("manager2.almaty")),
        }
    approved = await approve_plan(world, await case_in_planning(world), **own)
    measure = approved["goals"][0]["measures"][0]
    assert measure["request"] is None
    assert (await (await world.as_(MANAGER)).post(f"/v1/plan-measures/{measure['id']}/accept")).status_code == 404


async def test_a_measure_is_done_by_a_document_of_its_case_and_by_no_other(world: World) -> None:
    case = await case_in_planning(world)
    approved = await approve_plan(world, case)
    one, two = approved["goals"][0]["measures"][:2]
    manager = await world.as_(MANAGER)
    other = await open_case(world)
    kept, foreign = await keep(manager, "plan", approved["id"]), await keep(manager, "case", other.id)
    awaited = await announce(manager, "case", case.id)
    for document, code in ((foreign, "unknown-document"), (awaited, "document-not-kept")):
        said = {"evidence": "Шешім", "document_id": document["id"]}
        answer = await manager.post(f"/v1/plan-measures/{one['id']}/complete", said)
        assert _why(answer) == (422, code, "/document_id")
    said = {"evidence": "Шешім", "document_id": kept["id"]}
    completed = done(await manager.post(f"/v1/plan-measures/{one['id']}/complete", said))
    assert completed["evidence_document_id"] == kept["id"]
    without = done(await manager.post(f"/v1/plan-measures/{two['id']}/complete", {"evidence": "Көрдім"}))
    assert without["evidence_document_id"] is None


async def test_a_review_tells_what_moved_since_the_one_before_and_starts_the_clock_of_the_next(
    world: World, owner_url: str
) -> None:
    case = await case_in_planning(world)
    approved = await approve_plan(world, case, **_goals(indicator=MISSED))
    goal = approved["goals"][0]
    one, two, three = goal["measures"][:3]
    manager = await world.as_(MANAGER)
    done(await manager.post(f"/v1/plan-measures/{one['id']}/complete", {"evidence": "Анықтама"}))
    done(await manager.post(f"/v1/plan-measures/{two['id']}/start"))
    path = f"/v1/plans/{approved['id']}/reviews"
    waiting = done(await manager.get(path))
    assert [m["id"] for m in waiting["since_then"]["measures"]] == [one["id"], two["id"]]
    reading = {"readings": [{"goal_id": goal["id"], "value": 11}]}
    first = {"note": "Ұйқысы жақсарды", "child_words": "Маған ұнайды", "next_review_on": _later(20)} | reading
    review = done(await manager.post(path, first))
    assert review["moved"]["measures"] == [
        {"id": one["id"], "before": "planned", "now": "done"},
        {"id": two["id"], "before": "planned", "now": "in_progress"},
    ]
    (moved,) = review["moved"]["goals"]
    assert (moved["reading_before"], moved["reading_now"], moved["towards_target"]) == (19, 11, True)
    assert (review["moved"]["late_measure_ids"], review["moved"]["open_measures"]) == ([], 4)
    clock = (await running_clocks(owner_url, case.id))["plan_review"]
    assert clock["due_at"].date() <= TODAY + timedelta(days=20)
    done(await manager.post(f"/v1/plan-measures/{three['id']}/drop", {"reason": "Қажет емес"}))
    again = {"note": "Қайта нашарлады", "next_review_on": _later(40)}
    worse = {"readings": [{"goal_id": goal["id"], "value": 14}]}
    second = done(await manager.post(path, again | worse))
    assert [(m["id"], m["now"]) for m in second["moved"]["measures"]] == [(three["id"], "not_done")]
    assert second["moved"]["goals"][0]["towards_target"] is False
    listed = done(await manager.get(path))
    assert [r["number"] for r in listed["items"]] == [2, 1]
    assert listed["items"][1] == review
    assert listed["since_then"]["measures"] == []
    stopped = "SELECT result FROM task WHERE case_id = $1::uuid AND kind = 'plan_review' AND completed_at IS NOT NULL"
    assert [r["result"] for r in await rows(owner_url, stopped, case.id)] == ["reviewed", "reviewed"]
    assert "plan.reviewed" in await events(owner_url, approved["id"])


async def test_a_review_is_the_managers_of_a_plan_in_force_and_looks_ahead(world: World) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case, **_goals(indicator=MISSED))
    manager, path = await world.as_(MANAGER), f"/v1/plans/{drafted['id']}/reviews"
    said = {"note": "Жүріп жатыр", "next_review_on": _later(20)}
    assert (await manager.post(path, said)).status_code == 409
    assert done(await manager.get(path)) == {"items": [], "since_then": None}
    approved = await sign_and_approve(world, drafted["id"])
    assert (await (await world.as_(SUPERVISOR)).post(path, said)).status_code == 403
    assert (await (await world.as_("manager.astana")).post(path, said)).status_code == 404
    assert _why(await manager.post(path, said | {"next_review_on": _later(0)})) == (
        422,
        "review-not-ahead",
        "/next_review_on",
    )
    strange = {"readings": [{"goal_id": approved["goals"][0]["measures"][0]["id"], "value": 1}]}
    assert _why(await manager.post(path, said | strange))[1] == "goal-without-indicator"
    twice = {"readings": [{"goal_id": approved["goals"][0]["id"], "value": v} for v in (1, 2)]}
    assert _why(await manager.post(path, said | twice)) == (422, "named-twice", "/readings/1/goal_id")


async def test_two_versions_stand_side_by_side_with_what_differs_named(world: World) -> None:
    case = await case_in_planning(world)
    first = await approve_plan(world, case, **_goals(indicator=MISSED))
    manager = await world.as_(MANAGER)
    one = first["goals"][0]["measures"][0]
    done(await manager.post(f"/v1/plan-measures/{one['id']}/complete", {"evidence": "Анықтама"}))
    revised = done(await manager.post(f"/v1/plans/{first['id']}/revise"))
    goal = revised["goals"][0]
    assert goal["continues_goal_id"] == first["goals"][0]["id"]
    fresh = {"domain": "education", "text": "Мектеп", "measured_by": "Журнал", "measures": []}
    kept = {k: goal[k] for k in ("domain", "measured_by", "indicator", "continues_goal_id")}
    measures = [
        {k: v for k, v in m.items() if k in plan()["goals"][0]["measures"][0] or k == "continues_measure_id"}
        for m in goal["measures"]
    ]
    measures[0]["due_on"] = _later(45)
    argued = [{"help_kind": one["help_kind"], "argument": "Орындалды"}]
    written = plan(goals=[kept | {"text": "Үйде тыныш", "measures": measures}, fresh], missing_help=argued)
    headers = {"If-Match": f'"v{revised["version"]}"'}
    done(await manager.request("PUT", f"/v1/plans/{revised['id']}", json=written, headers=headers))
    second = await sign_and_approve(world, revised["id"])
    for path in (f"{first['id']}/compare/{second['id']}", f"{second['id']}/compare/{first['id']}"):
        compared = done(await manager.get(f"/v1/plans/{path}"))
        assert (compared["earlier"]["number"], compared["later"]["number"]) == (1, 2)
        same, new = compared["goals"]
        assert same["changed"] == ["text"]
        assert (same["earlier"]["text"], same["later"]["text"]) == ("Үйде қауіпсіз", "Үйде тыныш")
        assert (new["earlier"], new["later"]["text"]) == (None, "Мектеп")
        gone, moved, *rest = same["measures"]
        assert (gone["earlier"]["id"], gone["later"]) == (one["id"], None)
        assert moved["changed"] == ["due_on"]
        assert [pair["changed"] for pair in rest] == [[]] * 3


async def test_what_goes_on_from_nowhere_and_versions_of_two_cases_are_refused(world: World) -> None:
    case, other = await case_in_planning(world), await case_in_planning(world)
    mine, theirs = await approve_plan(world, case), await approve_plan(world, other)
    manager = await world.as_(MANAGER)
    done(await manager.post(f"/v1/plans/{mine['id']}/revise"))
    (draft,) = [p for p in done(await manager.get(f"/v1/cases/{case.id}/plans"))["items"] if p["state"] == "draft"]
    strange = plan(**_goals(continues_goal_id=theirs["goals"][0]["id"]))
    answer = await manager.request(
        "PUT", f"/v1/plans/{draft['id']}", json=strange, headers={"If-Match": f'"v{draft["version"]}"'}
    )
    assert _why(answer) == (422, "unknown-earlier", "/goals/0/continues_goal_id")
    assert _why(await manager.get(f"/v1/plans/{mine['id']}/compare/{theirs['id']}"))[1] == "plan-of-other-case"
    assert (
        await (await world.as_("manager.astana")).get(f"/v1/plans/{mine['id']}/compare/{mine['id']}")
    ).status_code == 404
