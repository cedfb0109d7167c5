"""An appeal is recorded for the applicant and settled by somebody who had no part in the decision."""

from datetime import date, timedelta
from typing import Any

from casemgmt.clock import SystemClock
from casemgmt.people.policy import local_day
from tests.benefit_steps import OFFICER, SECOND, SUPERVISOR, determine, family_on_record
from tests.clients import Caller, World
from tests.records import rows, story
from tests.steps import MANAGER, done


def _today() -> date:
    return local_day(SystemClock().now())


def _appeal(**given: Any) -> dict[str, Any]:
    return {
        "filed_on": _today().isoformat(), "filed_by": "applicant", "channel": "in_person", "claim": "Балалар төртеу."
    } | given  # fmt: skip


async def _refused_family(world: World) -> tuple[str, str]:
    """Return the case and the determination of a refusal that two officers made."""
    family = await family_on_record(world, births=("2012-09-14", "2015-01-20"))
    view = await determine(world, family)
    path = f"/v1/determinations/{view['id']}"
    ground = {"ground_rule": view["grounds"][0]["rule"], "article": "72-бап"}
    done(await (await world.as_(OFFICER)).post(f"{path}/propose-refusal", ground))
    done(await (await world.as_(SECOND)).post(f"{path}/confirm-refusal"))
    return family.case, path


async def _code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_an_appeal_is_recorded_with_its_day_and_its_clock_waits_for_another_person(
    world: World, owner_url: str
) -> None:
    case, path = await _refused_family(world)
    manager = await world.as_(MANAGER)
    lodged = await manager.post(f"{path}/appeals", _appeal())
    assert lodged.status_code == 201, lodged.text
    assert lodged.json()["state"] == "lodged"
    clock = (await rows(owner_url, "SELECT * FROM task WHERE kind = 'benefit_appeal'"))[0]
    assert (clock["assignee_id"], clock["deadline_status"]) == (None, "house_default")
    assert await _code(await manager.post(f"{path}/appeals", _appeal())) == (409, "appeal-open")
    assert (await story(owner_url, case))[-1] == "benefit.appeal_lodged"
    assert done(await manager.get(f"{path}/appeals"))["items"][0]["id"] == lodged.json()["id"]


async def test_who_took_part_in_the_decision_does_not_settle_the_appeal(world: World) -> None:
    _, path = await _refused_family(world)
    appeal = done(await (await world.as_(MANAGER)).post(f"{path}/appeals", _appeal()))
    for part in (OFFICER, SECOND):
        for action in ("uphold", "dismiss"):
            caller = await world.as_(part)
            answer = await caller.post(f"/v1/benefit-appeals/{appeal['id']}/{action}", {"reason": "Тексерілді"})
            assert await _code(answer) == (409, "own-decision")


async def _settle(caller: Caller, appeal: dict[str, Any], action: str) -> dict[str, Any]:
    return done(await caller.post(f"/v1/benefit-appeals/{appeal['id']}/{action}", {"reason": "Тексерілді"}))


async def test_an_appeal_that_is_upheld_overturns_the_decision(world: World, owner_url: str) -> None:
    case, path = await _refused_family(world)
    appeal = done(await (await world.as_(MANAGER)).post(f"{path}/appeals", _appeal()))
    supervisor = await world.as_(SUPERVISOR)
    upheld = await _settle(supervisor, appeal, "uphold")
    assert (upheld["state"], upheld["reason"]) == ("upheld", "Тексерілді")
    assert done(await supervisor.get(path))["state"] == "overturned"
    open_clocks = "SELECT 1 FROM task WHERE kind LIKE 'benefit%' AND completed_at IS NULL"
    assert await rows(owner_url, open_clocks) == []
    assert (await story(owner_url, case))[-1] == "benefit.appeal_upheld"


async def test_an_appeal_that_is_dismissed_leaves_the_decision_and_can_be_followed_by_another(world: World) -> None:
    _, path = await _refused_family(world)
    manager, supervisor = await world.as_(MANAGER), await world.as_(SUPERVISOR)
    first = done(await manager.post(f"{path}/appeals", _appeal()))
    assert (await _settle(supervisor, first, "dismiss"))["state"] == "dismissed"
    assert done(await supervisor.get(path))["state"] == "refused"
    again = await supervisor.post(f"/v1/benefit-appeals/{first['id']}/uphold", {"reason": "Тексерілді"})
    assert await _code(again) == (409, "wrong-state")
    assert (await manager.post(f"{path}/appeals", _appeal(filed_by="representative"))).status_code == 201


async def test_there_is_no_appeal_against_what_nobody_decided_and_none_of_another_time(world: World) -> None:
    family = await family_on_record(world)
    view = await determine(world, family)
    path = f"/v1/determinations/{view['id']}/appeals"
    officer = await world.as_(OFFICER)
    assert await _code(await officer.post(path, _appeal())) == (409, "nothing-decided")
    done(await officer.post(f"/v1/determinations/{view['id']}/approve"))
    for day in (_today() - timedelta(days=1), _today() + timedelta(days=1)):
        answer = await officer.post(path, _appeal(filed_on=day.isoformat()))
        assert await _code(answer) == (422, "appeal-date-impossible")
    assert (await officer.post(path, _appeal())).status_code == 201  # also against the amount of a grant
