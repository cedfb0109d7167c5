"""Plans over HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.people.policy import local_day
from rules.deadlines import compute_due
from tests.clients import World
from tests.records import events, rows, running_clocks, story
from tests.steps import (
    MANAGER,
    SUPERVISOR,
    approve_plan,
    assess,
    case_in_assessment,
    case_in_planning,
    done,
    draft_plan,
    plan,
    sign_and_approve,
)

WITH_CONSENT = {"end_with_consent": "ends-with-consent"}
"""What ends with the consent it rests on is not ended by itself."""


def _without(*help_kinds: str) -> dict[str, Any]:
    goals = plan()["goals"]
    goals[0]["measures"] = [m for m in goals[0]["measures"] if m["help_kind"] not in help_kinds]
    return {"goals": goals}


def _etag(view: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"v{view["version"]}"'}


def _allowed(view: dict[str, Any]) -> dict[str, str | None]:
    return {a["action"]: a["reason_code"] for a in view["allowed_actions"]}


async def test_a_plan_is_drafted_signed_by_the_manager_and_approved_by_another_person(
    world: World, owner_url: str
) -> None:
    case = await case_in_planning(world)
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    drafted = await draft_plan(world, case)
    assert (drafted["number"], drafted["state"], drafted["help_package"]) == (1, "draft", "victim_5")
    assert _allowed(drafted) == {"write": None, "sign": None, "discard": None} | WITH_CONSENT
    path = f"/v1/plans/{drafted['id']}"
    signed = done(await manager.post(f"{path}/sign", headers=_etag(drafted)))
    assert (signed["state"], signed["signed_by_id"]) == ("signed", str(demo_id(MANAGER)))
    assert _allowed(signed) == {"return": "forbidden", "approve": "forbidden"} | WITH_CONSENT
    clocks = await running_clocks(owner_url, case.id)
    assert "plan_draft" not in clocks
    assert clocks["plan_approval"]["record_id"] == UUID(drafted["id"])
    approved = done(await supervisor.post(f"{path}/approve", headers=_etag(signed)))
    assert (approved["state"], approved["approved_by_id"]) == ("approved", str(demo_id(SUPERVISOR)))
    assert [m["id"] for m in approved["goals"][0]["measures"]] == [m["id"] for m in drafted["goals"][0]["measures"]]
    clocks = await running_clocks(owner_url, case.id)
    assert "plan_approval" not in clocks
    assert clocks["plan_review"]["assignee_id"] == demo_id(MANAGER)
    assert clocks["plan_review"]["blocks_closure"] is False
    assert done(await manager.get(path))["goals"][0]["measures"][0]["state"] == "planned"
    told = [kind for kind in await story(owner_url, case.id) if kind.startswith("plan.")]
    assert told == ["plan.drafted", "plan.signed", "plan.approved"]
    assert await events(owner_url, drafted["id"]) == [*told, "plan.read"]
    assert done(await manager.post(f"/v1/cases/{case.id}/start-support"))["state"] == "support"


async def test_the_story_of_a_plan_holds_no_word_of_it(world: World, owner_url: str) -> None:
    case = await case_in_planning(world)
    await approve_plan(world, case)
    told = await rows(owner_url, "SELECT data::text AS data FROM timeline_entry WHERE kind LIKE 'plan.%'")
    words = [plan()["goals"][0]["text"], plan()["child_view"], plan()["goals"][0]["measures"][0]["text"]]
    assert told
    assert not any(word in row["data"] for word in words for row in told)


async def test_the_signer_does_not_approve_even_with_the_right_to(world: World, owner_url: str) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case)
    manager = await world.as_(MANAGER)
    signed = done(await manager.post(f"/v1/plans/{drafted['id']}/sign"))
    assert (await manager.post(f"/v1/plans/{drafted['id']}/approve")).status_code == 403
    await _give_role(owner_url, MANAGER, "supervisor")
    manager = await World(world.client).as_(MANAGER)
    refused = await manager.post(f"/v1/plans/{drafted['id']}/approve", headers=_etag(signed))
    assert (refused.status_code, refused.json()["code"]) == (409, "signer-cannot-approve")


async def _give_role(owner_url: str, username: str, role: str) -> None:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT audit_write($1, 'test.prepared', 'done', NULL, 'user', '{}', NULL, NULL, '{}', 'test')", uuid4()
            )
            await connection.execute(
                "INSERT INTO user_role (id, user_id, role, granted_at) VALUES ($1, $2, $3, now())",
                uuid4(),
                demo_id(username),
                role,
            )
    finally:
        await connection.close()


async def test_a_missing_kind_of_help_is_named_and_an_argument_answers_for_it(world: World) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case, **_without("medical", "legal"))
    assert drafted["help_kinds_unanswered"] == ["medical", "legal"]
    assert _allowed(drafted)["sign"] == "help-kind-missing"
    manager = await world.as_(MANAGER)
    path = f"/v1/plans/{drafted['id']}"
    refused = await manager.post(f"{path}/sign")
    assert (refused.status_code, refused.json()["code"]) == (409, "help-kind-missing")
    assert refused.json()["help_kinds"] == ["medical", "legal"]
    argued = [{"help_kind": kind, "argument": "Басқа жерде алады"} for kind in ("medical", "legal")]
    given = plan(**_without("medical", "legal"), missing_help=argued)
    written = done(await manager.request("PUT", path, json=given, headers=_etag(drafted)))
    assert written["help_kinds_unanswered"] == []
    assert written["version"] == 2
    approved = await sign_and_approve(world, drafted["id"])
    assert approved["missing_help"] == argued
    assert done(await manager.post(f"/v1/cases/{case.id}/start-support"))["state"] == "support"


async def test_a_plan_without_a_measure_is_not_signed(world: World) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case, goals=[{"domain": "safety", "text": "Т", "measured_by": "Ө"}])
    manager = await world.as_(MANAGER)
    refused = await manager.post(f"/v1/plans/{drafted['id']}/sign")
    assert (refused.status_code, refused.json()["code"]) == (409, "plan-empty")


async def test_only_the_manager_signs(world: World) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case)
    manager, colleague = await world.as_(MANAGER), await world.as_("manager2.almaty")
    assert (await colleague.post(f"/v1/plans/{drafted['id']}/sign")).status_code == 404
    member = {"user_id": str(demo_id("manager2.almaty")), "team_role": "social_worker"}
    done(await manager.post(f"/v1/cases/{case.id}/team", member))
    assert _allowed(done(await colleague.get(f"/v1/plans/{drafted['id']}")))["sign"] == "not-the-manager"
    refused = await colleague.post(f"/v1/plans/{drafted['id']}/sign")
    assert (refused.status_code, refused.json()["code"]) == (409, "not-the-manager")
    assert done(await manager.post(f"/v1/plans/{drafted['id']}/sign"))["state"] == "signed"


async def test_a_plan_that_contradicts_itself_is_refused(world: World) -> None:
    case = await case_in_planning(world)
    manager = await world.as_(MANAGER)
    for given, code, pointer in (
        ({"consent": "without_consent"}, "consent-ground-needed", "/consent_ground"),
        ({"consent_ground": "Сот шешімі"}, "consent-ground-idle", "/consent_ground"),
        ({"review_on": "2020-01-01"}, "plan-dates-out-of-order", "/review_on"),
        ({"missing_help": [{"help_kind": "legal", "argument": "Т"}]}, "argument-idle", "/missing_help/0/help_kind"),
        (
            _without("legal") | {"missing_help": [{"help_kind": "legal", "argument": "Т"}] * 2},
            "argument-idle",
            "/missing_help/1/help_kind",
        ),
        ({"kind": "no_such_kind"}, "invalid-request", "/kind"),
        ({"consent": "assumed"}, "invalid-request", "/consent"),
        ({"starts_on": "2026-02-30"}, "invalid-request", "/starts_on"),
    ):
        refused = await manager.post(f"/v1/cases/{case.id}/plans", plan(**given))
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == pointer
    assert done(await manager.get(f"/v1/cases/{case.id}/plans"))["items"] == []


async def test_a_measure_that_can_not_be_is_refused_with_a_pointer_to_it(world: World) -> None:
    case = await case_in_planning(world)
    manager = await world.as_(MANAGER)
    for field, value, code in (
        ("responsible_organisation_id", str(uuid4()), "unknown-organisation"),
        ("responsible_user_id", str(uuid4()), "user-of-other-body"),
        ("responsible_user_id", str(demo_id("duty.astana")), "user-of-other-body"),
        ("due_on", "2020-01-01", "plan-dates-out-of-order"),
        ("help_kind", "magic", "invalid-request"),
        ("measure_kind", "magic", "invalid-request"),
    ):
        given = plan()
        given["goals"][0]["measures"][2][field] = value
        refused = await manager.post(f"/v1/cases/{case.id}/plans", given)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == f"/goals/0/measures/2/{field}"


async def test_without_consent_a_plan_goes_on_with_its_ground(world: World) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case, consent="without_consent", consent_ground="Сот шешімі")
    assert drafted["consent_ground"] == "Сот шешімі"


async def test_there_is_no_plan_before_its_stage_and_one_open_version_at_a_time(world: World) -> None:
    early = await case_in_assessment(world)
    manager = await world.as_(MANAGER)
    refused = await manager.post(f"/v1/cases/{early.id}/plans", plan())
    assert (refused.status_code, refused.json()["code"]) == (409, "case-not-at-this-stage")
    assert refused.json()["stages"] == ["planning", "support", "rehabilitation"]
    case = await case_in_planning(world)
    await draft_plan(world, case)
    refused = await manager.post(f"/v1/cases/{case.id}/plans", plan())
    assert (refused.status_code, refused.json()["code"]) == (409, "plan-open")


async def test_there_is_no_plan_without_an_assessment(world: World, owner_url: str) -> None:
    case = await case_in_assessment(world)
    connection = await asyncpg.connect(driver_url(owner_url))
    try:  # The route refuses this stage without an assessment; the plan must not rely on that.
        async with connection.transaction():
            await connection.execute("SELECT set_config('casemgmt.audited', 'on', true)")
            await connection.execute("UPDATE case_record SET state = 'planning' WHERE id = $1", UUID(case.id))
    finally:
        await connection.close()
    manager = await world.as_(MANAGER)
    refused = await manager.post(f"/v1/cases/{case.id}/plans", plan())
    assert (refused.status_code, refused.json()["code"]) == (409, "no-assessment")


async def test_a_draft_is_replaced_as_a_whole_and_only_in_its_last_version(world: World) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case)
    manager = await world.as_(MANAGER)
    path = f"/v1/plans/{drafted['id']}"
    shorter = plan(**_without("medical"), child_view=None)
    written = done(await manager.request("PUT", path, json=shorter, headers=_etag(drafted)))
    assert len(written["goals"][0]["measures"]) == 4
    assert written["child_view"] is None
    assert (await manager.request("PUT", path, json=shorter, headers=_etag(drafted))).status_code == 412
    assert (await manager.request("PUT", path, json=shorter)).status_code == 428
    assert done(await manager.get(path)) == written


async def test_a_signed_plan_is_returned_with_a_reason_and_may_then_be_written_again(
    world: World, owner_url: str
) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case)
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    path = f"/v1/plans/{drafted['id']}"
    signed = done(await manager.post(f"{path}/sign"))
    frozen = await manager.request("PUT", path, json=plan(), headers=_etag(signed))
    assert (frozen.status_code, frozen.json()["allowed_transitions"]) == (
        409,
        ["return", "approve", "end_with_consent"],
    )
    assert (await supervisor.post(f"{path}/return", {})).status_code == 422
    returned = done(await supervisor.post(f"{path}/return", {"reason": "Мерзімдерді нақтылаңыз"}))
    assert (returned["state"], returned["signed_by_id"]) == ("draft", None)
    assert returned["return_reason"] == "Мерзімдерді нақтылаңыз"
    clocks = await running_clocks(owner_url, case.id)
    assert "plan_approval" not in clocks
    assert clocks["plan_draft"]["assignee_id"] == demo_id(MANAGER)
    written = done(await manager.request("PUT", path, json=plan(), headers=_etag(returned)))
    assert done(await manager.post(f"{path}/sign", headers=_etag(written)))["return_reason"] is None
    assert "plan_draft" not in await running_clocks(owner_url, case.id)


@pytest.mark.parametrize(("level", "term"), [("medium", "plan_draft"), ("high", "plan_draft_high_risk")])
async def test_the_manager_owes_a_plan_from_the_assessment_on_and_sooner_at_high_risk(
    world: World, owner_url: str, level: str, term: str
) -> None:
    case = await case_in_assessment(world)
    assessed = await assess(world, case, level=level)
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/start-planning"))
    clock = (await running_clocks(owner_url, case.id))["plan_draft"]
    completed_at = datetime.fromisoformat(assessed["completed_at"])
    assert (clock["assignee_id"], clock["started_at"]) == (demo_id(MANAGER), completed_at)
    assert clock["due_at"] == compute_due(term, completed_at).due_at


async def test_a_discarded_draft_makes_room_for_the_next(world: World) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case)
    manager = await world.as_(MANAGER)
    discarded = done(await manager.post(f"/v1/plans/{drafted['id']}/discard", {"reason": "Басқа бағыт"}))
    assert (discarded["state"], discarded["discard_reason"]) == ("discarded", "Басқа бағыт")
    own = str(uuid4())
    following = await draft_plan(world, case, id=own)
    assert (following["id"], following["number"]) == (own, 2)
    listed = done(await manager.get(f"/v1/cases/{case.id}/plans"))["items"]
    assert [(each["number"], each["state"]) for each in listed] == [(2, "draft"), (1, "discarded")]


async def test_a_revision_supersedes_the_version_in_force_in_the_act_of_its_approval(
    world: World, owner_url: str
) -> None:
    case = await case_in_planning(world)
    first = await approve_plan(world, case)
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    finished = first["goals"][0]["measures"][0]
    done(await manager.post(f"/v1/plan-measures/{finished['id']}/complete", {"evidence": "Анықтама"}))
    revised = done(await manager.post(f"/v1/plans/{first['id']}/revise"))
    assert (revised["number"], revised["state"]) == (2, "draft")
    assert revised["help_kinds_unanswered"] == [finished["help_kind"]]
    assert _allowed(done(await manager.get(f"/v1/plans/{first['id']}")))["revise"] == "plan-open"
    given = plan(missing_help=[{"help_kind": finished["help_kind"], "argument": "Көрсетілді"}])
    given |= _without(finished["help_kind"])
    done(await manager.request("PUT", f"/v1/plans/{revised['id']}", json=given, headers=_etag(revised)))
    second = await sign_and_approve(world, revised["id"])
    assert second["supersedes_id"] == first["id"]
    older = done(await supervisor.get(f"/v1/plans/{first['id']}"))
    assert (older["state"], older["superseded_at"]) == ("superseded", second["approved_at"])
    assert older["goals"][0]["measures"][0]["evidence"] == "Анықтама"
    clock = (await running_clocks(owner_url, case.id))["plan_review"]
    assert clock["record_id"] == UUID(second["id"])
    told = [kind for kind in await story(owner_url, case.id) if kind.startswith("plan.")]
    assert told[-4:] == ["plan.revised", "plan.signed", "plan.superseded", "plan.approved"]
    late = await manager.post(f"/v1/plan-measures/{older['goals'][0]['measures'][1]['id']}/start")
    assert (late.status_code, late.json()["code"]) == (409, "plan-not-approved")


_CHANGES = (
    "UPDATE plan SET review_on = review_on + 1",
    "UPDATE plan SET child_view = 'x'",
    "UPDATE plan SET content = '{}'",
    "UPDATE plan SET help_package = NULL",
    "UPDATE plan_goal SET text = 'x'",
    "UPDATE plan_measure SET due_on = due_on + 1",
    "UPDATE plan_measure SET help_kind = 'social'",
    "UPDATE plan_missing_help SET argument = 'x'",
)
_LATE = (
    "UPDATE plan SET signed_by_id = approved_by_id",
    "UPDATE plan SET approved_at = now()",
    """INSERT INTO plan_missing_help (plan_id, help_kind, argument, case_id, organisation_id, restricted)
       SELECT id, 'labour', 'x', case_id, organisation_id, false FROM plan""",
    """INSERT INTO plan_goal (id, plan_id, position, domain, text, measured_by, case_id, organisation_id, restricted,
                              version)
       SELECT gen_random_uuid(), id, 9, 'safety', 'x', 'x', case_id, organisation_id, false, 1 FROM plan""",
)


async def test_the_database_itself_keeps_a_signed_and_an_approved_plan_as_they_were(
    world: World, owner_url: str
) -> None:
    case = await case_in_planning(world)
    argued = [{"help_kind": "legal", "argument": "Т"}]
    drafted = await draft_plan(world, case, **_without("legal"), missing_help=argued)
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    done(await manager.post(f"/v1/plans/{drafted['id']}/sign"))
    assert await _accepted_by_the_database(owner_url, _CHANGES[:4]) == []
    done(await supervisor.post(f"/v1/plans/{drafted['id']}/approve"))
    assert await _accepted_by_the_database(owner_url, _CHANGES + _LATE) == []
    await _supersede(owner_url)
    assert await _accepted_by_the_database(owner_url, _CHANGES + _LATE) == []


async def _accepted_by_the_database(owner_url: str, statements: Sequence[str]) -> list[str]:
    """Return those that the owner of the database may run; each is undone."""
    accepted = []
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        for statement in statements:
            transaction = connection.transaction()
            await transaction.start()
            try:
                await connection.execute(statement)
                accepted.append(statement)
            except asyncpg.PostgresError as error:
                assert error.sqlstate == "CM409", statement  # noqa: PT017 - the loop goes on after each
            finally:
                await transaction.rollback()
    finally:
        await connection.close()
    return accepted


async def _supersede(owner_url: str) -> None:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('casemgmt.audited', 'on', true)")
            await connection.execute("UPDATE plan SET state = 'superseded', superseded_at = now()")
    finally:
        await connection.close()


async def test_measures_are_started_done_and_dropped_and_goals_get_their_outcome(world: World, owner_url: str) -> None:
    case = await case_in_planning(world)
    approved = await approve_plan(world, case)
    manager = await world.as_(MANAGER)
    one, two = approved["goals"][0]["measures"][:2]
    started = done(await manager.post(f"/v1/plan-measures/{one['id']}/start", headers=_etag(one)))
    assert started["state"] == "in_progress"
    assert (await manager.post(f"/v1/plan-measures/{one['id']}/start")).status_code == 409
    stale = await manager.post(f"/v1/plan-measures/{one['id']}/complete", {"evidence": "А"}, headers=_etag(one))
    assert stale.status_code == 412
    completed = done(await manager.post(f"/v1/plan-measures/{one['id']}/complete", {"evidence": "Анықтама"}))
    assert (completed["state"], completed["evidence"]) == ("done", "Анықтама")
    assert completed["done_at"] is not None
    assert completed["allowed_actions"] == []
    dropped = done(await manager.post(f"/v1/plan-measures/{two['id']}/drop", {"reason": "Көшіп кетті"}))
    assert (dropped["state"], dropped["drop_reason"], dropped["done_at"]) == ("not_done", "Көшіп кетті", None)
    goal = approved["goals"][0]
    outcome = {"outcome": "partly_achieved", "note": "Бір оқиға болды"}
    reached = done(await manager.post(f"/v1/plan-goals/{goal['id']}/outcome", outcome, headers=_etag(goal)))
    assert (reached["outcome"], reached["version"]) == ("partly_achieved", 2)
    again = {"outcome": "achieved", "note": "Тыныш"}
    assert done(await manager.post(f"/v1/plan-goals/{goal['id']}/outcome", again))["outcome"] == "achieved"
    assert (await manager.post(f"/v1/plan-goals/{goal['id']}/outcome", {"outcome": "won"})).status_code == 422
    told = await story(owner_url, case.id)
    assert told[-5:] == [
        "plan_measure.started",
        "plan_measure.completed",
        "plan_measure.dropped",
        "plan_goal.outcome_recorded",
        "plan_goal.outcome_recorded",
    ]
    assert (await events(owner_url, one["id"]))[-2:] == ["plan_measure.started", "plan_measure.completed"]


async def test_goals_and_measures_of_a_draft_are_not_acted_upon(world: World) -> None:
    case = await case_in_planning(world)
    drafted = await draft_plan(world, case)
    manager = await world.as_(MANAGER)
    goal = drafted["goals"][0]
    measure = goal["measures"][0]
    assert _allowed(measure) == dict.fromkeys(("start", "complete", "drop"), "plan-not-approved") | WITH_CONSENT
    assert (await manager.post(f"/v1/plan-measures/{measure['id']}/start")).status_code == 404
    outcome = {"outcome": "achieved", "note": "Т"}
    assert (await manager.post(f"/v1/plan-goals/{goal['id']}/outcome", outcome)).status_code == 404


async def test_who_does_not_see_the_case_learns_nothing_of_its_plan(world: World) -> None:
    case = await case_in_planning(world)
    approved = await approve_plan(world, case)
    stranger, other = await world.as_("manager.astana"), await world.as_("supervisor.astana")
    path = f"/v1/plans/{approved['id']}"
    goal = approved["goals"][0]
    for answer in (
        await stranger.get(path),
        await stranger.get(f"/v1/cases/{case.id}/plans"),
        await stranger.post(f"{path}/revise"),
        await stranger.post(f"/v1/cases/{case.id}/plans", plan()),
        await stranger.post(f"/v1/plan-measures/{goal['measures'][0]['id']}/start"),
        await stranger.post(f"/v1/plan-goals/{goal['id']}/outcome", {"outcome": "achieved", "note": "Т"}),
        await other.post(f"{path}/approve"),
    ):
        assert answer.status_code == 404
        assert answer.json()["code"] == "not-found"


async def test_roles_without_the_right_are_refused(world: World) -> None:
    case = await case_in_planning(world)
    approved = await approve_plan(world, case)
    supervisor, auditor = await world.as_(SUPERVISOR), await world.as_("auditor")
    assert (await supervisor.post(f"/v1/cases/{case.id}/plans", plan())).status_code == 403
    assert (await supervisor.post(f"/v1/plans/{approved['id']}/revise")).status_code == 403
    assert (await auditor.get(f"/v1/plans/{approved['id']}")).status_code == 403
    assert done(await supervisor.get(f"/v1/plans/{approved['id']}"))["state"] == "approved"


async def test_a_day_of_review_before_the_deadline_is_when_the_clock_is_due(world: World, owner_url: str) -> None:
    case = await case_in_planning(world)
    soon = local_day(datetime.now(UTC)) + timedelta(days=10)
    await approve_plan(world, case, review_on=soon.isoformat())
    assert (await running_clocks(owner_url, case.id))["plan_review"]["due_at"].date() == soon
