"""The team of a case and its restriction over HTTP."""

from datetime import timedelta
from typing import Any

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from tests import factories
from tests.clients import World
from tests.factories import count
from tests.http.test_cases import verdicts
from tests.http.test_sessions import PSYCHOLOGIST, booked
from tests.people import case_of, record_person, statuses
from tests.steps import done, open_case

RESTRICT = {"restricted": True, "ground": "staff_involved"}
LIFT = {"restricted": False, "note": "Қызметкер жұмыстан кетті."}


def member(username: str, team_role: str, **given: Any) -> dict[str, Any]:
    return {"user_id": str(demo_id(username)), "team_role": team_role} | given


async def test_a_member_sees_the_case_while_on_the_team(world: World, owner_url: str) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}"
    joined = await manager.post(
        f"{path}/team", member("psychologist.almaty", "psychologist", help_kind="psychological")
    )
    assert joined.status_code == 201, joined.text
    assert await statuses(world, path, "psychologist.almaty", "lawyer.almaty") == {
        "psychologist.almaty": 200,
        "lawyer.almaty": 404,
    }
    mine = done(await (await world.as_("psychologist.almaty")).get("/v1/cases"))
    assert [c["id"] for c in mine["items"]] == [case.id]
    place = next(m for m in joined.json()["team"] if m["team_role"] == "psychologist")
    assert (place["help_kind"], place["sector"]) == ("psychological", "social_protection")
    left = await manager.post(f"{path}/team/{place['id']}/end")
    assert [m["team_role"] for m in left.json()["team"]] == ["manager"]
    assert await statuses(world, path, "psychologist.almaty") == {"psychologist.almaty": 404}
    events = "SELECT array_agg(kind ORDER BY at) FROM audit_event WHERE kind LIKE 'case.member%' AND case_id = $1"
    assert await count(owner_url, events, case.id) == ["case.member_added", "case.member_left"]


