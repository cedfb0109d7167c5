"""The decision: what is settled and signed is granted; a refusal has a ground, an article and a second person."""

from typing import Any

import pytest

from tests.benefit_steps import ELSEWHERE, OFFICER, SECOND, SUPERVISOR, FamilyAtWork, determine, family_on_record
from tests.clients import Caller, World
from tests.records import events, rows, story
from tests.steps import MANAGER, done

ARTICLE = "Әлеуметтік кодекс, 72-бап"


async def _act(caller: Caller, view: dict[str, Any], action: str, body: dict[str, Any] | None = None) -> Any:
    return await caller.post(f"/v1/determinations/{view['id']}/{action}", body)


async def _refused(
    caller: Caller, view: dict[str, Any], action: str, status: int, code: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    answer = await _act(caller, view, action, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    told: dict[str, Any] = answer.json()
    return told


async def _no(world: World, **given: Any) -> tuple[FamilyAtWork, dict[str, Any]]:
    """Return a family with too few children, and the determination that says so."""
    family = await family_on_record(world, births=("2012-09-14", "2015-01-20"))
    return family, await determine(world, family, **given)


def _ground(view: dict[str, Any]) -> dict[str, Any]:
    return {"ground_rule": view["grounds"][0]["rule"], "article": ARTICLE}


async def _open_clocks(owner_url: str) -> set[str]:
    found = await rows(
        owner_url,
        "SELECT kind FROM task WHERE record_type = 'benefit_determination' AND completed_at IS NULL"
        " AND cancelled_at IS NULL",
    )
    return {row["kind"] for row in found}


async def test_what_is_settled_and_signed_is_granted_and_its_clock_stops(world: World, owner_url: str) -> None:
    family = await family_on_record(world)
    view = await determine(world, family, applied_on="2026-11-25")
    assert await _open_clocks(owner_url) == {"benefit_decision"}
    officer = await world.as_(OFFICER)
    granted = done(await _act(officer, view, "approve", {"note": "Тағайындалды"}))
    assert (granted["state"], granted["decided_by_id"] is not None, granted["version"]) == ("approved", True, 2)
    assert granted["allowed_actions"][0]["action"] == "overturn"
    assert await _open_clocks(owner_url) == set()
    assert (await story(owner_url, family.case))[-1] == "benefit.approved"
    told = await _refused(officer, view, "approve", 409, "wrong-state")
    assert told["state"] == "approved"


async def test_an_estimate_decides_about_no_money(world: World) -> None:
    officer = await world.as_(OFFICER)
    family = await family_on_record(world)
    yes = await determine(world, family, mode="estimate")
    await _refused(officer, yes, "approve", 409, "estimate-cannot-decide")
    _, no = await _no(world, mode="estimate")
    await _refused(officer, no, "propose-refusal", 409, "estimate-cannot-decide", _ground(no))
    actions = {a["action"]: a for a in yes["allowed_actions"]}
    assert actions["approve"] | {"reason": None} == {
        "action": "approve", "allowed": False, "reason_code": "estimate-cannot-decide", "reason": None
    }  # fmt: skip


async def test_what_is_open_or_no_can_not_be_granted(world: World) -> None:
    officer = await world.as_(OFFICER)
    family = await family_on_record(world, births=("2005-05-05", "2012-09-14", "2015-01-20", "2019-11-03"))
    await _refused(officer, await determine(world, family), "approve", 409, "answer-still-open")
    _, no = await _no(world)
    await _refused(officer, no, "approve", 409, "not-entitled")


async def test_a_refusal_names_a_ground_that_was_found_and_its_article(world: World) -> None:
    _, no = await _no(world)
    officer = await world.as_(OFFICER)
    ground = no["grounds"][0]
    assert ground["rule"] == "multi_child_benefit.entitled"
    assert ground["article_seen"] is False
    body = {"ground_rule": "birth_grant.entitled", "article": ARTICLE}
    await _refused(officer, no, "propose-refusal", 422, "ground-not-offered", body)
    await _refused(officer, no, "propose-refusal", 422, "article-needed", {"ground_rule": ground["rule"]})
    for nothing in ({"article": ARTICLE}, _ground(no) | {"ground_code": "false_data"}):
        await _refused(officer, no, "propose-refusal", 422, "invalid-request", nothing)
    proposed = done(await _act(officer, no, "propose-refusal", _ground(no)))
    assert proposed["state"] == "refusal_proposed"
    assert proposed["refused_on"] == {
        "rule": ground["rule"], "code": None, "label": ground["label"], "article": ARTICLE
    }  # fmt: skip
    assert proposed["decided_by_id"] is None


async def test_nobody_confirms_the_own_refusal_and_a_second_person_finds_it_in_the_queue(
    world: World, owner_url: str
) -> None:
    family, no = await _no(world, applied_on="2026-11-25")
    officer, second = await world.as_(OFFICER), await world.as_(SECOND)
    done(await _act(officer, no, "propose-refusal", _ground(no)))
    await _refused(officer, no, "confirm-refusal", 409, "own-refusal")
    queue = done(await second.get("/v1/tasks/mine"))["items"]
    assert [(t["kind"], t["record_id"]) for t in queue] == [("benefit_refusal_confirmation", no["id"])]
    assert (await second.get(f"/v1/families/{family.id}")).status_code == 404  # the file stays with the team
    seen = done(await second.get(f"/v1/determinations/{no['id']}"))
    assert {a["action"]: a["allowed"] for a in seen["allowed_actions"]}["confirm_refusal"]
    refused = done(await _act(second, no, "confirm-refusal"))
    assert refused["state"] == "refused"
    assert refused["decided_by_id"] != refused["proposed_by_id"]
    assert await _open_clocks(owner_url) == set()
    assert (await story(owner_url, family.case))[-2:] == ["benefit.refusal_proposed", "benefit.refused"]
    assert done(await second.get("/v1/tasks/mine"))["items"] == []


async def test_a_refusal_can_be_sent_back_and_then_granted_or_proposed_anew(world: World) -> None:
    _, no = await _no(world)
    officer, second = await world.as_(OFFICER), await world.as_(SECOND)
    body = {"ground_code": "false_data", "article": ARTICLE, "note": "Анықтама жалған"}
    proposed = done(await _act(officer, no, "propose-refusal", body))
    assert proposed["refused_on"]["code"] == "false_data"
    back = done(await _act(second, no, "return-refusal", {"reason": "Дәлел жоқ"}))
    assert (back["state"], back["refused_on"], back["return_reason"]) == ("made", None, "Дәлел жоқ")
    done(await _act(second, no, "propose-refusal", _ground(no)))
    assert done(await _act(officer, no, "confirm-refusal"))["state"] == "refused"


async def test_a_supervisor_is_a_second_person_too(world: World) -> None:
    _, no = await _no(world)
    done(await _act(await world.as_(OFFICER), no, "propose-refusal", _ground(no)))
    assert done(await _act(await world.as_(SUPERVISOR), no, "confirm-refusal"))["state"] == "refused"


async def test_a_determination_that_nobody_goes_on_with_is_put_aside_with_its_clock(
    world: World, owner_url: str
) -> None:
    family = await family_on_record(world)
    view = await determine(world, family, applied_on="2026-11-25")
    officer = await world.as_(OFFICER)
    aside = done(await _act(officer, view, "set-aside", {"reason": "Туған күні қате"}))
    assert (aside["state"], aside["set_aside_reason"]) == ("set_aside", "Туған күні қате")
    assert await _open_clocks(owner_url) == set()
    await _refused(officer, view, "approve", 409, "wrong-state")


async def test_a_case_manager_asks_but_does_not_decide(world: World) -> None:
    family = await family_on_record(world)
    manager = await world.as_(MANAGER)
    body = {"benefit": "multi_child_benefit", "on": "2026-03-15"}
    view = done(await manager.post(family.path, body))
    await _refused(manager, view, "approve", 403, "forbidden")
    answer = await manager.post(family.path, body | {"mode": "decide"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_an_old_version_is_refused(world: World) -> None:
    _, no = await _no(world)
    officer = await world.as_(OFFICER)
    done(await _act(officer, no, "propose-refusal", _ground(no)))
    path = f"/v1/determinations/{no['id']}/confirm-refusal"
    answer = await (await world.as_(SECOND)).post(path, headers={"If-Match": '"v1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale-version")


async def test_decisions_are_made_where_the_family_is(world: World) -> None:
    family = await family_on_record(world)
    view = await determine(world, family)
    for path in (f"/v1/determinations/{view['id']}", family.path):
        assert (await (await world.as_(ELSEWHERE)).get(path)).status_code == 404
    await _refused(await world.as_(ELSEWHERE), view, "approve", 404, "not-found")


@pytest.mark.parametrize("who", ["analyst", "admin", "auditor", "operator.111", "duty.almaty", "lead.almaty"])
async def test_who_has_nothing_to_do_with_benefits_reads_no_determination(world: World, who: str) -> None:
    family = await family_on_record(world, births=("2012-09-14",))
    view = await determine(world, family)
    caller = await world.as_(who)
    for path in (f"/v1/determinations/{view['id']}", "/v1/determinations", family.path):
        assert (await caller.get(path)).status_code == 403


async def test_every_decision_leaves_its_event(world: World, owner_url: str) -> None:
    _, no = await _no(world)
    done(await _act(await world.as_(OFFICER), no, "propose-refusal", _ground(no)))
    done(await _act(await world.as_(SECOND), no, "confirm-refusal"))
    assert await events(owner_url, no["id"]) == ["benefit.determined", "benefit.refusal_proposed", "benefit.refused"]


async def test_a_benefit_is_granted_once_for_a_family_and_a_day(world: World) -> None:
    family = await family_on_record(world)
    first, second = await determine(world, family), await determine(world, family)
    officer = await world.as_(OFFICER)
    done(await _act(officer, first, "approve"))
    await _refused(officer, second, "approve", 409, "granted-already")
    later = await determine(world, family, on="2026-02-15")
    assert done(await _act(officer, later, "approve"))["state"] == "approved"


async def test_nothing_is_decided_while_the_family_may_still_answer(world: World) -> None:
    family = await family_on_record(world)
    view = await determine(world, family)
    officer = await world.as_(OFFICER)
    done(await officer.post(f"/v1/determinations/{view['id']}/offers", {"channel": "portal"}))
    await _refused(officer, view, "approve", 409, "offer-open")
    await _refused(officer, view, "set-aside", 409, "offer-open", {"reason": "Қате"})


async def test_the_decision_waits_for_an_officer_where_nobody_of_them_took_the_application(
    world: World, owner_url: str
) -> None:
    family = await family_on_record(world)
    body = {"benefit": "multi_child_benefit", "on": "2026-03-15", "applied_on": "2026-11-25"}
    done(await (await world.as_(MANAGER)).post(family.path, body))
    waiting = await rows(owner_url, "SELECT assignee_id FROM task WHERE kind = 'benefit_decision'")
    assert waiting == [{"assignee_id": None}]
    queue = done(await (await world.as_(SECOND)).get("/v1/tasks/mine"))["items"]
    assert [task["kind"] for task in queue] == ["benefit_decision"]
