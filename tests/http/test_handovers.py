"""Handing a case over, over HTTP."""

import asyncio
from typing import Any

from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from tests.clients import World
from tests.factories import count
from tests.http.test_case_team import member
from tests.http.test_cases import open_tasks, verdicts
from tests.people import case_of, record_person, statuses
from tests.steps import done, open_case

CLOSE = {"reason": "contact_lost", "note": "Байланыс жоқ."}


def offer_to(username: str, **given: Any) -> dict[str, Any]:
    return {"to_user_id": str(demo_id(username)), "reason": "workload", "note": "Жүктеме көп."} | given


async def offered(world: World, case_id: str, username: str = "manager2.almaty", by: str = "manager.almaty") -> str:
    """Offer a case and return the id of the offer."""
    answer = await (await world.as_(by)).post(f"/v1/cases/{case_id}/handover", offer_to(username))
    assert answer.status_code == 201, answer.text
    handover_id: str = answer.json()["id"]
    return handover_id


async def managers(owner_url: str, case_id: str) -> list[Any]:
    """The managers that the team and the case name: one and the same person at any moment."""
    query = (
        "SELECT ARRAY(SELECT user_id FROM case_member"
        " WHERE case_id = $1 AND team_role = 'manager' AND ended_at IS NULL)"
        " || (SELECT manager_id FROM case_record WHERE id = $1)"
    )
    found: list[Any] = await count(owner_url, query, case_id)
    return found


async def test_the_receiver_sees_the_offer_and_not_the_case(world: World, owner_url: str) -> None:
    case_id = await case_of(world, await record_person(world, "duty.almaty"), restricted=True)
    handover_id = await offered(world, case_id)
    receiver = await world.as_("manager2.almaty")
    seen = done(await receiver.get("/v1/handovers"))["items"]
    assert [h["id"] for h in seen] == [handover_id]
    offer = seen[0]
    assert (offer["stage"], offer["risk_level"], offer["reason"]) == ("opened", None, "workload")
    assert offer["note"] == "Жүктеме көп."
    assert verdicts(offer) == {"accept": None, "decline": None, "withdraw": "passed-on-by-manager-only"}
    assert (await receiver.get(f"/v1/cases/{case_id}")).status_code == 404
    assert (await receiver.get(f"/v1/cases/{case_id}/timeline")).status_code == 404
    assert done(await receiver.get("/v1/cases"))["items"] == []
    for other in ("manager.astana", "supervisor.almaty"):
        assert done(await (await world.as_(other)).get("/v1/handovers"))["items"] == []
    mine = done(await (await world.as_("manager.almaty")).get("/v1/handovers?state=offered"))["items"]
    assert [h["id"] for h in mine] == [handover_id]
    clock = "SELECT count(*) FROM task WHERE record_id = $1 AND kind = 'handover_acceptance' AND assignee_id = $2"
    assert await count(owner_url, clock, handover_id, demo_id("manager2.almaty")) == 1


async def test_accountability_passes_with_the_acceptance_and_the_open_tasks_with_it(
    world: World, owner_url: str
) -> None:
    case = await open_case(world)
    handover_id = await offered(world, case.id, "manager.astana")
    assert await managers(owner_url, case.id) == [demo_id("manager.almaty")] * 2
    tasks = await open_tasks(owner_url, case.id)
    receiver = await world.as_("manager.astana")
    accepted = await receiver.post(f"/v1/handovers/{handover_id}/accept")
    assert accepted.status_code == 200, accepted.text
    view = accepted.json()
    assert (view["manager_id"], view["organisation_id"], view["region_code"]) == (
        str(demo_id("manager.astana")),
        str(demo_id("crd_astana")),
        "KZ-71",
    )
    assert await managers(owner_url, case.id) == [demo_id("manager.astana")] * 2
    assert await open_tasks(owner_url, case.id) == [t for t in tasks if t != "handover_acceptance"]
    foreign = (
        "SELECT count(*) FROM task WHERE case_id = $1 AND completed_at IS NULL"
        " AND (assignee_id <> $2 OR region_code <> $3)"
    )
    assert await count(owner_url, foreign, case.id, demo_id("manager.astana"), "KZ-71") == 0
    path = f"/v1/cases/{case.id}"
    assert await statuses(world, path, "manager.almaty", "supervisor.almaty", "supervisor.astana") == {
        "manager.almaty": 404,
        "supervisor.almaty": 404,
        "supervisor.astana": 200,
    }
    story = done(await receiver.get(f"{path}/timeline?order=desc&limit=1"))["items"][0]
    assert (story["kind"], story["actor"]["id"]) == ("case.handover_accepted", str(demo_id("manager.astana")))


async def test_a_member_of_the_team_who_takes_the_case_over_changes_place(world: World, owner_url: str) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    done(await manager.post(f"/v1/cases/{case.id}/team", member("manager2.almaty", "deputy_manager")))
    handover_id = await offered(world, case.id)
    team = done(await (await world.as_("manager2.almaty")).post(f"/v1/handovers/{handover_id}/accept"))["team"]
    assert [(m["user_id"], m["team_role"]) for m in team] == [(str(demo_id("manager2.almaty")), "manager")]


