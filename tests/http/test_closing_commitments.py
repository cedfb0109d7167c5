"""What keeps a case open: nobody goes on working for a closed case, or waits in its name."""

from datetime import UTC, datetime
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from tests import steps
from tests.clients import Caller, World
from tests.factories import count, open_case
from tests.http import test_courses as courses
from tests.http import test_service_referrals as referrals
from tests.http import test_stays as stays
from tests.http import test_waiting as waiting
from tests.http.test_cases import verdicts
from tests.http.test_transfers import offered
from tests.steps import MANAGER, SUPERVISOR, done, refused

NOTE = {"note": "Отбасымен келісілді."}
EARLY = {"reason": "left_country"} | NOTE


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def keeps_open(manager: Caller, case_id: object, code: str) -> None:
    """Fail unless the case can't be closed for this reason, neither at the end of the route nor before."""
    shown = verdicts(done(await manager.get(f"/v1/cases/{case_id}")))
    assert shown["propose_early_closure"] == code
    assert refused(await manager.post(f"/v1/cases/{case_id}/propose-closure", EARLY)) == (409, code)


async def closed(world: World, case_id: object) -> dict[str, Any]:
    """Close a case early, as its manager and its second person."""
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    done(await manager.post(f"/v1/cases/{case_id}/propose-closure", EARLY))
    return done(await supervisor.post(f"/v1/cases/{case_id}/approve-closure", NOTE))


async def test_a_body_that_works_for_the_child_keeps_the_case_open_until_it_is_told_to_stop(world: World) -> None:
    case = await steps.open_case(world, category="other")
    manager = await world.as_(MANAGER)
    referral = await referrals.asked(world, case)
    await keeps_open(manager, case.id, "open-service-referral")
    await referrals.accepted(world, referral)
    await keeps_open(manager, case.id, "open-service-referral")
    done(await manager.post(f"/v1/service-referrals/{referral}/withdraw"))
    assert (await closed(world, case.id))["state"] == "closed"
    for body in (referrals.HEAD, referrals.PSYCHOLOGIST):
        assert (await (await world.as_(body)).get(f"/v1/service-referrals/{referral}")).status_code == 404
    again = referrals.ASKED | {"person_id": case.child}
    assert (await manager.post(f"/v1/cases/{case.id}/service-referrals", again)).status_code == 409


async def test_who_waits_for_a_service_keeps_the_case_open_and_nobody_is_listed_for_a_closed_one(
    world: World, owner_url: str
) -> None:
    case, manager = await open_case(owner_url, "opened", approved=False), await world.as_(MANAGER)
    entry = done(await waiting.wait_for(manager, case))["id"]
    await keeps_open(manager, case.id, "waiting-for-service")
    assert done(await (await world.as_(waiting.HEAD)).post(waiting.OFFER, {"service": waiting.SERVICE}))["entry_id"]
    await keeps_open(manager, case.id, "waiting-for-service")
    done(await manager.post(f"/v1/waiting-entries/{entry}/end"))
    await closed(world, case.id)
    assert refused(await waiting.wait_for(manager, case)) == (409, "case-is-closed")


async def test_a_family_in_a_shelter_keeps_the_case_open_by_the_clock_of_its_stay(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    await stays.shelter(world, "1-1", "1-2")
    case, manager = await open_case(owner_url, "opened", approved=False), await world.as_(MANAGER)
    stay = done(await stays.admit(manager, case))["id"]
    await keeps_open(manager, case.id, "open-tasks")
    done(await manager.post(f"/v1/stays/{stay}/leave", stays.LEAVE))
    await closed(world, case.id)
    assert refused(await stays.admit(manager, case)) == (409, "case-is-closed")


async def test_a_case_that_another_body_is_asked_to_take_is_not_closed_behind_its_back(world: World) -> None:
    case = await steps.open_case(world, category="other")
    manager = await world.as_(MANAGER)
    transfer = await offered(world, case.id)
    await keeps_open(manager, case.id, "open-transfer")
    done(await manager.post(f"/v1/transfers/{transfer['id']}/withdraw"))
    await closed(world, case.id)


async def test_a_place_in_a_course_goes_on_after_the_closure_and_tells_the_course_nothing(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    course = done(await courses.plan(world, clock))["id"]
    case, manager = await open_case(owner_url, "opened", approved=False), await world.as_(MANAGER)
    done(await courses.enrol(manager, case, course))
    leader = await world.as_(courses.LEADER)
    before = done(await leader.get(f"/v1/courses/{course}/participants"))
    await closed(world, case.id)
    assert done(await leader.get(f"/v1/courses/{course}/participants")) == before
    body = {"course_id": course, "person_id": str(case.child_id)}
    assert refused(await manager.post(f"/v1/cases/{case.id}/course-places", body)) == (409, "case-is-closed")


async def test_what_begins_while_the_closure_waits_for_its_second_person_holds_it_up(
    world: World, owner_url: str
) -> None:
    case, manager = await open_case(owner_url, "opened", approved=False), await world.as_(MANAGER)
    done(await manager.post(f"/v1/cases/{case.id}/propose-closure", EARLY))
    entry = done(await waiting.wait_for(manager, case))["id"]
    supervisor, path = await world.as_(SUPERVISOR), f"/v1/cases/{case.id}/approve-closure"
    assert refused(await supervisor.post(path, NOTE)) == (409, "waiting-for-service")
    done(await manager.post(f"/v1/waiting-entries/{entry}/end"))
    assert done(await supervisor.post(path, NOTE))["state"] == "closed"


async def test_nothing_of_a_closed_case_is_left_with_anybody(world: World, owner_url: str) -> None:
    case = await steps.open_case(world, category="other")
    referral = await referrals.asked(world, case)
    done(await (await world.as_(MANAGER)).post(f"/v1/service-referrals/{referral}/withdraw"))
    await closed(world, case.id)
    left = "SELECT count(*) FROM task WHERE record_id = $1::uuid AND completed_at IS NULL AND cancelled_at IS NULL"
    assert await count(owner_url, left, referral) == 0
