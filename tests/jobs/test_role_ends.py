"""A role may be given until a moment: it ends then whatever the jobs do, and what it leaves has an owner."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from casemgmt.staff import role_ends
from tests.account_steps import WHY, grant
from tests.clients import World
from tests.factories import count
from tests.http.test_absences import tasks_of
from tests.http.test_handovers import managers
from tests.http.test_staff_leaving import ORPHANS
from tests.jobs.worker import do_all_due
from tests.records import events, rows, story
from tests.steps import MANAGER, SUPERVISOR, done, open_case

USER = f"/v1/users/{demo_id(MANAGER)}"
_LET_IT_PASS = (
    "WITH quiet AS (SELECT set_config('session_replication_role', 'replica', false)),"
    " account AS (UPDATE app_user SET rights_until = now() - interval '1 s' FROM quiet WHERE id = $1)"
    " UPDATE user_role SET ends_at = now() - interval '1 s' FROM quiet WHERE user_id = $1 AND ends_at IS NOT NULL"
)
"""The moment has come for the database, and nobody has noted it."""

_HEADS = (
    "SELECT DISTINCT u.username FROM app_user u JOIN user_role r ON r.user_id = u.id"
    " WHERE u.organisation_id = $1 AND r.role IN ('supervisor', 'centre_head')"
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def until(world: World, days: float, role: str = "case_manager") -> dict[str, Any]:
    """Give the manager a role until so many days from now, by two persons."""
    ends_at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    admin = await world.as_("admin")
    return await grant(world, await admin.post(f"{USER}/roles", {"role": role, "ends_at": ends_at, "reason": WHY}))


async def notices(world: World, who: str) -> list[str]:
    return [n["kind"] for n in done(await (await world.as_(who)).get("/v1/me/notices"))["items"]]


async def test_the_role_ends_at_its_moment_for_every_token_and_a_new_one_is_without_it(
    world: World, owner_url: str
) -> None:
    case = await open_case(world)
    await until(world, 1)
    world.forget_tokens()
    manager = await world.as_(MANAGER)
    assert done(await manager.get("/v1/me"))["rights_until"] is not None
    assert (await manager.get(f"/v1/cases/{case.id}")).status_code == 200
    await rows(owner_url, _LET_IT_PASS, demo_id(MANAGER))
    for path in (f"/v1/cases/{case.id}", "/v1/cases", "/v1/tasks/mine", "/v1/me"):
        assert (await manager.get(path)).status_code == 401, path
    world.forget_tokens()
    anew = await world.as_(MANAGER)
    assert (await anew.get("/v1/me")).status_code == 403, "signed in, without a role"
    assert (await anew.get(f"/v1/cases/{case.id}")).status_code == 403
    assert "user.role_ended" in await events(owner_url, str(demo_id(MANAGER)))
    given = {"signal_ids": [str(demo_id("x"))], "children": [str(demo_id("y"))], "manager_id": str(demo_id(MANAGER))}
    refused = await (await world.as_("duty.almaty")).post("/v1/cases", given)
    assert refused.status_code in {404, 422}, "no case is given to whose role is over"


async def test_holder_and_head_are_told_ahead_and_a_prolonged_role_asks_nothing_more(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    await open_case(world)
    change = await until(world, 10)
    assert change["change"]["role_ends_at"] is not None
    await do_all_due(worker_url, settings, clock, role_ends.SCHEDULE)
    clock.advance(timedelta(minutes=1))
    world.forget_tokens()
    await do_all_due(worker_url, settings, clock, role_ends.SCHEDULE)
    assert (await notices(world, MANAGER)).count("role_ending") == 1
    assert (await notices(world, SUPERVISOR)).count("role_ending") == 1
    (asked,) = [t for t in await tasks_of(world, SUPERVISOR) if t["kind"] == "role_ending"]
    (held,) = await rows(owner_url, "SELECT ends_at FROM user_role WHERE ends_at IS NOT NULL")
    assert datetime.fromisoformat(asked["due_at"]) == held["ends_at"]

    await until(world, 300)
    assert [t for t in await tasks_of(world, SUPERVISOR) if t["kind"] == "role_ending"] == []
    shown = done(await (await world.as_(SUPERVISOR)).get(USER))
    assert datetime.fromisoformat(shown["rights_until"]) > held["ends_at"]
    assert shown["roles"] is None
    colleague = done(await (await world.as_("manager2.almaty")).get(USER))
    assert colleague["rights_until"] is None


async def test_when_it_is_over_the_work_is_the_heads_and_nothing_was_without_an_owner(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    case = await open_case(world)
    await until(world, 1)
    await do_all_due(worker_url, settings, clock, role_ends.SCHEDULE)
    clock.advance(timedelta(days=1, minutes=1))
    world.forget_tokens()
    await do_all_due(worker_url, settings, clock, role_ends.SCHEDULE)
    owner, member = await managers(owner_url, case.id)
    assert owner == member != demo_id(MANAGER)
    assert await count(owner_url, ORPHANS) == 0
    assert (await story(owner_url, case.id))[-1] == "case.handed_on"
    assert "case.handed_on" in await events(owner_url, case.id)
    held = "SELECT count(*) FROM user_role WHERE ends_at IS NOT NULL AND revoked_at IS NULL"
    assert await count(owner_url, held) == 0
    assert "role_ended" in await notices(world, SUPERVISOR)
    assert [t for t in await tasks_of(world, SUPERVISOR) if t["kind"] == "role_ending"] == []
    assert await rows(owner_url, "SELECT entrypoint FROM jobs.job") == []


async def test_where_nobody_may_have_a_case_the_role_ends_all_the_same_and_the_head_stays_asked(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    case = await open_case(world)
    await until(world, 1)
    heads = await rows(owner_url, _HEADS, demo_id("crd_almaty"))
    await do_all_due(worker_url, settings, clock, role_ends.SCHEDULE)
    for head in heads:
        relative = {"kind": "relative", "person_id": case.child}
        done(await (await world.as_(head["username"])).post("/v1/me/conflicts", relative))
    await rows(owner_url, _LET_IT_PASS, demo_id(MANAGER))
    clock.advance(timedelta(days=1, minutes=1))
    world.forget_tokens()
    await do_all_due(worker_url, settings, clock, role_ends.SCHEDULE)
    assert await managers(owner_url, case.id) == [demo_id(MANAGER)] * 2, "accountable, without sight"
    assert (await (await world.as_(MANAGER)).get(f"/v1/cases/{case.id}")).status_code == 403
    open_ones = "SELECT count(*) FROM task WHERE kind = 'role_ending' AND completed_at IS NULL"
    assert await count(owner_url, open_ones) == 1
    hand_on = {"to_user_ids": [str(demo_id("manager2.almaty"))], "reason": "manager_left"}
    done(await (await world.as_(SUPERVISOR)).post(f"{USER}/hand-on", hand_on))
    await do_all_due(worker_url, settings, clock, role_ends.SCHEDULE)
    assert await count(owner_url, open_ones) == 0
    assert await count(owner_url, ORPHANS) == 0


async def test_what_has_passed_or_is_the_same_is_refused(world: World) -> None:
    admin = await world.as_("admin")
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    refused = await admin.post(f"{USER}/roles", {"role": "supervisor", "ends_at": past, "reason": WHY})
    assert (refused.status_code, refused.json()["code"]) == (422, "time-passed")
    same = await admin.post(f"{USER}/roles", {"role": "case_manager", "reason": WHY})
    assert (same.status_code, same.json()["code"]) == (409, "already-exists")