async def test_a_declined_offer_leaves_everything_as_it_is(world: World, owner_url: str) -> None:
    case = await open_case(world)
    handover_id = await offered(world, case.id)
    receiver = await world.as_("manager2.almaty")
    assert (await receiver.post(f"/v1/handovers/{handover_id}/decline")).status_code == 422
    declined = await receiver.post(f"/v1/handovers/{handover_id}/decline", {"reason": "Демалыстамын."})
    assert declined.status_code == 200, declined.text
    assert declined.json()["state"] == "declined"
    assert await managers(owner_url, case.id) == [demo_id("manager.almaty")] * 2
    assert done(await receiver.get("/v1/handovers"))["items"] == []
    assert (await receiver.post(f"/v1/handovers/{handover_id}/accept")).status_code == 404
    mine = done(await (await world.as_("manager.almaty")).get("/v1/handovers"))["items"][0]
    assert (mine["state"], mine["decline_reason"]) == ("declined", "Демалыстамын.")
    assert "handover_acceptance" not in await open_tasks(owner_url, case.id)
    query = (
        "SELECT count(*) FROM timeline_entry WHERE kind = 'case.handover_declined' AND case_id = $1 AND actor_id = $2"
    )
    assert await count(owner_url, query, case.id, demo_id("manager2.almaty")) == 1
    await offered(world, case.id)


async def test_a_withdrawn_offer_is_gone_for_its_receiver(world: World, owner_url: str) -> None:
    case = await open_case(world)
    handover_id = await offered(world, case.id)
    path = f"/v1/handovers/{handover_id}/withdraw"
    receiver = await world.as_("manager2.almaty")
    refused = await receiver.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "passed-on-by-manager-only")
    withdrawn = await (await world.as_("manager.almaty")).post(path)
    assert withdrawn.json()["state"] == "withdrawn"
    assert (await receiver.post(f"/v1/handovers/{handover_id}/accept")).status_code == 404
    assert (await (await world.as_("manager.almaty")).post(path)).status_code == 409
    assert "handover_acceptance" not in await open_tasks(owner_url, case.id)


async def test_a_supervisor_passes_on_the_case_of_an_absent_manager(world: World) -> None:
    case = await open_case(world)
    handover_id = await offered(world, case.id, by="supervisor.almaty")
    listed = done(await (await world.as_("supervisor.almaty")).get("/v1/handovers"))["items"]
    assert [(h["id"], h["from_user_id"]) for h in listed] == [(handover_id, str(demo_id("manager.almaty")))]
    accepted = await (await world.as_("manager2.almaty")).post(f"/v1/handovers/{handover_id}/accept")
    assert accepted.json()["manager_id"] == str(demo_id("manager2.almaty"))


async def test_a_case_is_offered_to_another_case_manager_by_its_own_and_once_at_a_time(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/handover"
    for command, code in (
        (offer_to("manager.almaty"), "manager-already"),
        (offer_to("supervisor.almaty"), "unknown-case-manager"),
        (offer_to("nobody"), "unknown-case-manager"),
        (offer_to("manager2.almaty", reason="boredom"), "invalid-request"),
    ):
        refused = await manager.post(path, command)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    done(await manager.post(f"/v1/cases/{case.id}/team", member("manager2.almaty", "deputy_manager")))
    deputy = await (await world.as_("manager2.almaty")).post(path, offer_to("manager2.almaty"))
    assert (deputy.status_code, deputy.json()["code"]) == (409, "passed-on-by-manager-only")
    assert (await (await world.as_("manager.astana")).post(path, offer_to("manager.astana"))).status_code == 404
    assert (await (await world.as_("psychologist.almaty")).post(path, offer_to("manager.astana"))).status_code == 403
    await offered(world, case.id)
    twice = await manager.post(path, offer_to("manager.astana"))
    assert (twice.status_code, twice.json()["code"]) == (409, "open-handover")


async def test_an_open_hand_over_blocks_the_closure(world: World) -> None:
    case = await open_case(world, category="other")
    manager = await world.as_("manager.almaty")
    await offered(world, case.id)
    refused = await manager.post(f"/v1/cases/{case.id}/propose-closure", CLOSE)
    assert (refused.status_code, refused.json()["code"]) == (409, "open-handover")
    shown = done(await manager.get(f"/v1/cases/{case.id}"))
    assert shown["open_handover"]["to_user_id"] == str(demo_id("manager2.almaty"))


async def test_who_is_not_asked_finds_no_offer(world: World) -> None:
    case = await open_case(world)
    handover_id = await offered(world, case.id)
    for step, body in (("accept", {}), ("decline", {"reason": "x"}), ("withdraw", {})):
        for wanted in (handover_id, new_id()):
            answer = await (await world.as_("manager.astana")).post(f"/v1/handovers/{wanted}/{step}", body)
            assert answer.status_code == 404
    own = await (await world.as_("manager.almaty")).post(f"/v1/handovers/{handover_id}/accept")
    assert (own.status_code, own.json()["code"]) == (409, "not-offered-to-you")
    stale = await (await world.as_("manager2.almaty")).post(
        f"/v1/handovers/{handover_id}/accept", headers={"If-Match": '"v7"'}
    )
    assert stale.status_code == 412


async def test_of_an_acceptance_and_a_withdrawal_at_once_one_holds(world: World, owner_url: str) -> None:
    case = await open_case(world)
    giver, receiver = await world.as_("manager.almaty"), await world.as_("manager2.almaty")
    for _ in range(4):
        handover_id = await offered(world, case.id)
        path = f"/v1/handovers/{handover_id}"
        answers = await asyncio.gather(receiver.post(f"{path}/accept"), giver.post(f"{path}/withdraw"))
        codes = [a.status_code for a in answers]
        assert codes.count(200) == 1, codes
        assert set(codes) <= {200, 404, 409}, codes
        holders = await managers(owner_url, case.id)
        assert len(set(holders)) == 1
        assert len(holders) == 2
        state = await count(owner_url, "SELECT state FROM case_handover WHERE id = $1", handover_id)
        if codes[0] == 200:
            assert (state, holders[0]) == ("accepted", demo_id("manager2.almaty"))
            break
        assert (state, holders[0]) == ("withdrawn", demo_id("manager.almaty"))
