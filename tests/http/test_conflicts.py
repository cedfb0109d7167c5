"""A member of staff who is linked to a family is shut out of it: whatever the role, team, reach, and at once."""

from typing import Any

from casemgmt.demo.accounts import demo_id
from rules.deadlines import compute_due
from tests.clients import World
from tests.factories import count, row
from tests.http.test_cases import open_tasks
from tests.people import CHILD, case_of, record_person, signal_about, statuses
from tests.steps import done, open_case

OWN = "/v1/me/conflicts"
NAMED = {"kind": "close_relative", "named": {"family_name": "Тестова", "given_name": "Айгерим", "birth_year": 2013}}


def about(**target: Any) -> dict[str, Any]:
    return {"kind": "close_relative", **target}


async def declare(world: World, username: str, **target: Any) -> dict[str, Any]:
    """Declare one's own conflict."""
    return done(await (await world.as_(username)).post(OWN, about(**target)))


async def test_a_supervisor_who_declares_a_link_sees_nothing_of_the_family_any_more(world: World) -> None:
    case = await open_case(world)
    supervisor = await world.as_("supervisor.almaty")
    signal = done(await supervisor.get(f"/v1/cases/{case.id}"))["signal_ids"][0]
    paths = [
        f"/v1/cases/{case.id}",
        f"/v1/cases/{case.id}/timeline",
        f"/v1/persons/{case.child}",
        f"/v1/signals/{signal}",
    ]
    for path in paths:
        assert (await statuses(world, path, "supervisor.almaty")) == {"supervisor.almaty": 200}, path
    await declare(world, "supervisor.almaty", person_id=case.child)
    for path in paths:
        assert (await statuses(world, path, "supervisor.almaty")) == {"supervisor.almaty": 404}, path
    assert done(await supervisor.get("/v1/cases"))["items"] == []
    assert done(await supervisor.get("/v1/signals"))["items"] == []
    assert done(await supervisor.get("/v1/tasks/team"))["items"] == []
    assert done(await supervisor.get("/v1/tasks/summary"))["team"]["total"] == 0
    assert (await statuses(world, f"/v1/cases/{case.id}", "manager.almaty")) == {"manager.almaty": 200}


async def test_the_case_manager_hands_everything_on_by_declaring(world: World, owner_url: str) -> None:
    case = await open_case(world)
    before = await open_tasks(owner_url, case.id)
    await declare(world, "manager.almaty", case_id=case.id)
    assert (await statuses(world, f"/v1/cases/{case.id}", "manager.almaty")) == {"manager.almaty": 404}
    stand_in = await world.as_("supervisor.almaty")
    view = done(await stand_in.get(f"/v1/cases/{case.id}"))
    assert view["manager_id"] == str(demo_id("supervisor.almaty"))
    assert [m["user_id"] for m in view["team"]] == [view["manager_id"]]
    assert await open_tasks(owner_url, case.id) == sorted([*before, "conflict_take_over"])
    of_her = "SELECT count(*) FROM task WHERE assignee_id = $1 AND completed_at IS NULL AND cancelled_at IS NULL"
    assert await count(owner_url, of_her, demo_id("manager.almaty")) == 0
    told = done(await stand_in.get(f"/v1/cases/{case.id}/timeline"))["items"]
    assert {"case.member_left", "case.manager_stands_in"} <= {e["kind"] for e in told}
    assert "conflict" not in str(told)

    offer = {"to_user_id": str(demo_id("manager.almaty")), "reason": "workload"}
    refused = await stand_in.post(f"/v1/cases/{case.id}/handover", offer)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-free-for-this")
    offer["to_user_id"] = str(demo_id("manager2.almaty"))
    handover = done(await stand_in.post(f"/v1/cases/{case.id}/handover", offer))["id"]
    done(await (await world.as_("manager2.almaty")).post(f"/v1/handovers/{handover}/accept"))
    assert "conflict_take_over" not in await open_tasks(owner_url, case.id)


