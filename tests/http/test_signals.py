"""Signals over HTTP: recorded once, owned and clocked from the first second, seen by those who need them."""

import asyncio
from typing import Any

import pytest

from casemgmt.ids import new_id
from tests.clients import World
from tests.factories import count
from tests.outreach_steps import (
    DUTY,
    SIGNAL,
    done,
    events,
    open_clocks,
    record_child,
    record_signal,
    refused,
    stories,
)

REPORTER = {"relation": "neighbour", "name": "Сейіт", "phone": "8 701 111 22 33", "callback_allowed": True}


async def test_a_signal_is_recorded_read_and_triaged(world: World) -> None:
    operator = await world.as_("operator.111")
    created = await operator.post("/v1/signals", SIGNAL)
    assert created.status_code == 201, created.text
    signal_id = created.json()["id"]
    assert created.headers["location"] == f"/v1/signals/{signal_id}"
    read = await operator.get(f"/v1/signals/{signal_id}")
    assert read.status_code == 200, read.text
    assert read.json()["state"] == "received"
    listed = await operator.get("/v1/signals")
    assert [s["id"] for s in listed.json()["items"]] == [signal_id]
    triaged = await operator.post(
        f"/v1/signals/{signal_id}/triage",
        {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"},
        headers={"If-Match": read.headers["etag"]},
    )
    assert triaged.status_code == 200, triaged.text
    assert triaged.json()["state"] == "emergency"


async def test_a_signal_has_owner_clock_story_and_event_from_the_first_second(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world)
    assert await open_clocks(owner_url, signal_id) == ["triage_urgent"]
    assert await stories(owner_url, signal_id) == ["signal.received"]
    assert await events(owner_url, signal_id) == {"signal.registered"}


@pytest.mark.parametrize(
    ("who", "given", "status"),
    [
        ("operator.111", {}, 200),
        ("supervisor.111", {}, 200),
        (DUTY, {}, 200),
        ("supervisor.almaty", {}, 200),
        ("oversight", {}, 200),
        ("duty.astana", {}, 404),
        ("lead.almaty", {}, 404),
        ("nurse.almaty", {}, 404),
        ("manager.almaty", {}, 404),
        ("head.almaty", {}, 404),
        ("auditor", {}, 403),
        ("admin", {}, 403),
        ("analyst", {}, 403),
        ("operator.111", {"region_code": None}, 200),
        (DUTY, {"region_code": None}, 404),
        ("oversight", {"region_code": None}, 200),
    ],
)
async def test_a_signal_is_seen_by_its_desk_and_oversight_alone(
    world: World, who: str, given: dict[str, Any], status: int
) -> None:
    signal_id = await record_signal(world, **given)
    caller = await world.as_(who)
    assert (await caller.get(f"/v1/signals/{signal_id}")).status_code == status
    listed = await caller.get("/v1/signals")
    assert [s["id"] for s in listed.json().get("items", [])] == ([signal_id] if status == 200 else [])


async def test_a_hidden_signal_answers_like_an_absent_one(world: World) -> None:
    signal_id = await record_signal(world)
    stranger = await world.as_("duty.astana")
    for path in ("", "/reporter"):
        hidden = refused(await stranger.get(f"/v1/signals/{signal_id}{path}"), 404, "not-found")
        absent = refused(await stranger.get(f"/v1/signals/{new_id()}{path}"), 404, "not-found")
        assert hidden | {"request_id": ""} == absent | {"request_id": ""}
    triage = {"outcome": "consultation", "severity": "low", "reason": "no_danger_found"}
    refused(await stranger.post(f"/v1/signals/{signal_id}/triage", triage), 404, "not-found")


async def test_the_same_message_under_the_same_id_is_one_signal(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    message = SIGNAL | {"id": str(new_id()), "reporter": REPORTER}
    first = done(await operator.post("/v1/signals", message))
    again = await operator.post("/v1/signals", message)
    assert (again.status_code, again.json()) == (201, first)
    assert await count(owner_url, "SELECT count(*) FROM signal") == 1
    refused(await operator.post("/v1/signals", message | {"narrative": "Басқа."}), 409, "id-in-use")
    refused(await operator.post("/v1/signals", message | {"reporter": None}), 409, "id-in-use")
    duty = await world.as_(DUTY)
    refused(await duty.post("/v1/signals", message), 409, "id-in-use")
    stranger = await world.as_("duty.astana")
    refused(await stranger.post("/v1/signals", message), 409, "id-in-use")
    assert await count(owner_url, "SELECT count(*) FROM task") == 1
    assert await count(owner_url, "SELECT narrative FROM signal") == SIGNAL["narrative"]


async def test_two_messages_of_one_id_at_the_same_moment_make_one_signal(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    message = SIGNAL | {"id": str(new_id())}
    answers = await asyncio.gather(*(operator.post("/v1/signals", message) for _ in range(4)))
    assert {a.status_code for a in answers} <= {201, 409}
    assert any(a.status_code == 201 for a in answers)
    assert await count(owner_url, "SELECT count(*) FROM signal") == 1


async def test_the_integration_account_sends_keys_and_sees_its_own(world: World, owner_url: str) -> None:
    system = await world.as_("qr.111")
    refused(await system.post("/v1/signals", SIGNAL), 400, "idempotency-key-required")
    answer = await system.post("/v1/signals", SIGNAL, headers={"Idempotency-Key": "m-1"})
    signal_id = done(answer)["id"]
    assert await open_clocks(owner_url, signal_id) == ["triage_urgent"]
    again = await system.post("/v1/signals", SIGNAL, headers={"Idempotency-Key": "m-1"})
    assert again.json()["id"] == signal_id
    other = await record_signal(world)
    assert (await system.get(f"/v1/signals/{other}")).status_code == 404
    assert [s["id"] for s in done(await system.get("/v1/signals"))["items"]] == [signal_id]
    refused(await system.get(f"/v1/signals/{signal_id}/reporter"), 403, "forbidden")
    body = {"outcome": "consultation", "severity": "low", "reason": "no_danger_found"}
    answer = await system.post(f"/v1/signals/{signal_id}/triage", body, headers={"Idempotency-Key": "m-2"})
    refused(answer, 403, "forbidden")


@pytest.mark.parametrize("who", ["manager.almaty", "lead.almaty", "psychologist.almaty", "guardian.almaty"])
async def test_whoever_learns_of_something_may_report_it_and_the_regions_desk_has_it(
    world: World, owner_url: str, who: str
) -> None:
    signal_id = await record_signal(world, who, region_code=None, source="mobile_group", channel="field_visit")
    assert await open_clocks(owner_url, signal_id) == ["triage_urgent"]
    seen = done(await (await world.as_(DUTY)).get(f"/v1/signals/{signal_id}"))
    assert seen["region_code"] == "KZ-75"


async def test_the_reporter_is_a_secret_of_the_desk(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world, reporter=REPORTER)
    path = f"/v1/signals/{signal_id}/reporter"
    for who in ("operator.111", DUTY):
        assert done(await (await world.as_(who)).get(path))["phone"] == "+77011112233", who
    for who in ("supervisor.almaty", "oversight", "qr.111", "lead.almaty", "auditor"):
        refused(await (await world.as_(who)).get(path), 403, "forbidden")
    refused(await (await world.as_("duty.astana")).get(path), 404, "not-found")
    read = await (await world.as_(DUTY)).get(f"/v1/signals/{signal_id}")
    assert "Сейіт" not in read.text
    assert "reporter.read" in await events(owner_url, signal_id)


async def test_a_signal_may_be_anonymous_and_about_nobody_known(world: World) -> None:
    signal_id = await record_signal(world, anonymous=True, subject_description="Алты жасар бала, екінші подъезд")
    duty = await world.as_(DUTY)
    seen = done(await duty.get(f"/v1/signals/{signal_id}"))
    assert (seen["anonymous"], seen["subjects"]) == (True, [])
    refused(await duty.get(f"/v1/signals/{signal_id}/reporter"), 404, "not-found")
    verdicts = {a["action"]: a["reason_code"] for a in seen["allowed_actions"]}
    assert verdicts["triage_attach_to_case"] == "child-unknown"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"region_code": "KZ-99"}, "unknown-region"),
        ({"kato": "990000000"}, "invalid-kato"),
        ({"kato": "710000000"}, "place-of-other-region"),
        ({"occurred_at": "2099-01-01T00:00:00Z"}, "in-future"),
        ({"anonymous": True, "reporter": REPORTER}, "anonymous-reporter"),
        ({"reporter": {"relation": "parent", "phone": "112"}}, "invalid-phone"),
        ({"subjects": [{"person_id": str(new_id()), "role": "child"}]}, "unknown-person"),
        ({"category": "no_such"}, "invalid-request"),
        ({"narrative": "\x00"}, "invalid-request"),
        ({"narrative": None}, "invalid-request"),
        ({"surprise": 1}, "invalid-request"),
    ],
)
async def test_what_can_not_be_true_is_not_recorded(
    world: World, owner_url: str, given: dict[str, Any], code: str
) -> None:
    operator = await world.as_("operator.111")
    refused(await operator.post("/v1/signals", SIGNAL | given), 422, code)
    assert await count(owner_url, "SELECT count(*) FROM signal") == 0


