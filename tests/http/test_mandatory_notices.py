"""A mandatory notice ends with its record: to whom, how, and by what it is proved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.document_steps import keep
from tests.records import events, rows, story
from tests.steps import MANAGER, CaseAtWork, done, notice_by_telephone, open_case

KIND = "mandatory_notice_police"


async def _open(world: World) -> tuple[CaseAtWork, str]:
    case = await open_case(world)
    mine = done(await (await world.as_(MANAGER)).get("/v1/tasks/mine"))["items"]
    return case, next(t["id"] for t in mine if t["case_id"] == case.id and t["kind"] == KIND)


def _given(**changes: Any) -> dict[str, Any]:
    return notice_by_telephone(datetime.now(UTC).isoformat()) | changes


async def test_a_notice_by_telephone_names_who_took_it_and_stops_the_clock(world: World, owner_url: str) -> None:
    case, task = await _open(world)
    manager, path = await world.as_(MANAGER), f"/v1/tasks/{task}"
    refused = await manager.post(f"{path}/complete", {"result": "Айттым."})
    assert (refused.status_code, refused.json()["code"]) == (409, "notice-needs-proof")
    view = done(await manager.post(f"{path}/notice", _given()))
    assert (view["clock"], view["notice"]["delivery"]) == ("completed", "telephone")
    assert view["notice"]["recorded_by_id"] == str(demo_id(MANAGER))
    again = await manager.post(f"{path}/notice", _given())
    assert (again.status_code, again.json()["code"]) == (409, "wrong-state")
    assert "task.notice_given" in await story(owner_url, case.id)
    assert "task.notice_given" in await events(owner_url, task)
    told = await rows(owner_url, "SELECT data FROM timeline_entry WHERE kind = 'task.notice_given'")
    assert "Тестов" not in str(told)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"taken_by": None}, "taker-needed"),
        ({"delivery": "post", "number": None}, "number-needed"),
        ({"delivery": "electronic", "number": None}, "number-needed"),
        ({"delivery": "handed_over", "number": None}, "handing-over-unproved"),
        ({"delivered_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, "notice-in-future"),
        ({"document_id": str(demo_id("no document"))}, "document-of-other"),
    ],
)
async def test_a_notice_without_the_proof_of_its_way_stops_nothing(
    world: World, changes: dict[str, Any], code: str
) -> None:
    _, task = await _open(world)
    manager, path = await world.as_(MANAGER), f"/v1/tasks/{task}"
    refused = await manager.post(f"{path}/notice", _given(**changes))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code), refused.text
    left = done(await manager.get(path))
    assert (left["completed_at"], left["notice"]) == (None, None)


async def test_a_document_of_the_case_proves_that_it_was_handed_over_one_of_another_case_does_not(world: World) -> None:
    case, task = await _open(world)
    manager, path = await world.as_(MANAGER), f"/v1/tasks/{task}/notice"
    other = await keep(manager, "case", (await open_case(world)).id)
    handed = {"delivery": "handed_over", "number": None}
    refused = await manager.post(path, _given(**handed, document_id=other["id"]))
    assert refused.json()["errors"][0]["code"] == "document-of-other"
    own = await keep(manager, "case", case.id)
    assert done(await manager.post(path, _given(**handed, document_id=own["id"])))["notice"]["document_id"] == own["id"]


async def test_the_case_shows_what_is_due_what_was_given_and_that_the_body_has_it(world: World) -> None:
    case, task = await _open(world)
    manager, path = await world.as_(MANAGER), f"/v1/tasks/{task}/notice"
    said = {"acknowledged_by": "Ә. Тестов", "acknowledged_at": datetime.now(UTC).isoformat(), "number": "12-5/77"}
    assert (await manager.post(f"{path}/acknowledge", said)).status_code == 404
    done(await manager.post(path, _given()))
    said["acknowledged_at"] = datetime.now(UTC).isoformat()
    done(await manager.post(f"{path}/acknowledge", said))
    again = await manager.post(f"{path}/acknowledge", said)
    assert (again.status_code, again.json()["code"]) == (409, "acknowledged-already")
    listed = done(await manager.get(f"/v1/cases/{case.id}/mandatory-notices"))["items"]
    assert {n["kind"]: n["notice"] and n["notice"]["acknowledged_number"] for n in listed} == {
        KIND: "12-5/77",
        "mandatory_notice_guardianship": None,
    }
    hidden = await (await world.as_("manager2.almaty")).get(f"/v1/cases/{case.id}/mandatory-notices")
    assert hidden.status_code == 404
