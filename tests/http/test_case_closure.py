"""Closing a case with a second person, and opening it again, over HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from casemgmt.demo.accounts import demo_id
from tests import factories
from tests.clients import World
from tests.factories import count
from tests.http.test_case_team import member
from tests.http.test_cases import met, open_tasks, ready_signal, verdicts
from tests.people import case_of, record_person
from tests.steps import (
    CaseAtWork,
    approve_plan,
    assess,
    case_in_assessment,
    case_in_planning,
    done,
    notice_by_telephone,
    open_case,
)

NOTE = {"note": "Отбасымен келісілді."}
PROPOSE = {"reason": "danger_removed"} | NOTE
EARLY = {"reason": "contact_lost"} | NOTE


async def assessed_case(world: World) -> CaseAtWork:
    """A case whose danger turned out to be over when it was assessed."""
    case = await case_in_assessment(world, category="other")
    await assess(world, case)
    return case


async def end_tasks(world: World, case_id: str) -> None:
    """The manager gives the notices that bodies wait for."""
    manager = await world.as_("manager.almaty")
    for task in done(await manager.get("/v1/tasks/mine"))["items"]:
        if task["case_id"] == case_id and task["kind"].startswith("mandatory_notice"):
            done(await manager.post(f"/v1/tasks/{task['id']}/notice", notice_by_telephone(task["started_at"])))


async def closed_case(world: World, reason: str = "contact_lost") -> CaseAtWork:
    """A case that was closed early."""
    case = await open_case(world, category="other")
    await close(world, case.id, reason)
    return case


async def close(world: World, case_id: str, reason: str = "contact_lost") -> dict[str, Any]:
    manager, supervisor = await world.as_("manager.almaty"), await world.as_("supervisor.almaty")
    done(await manager.post(f"/v1/cases/{case_id}/propose-closure", {"reason": reason} | NOTE))
    return done(await supervisor.post(f"/v1/cases/{case_id}/approve-closure", NOTE))


async def test_a_case_is_not_closed_while_its_clocks_run_unless_the_route_is_cut_short(
    world: World, owner_url: str
) -> None:
    case = await open_case(world, category="other")
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    shown = verdicts(done(await manager.get(path)))
    assert (shown["propose_closure"], shown["propose_early_closure"]) == ("open-tasks", None)
    refused = await manager.post(f"{path}/propose-closure", PROPOSE)
    assert (refused.status_code, refused.json()["code"]) == (409, "open-tasks")
    proposed = done(await manager.post(f"{path}/propose-closure", EARLY))
    assert proposed["state"] == "closure_proposed"
    assert [(c["reason"], c["from_state"], c["approved"]) for c in proposed["closures"]] == [
        ("contact_lost", "opened", None)
    ]
    assert "closure_approval" in await open_tasks(owner_url, case.id)
    closed = done(await (await world.as_("supervisor.almaty")).post(f"{path}/approve-closure", NOTE))
    assert closed["state"] == "closed"
    assert closed["closed_at"] is not None
    assert await open_tasks(owner_url, case.id) == ["follow_up_check"]


async def test_a_notice_that_a_body_waits_for_blocks_every_closure(world: World) -> None:
    case = await open_case(world, category="violence_physical")
    refused = await (await world.as_("manager.almaty")).post(f"/v1/cases/{case.id}/propose-closure", EARLY)
    assert (refused.status_code, refused.json()["code"]) == (409, "open-tasks")


async def test_the_closure_starts_the_follow_up_check_and_its_clock(world: World, owner_url: str) -> None:
    case = await assessed_case(world)
    await end_tasks(world, case.id)
    closed = await close(world, case.id, "danger_removed")
    assert closed["closures"][0]["decided_by_id"] == str(demo_id("supervisor.almaty"))
    query = (
        "SELECT count(*) FROM follow_up_check f JOIN task t ON t.record_id = f.id"
        " WHERE f.case_id = $1 AND f.state = 'due' AND t.kind = 'follow_up_check'"
        " AND (t.due_at AT TIME ZONE 'Asia/Almaty')::date = f.due_on"
        " AND t.assignee_id = $2 AND NOT t.blocks_closure"
    )
    assert await count(owner_url, query, case.id, demo_id("manager.almaty")) == 1
    stories = "SELECT array_agg(kind ORDER BY at, id) FROM timeline_entry WHERE kind LIKE 'case.clos%' AND case_id = $1"
    assert await count(owner_url, stories, case.id) == ["case.closure_proposed", "case.closed"]


async def test_nobody_looks_later_after_a_child_whose_case_was_opened_in_error(world: World, owner_url: str) -> None:
    case = await closed_case(world, "opened_in_error")
    assert await open_tasks(owner_url, case.id) == []
    assert await count(owner_url, "SELECT count(*) FROM follow_up_check WHERE case_id = $1", case.id) == 0


async def test_the_second_person_is_neither_proposer_nor_manager_and_has_the_right(world: World) -> None:
    case = await open_case(world, category="other")
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    done(await manager.post(f"{path}/propose-closure", EARLY))
    assert (await manager.post(f"{path}/approve-closure", NOTE)).status_code == 403
    assert (await (await world.as_("supervisor.astana")).post(f"{path}/approve-closure", NOTE)).status_code == 404
    assert verdicts(done(await manager.get(path)))["approve_closure"] == "forbidden"
    supervisor = await world.as_("supervisor.almaty")
    assert verdicts(done(await supervisor.get(path)))["approve_closure"] is None
    assert (await supervisor.post(f"{path}/propose-closure", EARLY)).status_code == 403


async def test_the_second_person_of_a_restricted_case_is_taken_into_the_team(world: World) -> None:
    case_id = await case_of(world, await record_person(world, "duty.almaty"), restricted=True)
    manager, supervisor = await world.as_("manager.almaty"), await world.as_("supervisor.almaty")
    path = f"/v1/cases/{case_id}"
    await end_tasks(world, case_id)
    done(await manager.post(f"{path}/propose-closure", EARLY))
    assert (await supervisor.post(f"{path}/approve-closure", NOTE)).status_code == 404
    done(await manager.post(f"{path}/team", member("supervisor.almaty", "supervisor")))
    assert done(await supervisor.post(f"{path}/approve-closure", NOTE))["state"] == "closed"


async def test_a_returned_closure_goes_back_to_the_stage_that_it_came_from(world: World, owner_url: str) -> None:
    case = await case_in_assessment(world, category="other")
    manager, supervisor = await world.as_("manager.almaty"), await world.as_("supervisor.almaty")
    path = f"/v1/cases/{case.id}"
    done(await manager.post(f"{path}/propose-closure", EARLY))
    possible = verdicts(done(await supervisor.get(path)))
    assert possible["return_closure_to_assessment"] is None
    assert possible["return_closure_to_support"] == "other-stage"
    returned = done(await supervisor.post(f"{path}/return-closure", NOTE))
    assert returned["state"] == "assessment"
    assert (returned["closures"][0]["approved"], returned["closures"][0]["decision_note"]) == (False, NOTE["note"])
    assert "closure_approval" not in await open_tasks(owner_url, case.id)
    again = await supervisor.post(f"{path}/return-closure", NOTE)
    assert (again.status_code, again.json()["code"]) == (409, "wrong-state")
    assert done(await manager.post(f"{path}/propose-closure", EARLY))["state"] == "closure_proposed"


async def test_no_closure_without_an_outcome_for_every_goal(world: World, owner_url: str) -> None:
    case = await case_in_planning(world, category="violence_psychological")
    await approve_plan(world, case)
    await end_tasks(world, case.id)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    refused = await manager.post(f"{path}/propose-closure", EARLY)
    assert (refused.status_code, refused.json()["code"]) == (409, "goals-without-outcome")


async def test_a_signal_that_comes_in_meanwhile_holds_the_closure_up(world: World) -> None:
    case = await open_case(world, category="other")
    manager, supervisor = await world.as_("manager.almaty"), await world.as_("supervisor.almaty")
    path = f"/v1/cases/{case.id}"
    done(await manager.post(f"{path}/propose-closure", EARLY))
    duty = await world.as_("duty.almaty")
    signal = {
        "source": "police",
        "channel": "call",
        "category": "other",
        "language": "ru",
        "narrative": "Снова.",
        "region_code": "KZ-75",
        "subjects": [{"person_id": case.child, "role": "child"}],
    }
    signal_id = done(await duty.post("/v1/signals", signal))["id"]
    attach = {"outcome": "attach_to_case", "severity": "low", "reason": "same_child"}
    attached = await duty.post(f"/v1/signals/{signal_id}/triage", attach | {"person_id": case.child})
    assert attached.status_code == 200, attached.text
    refused = await supervisor.post(f"{path}/approve-closure", NOTE)
    assert (refused.status_code, refused.json()["code"]) == (409, "open-tasks")
    done(await supervisor.post(f"{path}/return-closure", NOTE))


async def test_of_two_closures_at_once_one_is_made(world: World, owner_url: str) -> None:
    case = await open_case(world, category="other")
    manager, supervisor = await world.as_("manager.almaty"), await world.as_("supervisor.almaty")
    path = f"/v1/cases/{case.id}"
    proposals = await asyncio.gather(*(manager.post(f"{path}/propose-closure", EARLY) for _ in range(3)))
    assert sorted(a.status_code for a in proposals) == [200, 409, 409]
    decisions = await asyncio.gather(
        supervisor.post(f"{path}/approve-closure", NOTE),
        supervisor.post(f"{path}/return-closure", NOTE),
        supervisor.post(f"{path}/approve-closure", NOTE),
    )
    assert sorted(a.status_code for a in decisions) == [200, 409, 409]
    assert await count(owner_url, "SELECT count(*) FROM case_closure") == 1


async def test_a_case_opens_again_with_its_history_and_nothing_of_the_old_round_carries_the_new(
    world: World, owner_url: str
) -> None:
    case = await assessed_case(world)
    await end_tasks(world, case.id)
    await close(world, case.id, "danger_removed")
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    assert (await manager.post(f"{path}/start-assessment")).status_code == 409
    reopened = done(await manager.post(f"{path}/reopen", {"reason": "relapse"} | NOTE))
    assert (reopened["state"], reopened["reopened_times"], reopened["closed_at"]) == ("assessment", 1, None)
    history = reopened["closures"][0]
    assert (history["reason"], history["reopen_reason"], history["reopen_note"]) == (
        "danger_removed",
        "relapse",
        NOTE["note"],
    )
    assert verdicts(reopened)["start_planning"] == "child-not-assessed"
    assert {"assessment", "first_contact_with_child"} <= set(await open_tasks(owner_url, case.id))
    await assess(world, case, occasion="review")
    assert verdicts(done(await manager.get(path)))["start_planning"] is None


async def test_a_case_that_is_closed_again_has_one_follow_up_check_at_the_new_date(
    world: World, owner_url: str
) -> None:
    case = await closed_case(world)
    manager = await world.as_("manager.almaty")
    done(await manager.post(f"/v1/cases/{case.id}/reopen", {"reason": "closed_too_early"} | NOTE))
    await close(world, case.id)
    due = "SELECT count(*) FROM follow_up_check WHERE case_id = $1 AND state = 'due'"
    assert await count(owner_url, due, case.id) == 1
    assert await open_tasks(owner_url, case.id) == ["follow_up_check"]


async def test_a_reopened_case_ends_the_check_that_was_due_and_its_clock(world: World, owner_url: str) -> None:
    case = await closed_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    done(await manager.post(f"{path}/reopen", {"reason": "new_signal"} | NOTE))
    checks = done(await manager.get(f"{path}/follow-ups"))["items"]
    assert [c["state"] for c in checks] == ["cancelled"]
    assert "follow_up_check" not in await open_tasks(owner_url, case.id)


async def test_a_booked_session_holds_the_closure_up(owner_url: str, world: World) -> None:
    made = await factories.open_case(owner_url, "support")
    manager = await world.as_("manager.almaty")
    start = datetime.now(UTC) + timedelta(days=3)
    booked = done(
        await manager.post(
            f"/v1/cases/{made.id}/sessions",
            {
                "centre_id": str(demo_id("cps_almaty")),
                "specialist_id": str(demo_id("psychologist.almaty")),
                "room_id": str(demo_id("room cps_almaty Бөлме 1 / Кабинет 1")),
                "kind": "individual",
                "help_kind": "psychological",
                "starts_at": start.isoformat(),
                "ends_at": (start + timedelta(hours=1)).isoformat(),
                "person_ids": [str(made.child_id)],
            },
        )
    )
    shown = verdicts(done(await manager.get(f"/v1/cases/{made.id}")))
    assert shown["propose_early_closure"] == "open-commitments"
    done(await manager.post(f"/v1/sessions/{booked['id']}/cancel", {"reason": "safety"}))
    shown = verdicts(done(await manager.get(f"/v1/cases/{made.id}")))
    assert shown["propose_early_closure"] != "open-commitments"


async def test_a_new_signal_joins_the_case_that_it_opens_again(world: World, owner_url: str) -> None:
    case = await closed_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/reopen"
    _, foreign = await ready_signal(world)
    assert (await manager.post(path, {"reason": "new_signal", "signal_id": foreign} | NOTE)).status_code == 404
    signal_id = await _own_signal(world, case.child)
    duty = await world.as_("duty.almaty")
    done(
        await duty.post(
            f"/v1/signals/{signal_id}/triage",
            {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"},
        )
    )
    reopened = done(await manager.post(path, {"reason": "new_signal", "signal_id": signal_id} | NOTE))
    assert signal_id in reopened["signal_ids"]
    assert done(await manager.get(f"/v1/signals/{signal_id}"))["state"] == "attached"
    assert "emergency_acknowledgement" not in await open_tasks(owner_url, case.id)


async def _own_signal(world: World, child: str) -> str:
    manager = await world.as_("manager.almaty")
    signal = {
        "source": "police",
        "channel": "call",
        "category": "other",
        "language": "ru",
        "narrative": "Снова.",
        "region_code": "KZ-75",
        "subjects": [{"person_id": child, "role": "child"}],
    }
    signal_id: str = done(await manager.post("/v1/signals", signal))["id"]
    return signal_id


async def test_a_child_with_a_newer_open_case_keeps_the_old_one_closed(world: World) -> None:
    case = await closed_case(world)
    await case_of(world, case.child)
    manager = await world.as_("manager.almaty")
    refused = await manager.post(f"/v1/cases/{case.id}/reopen", {"reason": "relapse"} | NOTE)
    assert (refused.status_code, refused.json()["code"]) == (409, "open-case-exists")


async def test_nothing_is_done_on_a_closed_case(world: World) -> None:
    case = await closed_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    for answer in (
        await manager.post(f"{path}/child-contacts", met(case.child)),
        await manager.post(f"{path}/team", member("lawyer.almaty", "lawyer")),
        await manager.post(f"{path}/persons", {"person_id": case.child, "role": "child"}),
        await manager.patch(path, {"problem_type": None}, headers={"If-Match": "*"}),
    ):
        assert answer.status_code in {409, 428}, answer.text
    assert (
        await (await world.as_("supervisor.almaty")).post(f"{path}/reopen", {"reason": "relapse"} | NOTE)
    ).status_code == 403
