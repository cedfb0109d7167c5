"""A family moves: its case goes to the body of the new place, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from tests import factories
from tests.clients import World
from tests.factories import count
from tests.http.test_case_team import member
from tests.http.test_cases import open_tasks, verdicts
from tests.http.test_courses import enrol, plan
from tests.http.test_handovers import managers
from tests.http.test_sessions import booked
from tests.http.test_stays import LINE, admit, shelter
from tests.http.test_waiting import OFFER, SERVICE, queue, wait_for
from tests.people import case_of, record_person, statuses
from tests.records import running_clocks
from tests.steps import done, open_case
from tests.walk.ground import manager_of_the_centre

MOVE = {
    "to_organisation_id": str(demo_id("crd_astana")),
    "reason": "family_moved",
    "moved_on": "2026-11-01",
    "note": "Отбасы Астанаға көшті.",
}
ALMATY = ("manager.almaty", "supervisor.almaty", "psychologist.almaty")


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands."""
    return ManualClock(datetime.now(UTC))


async def offered(world: World, case_id: str, by: str = "manager.almaty", **given: Any) -> dict[str, Any]:
    """Offer a case to the department of Astana and return the act."""
    answer = await (await world.as_(by)).post(f"/v1/cases/{case_id}/transfers", MOVE | given)
    assert answer.status_code == 201, answer.text
    act: dict[str, Any] = answer.json()
    return act


async def accepted(world: World, transfer_id: str, manager: str = "manager.astana") -> dict[str, Any]:
    """Accept a transfer in Astana."""
    receiver = await world.as_("supervisor.astana")
    body = {"manager_id": str(demo_id(manager))}
    act: dict[str, Any] = done(await receiver.post(f"/v1/transfers/{transfer_id}/accept", body))
    return act


async def test_the_receiving_body_learns_of_the_offer_and_nothing_of_the_case(world: World) -> None:
    case_id = await case_of(world, await record_person(world, "duty.almaty"), restricted=True)
    act = await offered(world, case_id)
    receiver = await world.as_("supervisor.astana")
    seen = done(await receiver.get("/v1/transfers"))["items"]
    assert [t["id"] for t in seen] == [act["id"]]
    assert (seen[0]["stage"], seen[0]["children"], seen[0]["note"]) == ("opened", 1, MOVE["note"])
    assert verdicts(seen[0]) == {"accept": None, "decline": None, "withdraw": "not-transferred-by-your-body"}
    queue = done(await receiver.get("/v1/tasks/mine"))["items"]
    assert [t["kind"] for t in queue if t["record_id"] == act["id"]] == ["transfer_acceptance"]
    assert (await receiver.get(f"/v1/cases/{case_id}")).status_code == 404
    assert done(await (await world.as_("manager.astana")).get("/v1/transfers"))["items"] == []


