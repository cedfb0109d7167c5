"""Cases over HTTP: opened, read, listed, changed, moved from stage to stage."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from tests.clients import World
from tests.factories import count
from tests.outreach_steps import ACT, WAY, go, record_child, refer
from tests.people import CHILD, MOTHER, case_of, record_person, signal_about, statuses
from tests.steps import (
    approve_plan,
    assess,
    case_in_assessment,
    case_in_planning,
    done,
    draft_plan,
    open_case,
    sign_and_approve,
)

EMERGENCY = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}


async def ready_signal(world: World, category: str = "neglect", username: str = "duty.almaty") -> tuple[str, str]:
    """A child and an emergency signal about it, as the duty desk leaves them."""
    caller = await world.as_(username)
    child = await record_person(world, username)
    signal = {
        "source": "police",
        "channel": "call",
        "category": category,
        "language": "kk",
        "narrative": "Үйде айғай.",
        "region_code": None,
        "subjects": [{"person_id": child, "role": "child"}],
    }
    signal_id = done(await caller.post("/v1/signals", signal))["id"]
    done(await caller.post(f"/v1/signals/{signal_id}/triage", EMERGENCY))
    return child, signal_id


def wish(child: str, *signals: str, manager: str = "manager.almaty", **given: Any) -> dict[str, Any]:
    return {"signal_ids": list(signals), "children": [child], "manager_id": str(demo_id(manager))} | given


def met(child: str, **given: Any) -> dict[str, Any]:
    moment = datetime.now(UTC) - timedelta(minutes=5)
    return {"person_id": child, "at": moment.isoformat(), "place": "home", "alone": True, "words": "Жаным"} | given


def verdicts(case: dict[str, Any]) -> dict[str, str | None]:
    """Every action with the reason why it is not allowed, None where it is."""
    return {a["action"]: a["reason_code"] for a in case["allowed_actions"]}


async def open_tasks(owner_url: str, case_id: str) -> list[str]:
    query = (
        "SELECT coalesce(array_agg(kind ORDER BY kind), '{}') FROM task"
        " WHERE case_id = $1 AND completed_at IS NULL AND cancelled_at IS NULL"
    )
    found: list[str] = await count(owner_url, query, case_id)
    return found


async def test_the_opener_learns_number_and_manager_and_sees_no_more_of_the_case(world: World, owner_url: str) -> None:
    duty = await world.as_("duty.almaty")
    child, signal_id = await ready_signal(world)
    opened = await duty.post("/v1/cases", wish(child, signal_id))
    assert opened.status_code == 201, opened.text
    body = opened.json()
    assert set(body) == {"id", "number", "manager_id", "organisation_id", "possible_kin"}
    year = await count(owner_url, "SELECT extract(year FROM now() AT TIME ZONE 'Asia/Almaty')::int")
    assert body["number"] == f"KZ-75-{year}-000001"
    assert body["organisation_id"] == str(demo_id("crd_almaty"))
    assert opened.headers["location"] == f"/v1/cases/{body['id']}"
    assert await statuses(world, opened.headers["location"], "duty.almaty", "manager.almaty", "manager2.almaty") == {
        "duty.almaty": 403,
        "manager.almaty": 200,
        "manager2.almaty": 404,
    }
    event = "SELECT count(*) FROM audit_event WHERE kind = 'case.opened' AND case_id = $1"
    assert await count(owner_url, event, body["id"]) == 1


async def test_a_case_begins_with_its_manager_its_persons_and_its_clocks(world: World, owner_url: str) -> None:
    child, signal_id = await ready_signal(world, "violence_physical")
    mother = await record_person(world, "duty.almaty", MOTHER)
    around = [{"person_id": mother, "role": "parent"}]
    command = wish(child, signal_id, persons=around, problem_type="offence_against_child")
    case_id = done(await (await world.as_("duty.almaty")).post("/v1/cases", command))["id"]
    case = done(await (await world.as_("manager.almaty")).get(f"/v1/cases/{case_id}"))
    assert (case["state"], case["region_code"], case["restricted"]) == ("opened", "KZ-75", False)
    assert {p["person_id"]: p["role"] for p in case["persons"]} == {child: "child", mother: "parent"}
    assert [(m["user_id"], m["team_role"], m["sector"]) for m in case["team"]] == [
        (str(demo_id("manager.almaty")), "manager", "education")
    ]
    assert (case["signal_ids"], case["help_package"]) == ([signal_id], "victim_5")
    # The signal's own clocks have stopped; the notices that the law of the house demands go on with the manager.
    assert await open_tasks(owner_url, case_id) == [
        "assessment",
        "first_contact_with_child",
        "mandatory_notice_guardianship",
        "mandatory_notice_police",
    ]
    strangers = "SELECT count(*) FROM task WHERE case_id = $1 AND completed_at IS NULL AND assignee_id <> $2"
    assert await count(owner_url, strangers, case_id, demo_id("manager.almaty")) == 0
    left = "SELECT count(*) FROM task WHERE signal_id = $1 AND case_id IS NULL"
    assert await count(owner_url, left, signal_id) == 0


@pytest.mark.parametrize(
    ("category", "package", "ground"),
    [
        ("violence_sexual", "victim_5", "sexual_violence"),
        ("trafficking", "trafficking_6", None),
        ("neglect", None, None),
    ],
)
async def test_the_category_gives_package_and_restriction(
    world: World, category: str, package: str | None, ground: str | None
) -> None:
    child, signal_id = await ready_signal(world, category)
    case_id = done(await (await world.as_("duty.almaty")).post("/v1/cases", wish(child, signal_id)))["id"]
    case = done(await (await world.as_("manager.almaty")).get(f"/v1/cases/{case_id}"))
    assert (case["help_package"], case["restriction_ground"], case["restricted"]) == (package, ground, bool(ground))


async def test_a_restricted_case_takes_signal_tasks_and_story_out_of_the_opener_s_sight(world: World) -> None:
    child, signal_id = await ready_signal(world, "violence_sexual")
    done(await (await world.as_("duty.almaty")).post("/v1/cases", wish(child, signal_id)))
    for path in (f"/v1/signals/{signal_id}", f"/v1/signals/{signal_id}/timeline", f"/v1/persons/{child}"):
        assert await statuses(world, path, "duty.almaty", "manager.almaty", "oversight") == {
            "duty.almaty": 404,
            "manager.almaty": 200,
            "oversight": 404,
        }


async def test_one_case_takes_several_signals_and_children(world: World) -> None:
    duty = await world.as_("duty.almaty")
    first, one = await ready_signal(world)
    second, other = await ready_signal(world)
    command = wish(first, one, other) | {"children": [first, second]}
    case_id = done(await duty.post("/v1/cases", command))["id"]
    case = done(await (await world.as_("manager.almaty")).get(f"/v1/cases/{case_id}"))
    assert set(case["signal_ids"]) == {one, other}
    assert {p["person_id"] for p in case["persons"] if p["role"] == "child"} == {first, second}
    states = {done(await duty.get(f"/v1/signals/{s}"))["state"] for s in (one, other)}
    assert states == {"attached"}


async def test_a_case_is_not_opened_for_a_manager_who_is_none_or_works_elsewhere(world: World) -> None:
    duty = await world.as_("duty.almaty")
    child, signal_id = await ready_signal(world)
    for manager, code in (
        ("supervisor.almaty", "unknown-case-manager"),
        ("nobody", "unknown-case-manager"),
        ("manager.astana", "manager-of-other-region"),
    ):
        refused = await duty.post("/v1/cases", wish(child, signal_id, manager=manager))
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == "/manager_id"


async def test_a_case_is_not_opened_from_a_signal_that_is_hidden_undecided_or_about_another_child(
    world: World,
) -> None:
    duty = await world.as_("duty.almaty")
    child, signal_id = await ready_signal(world)
    hidden = await (await world.as_("duty.astana")).post("/v1/cases", wish(child, signal_id, manager="manager.astana"))
    assert hidden.status_code == 404
    absent = await duty.post("/v1/cases", wish(child, str(new_id())))
    assert absent.status_code == 404
    undecided = await signal_about(world, "duty.almaty", child)
    refused = await duty.post("/v1/cases", wish(child, undecided))
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong-state")
    assert "triage_emergency" in refused.json()["allowed_transitions"]
    stranger = await record_person(world, "duty.almaty")
    other = await duty.post("/v1/cases", wish(stranger, signal_id))
    assert (other.status_code, other.json()["code"]) == (422, "signal-of-other-child")


async def test_a_case_is_not_opened_with_a_hidden_person_or_one_named_twice(world: World) -> None:
    duty = await world.as_("duty.almaty")
    child, signal_id = await ready_signal(world)
    far = await record_person(world, "duty.astana", CHILD)
    hidden = await duty.post("/v1/cases", wish(child, signal_id, persons=[{"person_id": far, "role": "parent"}]))
    assert (hidden.status_code, hidden.json()["code"]) == (422, "unknown-person")
    twice = await duty.post("/v1/cases", wish(child, signal_id, persons=[{"person_id": child, "role": "parent"}]))
    assert (twice.status_code, twice.json()["code"]) == (422, "person-twice")
    assert (await duty.post("/v1/cases", wish(child, signal_id, help_package="all"))).status_code == 422
    assert (await duty.post("/v1/cases", wish(child))).status_code == 422


async def test_a_child_has_one_open_case_also_where_that_one_is_hidden(world: World, owner_url: str) -> None:
    child = await record_person(world, "duty.almaty")
    await case_of(world, child)
    duty = await world.as_("duty.almaty")
    again = await signal_about(world, "duty.almaty", child)
    done(await duty.post(f"/v1/signals/{again}/triage", EMERGENCY))
    refused = await duty.post("/v1/cases", wish(child, again, manager="manager2.almaty"))
    assert (refused.status_code, refused.json()["code"]) == (409, "open-case-exists")
    assert await count(owner_url, "SELECT count(*) FROM case_record") == 1


async def test_of_two_cases_opened_for_a_child_at_once_one_is_made(world: World, owner_url: str) -> None:
    duty = await world.as_("duty.almaty")
    child, first = await ready_signal(world)
    second = await signal_about(world, "duty.almaty", child)
    done(await duty.post(f"/v1/signals/{second}/triage", EMERGENCY))
    answers = await asyncio.gather(*(duty.post("/v1/cases", wish(child, s)) for s in (first, second)))
    assert sorted(a.status_code for a in answers) == [201, 409]
    assert await count(owner_url, "SELECT count(*) FROM case_record") == 1


async def test_who_has_no_part_in_opening_may_not_open(world: World) -> None:
    child, signal_id = await ready_signal(world)
    for username in ("operator.111", "supervisor.almaty", "oversight", "psychologist.almaty", "auditor"):
        caller = await world.as_(username)
        assert (await caller.post("/v1/cases", wish(child, signal_id))).status_code == 403


async def test_a_case_is_listed_to_those_who_see_it_and_to_nobody_else(world: World, owner_url: str) -> None:
    almaty = (await open_case(world)).id
    child, signal_id = await ready_signal(world, username="duty.astana")
    duty = await world.as_("duty.astana")
    astana = done(await duty.post("/v1/cases", wish(child, signal_id, manager="manager.astana")))["id"]
    hidden = await case_of(world, await record_person(world, "duty.almaty"), restricted=True)
    expected = {
        "manager.almaty": [hidden, almaty],
        "manager2.almaty": [],
        "manager.astana": [astana],
        "supervisor.almaty": [almaty],
        "head.almaty": [],
        "oversight": [astana, almaty],
    }
    for username, cases in expected.items():
        caller = await world.as_(username)
        assert [c["id"] for c in done(await caller.get("/v1/cases"))["items"]] == cases, username
    manager = await world.as_("manager.almaty")
    first = done(await manager.get("/v1/cases?limit=1"))
    second = done(await manager.get(f"/v1/cases?limit=1&cursor={first['next_cursor']}"))
    assert [c["id"] for c in first["items"] + second["items"]] == [hidden, almaty]
    assert second["next_cursor"] is None
    assert done(await manager.get("/v1/cases?state=closed"))["items"] == []
    assert (await manager.get("/v1/cases?state=lost")).status_code == 422
    assert (await manager.get("/v1/cases?number=1")).status_code == 422
    shown = "SELECT record_ids FROM audit_event WHERE kind = 'case.listed' AND actor_id = $1"
    ids = await count(owner_url, shown, demo_id("supervisor.almaty"))
    assert [str(i) for i in ids] == [almaty]


async def test_a_case_is_changed_by_who_read_the_version_at_hand(world: World, owner_url: str) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    etag = (await manager.get(path)).headers["etag"]
    change = {"problem_type": "offence_against_child", "help_package": None}
    assert (await manager.patch(path, change)).status_code == 428
    changed = await manager.patch(path, change, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["problem_type"], changed.json()["help_package"]) == ("offence_against_child", None)
    assert (await manager.patch(path, change, headers={"If-Match": etag})).status_code == 412
    fresh = {"If-Match": changed.headers["etag"]}
    assert (await manager.patch(path, {"problem_type": "bad_mood"}, headers=fresh)).status_code == 422
    assert (await (await world.as_("supervisor.almaty")).patch(path, change, headers=fresh)).status_code == 403
    assert (await (await world.as_("manager2.almaty")).patch(path, change, headers=fresh)).status_code == 404
    fields = await count(owner_url, "SELECT fields FROM audit_event WHERE kind = 'case.changed'")
    assert set(fields) == {"case_record.problem_type", "case_record.help_package"}


async def test_a_person_joins_a_case_once_and_a_child_one_open_case_only(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/persons"
    sibling = await record_person(world, "manager.almaty")
    joined = await manager.post(path, {"person_id": sibling, "role": "child"})
    assert joined.status_code == 201, joined.text
    again = await manager.post(path, {"person_id": sibling, "role": "parent"})
    assert (again.status_code, again.json()["code"]) == (409, "person-in-case-already")
    other = await record_person(world, "duty.almaty")
    busy = await case_of(world, other)
    elsewhere = await manager.post(path, {"person_id": other, "role": "child"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "open-case-exists")
    assert (await manager.post(f"/v1/cases/{busy}/persons", {"person_id": sibling, "role": "carer"})).status_code == 201
    hidden = await record_person(world, "duty.astana")
    refused = await manager.post(path, {"person_id": hidden, "role": "parent"})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-person")


async def test_nothing_is_assessed_before_somebody_met_the_child(world: World, owner_url: str) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    refused = await manager.post(f"{path}/start-assessment")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-child-contact")
    assert "start_assessment" in refused.json()["allowed_transitions"]
    assert verdicts(done(await manager.get(path)))["start_assessment"] == "no-child-contact"
    assert "first_contact_with_child" in await open_tasks(owner_url, case.id)
    recorded = await manager.post(f"{path}/child-contacts", met(case.child))
    assert recorded.status_code == 201, recorded.text
    assert verdicts(recorded.json())["start_assessment"] is None
    assert "first_contact_with_child" not in await open_tasks(owner_url, case.id)
    assert done(await manager.post(f"{path}/start-assessment"))["state"] == "assessment"
    assert (await manager.post(f"{path}/start-assessment")).status_code == 409


async def test_a_contact_is_with_a_child_of_the_case_and_in_the_past(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/child-contacts"
    mother = await record_person(world, "manager.almaty", MOTHER)
    done(await manager.post(f"/v1/cases/{case.id}/persons", {"person_id": mother, "role": "parent"}))
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for command, code in (
        (met(mother), "not-a-child-of-the-case"),
        (met(case.child, at=later), "contact-in-the-future"),
        (met(case.child, place="moon"), "invalid-request"),
        (met(case.child, at="2026-11-01T10:00:00"), "invalid-request"),
    ):
        refused = await manager.post(path, command)
        assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_child_whom_the_mobile_group_met_needs_no_second_first_contact(world: World, owner_url: str) -> None:
    child = await record_child(world)
    signal_id, referral_id = await refer(world, subjects=[{"person_id": child, "role": "child"}], who="duty.almaty")
    await go(world, referral_id, *WAY)
    lead = await world.as_("lead.almaty")
    done(await lead.post(f"/v1/referrals/{referral_id}/visit-act", ACT))
    case_id = done(await (await world.as_("duty.almaty")).post("/v1/cases", wish(child, signal_id)))["id"]
    manager = await world.as_("manager.almaty")
    assert done(await manager.post(f"/v1/cases/{case_id}/start-assessment"))["state"] == "assessment"
    assert "first_contact_with_child" not in await open_tasks(owner_url, case_id)


async def test_nothing_is_planned_before_every_child_is_assessed(world: World) -> None:
    case = await case_in_assessment(world, children=2)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/start-planning"
    await assess(world, case, person=case.children[0])
    refused = await manager.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "child-not-assessed")
    await assess(world, case, person=case.children[1])
    assert done(await manager.post(path))["state"] == "planning"


async def test_no_support_without_an_approved_plan_that_covers_the_package(world: World) -> None:
    case = await case_in_planning(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    refused = await manager.post(f"{path}/start-support")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-approved-plan")
    plan_id = (await draft_plan(world, case))["id"]
    assert (await manager.post(f"{path}/start-support")).json()["code"] == "no-approved-plan"
    await sign_and_approve(world, plan_id)
    shown = await manager.get(path)
    assert shown.json()["current_plan_id"] == plan_id
    wider = await manager.patch(path, {"help_package": "trafficking_6"}, headers={"If-Match": shown.headers["etag"]})
    assert verdicts(wider.json())["start_support"] == "help-kinds-missing"
    back = await manager.patch(path, {"help_package": "victim_5"}, headers={"If-Match": wider.headers["etag"]})
    assert verdicts(back.json())["start_support"] is None
    assert done(await manager.post(f"{path}/start-support"))["state"] == "support"
    assert done(await manager.post(f"{path}/start-rehabilitation"))["state"] == "rehabilitation"


async def test_stages_are_moved_by_the_manager_s_work_alone(world: World) -> None:
    case = await case_in_planning(world)
    await approve_plan(world, case)
    path = f"/v1/cases/{case.id}/start-support"
    stale = await (await world.as_("manager.almaty")).post(path, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    for username, status in (("supervisor.almaty", 403), ("manager2.almaty", 404), ("psychologist.almaty", 403)):
        assert (await (await world.as_(username)).post(path)).status_code == status
