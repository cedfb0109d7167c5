"""Rehabilitation and the checks after closure over HTTP."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from casemgmt.clock import ManualClock
from casemgmt.people.policy import local_day
from casemgmt.reference.lists import code_list
from tests.clients import World
from tests.factories import OpenCase, complete_assessment, count, open_case, scores
from tests.steps import refused


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def start(world: World, case: OpenCase, **changes: Any) -> httpx.Response:
    manager = await world.as_("manager.almaty")
    body = {
        "person_id": str(case.child_id),
        "aim": "Ұйқының қалпына келуі",
        "starts_on": local_day(datetime.now(UTC)).isoformat(),
        "before_assessment_id": str(case.assessment_id),
    }
    return await manager.post(f"/v1/cases/{case.id}/rehabilitation", body | changes)


async def started(world: World, case: OpenCase) -> str:
    answer = await start(world, case)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def closed_with_check(world: World, owner_url: str) -> tuple[OpenCase, str]:
    """Return a case closed by two persons, and the check that is due after it."""
    case = await open_case(owner_url, "rehabilitation")
    manager, supervisor = await world.as_("manager.almaty"), await world.as_("supervisor.almaty")
    for caller, path, body in (
        (manager, f"plan-goals/{case.goal_id}/outcome", {"outcome": "achieved", "note": "Қауіпсіз"}),
        (manager, f"cases/{case.id}/propose-closure", {"reason": "goals_achieved", "note": "Мақсатқа жетті"}),
        (supervisor, f"cases/{case.id}/approve-closure", {"note": "Келісемін"}),
    ):
        answer = await caller.post(f"/v1/{path}", body)
        assert answer.status_code == 200, answer.text
    listed = (await manager.get(f"/v1/cases/{case.id}/follow-ups")).json()["items"]
    assert [c["state"] for c in listed] == ["due"]
    return case, str(listed[0]["id"])


async def test_a_programme_ends_with_the_change_that_the_instrument_measured(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url, "rehabilitation")
    programme_id = await started(world, case)
    after = await complete_assessment(owner_url, case, at=clock.now(), domain_scores=json.dumps(scores(1)))
    manager = await world.as_("manager.almaty")
    url = f"/v1/rehabilitation-programmes/{programme_id}"
    body = {"after_assessment_id": str(after), "result_note": "Жақсы ұйықтайды"}
    assert refused(await manager.post(f"{url}/complete", body, headers={"If-Match": '"v7"'})) == (412, "stale-version")
    done = await manager.post(f"{url}/complete", body, headers={"If-Match": '"v1"'})
    assert done.status_code == 200, done.text
    view = done.json()
    assert (view["state"], view["version"], view["after_assessment_id"]) == ("completed", 2, str(after))
    assert [c["domain"] for c in view["change"]] == list(code_list("assessment_domain").codes)
    assert {(c["earlier"], c["later"], c["change"]) for c in view["change"]} == {(2, 1, -1)}
    assert (await manager.get(url)).json() == view
    again = await manager.post(f"{url}/complete", body)
    assert refused(again) == (409, "wrong-state")
    assert again.json()["allowed_transitions"] == []
    stories = "SELECT array_agg(kind ORDER BY at) FROM timeline_entry WHERE case_id = $1"
    assert await count(owner_url, stories, case.id) == ["rehabilitation.started", "rehabilitation.completed"]
    read = "SELECT count(*) FROM audit_event WHERE kind = 'rehabilitation.read' AND $1 = ANY (record_ids)"
    assert await count(owner_url, read, UUID(programme_id)) == 1


async def test_only_a_later_assessment_of_the_child_by_the_same_instrument_measures_change(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url, "rehabilitation")
    other = await open_case(owner_url, "rehabilitation")
    programme_id = await started(world, case)
    manager = await world.as_("manager.almaty")
    now = clock.now()
    earlier = await complete_assessment(owner_url, case, at=now - timedelta(days=9))
    newer = await complete_assessment(owner_url, case, at=now, instrument_version=2)
    mothers = await complete_assessment(owner_url, case, at=now, person_id=case.mother_id)
    for wrong, code in (
        (case.assessment_id, "assessment-not-later"),
        (earlier, "assessment-not-later"),
        (newer, "not-comparable"),
        (mothers, "assessment-does-not-fit"),
        (other.assessment_id, "assessment-does-not-fit"),
        (case.id, "assessment-does-not-fit"),
    ):
        body = {"after_assessment_id": str(wrong), "result_note": "Нәтиже"}
        answer = await manager.post(f"/v1/rehabilitation-programmes/{programme_id}/complete", body)
        assert refused(answer) == (422, code), wrong
    assert await count(owner_url, "SELECT state FROM rehabilitation_programme") == "active"


async def test_a_child_is_in_one_programme_of_the_case_at_a_time(world: World, owner_url: str) -> None:
    case = await open_case(owner_url, "rehabilitation")
    programme_id = await started(world, case)
    assert refused(await start(world, case)) == (409, "programme-active")
    manager = await world.as_("manager.almaty")
    stopped = await manager.post(f"/v1/rehabilitation-programmes/{programme_id}/stop", {"reason": "Отбасы көшті"})
    assert stopped.status_code == 200, stopped.text
    assert (stopped.json()["state"], stopped.json()["stop_reason"]) == ("stopped", "Отбасы көшті")
    second = await started(world, case)
    listed = (await manager.get(f"/v1/cases/{case.id}/rehabilitation?limit=1")).json()
    assert [p["id"] for p in listed["items"]] == [second]
    rest = await manager.get(f"/v1/cases/{case.id}/rehabilitation?limit=1&cursor={listed['next_cursor']}")
    assert [p["id"] for p in rest.json()["items"]] == [programme_id]


async def test_a_programme_starts_in_rehabilitation_from_an_assessment_of_the_child(
    world: World, owner_url: str
) -> None:
    support = await open_case(owner_url, "support")
    assert refused(await start(world, support)) == (409, "case-not-in-rehabilitation")
    case, other = await open_case(owner_url, "rehabilitation"), await open_case(owner_url, "rehabilitation")
    for changes, code in (
        ({"person_id": str(case.mother_id)}, "not-a-child-of-the-case"),
        ({"person_id": str(other.child_id)}, "not-a-child-of-the-case"),
        ({"before_assessment_id": str(other.assessment_id)}, "assessment-does-not-fit"),
        ({"starts_on": "1999-01-01"}, "start-out-of-range"),
        ({"aim": ""}, "invalid-request"),
        ({"change": {}}, "invalid-request"),
    ):
        assert refused(await start(world, case, **changes)) == (422, code)


async def test_programmes_are_written_by_case_managers_and_hidden_with_the_case(world: World, owner_url: str) -> None:
    case = await open_case(owner_url, "rehabilitation")
    programme_id = await started(world, case)
    url = f"/v1/rehabilitation-programmes/{programme_id}"
    supervisor = await world.as_("supervisor.almaty")
    seen = await supervisor.get(url)
    assert seen.status_code == 200
    assert {a["reason_code"] for a in seen.json()["allowed_actions"]} == {"forbidden"}
    assert (await supervisor.post(f"{url}/stop", {"reason": "Жоқ"})).status_code == 403
    stranger = await world.as_("manager.astana")
    assert (await stranger.get(url)).status_code == 404
    assert (await stranger.post(f"{url}/stop", {"reason": "Жоқ"})).status_code == 404
    assert (await stranger.get(f"/v1/cases/{case.id}/rehabilitation")).status_code == 404
    assert (await (await world.as_("auditor")).get(url)).status_code == 403


async def test_a_stable_child_needs_no_further_check(world: World, owner_url: str) -> None:
    case, check_id = await closed_with_check(world, owner_url)
    manager = await world.as_("manager.almaty")
    url = f"/v1/follow-ups/{check_id}/record"
    body = {"child_seen": True, "result": "stable", "note": "Мектепке барып жүр"}
    assert refused(await manager.post(url, body, headers={"If-Match": '"v5"'})) == (412, "stale-version")
    answer = await manager.post(url, body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["check"]["state"], answer.json()["next_check"]) == ("done", None)
    assert [(a["action"], a["allowed"]) for a in answer.json()["case_actions"]] == [("reopen", True)]
    clocks = "SELECT count(*) FROM task WHERE record_id = $1 AND completed_at IS NOT NULL AND result = 'stable'"
    assert await count(owner_url, clocks, UUID(check_id)) == 1
    assert refused(await manager.post(url, body)) == (409, "wrong-state")
    audited = "SELECT count(*) FROM audit_event WHERE kind = 'follow_up.recorded' AND case_id = $1"
    assert await count(owner_url, audited, case.id) == 1


async def test_without_contact_the_next_check_has_its_day_and_its_clock(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, check_id = await closed_with_check(world, owner_url)
    manager = await world.as_("manager.almaty")
    url = f"/v1/follow-ups/{check_id}/record"
    body: dict[str, Any] = {"child_seen": False, "result": "no_contact", "note": "Есік ашылмады"}
    today = clock.now().date()
    for changes, code in (
        ({}, "next-step-needed"),
        ({"child_seen": True}, "seen-without-contact"),
        ({"reopen_reason": "relapse"}, "nothing-to-reopen-for"),
        ({"next_due_on": (today - timedelta(days=1)).isoformat()}, "check-not-ahead"),
        ({"next_due_on": (today + timedelta(days=200)).isoformat()}, "check-too-late"),
        ({"result": "not_reached"}, "invalid-request"),
    ):
        assert refused(await manager.post(url, body | changes)) == (422, code)
    soon = (today + timedelta(days=14)).isoformat()
    answer = await manager.post(url, body | {"next_due_on": soon})
    assert answer.status_code == 200, answer.text
    following = answer.json()["next_check"]
    assert (following["state"], following["due_on"]) == ("due", soon)
    due = "SELECT due_at::date::text FROM task WHERE record_id = $1 AND kind = 'follow_up_check'"
    assert await count(owner_url, due, UUID(following["id"])) <= soon
    states = [c["state"] for c in (await manager.get(f"/v1/cases/{case.id}/follow-ups")).json()["items"]]
    assert sorted(states) == ["done", "due"]


async def test_a_relapse_reopens_the_case_in_the_same_act(world: World, owner_url: str, clock: ManualClock) -> None:
    case, check_id = await closed_with_check(world, owner_url)
    manager = await world.as_("manager.almaty")
    url = f"/v1/follow-ups/{check_id}/record"
    body = {"child_seen": True, "result": "relapse", "note": "Қайта ұрған", "reopen_reason": "relapse"}
    both = body | {"next_due_on": (clock.now().date() + timedelta(days=14)).isoformat()}
    assert refused(await manager.post(url, both)) == (422, "two-next-steps")
    answer = await manager.post(url, body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["check"]["result"], answer.json()["case_state"]) == ("relapse", "assessment")
    assert answer.json()["case_actions"] == []
    shown = (await manager.get(f"/v1/cases/{case.id}")).json()
    assert (shown["state"], shown["reopened_times"]) == ("assessment", 1)
    stories = "SELECT array_agg(kind) FROM timeline_entry WHERE case_id = $1"
    assert {"case.reopened", "follow_up.recorded"} <= set(await count(owner_url, stories, case.id))


async def test_checks_are_recorded_by_case_managers_who_see_the_case(world: World, owner_url: str) -> None:
    case, check_id = await closed_with_check(world, owner_url)
    body = {"child_seen": True, "result": "stable", "note": "Жақсы"}
    supervisor, stranger = await world.as_("supervisor.almaty"), await world.as_("manager.astana")
    assert (await supervisor.get(f"/v1/cases/{case.id}/follow-ups")).status_code == 200
    assert (await supervisor.post(f"/v1/follow-ups/{check_id}/record", body)).status_code == 403
    assert (await stranger.get(f"/v1/cases/{case.id}/follow-ups")).status_code == 404
    assert (await stranger.post(f"/v1/follow-ups/{check_id}/record", body)).status_code == 404


async def test_while_the_case_is_open_again_no_check_is_recorded(world: World, owner_url: str) -> None:
    case, check_id = await closed_with_check(world, owner_url)
    manager = await world.as_("manager.almaty")
    reopened = await manager.post(f"/v1/cases/{case.id}/reopen", {"reason": "family_request", "note": "Сұрады"})
    assert reopened.status_code == 200, reopened.text
    body = {"child_seen": True, "result": "stable", "note": "Жақсы"}
    assert refused(await manager.post(f"/v1/follow-ups/{check_id}/record", body)) == (409, "wrong-state")
    checks = (await manager.get(f"/v1/cases/{case.id}/follow-ups")).json()["items"]
    assert [c["state"] for c in checks if c["id"] == str(check_id)] == ["cancelled"]
