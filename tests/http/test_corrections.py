"""What was entered in error is marked by two persons, kept, and counts no longer; over HTTP."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from tests import steps
from tests.clients import World
from tests.factories import count
from tests.http.test_cases import open_tasks
from tests.outreach_steps import ACT, LEAD, WAY, go, record_child, refer
from tests.people import record_person
from tests.records import audited, running_clocks
from tests.steps import MANAGER, SUPERVISOR, CaseAtWork, done
from tests.walk.ground import manager_of_the_centre

WHY = {"reason": "wrong_person", "note": "Бұл басқа бала туралы."}
SEEN = {"note": "Құжаттар тексерілді."}


async def proposed(world: World, case: CaseAtWork, record_type: str, record_id: str) -> dict[str, Any]:
    body = WHY | {"record_type": record_type, "record_id": record_id}
    answer = await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/corrections", body)
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def confirmed(world: World, correction: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/corrections/{correction['id']}/confirm"
    return done(await (await world.as_(SUPERVISOR)).post(path, SEEN))


async def contact_of(owner_url: str, case: CaseAtWork) -> str:
    found = await count(owner_url, "SELECT id::text FROM child_contact WHERE case_id = $1", case.id)
    return str(found)


async def test_a_contact_that_never_happened_sets_its_clock_going_again_as_late_as_it_is(
    world: World, owner_url: str
) -> None:
    case = await steps.case_in_assessment(world)
    clock = "SELECT array_agg(due_at) FROM task WHERE record_id = $1 AND kind = 'first_contact_with_child'"
    before = await count(owner_url, clock, case.id)
    correction = await proposed(world, case, "child_contact", await contact_of(owner_url, case))
    assert "first_contact_with_child" not in await open_tasks(owner_url, case.id), "one person changes nothing"
    assert "correction_decision" in await open_tasks(owner_url, case.id)
    assert (await confirmed(world, correction))["state"] == "confirmed"
    left = await open_tasks(owner_url, case.id)
    assert "first_contact_with_child" in left
    assert "correction_decision" not in left
    assert await count(owner_url, clock, case.id) == before * 2, "the term runs from where it ran before"
    kept = "SELECT entered_in_error FROM child_contact WHERE case_id = $1"
    assert await count(owner_url, kept, case.id) is True


async def test_a_child_whom_a_mobile_group_met_stays_met_also_for_a_head_who_does_not_see_the_visit(
    world: World, owner_url: str
) -> None:
    child = await record_child(world)
    signal, referral = await refer(world, category="neglect")
    duty, head = await world.as_("duty.almaty"), await world.as_("head.almaty")
    done(await duty.post(f"/v1/signals/{signal}/subjects", {"person_id": child, "role": "child"}))
    await go(world, referral, *WAY)
    done(await (await world.as_(LEAD)).post(f"/v1/referrals/{referral}/visit-act", ACT))
    opening = {"signal_ids": [signal], "children": [child], "manager_id": str(demo_id(MANAGER))}
    case = CaseAtWork(done(await duty.post("/v1/cases", opening))["id"], (child,))
    manager = await world.as_(MANAGER)
    met = {"person_id": child, "at": datetime.now(UTC).isoformat(), "place": "home", "alone": True}
    done(await manager.post(f"/v1/cases/{case.id}/child-contacts", met))
    correction = await proposed(world, case, "child_contact", await contact_of(owner_url, case))
    to_the_centre = {"to_organisation_id": str(demo_id("cps_almaty"))}
    transfer = done(await manager.post(f"/v1/cases/{case.id}/transfers", to_the_centre))["id"]
    named = {"manager_id": await manager_of_the_centre(world)}
    done(await head.post(f"/v1/transfers/{transfer}/accept", named))
    assert (await head.get(f"/v1/signals/{signal}")).status_code in {403, 404}
    done(await head.post(f"/v1/corrections/{correction['id']}/confirm", SEEN))
    assert "first_contact_with_child" not in await open_tasks(owner_url, case.id)


async def test_an_assessment_of_another_child_no_longer_carries_the_plan_nor_the_risk(
    world: World, owner_url: str
) -> None:
    case = await steps.case_in_planning(world)
    manager = await world.as_(MANAGER)
    assessment = done(await manager.get(f"/v1/cases/{case.id}/assessments"))["items"][0]["id"]
    before = done(await manager.get(f"/v1/cases/{case.id}"))
    assert before["risk_level"] is not None
    await confirmed(world, await proposed(world, case, "assessment", assessment))
    assert done(await manager.get(f"/v1/assessments/{assessment}"))["state"] == "entered_in_error"
    after = done(await manager.get(f"/v1/cases/{case.id}"))
    assert (after["risk_level"], after["risk_review_on"]) == (None, None)
    assert "assessment" in await open_tasks(owner_url, case.id)
    support = next(a for a in after["allowed_actions"] if a["action"] == "start_support")
    assert not support["allowed"]


async def test_the_assessment_before_the_wrong_one_counts_again_with_its_review_and_the_clocks_of_its_risk(
    world: World, owner_url: str
) -> None:
    case = await steps.case_in_planning(world)
    approved = await steps.approve_plan(world, case)
    first = await running_clocks(owner_url, case.id)
    wrong = await steps.assess(world, case, level="high", occasion="review")
    sooner = await running_clocks(owner_url, case.id)
    assert sooner["plan_review"]["due_at"] < first["plan_review"]["due_at"]
    await confirmed(world, await proposed(world, case, "assessment", wrong["id"]))
    after = await running_clocks(owner_url, case.id)
    assert after["plan_review"]["record_id"] == UUID(approved["id"])
    for kind in ("plan_review", "risk_review_medium"):
        assert (after[kind]["warn_at"], after[kind]["due_at"]) == (first[kind]["warn_at"], first[kind]["due_at"])
    assert after["risk_review_medium"]["record_id"] == first["risk_review_medium"]["record_id"]
    assert "risk_review_high" not in after


async def test_a_child_of_another_family_takes_its_risk_and_its_review_along(world: World, owner_url: str) -> None:
    case = await steps.case_in_planning(world)
    manager = await world.as_(MANAGER)
    stranger = await record_person(world, MANAGER, {"family_name": "Бөтен", "given_name": "Бала"})
    done(await manager.post(f"/v1/cases/{case.id}/persons", {"person_id": stranger, "role": "child"}))
    await steps.assess(world, case, person=stranger, level="critical")
    place = "SELECT id::text FROM case_person WHERE case_id = $1 AND person_id = $2"
    await confirmed(world, await proposed(world, case, "case_person", await count(owner_url, place, case.id, stranger)))
    assert done(await manager.get(f"/v1/cases/{case.id}"))["risk_level"] == "medium"
    left = await open_tasks(owner_url, case.id)
    assert "risk_review_medium" in left
    assert "risk_review_high" not in left


async def test_a_child_of_another_family_leaves_the_case_and_the_only_one_does_not(
    world: World, owner_url: str
) -> None:
    case = await steps.open_case(world)
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    stranger = await record_person(world, MANAGER, {"family_name": "Бөтен", "given_name": "Бала"})
    done(await manager.post(f"/v1/cases/{case.id}/persons", {"person_id": stranger, "role": "child"}))
    place = "SELECT id::text FROM case_person WHERE case_id = $1 AND person_id = $2"
    wrong = await proposed(world, case, "case_person", await count(owner_url, place, case.id, stranger))
    await confirmed(world, wrong)
    children = [p["person_id"] for p in done(await manager.get(f"/v1/cases/{case.id}"))["persons"]]
    assert children == [case.child]
    last = await proposed(world, case, "case_person", await count(owner_url, place, case.id, case.child))
    refused = await supervisor.post(f"/v1/corrections/{last['id']}/confirm", SEEN)
    assert (refused.status_code, refused.json()["code"]) == (409, "last-child-of-case")
    done(await supervisor.post(f"/v1/corrections/{last['id']}/decline", SEEN))


async def test_whoever_says_it_does_not_confirm_it_and_the_same_is_said_once(world: World, owner_url: str) -> None:
    case = await steps.case_in_assessment(world)
    contact = await contact_of(owner_url, case)
    correction = await proposed(world, case, "child_contact", contact)
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    path = f"/v1/corrections/{correction['id']}"
    own = await manager.post(f"{path}/confirm", SEEN)
    assert (own.status_code, own.json()["code"]) == (409, "correction-second-person-needed")
    again = WHY | {"record_type": "child_contact", "record_id": contact}
    twice = await manager.post(f"/v1/cases/{case.id}/corrections", again)
    assert (twice.status_code, twice.json()["code"]) == (409, "open-correction")
    assert (await supervisor.post(f"{path}/withdraw")).status_code == 403
    assert done(await manager.post(f"{path}/withdraw"))["state"] == "withdrawn"
    await confirmed(world, await proposed(world, case, "child_contact", contact))
    marked = await manager.post(f"/v1/cases/{case.id}/corrections", again)
    assert marked.json()["errors"][0]["code"] == "not-correctable"
    listed = done(await supervisor.get(f"/v1/cases/{case.id}/corrections"))["items"]
    assert [c["state"] for c in listed] == ["confirmed", "withdrawn"]


async def test_a_record_of_another_case_and_a_draft_are_refused(world: World, owner_url: str) -> None:
    case, other = await steps.case_in_assessment(world), await steps.case_in_assessment(world)
    manager = await world.as_(MANAGER)
    draft = await steps.start_assessment(world, case)
    for record_type, record_id in (
        ("child_contact", await contact_of(owner_url, other)),
        ("assessment", draft["id"]),
    ):
        body = WHY | {"record_type": record_type, "record_id": record_id}
        answer = await manager.post(f"/v1/cases/{case.id}/corrections", body)
        assert answer.status_code == 422, answer.text


async def test_the_database_marks_nothing_without_the_second_person(world: World, owner_url: str) -> None:
    case = await steps.case_in_planning(world)
    await proposed(world, case, "child_contact", await contact_of(owner_url, case))
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        for mark in (
            "UPDATE child_contact SET entered_in_error = true WHERE case_id = $1",
            "UPDATE case_person SET entered_in_error = true WHERE case_id = $1",
            "UPDATE assessment SET state = 'entered_in_error' WHERE case_id = $1",
        ):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await audited(connection, mark, case.id)
            assert refused.value.sqlstate == "CM409", mark
    finally:
        await connection.close()