async def test_in_one_step_everything_moves_and_nobody_of_the_region_left_sees_it(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await factories.open_case(owner_url)
    session = await booked(world, case, clock)
    dues = "SELECT array_agg(due_at ORDER BY id) FROM task WHERE case_id = $1 AND kind <> 'contact_after_transfer'"
    clocks = await count(owner_url, dues, case.id)
    act = await offered(world, str(case.id))
    assert await managers(owner_url, str(case.id)) == [demo_id("manager.almaty")] * 2
    moved = await accepted(world, act["id"])
    assert (moved["state"], moved["ended_sessions"]) == ("accepted", 1)
    assert moved["ended_members"] > 1
    assert await managers(owner_url, str(case.id)) == [demo_id("manager.astana")] * 2
    path = f"/v1/cases/{case.id}"
    assert await statuses(world, path, *ALMATY) == dict.fromkeys(ALMATY, 404)
    colleagues = ALMATY[1:]  # the manager recorded the child today, and sees for a day what they recorded
    assert await statuses(world, f"/v1/persons/{case.child_id}", *colleagues) == dict.fromkeys(colleagues, 404)
    receiver = await world.as_("manager.astana")
    view = done(await receiver.get(path))
    assert (view["region_code"], view["organisation_id"]) == ("KZ-71", str(demo_id("crd_astana")))
    assert [m["user_id"] for m in view["team"]] == [str(demo_id("manager.astana"))]
    assert (await receiver.get(f"/v1/persons/{case.child_id}")).status_code == 200
    left = (
        "SELECT count(*) FROM task WHERE case_id = $1 AND completed_at IS NULL AND cancelled_at IS NULL"
        " AND (assignee_id IS DISTINCT FROM $2 OR region_code <> 'KZ-71')"
    )
    assert await count(owner_url, left, case.id, demo_id("manager.astana")) == 0
    assert await count(owner_url, dues, case.id) == clocks, "no clock begins anew because the family moved"
    assert "contact_after_transfer" in await open_tasks(owner_url, str(case.id))
    ended = "SELECT cancellation_reason FROM centre_session WHERE id = $1"
    assert await count(owner_url, ended, session) == "family_moved"
    taken = "SELECT count(*) FROM booking WHERE session_id = $1 AND cancelled_at IS NULL"
    assert await count(owner_url, taken, session) == 0
    story = done(await receiver.get(f"{path}/timeline?order=desc&limit=1"))["items"][0]
    assert (story["kind"], story["actor"]["id"]) == ("case.transfer_accepted", str(demo_id("supervisor.astana")))


async def test_places_on_lists_and_in_courses_of_the_region_left_end_and_are_free_for_others(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, other = await factories.open_case(owner_url), await factories.open_case(owner_url)
    manager = await world.as_("manager.almaty")
    offer, queued = (
        done(await wait_for(manager, case)),
        done(await wait_for(manager, case, service="legal_consultation")),
    )
    clock.advance(timedelta(minutes=1))
    following = done(await wait_for(manager, other))["id"]
    assert done(await (await world.as_("head.almaty")).post(OFFER, {"service": SERVICE}))["entry_id"] == offer["id"]
    course = done(await plan(world, clock, capacity=1))["id"]
    done(await enrol(manager, case, course))
    assert (await enrol(manager, other, course)).json()["code"] == "course-full"
    moved = await accepted(world, (await offered(world, str(case.id)))["id"])
    assert (moved["ended_waiting"], moved["ended_courses"]) == (2, 1)
    receiver = await world.as_("manager.astana")
    entries = done(await receiver.get(f"/v1/cases/{case.id}/waiting-entries"))["items"]
    assert {(e["id"], e["state"], e["end_reason"]) for e in entries} == {
        (each["id"], "ended", "family_moved") for each in (offer, queued)
    }
    (place,) = done(await receiver.get(f"/v1/cases/{case.id}/course-places"))["items"]
    assert (place["left_at"] is not None, place["left_reason"]) == (True, "family_moved")
    assert [(q["id"], q["state"]) for q in await queue(world)] == [(following, "waiting")]
    assert "waiting_offer" not in await open_tasks(owner_url, str(case.id))
    done(await enrol(manager, other, course))
    members = done(await (await world.as_("head.almaty")).get(f"/v1/courses/{course}/participants"))["items"]
    assert len(members) == 1
    story = {e["kind"] for e in done(await receiver.get(f"/v1/cases/{case.id}/timeline?limit=100"))["items"]}
    assert {"waiting.family_moved", "course.family_moved", "case.transfer_accepted"} <= story


async def test_within_the_region_places_on_lists_and_in_courses_go_on(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager = await factories.open_case(owner_url), await world.as_("manager.almaty")
    done(await wait_for(manager, case))
    done(await enrol(manager, case, done(await plan(world, clock))["id"]))
    act = await offered(world, str(case.id), to_organisation_id=str(demo_id("cps_almaty")))
    receiver, named = await world.as_("head.almaty"), {"manager_id": await manager_of_the_centre(world)}
    moved = done(await receiver.post(f"/v1/transfers/{act['id']}/accept", named))
    assert (moved["ended_waiting"], moved["ended_courses"]) == (0, 0)
    assert [e["state"] for e in done(await receiver.get(f"/v1/cases/{case.id}/waiting-entries"))["items"]] == [
        "waiting"
    ]


async def test_a_family_in_a_shelter_stays_there_and_its_staff_see_the_case_until_it_leaves(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    house = await shelter(world, "1-1", "1-2")
    case, colleague = await factories.open_case(owner_url), "psychologist.almaty"
    await booked(world, case, clock)
    path, address = f"/v1/cases/{case.id}", f"/v1/persons/{case.child_id}/protected-addresses"
    stay = done(await admit(await world.as_("manager.almaty"), case))
    await accepted(world, (await offered(world, str(case.id)))["id"])
    receiver = await world.as_("manager.astana")
    running = await running_clocks(owner_url, str(case.id))
    asked = running["stay_after_transfer"]
    assert (asked["assignee_id"], asked["record_id"]) == (demo_id("manager.astana"), UUID(stay["id"]))
    assert running["temporary_stay"]["assignee_id"] == demo_id("manager.astana"), "with its moment of before"
    assert done(await receiver.get(f"/v1/stays/{stay['id']}"))["state"] == "staying"
    assert [a["line"] for a in done(await receiver.get(address))["items"]] == [LINE]
    beds = done(await (await world.as_("head.almaty")).get(f"/v1/shelters/{house}/places"))["items"]
    assert [(p["taken"], p["until_at"]) for p in beds] == [(True, stay["until_at"])] * 2
    who = ("manager.almaty", "supervisor.almaty", colleague, "supervisor.astana")
    assert await statuses(world, path, *who) == dict(zip(who, (404, 404, 200, 200), strict=True))
    assert done(await (await world.as_("supervisor.astana")).get(address))["items"] == [], "a secret of the team"
    told = "SELECT rests_until FROM case_member WHERE case_id = $1 AND user_id = $2 AND ended_at IS NULL"
    until = await count(owner_url, told, case.id, demo_id(colleague))
    assert until == datetime.fromisoformat(stay["until_at"]), "at the latest with the longest term"
    left = done(await (await world.as_(colleague)).post(f"/v1/stays/{stay['id']}/leave", {"reason": "relatives"}))
    assert left["state"] == "left"
    assert await statuses(world, path, colleague, "manager.astana") == {colleague: 404, "manager.astana": 200}
    assert not {"stay_after_transfer", "temporary_stay"} & set(await open_tasks(owner_url, str(case.id)))
    beds = done(await (await world.as_("head.almaty")).get(f"/v1/shelters/{house}/places"))["items"]
    assert [p["taken"] for p in beds] == [False, False]


async def test_who_runs_the_shelter_loses_the_case_with_the_longest_term_though_nobody_recorded_the_leaving(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    await shelter(world, "1-1", "1-2")
    case, colleague = await factories.open_case(owner_url), "psychologist.almaty"
    await booked(world, case, clock)
    await admit(await world.as_("manager.almaty"), case)
    await accepted(world, (await offered(world, str(case.id)))["id"])
    over = "UPDATE case_member SET rests_until = now() WHERE case_id = $1 AND rests_until IS NOT NULL"
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        async with connection.transaction():  # row security asks the clock of the database, which no test moves
            await connection.execute("SELECT set_config('casemgmt.audited', 'on', true)")
            await connection.execute(over, case.id)
    finally:
        await connection.close()
    assert await statuses(world, f"/v1/cases/{case.id}", colleague) == {colleague: 404}


async def test_a_restricted_case_moves_without_the_acceptor_ever_seeing_it(world: World, owner_url: str) -> None:
    case_id = await case_of(world, await record_person(world, "duty.almaty"), restricted=True)
    act = await offered(world, case_id)
    await accepted(world, act["id"])
    assert await statuses(
        world, f"/v1/cases/{case_id}", "supervisor.astana", "manager.astana", "supervisor.almaty"
    ) == {
        "supervisor.astana": 404,
        "manager.astana": 200,
        "supervisor.almaty": 404,
    }
    assert await count(owner_url, "SELECT restricted FROM case_record WHERE id = $1", case_id)


async def test_a_declined_transfer_leaves_the_case_where_it_is_and_says_why(world: World, owner_url: str) -> None:
    case = await open_case(world)
    act = await offered(world, case.id)
    receiver = await world.as_("supervisor.astana")
    assert (await receiver.post(f"/v1/transfers/{act['id']}/decline")).status_code == 422
    declined = done(await receiver.post(f"/v1/transfers/{act['id']}/decline", {"reason": "Отбасы Қостанайда."}))
    assert (declined["state"], declined["manager_id"]) == ("declined", None)
    assert await managers(owner_url, case.id) == [demo_id("manager.almaty")] * 2
    mine = done(await (await world.as_("manager.almaty")).get("/v1/transfers"))["items"][0]
    assert (mine["state"], mine["decline_reason"]) == ("declined", "Отбасы Қостанайда.")
    waiting = "SELECT count(*) FROM task WHERE record_id = $1 AND completed_at IS NULL"
    assert await count(owner_url, waiting, act["id"]) == 0
    assert (await offered(world, case.id))["state"] == "offered"


async def test_an_offer_that_was_taken_back_is_answered_by_nobody(world: World) -> None:
    case = await open_case(world)
    act = await offered(world, case.id)
    manager = await world.as_("manager.almaty")
    second = await manager.post(f"/v1/cases/{case.id}/transfers", MOVE)
    assert (second.status_code, second.json()["code"]) == (409, "open-transfer")
    assert done(await manager.post(f"/v1/transfers/{act['id']}/withdraw"))["state"] == "withdrawn"
    receiver = await world.as_("supervisor.astana")
    body = {"manager_id": str(demo_id("manager.astana"))}
    assert (await receiver.post(f"/v1/transfers/{act['id']}/accept", body)).status_code == 404
    assert done(await receiver.get("/v1/transfers"))["items"] == []


async def test_bodies_and_managers_that_do_not_fit_are_refused_and_nothing_changes(
    world: World, owner_url: str
) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/transfers"
    for body, code in (("crd_almaty", "body-already"), ("guardianship_almaty", "keeps-no-cases")):
        answer = await manager.post(path, MOVE | {"to_organisation_id": str(demo_id(body))})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    act = await offered(world, case.id)
    receiver = await world.as_("supervisor.astana")
    for wrong in ("manager.almaty", "duty.astana"):
        answer = await receiver.post(f"/v1/transfers/{act['id']}/accept", {"manager_id": str(demo_id(wrong))})
        assert answer.json()["errors"][0]["code"] == "manager-of-other-body"
    assert await managers(owner_url, case.id) == [demo_id("manager.almaty")] * 2


async def test_a_hand_over_on_offer_ends_with_the_transfer(world: World, owner_url: str) -> None:
    case = await open_case(world)
    act = await offered(world, case.id)
    manager = await world.as_("manager.almaty")
    done(await manager.post(f"/v1/cases/{case.id}/team", member("manager2.almaty", "deputy_manager")))
    offer = {"to_user_id": str(demo_id("manager2.almaty")), "reason": "workload"}
    handover = done(await manager.post(f"/v1/cases/{case.id}/handover", offer))
    await accepted(world, act["id"])
    assert await count(owner_url, "SELECT state FROM case_handover WHERE id = $1", handover["id"]) == "withdrawn"
    assert "handover_acceptance" not in await open_tasks(owner_url, case.id)


async def test_the_act_names_what_ended_with_it_in_the_audit_log(world: World, owner_url: str) -> None:
    case = await open_case(world)
    act = await offered(world, case.id)
    before = datetime.now(UTC) - timedelta(seconds=1)
    await accepted(world, act["id"])
    fields = await count(
        owner_url,
        "SELECT fields FROM audit_event WHERE kind = 'case.transfer_accepted' AND at > $1",
        before,
    )
    named = {"case_transfer.state", "case_record.manager_id", "case_record.region_code", "case_member.ended_at"}
    assert named <= set(fields)


async def test_the_database_too_lets_only_who_leads_the_receiving_body_answer(world: World, owner_url: str) -> None:
    act = await offered(world, await case_of(world, await record_person(world, "duty.almaty")))
    answered: dict[str, bool] = {}
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        for name, body, reach in (
            ("manager.astana", "crd_astana", "assigned"),
            ("supervisor.almaty", "crd_almaty", "organisation"),
            ("supervisor.astana", "crd_astana", "organisation"),
        ):
            async with connection.transaction():
                await connection.execute(
                    "SELECT set_config('casemgmt.audited', 'on', true), set_config('casemgmt.user', $1, true),"
                    " set_config('casemgmt.organisation', $2, true), set_config('casemgmt.case_reach', $3, true)",
                    *(str(demo_id(name)), str(demo_id(body)), reach),
                )
                answered[name] = await connection.fetchval(
                    "SELECT end_transfer($1, 'declined', 'Full.', gen_random_uuid(), now()) IS NOT NULL",
                    act["id"],
                )
    finally:
        await connection.close()
    assert answered == {"manager.astana": False, "supervisor.almaty": False, "supervisor.astana": True}
