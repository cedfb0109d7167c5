"""The answer that an Idempotency-Key keeps is given again only to who still sees what it tells."""

from typing import Any

import asyncpg
import httpx
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from tests.absence_steps import DEPUTY, away
from tests.account_steps import give_role
from tests.clients import Caller, World
from tests.http.test_service_referrals import asked
from tests.people import case_of, record_person
from tests.steps import done, open_case, refused

KEY = {"Idempotency-Key": "kept-answer-0001"}


async def _twice(caller: Caller, path: str, body: Any) -> httpx.Response:
    first = await caller.post(path, body, headers=KEY)
    assert first.is_success, first.text
    again = await caller.post(path, body, headers=KEY)
    assert (again.text, again.headers["idempotency-replayed"]) == (first.text, "true")
    return first


@pytest.mark.parametrize("how", ["leaves the team", "another hands the case over"])
async def test_whoever_left_a_case_gets_no_kept_answer_of_it(how: str, world: World) -> None:
    case = f"/v1/cases/{await case_of(world, await record_person(world, 'duty.almaty'))}"
    manager, second = await world.as_("manager.almaty"), await world.as_("manager2.almaty")
    member = {"user_id": str(demo_id("manager2.almaty")), "team_role": "mentor"}
    team = done(await manager.post(f"{case}/team", member))["team"]
    leaver = second if how == "leaves the team" else manager
    body = {"user_id": str(demo_id("lawyer.almaty")), "team_role": "lawyer", "help_kind": "legal"}
    await _twice(leaver, f"{case}/team", body)
    if leaver is second:
        place = next(m["id"] for m in team if m["user_id"] == member["user_id"])
        done(await manager.post(f"{case}/team/{place}/end"))
    else:
        offer = {"to_user_id": member["user_id"], "reason": "workload", "note": "Жүктеме"}
        offered = done(await manager.post(f"{case}/handover", offer))
        done(await second.post(f"/v1/handovers/{offered['id']}/accept"))
    again = await leaver.post(f"{case}/team", body, headers=KEY)
    assert refused(again) == (409, "answer-lapsed")


async def test_who_is_not_on_the_team_gets_no_kept_answer_of_a_case_that_was_restricted(world: World) -> None:
    case = f"/v1/cases/{await case_of(world, await record_person(world, 'duty.almaty'))}"
    supervisor, manager = await world.as_("supervisor.almaty"), await world.as_("manager.almaty")
    offer = {"to_user_id": str(demo_id("manager2.almaty")), "reason": "workload", "note": "Жүктеме"}
    await _twice(supervisor, f"{case}/handover", offer)
    done(await manager.post(f"{case}/restriction", {"restricted": True, "ground": "staff_involved"}))
    again = await supervisor.post(f"{case}/handover", offer, headers=KEY)
    assert refused(again) == (409, "answer-lapsed")


async def test_a_body_that_was_asked_gets_no_kept_answer_of_a_child_when_the_referral_is_over(world: World) -> None:
    case = await open_case(world)
    referral = await asked(world, case)
    head, path = await world.as_("head.almaty"), f"/v1/service-referrals/{referral}"
    body = {"responsible_id": str(demo_id("psychologist.almaty"))}
    first = await _twice(head, f"{path}/accept", body)
    assert done(first)["child"] is not None
    done(await (await world.as_("manager.almaty")).post(f"{path}/withdraw"))
    again = await head.post(f"{path}/accept", body, headers=KEY)
    assert refused(again) == (409, "answer-lapsed")


async def test_a_role_that_is_taken_takes_the_kept_answers_with_it(world: World) -> None:
    case = f"/v1/cases/{await case_of(world, await record_person(world, 'duty.almaty'))}"
    supervisor, admin = await world.as_("supervisor.almaty"), await world.as_("admin")
    offer = {"to_user_id": str(demo_id("manager2.almaty")), "reason": "workload", "note": "Жүктеме"}
    await _twice(supervisor, f"{case}/handover", offer)
    user = f"/v1/users/{demo_id('supervisor.almaty')}"
    done(await admin.post(f"{user}/roles/supervisor/revoke"))
    await give_role(world, user, "case_manager")
    world.forget_tokens()
    again = await (await world.as_("supervisor.almaty")).post(f"{case}/handover", offer, headers=KEY)
    assert refused(again) == (409, "answer-lapsed")


_LAPSED = {
    "the place of a deputy": "UPDATE case_member SET rests_until = now() - interval '1 s' WHERE absence_id IS NOT NULL",
    "a role given until a moment": "UPDATE user_role SET ends_at = now() - interval '1 s' WHERE user_id = $1",
}


@pytest.mark.parametrize("what", _LAPSED)
async def test_sight_that_ran_out_by_its_own_date_takes_the_kept_answers_with_it_before_any_job_notes_it(
    what: str, world: World, owner_url: str
) -> None:
    case = await open_case(world)
    await away(world)
    deputy, path = await world.as_(DEPUTY), f"/v1/cases/{case.id}/team"
    body = {"user_id": str(demo_id("lawyer.almaty")), "team_role": "lawyer", "help_kind": "legal"}
    await _twice(deputy, path, body)
    # the answer was kept before that moment
    await _at_once(
        owner_url,
        "UPDATE idempotency_key SET created_at = now() - interval '1 h'",
        _LAPSED[what].replace("$1", f"'{demo_id(DEPUTY)}'"),
    )
    again = await deputy.post(path, body, headers=KEY)
    assert "idempotency-replayed" not in again.headers
    assert refused(again) == (409, "answer-lapsed")


async def _at_once(owner_url: str, *statements: str) -> None:
    """Change what no code changes: triggers rest meanwhile."""
    owner = await asyncpg.connect(driver_url(owner_url))
    try:
        await owner.execute("SET session_replication_role = replica")
        for statement in statements:
            await owner.execute(statement)
    finally:
        await owner.close()
