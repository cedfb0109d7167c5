"""A worker leaves: everything goes to others in one step, and no account that answers for something is taken away."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from tests.account_steps import give_role
from tests.clients import World
from tests.factories import count
from tests.http.test_case_team import member
from tests.http.test_handovers import managers, offered
from tests.http.test_named_workers import in_support
from tests.http.test_service_referrals import accepted, asked
from tests.people import case_of, record_person, signal_about, statuses
from tests.records import rows
from tests.steps import MANAGER, SUPERVISOR, done, open_case

LEAVER, HEIR = MANAGER, "manager2.almaty"
NOTHING = {"cases": 0, "closed_cases": 0, "tasks": 0, "offers": 0, "places": 0, "named": 0, "shifts": 0}
CLOCKS = (
    "SELECT id, started_at, warn_at, due_at FROM task WHERE completed_at IS NULL AND case_id IS NOT NULL ORDER BY 1"
)
ORPHANS = (
    "SELECT (SELECT count(*) FROM case_record c JOIN app_user u ON u.id = c.manager_id WHERE NOT u.active)"
    " + (SELECT count(*) FROM case_record c JOIN app_user u ON u.id = c.manager_id"
    "     WHERE u.organisation_id <> c.organisation_id)"
    " + (SELECT count(*) FROM case_record c WHERE 1 <> (SELECT count(*) FROM case_member m WHERE m.case_id = c.id"
    "     AND m.ended_at IS NULL AND m.team_role = 'manager' AND m.user_id = c.manager_id))"
    " + (SELECT count(*) FROM task t JOIN app_user u ON u.id = t.assignee_id"
    "     WHERE NOT u.active AND t.completed_at IS NULL AND t.cancelled_at IS NULL)"
)
"""Cases without an active manager of their body on the team, open tasks of somebody who is gone."""


def hand_on(*usernames: str) -> dict[str, Any]:
    return {"to_user_ids": [str(demo_id(name)) for name in usernames], "reason": "manager_left"}


async def leave(world: World, *usernames: str, who: str = LEAVER, by: str = SUPERVISOR) -> httpx.Response:
    return await (await world.as_(by)).post(f"/v1/users/{demo_id(who)}/hand-on", hand_on(*usernames))


async def work_of(world: World, who: str = LEAVER) -> dict[str, int]:
    counts = done(await (await world.as_(SUPERVISOR)).get(f"/v1/users/{demo_id(who)}/work"))
    return {name: counts[name] for name in NOTHING}


async def switch_off(world: World, who: str = LEAVER) -> httpx.Response:
    admin, path = await world.as_("admin"), f"/v1/users/{demo_id(who)}"
    version = (await admin.get(path)).headers["etag"]
    return await admin.patch(path, {"active": False}, headers={"If-Match": version})


async def test_all_cases_pass_in_one_step_and_the_one_before_loses_sight_of_them(world: World, owner_url: str) -> None:
    case = await open_case(world)
    hidden = await case_of(world, await record_person(world, "duty.almaty"), restricted=True)
    before = await rows(owner_url, CLOCKS)
    assert (await work_of(world))["cases"] == 2
    answer = done(await leave(world, HEIR))
    heir = str(demo_id(HEIR))
    assert answer["cases"] == [{"case_id": case.id, "manager_id": heir}]
    assert answer["hidden_cases"] == 1, "a restricted case passes, and its id is not told"
    assert hidden not in str(answer)
    for case_id in (case.id, hidden):
        assert await managers(owner_url, case_id) == [demo_id(HEIR)] * 2
        assert await statuses(world, f"/v1/cases/{case_id}", LEAVER, HEIR) == {LEAVER: 404, HEIR: 200}
    after = await rows(owner_url, CLOCKS)
    assert after == before, "no clock begins anew"
    assert await work_of(world) == NOTHING
    assert await count(owner_url, ORPHANS) == 0
    story = done(await (await world.as_(HEIR)).get(f"/v1/cases/{hidden}/timeline?order=desc&limit=1"))["items"][0]
    assert (story["kind"], story["actor"]["id"]) == ("case.handed_on", str(demo_id(SUPERVISOR)))


async def test_a_hold_and_its_end_pass_with_the_task(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_(LEAVER)
    due = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    task = done(await manager.post("/v1/tasks", {"title": "Мектепке хат", "case_id": case.id, "due_at": due}))
    until = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    held = {"reason": "family_away", "until_on": until}
    before = done(await manager.post(f"/v1/tasks/{task['id']}/hold", held))
    done(await leave(world, HEIR))
    mine = await world.as_(HEIR)
    after = done(await mine.get(f"/v1/tasks/{task['id']}"))
    assert (after["due_at"], after["held_until"]) == (before["due_at"], before["held_until"])
    assert after["assignee_id"] == str(demo_id(HEIR))
    assert task["id"] in [t["id"] for t in done(await mine.get("/v1/tasks/mine"))["items"]]


async def test_who_may_not_have_a_case_is_passed_over_and_where_nobody_may_nothing_passes(
    world: World, owner_url: str
) -> None:
    case, other = await open_case(world), await open_case(world)
    declared = {"kind": "relative", "person_id": case.child}
    done(await (await world.as_(HEIR)).post("/v1/me/conflicts", declared))
    refused = await leave(world, HEIR)
    assert (refused.status_code, refused.json()["code"]) == (409, "nobody-free-for-cases")
    assert (refused.json()["case_ids"], refused.json()["hidden_cases"]) == ([case.id], 0)
    assert not [word for word in ("conflict", "relative", "kin") if word in refused.text.lower()]
    for each in (case, other):
        assert await managers(owner_url, each.id) == [demo_id(LEAVER)] * 2, "all or nothing"
    assert await count(owner_url, ORPHANS) == 0


async def test_no_account_that_answers_for_something_is_taken_away(world: World, owner_url: str) -> None:
    await open_case(world)
    admin, path = await world.as_("admin"), f"/v1/users/{demo_id(LEAVER)}"
    move = {"organisation_id": str(demo_id("crd_astana")), "reason": "Ауысады"}
    for refused in (
        await switch_off(world),
        await admin.post(f"{path}/roles/case_manager/revoke"),
        await admin.post(f"{path}/move", move),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "work-not-handed-on"), refused.text
        assert refused.json()["cases"] == 1
        assert refused.json()["offers"] == 0
    astana = "SELECT id FROM organisation WHERE region_code = 'KZ-71' LIMIT 1"
    for statement in (
        "UPDATE app_user SET active = false WHERE id = $1",
        f"UPDATE app_user SET organisation_id = ({astana}) WHERE id = $1",
        "UPDATE user_role SET revoked_at = now() WHERE user_id = $1",
    ):
        assert await refused_with(owner_url, statement) == "CM411"
    done(await leave(world, HEIR))
    assert (await switch_off(world)).status_code == 200
    assert await count(owner_url, ORPHANS) == 0


async def refused_with(owner_url: str, statement: str) -> str | None:
    """Return the code with which the database refuses a statement about the leaver, whoever sends it."""
    owner = await asyncpg.connect(driver_url(owner_url))
    try:
        with pytest.raises(asyncpg.PostgresError) as caught:
            await owner.execute(statement, demo_id(LEAVER))
    finally:
        await owner.close()
    return caught.value.sqlstate


async def test_of_a_switching_off_and_work_given_at_the_same_moment_one_holds(world: World, owner_url: str) -> None:
    case = await open_case(world)
    done(await leave(world, HEIR))
    offer = {"to_user_id": str(demo_id(LEAVER)), "reason": "workload"}
    heir = await world.as_(HEIR)
    given, off = await asyncio.gather(heir.post(f"/v1/cases/{case.id}/handover", offer), switch_off(world))
    assert sorted([given.status_code < 300, off.status_code < 300]) == [False, True], (given.text, off.text)
    assert await count(owner_url, ORPHANS) == 0


async def test_an_account_is_stopped_at_once_and_the_heads_of_its_body_have_its_work(
    world: World, owner_url: str
) -> None:
    case = await open_case(world)
    hidden = await case_of(world, await record_person(world, "duty.almaty"), restricted=True)
    admin, path = await world.as_("admin"), f"/v1/users/{demo_id(LEAVER)}"
    stopped, why = await world.as_(LEAVER), {"reason": "manager_left"}
    own = await admin.post(f"/v1/users/{demo_id('admin')}/switch-off", why)
    assert (own.status_code, own.json()["code"]) == (403, "own-account")
    assert (await (await world.as_(SUPERVISOR)).post(f"{path}/switch-off", why)).status_code == 403
    answer = done(await admin.post(f"{path}/switch-off", why))
    assert (answer["cases"], answer["hidden_cases"]) == ([], 2)
    assert not [each for each in (case.id, hidden) if each in str(answer)], "an administrator is told no case"
    assert (await stopped.get("/v1/cases")).status_code == 401
    for each in (case.id, hidden):
        assert await managers(owner_url, each) == [demo_id(SUPERVISOR)] * 2
    assert await count(owner_url, ORPHANS) == 0
    again = await admin.post(f"{path}/switch-off", why)
    assert (again.status_code, again.json()["code"]) == (409, "already-so")


async def test_offers_to_the_leaver_are_withdrawn_and_places_in_teams_end(world: World, owner_url: str) -> None:
    case = await open_case(world)
    second = await open_case(world)
    manager = await world.as_(LEAVER)
    done(await manager.post(f"/v1/cases/{second.id}/team", member(HEIR, "deputy_manager")))
    handover = await offered(world, case.id)
    assert (await work_of(world, HEIR)) == NOTHING | {"tasks": 1, "offers": 1, "places": 1}
    answer = done(await leave(world, LEAVER, who=HEIR))
    assert (answer["offers"], answer["places"], answer["tasks"]) == (1, 1, 0)
    assert await work_of(world, HEIR) == NOTHING
    seen = done(await manager.get("/v1/handovers"))["items"]
    assert [(h["id"], h["state"]) for h in seen] == [(handover, "withdrawn")]
    assert await statuses(world, f"/v1/cases/{second.id}", HEIR) == {HEIR: 404}
    assert await count(owner_url, ORPHANS) == 0


async def test_several_share_the_cases_evenly(world: World) -> None:
    cases = [await open_case(world) for _ in range(2)]
    await give_role(world, f"/v1/users/{demo_id('duty2.almaty')}", "case_manager")
    answer = done(await leave(world, HEIR, "duty2.almaty"))
    assert {c["case_id"] for c in answer["cases"]} == {c.id for c in cases}
    assert {c["manager_id"] for c in answer["cases"]} == {str(demo_id(HEIR)), str(demo_id("duty2.almaty"))}


async def test_a_head_hands_on_the_work_of_the_own_body_alone_and_never_the_own(world: World) -> None:
    await open_case(world)
    for by, status, code in (
        ("supervisor.astana", 404, "not-found"),
        ("head.almaty", 404, "not-found"),
        (LEAVER, 403, "forbidden"),
        ("admin", 403, "forbidden"),
    ):
        refused = await leave(world, HEIR, by=by)
        assert (refused.status_code, refused.json()["code"]) == (status, code), (by, refused.text)
    own = await leave(world, HEIR, who=SUPERVISOR)
    assert (own.status_code, own.json()["code"]) == (403, "own-work")
    for to, code in (
        ("manager.astana", "unknown-colleague"),
        (LEAVER, "unknown-colleague"),
        ("nobody", "unknown-colleague"),
        ("duty.almaty", "unknown-case-manager"),
    ):
        refused = await leave(world, HEIR, to)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/to_user_ids/1"), refused.text
        assert refused.json()["code"] == code
    assert (await leave(world, HEIR, HEIR)).status_code == 422
    unknown = await (await world.as_(SUPERVISOR)).get(f"/v1/users/{uuid4()}/work")
    assert unknown.status_code == 404


async def test_a_specialist_leaves_and_somebody_is_asked_to_name_another_for_each_session_and_measure(
    world: World, owner_url: str
) -> None:
    case, session, measures = await in_support(world)
    head, who = await world.as_("head.almaty"), demo_id("psychologist.almaty")
    counts = done(await head.get(f"/v1/users/{who}/work"))
    assert counts["named"] == 1 + len(measures)
    answer = done(await leave(world, "lawyer.almaty", who="psychologist.almaty", by="head.almaty"))
    assert (answer["named"], answer["cases"]) == (1 + len(measures), [])
    asked = await rows(
        owner_url,
        "SELECT record_id::text, assignee_id FROM task WHERE kind = 'staff_take_over' AND completed_at IS NULL",
    )
    assert {a["record_id"]: a["assignee_id"] for a in asked} == {session: demo_id("head.almaty")} | dict.fromkeys(
        measures, demo_id(MANAGER)
    )
    mine = done(await head.get("/v1/tasks/mine"))["items"]
    assert session in [t["record_id"] for t in mine]
    assert (await switch_off(world, "psychologist.almaty")).status_code == 200
    assert case.id not in str(answer)


async def test_what_is_about_no_case_goes_back_to_the_desk_of_the_body(world: World) -> None:
    duty = await world.as_("duty.almaty")
    signal = await signal_about(world, "duty.almaty", await record_person(world, "duty.almaty"))
    due = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    wish = {"title": "Мектепке қоңырау", "signal_id": signal, "due_at": due, "assignee_id": str(demo_id("duty.almaty"))}
    task = done(await duty.post("/v1/tasks", wish))
    assert (await switch_off(world, "duty.almaty")).json()["code"] == "work-not-handed-on"
    done(await leave(world, "duty2.almaty", who="duty.almaty"))
    seen = done(await (await world.as_("duty2.almaty")).get("/v1/tasks/mine"))["items"]
    assert [(t["assignee_id"], t["due_at"]) for t in seen if t["id"] == task["id"]] == [(None, task["due_at"])]
    assert (await switch_off(world, "duty.almaty")).status_code == 200


async def test_what_another_body_asked_the_leaver_for_goes_to_a_colleague_who_sees_it_then(world: World) -> None:
    case = await open_case(world)
    referral = await asked(world, case)
    await accepted(world, referral)
    path, task_of = f"/v1/service-referrals/{referral}", "service_referral_completion"
    answer = done(await leave(world, "lawyer.almaty", who="psychologist.almaty", by="head.almaty"))
    assert (answer["tasks"], answer["named"]) == (1, 0)
    assert await statuses(world, path, "psychologist.almaty", "lawyer.almaty") == {
        "psychologist.almaty": 404,
        "lawyer.almaty": 200,
    }
    mine = done(await (await world.as_("lawyer.almaty")).get("/v1/tasks/mine"))["items"]
    assert [t["record_id"] for t in mine if t["kind"] == task_of] == [referral]
    assert (await switch_off(world, "psychologist.almaty")).status_code == 200


async def test_what_went_up_to_a_head_who_leaves_goes_to_another_head_and_not_to_the_desk(
    world: World, owner_url: str
) -> None:
    case = await open_case(world)
    clock, other = await rows(owner_url, "SELECT id FROM task WHERE case_id = $1 ORDER BY id LIMIT 2", case.id)
    escalations = [await _escalated(owner_url, each["id"]) for each in (clock, other)]
    second = "duty2.almaty"
    await give_role(world, f"/v1/users/{demo_id(second)}", "supervisor")
    assert (await work_of_other(world, SUPERVISOR, by=second))["tasks"] == 2
    done(await leave(world, HEIR, who=SUPERVISOR, by=second))
    held = await rows(owner_url, "SELECT assignee_id FROM task WHERE id = ANY ($1)", escalations)
    assert [row["assignee_id"] for row in held] == [demo_id(second)] * 2


async def test_an_escalation_goes_to_nobody_who_is_shut_out_of_what_it_is_about(world: World, owner_url: str) -> None:
    case = await open_case(world)
    (clock,) = await rows(owner_url, "SELECT id FROM task WHERE case_id = $1 ORDER BY id LIMIT 1", case.id)
    escalation = await _escalated(owner_url, clock["id"])
    second = "duty2.almaty"
    await give_role(world, f"/v1/users/{demo_id(second)}", "supervisor")
    declared = {"kind": "relative", "person_id": case.child}
    done(await (await world.as_(second)).post("/v1/me/conflicts", declared))
    done(await leave(world, HEIR, who=SUPERVISOR, by=second))
    (held,) = await rows(owner_url, "SELECT assignee_id FROM task WHERE id = $1", escalation)
    assert held["assignee_id"] is None, "the desk, where everybody of the body who may sees it"


async def work_of_other(world: World, who: str, *, by: str) -> dict[str, int]:
    return dict(done(await (await world.as_(by)).get(f"/v1/users/{demo_id(who)}/work")))


async def _escalated(owner_url: str, task: Any) -> Any:
    """Let a clock have gone up to the supervisor, as the worker does it."""
    escalation = uuid4()
    await rows(
        owner_url,
        "WITH said AS (SELECT set_config('casemgmt.audited', 'on', false))"
        " INSERT INTO task (id, kind, record_type, record_id, organisation_id, region_code, restricted, assignee_id,"
        " blocks_closure, started_at, warn_at, due_at, deadline_status, deadline_provisional, rules_version,"
        " about_kind, version)"
        " SELECT $1, 'escalation_supervisor', 'task', t.id, t.organisation_id, t.region_code, false, $3, false,"
        " t.started_at, t.warn_at, t.due_at, t.deadline_status, t.deadline_provisional, t.rules_version, t.kind, 1"
        " FROM task t, said WHERE t.id = $2",
        escalation,
        task,
        demo_id(SUPERVISOR),
    )
    return escalation