async def test_what_a_member_had_in_hand_is_the_managers_from_the_moment_of_leaving(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await factories.open_case(owner_url)
    session = await booked(world, case, clock)
    manager = await world.as_(case.manager)
    due = (clock.now() + timedelta(days=3)).isoformat()
    asked = {"title": "Мектепке хат", "case_id": str(case.id), "due_at": due, "assignee_id": PSYCHOLOGIST}
    task = done(await manager.post("/v1/tasks", asked))
    team = done(await manager.get(f"/v1/cases/{case.id}"))["team"]
    place = next(m["id"] for m in team if m["team_role"] == "psychologist")
    done(await manager.post(f"/v1/cases/{case.id}/team/{place}/end"))
    mine = {t["id"]: t for t in done(await manager.get("/v1/tasks/mine"))["items"]}
    assert mine[task["id"]]["due_at"] == task["due_at"], "it goes along with its moments"
    assert [t["record_id"] for t in mine.values() if t["kind"] == "staff_take_over"] == [session]
    left = await world.as_("psychologist.almaty")
    assert done(await left.get("/v1/tasks/mine"))["items"] == []


async def test_nobody_joins_twice_and_nobody_who_does_not_work_on_cases(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/team"
    done(await manager.post(path, member("lawyer.almaty", "lawyer")))
    for command, status, code in (
        (member("lawyer.almaty", "psychologist"), 409, "on-the-team-already"),
        (member("manager2.almaty", "manager"), 422, "manager-by-handover-only"),
        (member("auditor", "supervisor"), 422, "not-a-case-worker"),
        (member("duty.almaty", "deputy_manager"), 422, "not-a-case-worker"),
        (member("nobody", "lawyer"), 422, "not-a-case-worker"),
        (member("head.almaty", "magician"), 422, "invalid-request"),
    ):
        refused = await manager.post(path, command)
        assert (refused.status_code, refused.json()["code"]) == (status, code), command
    assert (await (await world.as_("lawyer.almaty")).post(path, member("head.almaty", "lawyer"))).status_code == 403


async def test_the_manager_stays_and_nobody_ends_the_own_membership(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/team"
    team = done(await manager.post(path, member("manager2.almaty", "deputy_manager")))["team"]
    places = {m["team_role"]: m["id"] for m in team}
    for username, role, status, code in (
        ("manager.almaty", "manager", 409, "manager-by-handover-only"),
        ("manager2.almaty", "deputy_manager", 409, "own-membership"),
    ):
        refused = await (await world.as_(username)).post(f"{path}/{places[role]}/end")
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await manager.post(f"{path}/{new_id()}/end")).status_code == 404
    done(await manager.post(f"{path}/{places['deputy_manager']}/end"))
    assert (await manager.post(f"{path}/{places['deputy_manager']}/end")).status_code == 404


async def test_a_supervisor_who_restricts_a_case_loses_sight_of_it_and_can_not_lift_it(
    world: World, owner_url: str
) -> None:
    case = await open_case(world)
    supervisor = await world.as_("supervisor.almaty")
    path = f"/v1/cases/{case.id}"
    restricted = await supervisor.post(f"{path}/restriction", RESTRICT)
    assert restricted.status_code == 200, restricted.text
    assert restricted.json() == {"case_id": case.id, "restricted": True, "version": 2, "visible": False}
    seers = ("manager.almaty", "supervisor.almaty", "oversight")
    assert await statuses(world, path, *seers) == dict(zip(seers, (200, 404, 404), strict=True))
    assert await statuses(world, f"{path}/timeline", *seers) == dict(zip(seers, (200, 404, 404), strict=True))
    assert (await supervisor.post(f"{path}/restriction", LIFT)).status_code == 404
    shown = done(await (await world.as_("manager.almaty")).get(path))
    assert (shown["restriction_ground"], shown["version"]) == ("staff_involved", 2)
    lifted = await (await world.as_("manager.almaty")).post(f"{path}/restriction", LIFT)
    assert (lifted.json()["visible"], lifted.headers["etag"]) == (True, '"v3"')
    assert await statuses(world, path, *seers) == dict.fromkeys(seers, 200)
    query = "SELECT array_agg(kind ORDER BY at) FROM timeline_entry WHERE kind LIKE 'case.restrict%' AND case_id = $1"
    assert await count(owner_url, query, case.id) == ["case.restricted", "case.restriction_lifted"]


async def test_a_restriction_needs_its_ground_and_its_lifting_a_reason(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/restriction"
    wrong = [
        ({"restricted": True}, 422, "ground-needed"),
        (LIFT, 409, "not-restricted"),
        (RESTRICT | {"ground": "mood"}, 422, "invalid-request"),
    ]
    for command, status, code in wrong:
        refused = await manager.post(path, command)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    done(await manager.post(path, RESTRICT))
    for command, status, code in (
        (RESTRICT, 409, "already-restricted"),
        ({"restricted": False}, 422, "lifting-note-needed"),
        (LIFT | {"ground": "staff_involved"}, 422, "ground-not-needed"),
    ):
        refused = await manager.post(path, command)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    stale = await manager.post(path, LIFT, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412


async def test_a_child_of_an_open_and_a_restricted_case_stays_hidden(world: World) -> None:
    shared = await record_person(world, "duty.almaty")
    restricted = await case_of(world, shared, restricted=True)
    manager = await world.as_("manager.almaty")
    open_to_body = await open_case(world)
    done(await manager.post(f"/v1/cases/{open_to_body.id}/persons", {"person_id": shared, "role": "close_relative"}))
    done(await manager.post(f"/v1/cases/{restricted}/restriction", LIFT))
    done(await manager.post(f"/v1/cases/{open_to_body.id}/restriction", RESTRICT))
    assert await statuses(world, f"/v1/cases/{restricted}", "supervisor.almaty") == {"supervisor.almaty": 200}
    assert await statuses(world, f"/v1/cases/{open_to_body.id}", "supervisor.almaty") == {"supervisor.almaty": 404}


async def test_a_supervisor_on_the_team_sees_the_restricted_case(world: World) -> None:
    case_id = await case_of(world, await record_person(world, "duty.almaty"), restricted=True)
    path = f"/v1/cases/{case_id}"
    assert await statuses(world, path, "supervisor.almaty") == {"supervisor.almaty": 404}
    done(await (await world.as_("manager.almaty")).post(f"{path}/team", member("supervisor.almaty", "supervisor")))
    assert await statuses(world, path, "supervisor.almaty") == {"supervisor.almaty": 200}


async def test_who_restricted_a_case_does_not_lift_it(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    done(await manager.post(f"/v1/cases/{case.id}/restriction", RESTRICT))
    alone = await manager.post(f"/v1/cases/{case.id}/restriction", LIFT)
    assert (alone.status_code, alone.json()["code"]) == (409, "restriction-second-person-needed")
    view = done(await manager.get(f"/v1/cases/{case.id}"))
    assert verdicts(view)["lift_restriction"] == "restriction-second-person-needed"
    deputy = {"user_id": str(demo_id("manager2.almaty")), "team_role": "deputy_manager"}
    done(await manager.post(f"/v1/cases/{case.id}/team", deputy))
    second = await world.as_("manager2.almaty")
    assert done(await second.post(f"/v1/cases/{case.id}/restriction", LIFT))["restricted"] is False


async def test_what_was_restricted_by_mistake_is_whole_and_in_sight_again_with_one_request(world: World) -> None:
    case = await open_case(world)
    manager, second, supervisor = [await world.as_(f"{who}.almaty") for who in ("manager", "manager2", "supervisor")]
    signal = done(await manager.get(f"/v1/cases/{case.id}"))["signal_ids"][0]
    done(await manager.post(f"/v1/cases/{case.id}/team", member("manager2.almaty", "deputy_manager")))
    records = (f"cases/{case.id}", f"cases/{case.id}/timeline", f"persons/{case.child}", f"signals/{signal}")

    async def sight() -> dict[str, Any]:
        """Return what of the case the supervisor sees, one by one and in lists and counts."""
        shown = {path: (await supervisor.get(f"/v1/{path}")).status_code for path in records}
        cases = done(await supervisor.get("/v1/cases?limit=100"))["items"]
        tasks = done(await supervisor.get("/v1/tasks/team?limit=100"))["items"]
        return shown | {
            "listed": case.id in [c["id"] for c in cases],
            "tasks": [t["id"] for t in tasks],
            "counted": done(await supervisor.get("/v1/tasks/summary"))["team"],
            "hidden": sum(w["hidden"] for w in done(await supervisor.get("/v1/tasks/caseload"))["workers"]),
        }

    before = await sight()
    assert ({before[path] for path in records}, before["hidden"]) == ({200}, 0)
    done(await manager.post(f"/v1/cases/{case.id}/restriction", RESTRICT))
    meanwhile = await sight()
    assert (meanwhile[records[0]], meanwhile["listed"], meanwhile["tasks"], meanwhile["hidden"]) == (404, False, [], 1)
    done(await second.post(f"/v1/cases/{case.id}/restriction", LIFT))
    assert await sight() == before


async def test_a_signal_of_sexual_violence_restricts_the_open_case_that_it_is_attached_to(world: World) -> None:
    case = await open_case(world)
    duty = await world.as_("duty.almaty")
    signal = {
        "source": "police",
        "channel": "call",
        "category": "violence_sexual",
        "language": "kk",
        "narrative": "Жаңа хабар.",
        "region_code": "KZ-75",
        "subjects": [{"person_id": case.child, "role": "child"}],
    }
    signal_id = done(await duty.post("/v1/signals", signal))["id"]
    attach = {"outcome": "attach_to_case", "severity": "critical", "reason": "same_child", "person_id": case.child}
    done(await duty.post(f"/v1/signals/{signal_id}/triage", attach))
    view = done(await (await world.as_("manager.almaty")).get(f"/v1/cases/{case.id}"))
    assert (view["restricted"], view["restriction_ground"]) == (True, "sexual_violence")
    assert (await (await world.as_("supervisor.almaty")).get(f"/v1/cases/{case.id}")).status_code == 404


async def test_a_colleague_of_the_team_who_is_a_party_restricts_the_case_by_saying_so(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    member = {"user_id": str(demo_id("manager2.almaty")), "team_role": "deputy_manager"}
    done(await manager.post(f"/v1/cases/{case.id}/team", member))
    party = {"kind": "party", "case_id": case.id}
    done(await (await world.as_("manager2.almaty")).post("/v1/me/conflicts", party))
    view = done(await manager.get(f"/v1/cases/{case.id}"))
    assert (view["restricted"], view["restriction_ground"]) == (True, "staff_involved")
    outside = await open_case(world)
    done(await (await world.as_("nurse.almaty")).post("/v1/me/conflicts", party | {"case_id": outside.id}))
    assert done(await manager.get(f"/v1/cases/{outside.id}"))["restricted"] is False, "nobody hides others' cases so"