async def test_a_declaration_by_name_holds_for_what_is_recorded_later_and_tells_nothing(
    world: World, owner_url: str
) -> None:
    manager = await world.as_("manager.almaty")
    answers = [done(await manager.post(OWN, NAMED)) for _ in range(1)]
    child = await record_person(world, "duty.almaty", CHILD | {"patronymic": None})
    answers.append(done(await manager.post(OWN, NAMED)))
    for answer in answers:
        del answer["id"], answer["declared_at"]
    assert answers[0] == answers[1]
    duty = await world.as_("duty.almaty")
    signal = done(
        await duty.post(
            "/v1/signals",
            {
                "source": "police",
                "channel": "call",
                "category": "violence_physical",
                "language": "kk",
                "narrative": "Үйде айғай.",
                "region_code": "KZ-75",
                "subjects": [{"person_id": child, "role": "child"}],
            },
        )
    )["id"]
    done(
        await duty.post(
            f"/v1/signals/{signal}/triage",
            {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"},
        )
    )
    wish = {"signal_ids": [signal], "children": [child], "manager_id": str(demo_id("manager.almaty"))}
    refused = await duty.post("/v1/cases", wish)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-free-for-this")
    opened = done(await duty.post("/v1/cases", wish | {"manager_id": str(demo_id("manager2.almaty"))}))
    member = {"user_id": str(demo_id("manager.almaty")), "team_role": "deputy_manager"}
    added = await (await world.as_("manager2.almaty")).post(f"/v1/cases/{opened['id']}/team", member)
    assert (added.status_code, added.json()["code"]) == (409, "not-free-for-this")
    matched = done(
        await manager.post("/v1/persons/match", {"family_name": "Тестова", "given_name": "Айгерім", "birth_year": 2013})
    )
    assert matched == {"visible": [], "hidden": False, "contact_requested": False}


async def test_who_declared_a_relative_leaves_the_team_the_moment_the_relative_joins_the_case(
    world: World, owner_url: str
) -> None:
    case = await open_case(world)
    before = await open_tasks(owner_url, case.id)
    manager = await world.as_("manager.almaty")
    mother = await record_person(world, "manager.almaty", {"family_name": "Тестова", "given_name": "Мадина"})
    await declare(world, "manager2.almaty", person_id=mother)
    deputy = {"user_id": str(demo_id("manager2.almaty")), "team_role": "deputy_manager"}
    done(await manager.post(f"/v1/cases/{case.id}/team", deputy))
    assert (await statuses(world, f"/v1/cases/{case.id}", "manager2.almaty")) == {"manager2.almaty": 200}
    view = done(await manager.post(f"/v1/cases/{case.id}/persons", {"person_id": mother, "role": "parent"}))
    assert [m["user_id"] for m in view["team"]] == [str(demo_id("manager.almaty"))]
    assert (await statuses(world, f"/v1/cases/{case.id}", "manager2.almaty")) == {"manager2.almaty": 404}
    assert await open_tasks(owner_url, case.id) == sorted([*before, "conflict_take_over"])


async def test_the_deputy_stands_in_for_a_manager_whose_relative_joins_the_case(world: World) -> None:
    case = await open_case(world)
    manager, deputy = await world.as_("manager.almaty"), await world.as_("manager2.almaty")
    member = {"user_id": str(demo_id("manager2.almaty")), "team_role": "deputy_manager"}
    done(await manager.post(f"/v1/cases/{case.id}/team", member))
    father = await record_person(world, "manager2.almaty", {"family_name": "Жұмабаев", "given_name": "Марат"})
    await declare(world, "manager.almaty", person_id=father)
    view = done(await deputy.post(f"/v1/cases/{case.id}/persons", {"person_id": father, "role": "third_person"}))
    assert view["manager_id"] == member["user_id"]
    assert [(m["user_id"], m["team_role"]) for m in view["team"]] == [(member["user_id"], "manager")]
    assert (await statuses(world, f"/v1/cases/{case.id}", "manager.almaty")) == {"manager.almaty": 404}


async def test_a_supervisor_declares_a_colleague_who_is_not_told_and_a_second_person_ends_it(world: World) -> None:
    case_id = await case_of(world, await record_person(world, "duty.almaty"))
    supervisor, manager = await world.as_("supervisor.almaty"), await world.as_("manager.almaty")
    path = f"/v1/users/{demo_id('manager.almaty')}/conflicts"
    conflict = done(await supervisor.post(path, about(case_id=case_id, note="Туысы")))
    assert (await statuses(world, f"/v1/cases/{case_id}", "manager.almaty")) == {"manager.almaty": 404}
    assert done(await manager.get(OWN))["items"] == []
    assert [c["id"] for c in done(await supervisor.get("/v1/conflicts?state=standing"))["items"]] == [conflict["id"]]
    end = f"/v1/conflicts/{conflict['id']}/end"
    alone = await supervisor.post(end, {"note": "Қате."})
    assert (alone.status_code, alone.json()["code"]) == (409, "conflict-second-person-needed")
    assert (await manager.post(end, {"note": "Қате."})).status_code == 403
    elsewhere = await (await world.as_("supervisor.astana")).post(end, {"note": "Қате."})
    assert elsewhere.status_code == 404


async def test_an_own_declaration_is_ended_by_the_supervisor_and_gives_nothing_back_by_itself(world: World) -> None:
    case = await open_case(world)
    own = await declare(world, "manager.almaty", case_id=case.id)
    supervisor = await world.as_("supervisor.almaty")
    ended = done(await supervisor.post(f"/v1/conflicts/{own['id']}/end", {"note": "Аттас адам."}))
    assert ended["state"] == "ended"
    assert (await statuses(world, f"/v1/cases/{case.id}", "manager.almaty")) == {"manager.almaty": 404}
    again = await supervisor.post(f"/v1/conflicts/{own['id']}/end", {"note": "Аттас адам."})
    assert again.status_code == 409
    offer = {"to_user_id": str(demo_id("manager.almaty")), "reason": "workload"}
    assert (await supervisor.post(f"/v1/cases/{case.id}/handover", offer)).status_code == 201


async def test_the_term_to_take_over_is_that_of_the_deadline(world: World, owner_url: str) -> None:
    case = await open_case(world)
    await declare(world, "manager.almaty", case_id=case.id)
    query = "SELECT started_at, warn_at, due_at FROM task WHERE kind = 'conflict_take_over'"
    started, warned, due_at = await row(owner_url, query)
    due = compute_due("conflict_take_over", started)
    assert (warned, due_at) == (due.warn_at, due.due_at)


async def test_a_declaration_about_nothing_or_two_things_is_refused_and_changes_nothing(world: World) -> None:
    manager = await world.as_("manager.almaty")
    some = str(demo_id("some"))
    for wish in ({}, {"person_id": some, "case_id": some}, {"person_id": None}):
        refused = await manager.post(OWN, about(**wish))
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "one_target")
    assert done(await manager.get(OWN))["items"] == []
    for username, status in (("admin", 403), ("manager.almaty", 403), ("supervisor.astana", 403)):
        path = f"/v1/users/{demo_id('duty.almaty')}/conflicts"
        assert (await (await world.as_(username)).post(path, about(case_id=some))).status_code == status


