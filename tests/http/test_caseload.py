"""The load of each case manager over HTTP: true to the head, and silent about what is restricted."""

from typing import Any

import pytest

from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from tests.clients import World
from tests.factories import open_case
from tests.steps import MANAGER, SUPERVISOR, done


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A house in which nobody is to accompany more than one family."""
    return settings.model_copy(update={"caseload_ceiling": 1})


async def load(world: World, who: str, manager: str = MANAGER) -> dict[str, Any]:
    """Return what somebody is told of the load of a manager."""
    told = done(await (await world.as_(who)).get("/v1/tasks/caseload"))["workers"]
    empty = {"cases": 0, "hidden": 0, "high_risk": 0, "over_ceiling": False}
    return next((w for w in told if w["user_id"] == str(demo_id(manager))), empty)


async def listed(world: World, who: str) -> int:
    """Return how many open cases of the manager stand in somebody's list."""
    items = done(await (await world.as_(who)).get("/v1/cases?limit=100"))["items"]
    return sum(c["manager_id"] == str(demo_id(MANAGER)) and c["state"] != "closed" for c in items)


async def test_the_head_sees_the_true_load_as_a_number_and_never_which_case_is_restricted(
    world: World, owner_url: str
) -> None:
    before = await load(world, SUPERVISOR)
    await open_case(owner_url)
    secret = await open_case(owner_url, restricted=True)
    supervisor = await world.as_(SUPERVISOR)
    assert (await supervisor.get(f"/v1/cases/{secret.id}")).status_code == 404
    answer = await supervisor.get("/v1/tasks/caseload")
    assert str(secret.id) not in answer.text
    after = await load(world, SUPERVISOR)
    assert (after["cases"], after["hidden"]) == (before["cases"] + 2, before["hidden"] + 1)
    assert after["cases"] - after["hidden"] == await listed(world, SUPERVISOR)


async def test_who_accompanies_more_families_than_the_ceiling_is_shown_as_such_and_nobody_else(
    world: World, owner_url: str
) -> None:
    async def over() -> list[dict[str, Any]]:
        """Return who is over the ceiling by the answer on today, which is what the load itself says."""
        supervisor = await world.as_(SUPERVISOR)
        told = done(await supervisor.get("/v1/tasks/caseload"))
        assert (told["ceiling"], told["ceiling_status"], told["ceiling_is_law"]) == (1, "house_default", False)
        part = done(await supervisor.get("/v1/me/today"))["body"]["over_ceiling"]
        assert part["items"] == [w for w in told["workers"] if w["over_ceiling"]]
        assert part["count"] == len(part["items"])
        items: list[dict[str, Any]] = part["items"]
        return items

    await open_case(owner_url)
    await open_case(owner_url, manager="manager2.almaty")
    assert (await load(world, SUPERVISOR))["cases"] == 1
    assert await over() == [], "as many as the ceiling are not too many"
    await open_case(owner_url, restricted=True)
    (full,) = await over()
    assert (full["user_id"], full["cases"], full["hidden"]) == (str(demo_id(MANAGER)), 2, 1)


async def test_a_case_weighs_the_same_before_and_after_it_is_restricted(world: World, owner_url: str) -> None:
    case = await open_case(owner_url)
    before = await load(world, SUPERVISOR)
    limit = {"restricted": True, "ground": "staff_involved"}
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/restriction", limit))
    after = await load(world, SUPERVISOR)
    assert (after["cases"], after["over_ceiling"]) == (before["cases"], before["over_ceiling"])
    assert after["hidden"] == before["hidden"] + 1


async def test_a_case_that_the_head_may_not_see_for_kinship_is_a_number_like_a_restricted_one(
    world: World, owner_url: str
) -> None:
    case = await open_case(owner_url)
    before = await load(world, SUPERVISOR)
    declared = {"case_id": str(case.id), "kind": "relative"}
    done(await (await world.as_(SUPERVISOR)).post("/v1/me/conflicts", declared))
    after = await load(world, SUPERVISOR)
    assert (after["cases"], after["hidden"]) == (before["cases"], before["hidden"] + 1)


async def test_the_load_of_another_body_is_told_to_nobody(world: World, owner_url: str) -> None:
    await open_case(owner_url)
    assert (await load(world, "head.almaty"))["cases"] == 0
    assert (await (await world.as_(MANAGER)).get("/v1/tasks/caseload")).status_code == 403