async def test_a_subject_is_named_once_it_is_known(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world)
    child = await record_child(world)
    duty = await world.as_(DUTY)
    path = f"/v1/signals/{signal_id}/subjects"
    named = {"person_id": child, "role": "child"}
    assert done(await duty.post(path, named))["subjects"] == [named]
    refused(await duty.post(path, named), 409, "already-exists")
    refused(await duty.post(path, named | {"person_id": str(new_id())}), 422, "unknown-person")
    assert "signal.subject_named" in await stories(owner_url, signal_id)
    done(
        await duty.post(
            f"/v1/signals/{signal_id}/triage",
            {"outcome": "consultation", "severity": "low", "reason": "question_answered", "note": "Қате түсінілген."},
        )
    )
    done(await duty.post(f"/v1/signals/{signal_id}/complete-consultation", {"note": "Кеңес берілді."}))
    other = await record_child(world)
    refused(await duty.post(path, {"person_id": other, "role": "parent"}), 409, "settled")


async def test_signals_are_listed_page_by_page(world: World) -> None:
    ids = [await record_signal(world) for _ in range(5)]
    duty = await world.as_(DUTY)
    seen: list[str] = []
    cursor = ""
    while True:
        page = done(await duty.get(f"/v1/signals?limit=2{cursor}"))
        seen += [s["id"] for s in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ids[::-1]
    refused(await duty.get("/v1/signals?cursor=abc"), 422, "invalid-cursor")
    refused(await duty.get("/v1/signals?category=bullying"), 422, "unknown-parameter")
    assert done(await duty.get("/v1/signals?state=closed"))["items"] == []