async def test_what_was_answered_before_is_not_repeated_after(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    met = {"person_id": case.child, "at": "2026-01-10T10:00:00Z", "place": "home", "alone": True}
    key = {"Idempotency-Key": "contact-of-the-day"}
    first = await manager.post(f"/v1/cases/{case.id}/child-contacts", met, headers=key)
    assert first.status_code == 201, first.text
    await declare(world, "manager.almaty", person_id=case.child)
    again = await manager.post(f"/v1/cases/{case.id}/child-contacts", met, headers=key)
    assert again.status_code == 404


async def test_a_group_whose_lead_is_linked_gets_no_referral_and_one_in_hand_comes_to_the_desk(
    world: World, owner_url: str
) -> None:
    child = await record_person(world, "duty.almaty")
    signal = await signal_about(world, "duty.almaty", child)
    duty, lead = await world.as_("duty.almaty"), await world.as_("lead.almaty")
    refer = {
        "outcome": "mobile_group_referral",
        "severity": "high",
        "reason": "visit_needed",
        "mobile_group_id": str(demo_id("group cps_almaty")),
    }
    done(await duty.post(f"/v1/signals/{signal}/triage", refer))
    assert len(done(await lead.get("/v1/referrals"))["items"]) == 1
    await declare(world, "lead.almaty", person_id=child)
    assert done(await lead.get("/v1/referrals"))["items"] == []
    assert len(done(await (await world.as_("nurse.almaty")).get("/v1/referrals"))["items"]) == 1
    desk = "SELECT count(*) FROM task WHERE kind = 'conflict_take_over' AND assignee_id IS NULL AND signal_id = $1"
    assert await count(owner_url, desk, signal) == 1
    second = await signal_about(world, "duty.almaty", child)
    refused = await duty.post(f"/v1/signals/{second}/triage", refer)
    assert (refused.status_code, refused.json()["code"]) == (422, "group-not-free")
