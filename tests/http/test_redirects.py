"""A signal that is another body's matter is handed on: somebody must answer, and the sender learns of it."""

from datetime import timedelta
from typing import Any

import pytest

from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.contact_steps import CONCERN, contact, send
from tests.factories import count
from tests.outreach_steps import DUTY, done, events, open_clocks, record_signal, refused, stories
from tests.people import record_person
from tests.steps import MANAGER

ASTANA, ALMATY, CENTRE = str(demo_id("crd_astana")), str(demo_id("crd_almaty")), str(demo_id("kc111"))
REDIRECT = {"outcome": "redirect", "severity": "low", "reason": "other_body_competent", "note": "Сол өңірдің ісі."}
INSIDE = REDIRECT | {"organisation_id": ASTANA}
OUTSIDE = REDIRECT | {"external_body": "Миграция қызметі"}
WHY = {"note": "Бала Алматыда тұрады."}
LIGHT = {"category": "hard_life_situation", "narrative": "Мектеп формасын алуға көмек керек."}


async def _redirected(world: World, body: dict[str, Any] = INSIDE, **given: Any) -> str:
    """Recorded by 111, decided by the desk of the region."""
    signal_id = await record_signal(world, **LIGHT | given)
    done(await (await world.as_(DUTY)).post(f"/v1/signals/{signal_id}/triage", body))
    return signal_id


async def _listed(world: World, who: str, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = done(await (await world.as_(who)).get(f"/v1/redirects?{query}"))["items"]
    return items


async def test_a_body_that_refuses_gives_the_signal_back_to_the_desk_that_sent_it(world: World, owner_url: str) -> None:
    signal_id = await _redirected(world)
    duty, astana = await world.as_(DUTY), await world.as_("duty.astana")
    refused(await duty.get(f"/v1/signals/{signal_id}"), 404, "not-found")
    path = f"/v1/signals/{signal_id}/refuse-redirect"
    refused(await astana.post(path), 422, "invalid-request")
    gone = done(await astana.post(path, WHY))
    assert (gone["state"], gone["organisation_id"]) == ("received", CENTRE)
    refused(await astana.get(f"/v1/signals/{signal_id}"), 404, "not-found")
    back = done(await duty.get(f"/v1/signals/{signal_id}"))
    assert (back["state"], back["organisation_id"], back["region_code"]) == ("received", CENTRE, "KZ-75")
    assert (back["redirect"]["answer"], back["redirect"]["note"]) == ("refused", WHY["note"])
    assert await open_clocks(owner_url, signal_id) == ["triage_standard"]
    owner = "SELECT organisation_id::text FROM task WHERE signal_id = $1 AND completed_at IS NULL"
    assert await count(owner_url, owner, signal_id) == CENTRE
    assert (await stories(owner_url, signal_id))[-1] == "signal.redirect_refused"
    assert "signal.redirect_refused" in await events(owner_url, signal_id)
    problem = refused(await duty.post(path, WHY), 409, "wrong-state")
    assert problem["state"] == "received"
    done(await duty.post(f"/v1/signals/{signal_id}/triage", OUTSIDE))
    assert [r["answer"] for r in await _listed(world, DUTY)] == [None, "refused"], "each redirect stays on record"


async def test_who_sent_it_learns_that_it_was_taken_though_it_sees_the_signal_no_more(world: World) -> None:
    signal_id = await _redirected(world)
    [waits] = await _listed(world, DUTY, "unanswered=true")
    assert (waits["signal_id"], waits["to_organisation_id"], waits["answer"]) == (signal_id, ASTANA, None)
    [asked] = await _listed(world, "duty.astana", "side=received&unanswered=true")
    assert (asked["id"], asked["by_organisation_id"], asked["from_organisation_id"]) == (waits["id"], ALMATY, CENTRE)
    done(await (await world.as_("duty.astana")).post(f"/v1/signals/{signal_id}/accept-redirect"))
    assert await _listed(world, DUTY, "unanswered=true") == []
    [taken] = await _listed(world, DUTY)
    assert (taken["answer"], taken["answered_at"] is not None, taken["note"]) == ("accepted", True, None)
    assert [r["id"] for r in await _listed(world, "operator.111")] == [taken["id"]], "it was theirs"
    assert await _listed(world, "duty.astana") == []
    assert await _listed(world, "nurse.almaty") == [], "of the body, but not of its desk"


async def test_the_words_of_an_earlier_answer_go_out_of_sight_with_the_signal(world: World) -> None:
    signal_id = await _redirected(world, OUTSIDE)
    duty = await world.as_(DUTY)
    done(await duty.post(f"/v1/signals/{signal_id}/refuse-redirect", WHY))
    assert (await _listed(world, DUTY))[0]["note"] == WHY["note"]
    done(await duty.post(f"/v1/signals/{signal_id}/triage", INSIDE))
    assert [(r["note"], r["external_body"]) for r in await _listed(world, DUTY)] == [(None, None)] * 2


async def test_of_a_case_that_is_secret_by_now_the_sender_learns_nothing(world: World) -> None:
    signal_id = await _redirected(world, category="violence_sexual")
    astana = await world.as_("duty.astana")
    done(await astana.post(f"/v1/signals/{signal_id}/accept-redirect"))
    child = await record_person(world, "duty.astana")
    done(await astana.post(f"/v1/signals/{signal_id}/subjects", {"person_id": child, "role": "child"}))
    emergency = {"outcome": "emergency", "severity": "critical", "reason": "danger_to_life"}
    done(await astana.post(f"/v1/signals/{signal_id}/triage", emergency))
    assert len(await _listed(world, DUTY)) == 1
    wish = {"signal_ids": [signal_id], "children": [child], "manager_id": str(demo_id("manager.astana"))}
    done(await astana.post("/v1/cases", wish))
    for who in (DUTY, "operator.111"):
        assert await _listed(world, who) == []


@pytest.mark.parametrize(
    ("given", "kind", "most"),
    [
        ({}, "redirect_acknowledgement", None),
        ({"category": "violence_physical"}, "redirect_acknowledgement_urgent", timedelta(hours=1)),
        ({"danger_now": True}, "redirect_acknowledgement_emergency", timedelta(minutes=15)),
    ],
)
@pytest.mark.parametrize("body", [INSIDE, OUTSIDE], ids=["inside", "outside"])
async def test_a_child_in_danger_does_not_wait_for_days_for_another_body(
    world: World, owner_url: str, given: dict[str, Any], kind: str, most: timedelta | None, body: dict[str, Any]
) -> None:
    signal_id = await _redirected(world, body, **given)
    running = [each for each in await open_clocks(owner_url, signal_id) if not each.startswith("mandatory")]
    assert running == [kind]
    [row] = await _listed(world, DUTY)
    due = "SELECT due_at = $2::text::timestamptz, due_at - started_at <= coalesce($3, interval '30 days') FROM task"
    term = await count(
        owner_url, f"SELECT bool_and(a AND b) FROM ({due} WHERE kind = $1) AS t(a, b)", kind, row["due_at"], most
    )
    assert term is True
    answer = "accept-redirect" if body is INSIDE else "acknowledge-redirect"
    who = "duty.astana" if body is INSIDE else DUTY
    done(await (await world.as_(who)).post(f"/v1/signals/{signal_id}/{answer}", {} if body is INSIDE else WHY))
    assert kind not in await open_clocks(owner_url, signal_id)


async def test_the_system_that_told_of_the_contact_follows_its_redirect_to_the_end(
    world: World, owner_url: str
) -> None:
    [filed] = done(await send(world, contact(concerns=[CONCERN | LIGHT])))["signals"]
    path = f"/v1/signals/{filed['signal_id']}"
    operator, astana, system = [await world.as_(who) for who in ("operator.111", "duty.astana", "qr.111")]
    for answer in ("refuse-redirect", "accept-redirect"):
        done(await operator.post(f"{path}/triage", INSIDE))
        seen = done(await system.get(path))
        assert (seen["state"], seen["redirect"]["answer"]) == ("redirected", None)
        done(await astana.post(f"{path}/{answer}", WHY if answer.startswith("refuse") else {}))
        seen = done(await system.get(path))
        assert (seen["state"], seen["redirect"]["note"]) == ("received", None)
    assert (seen["organisation_id"], seen["redirect"]["answer"]) == (ASTANA, "accepted")
    told = "SELECT array_agg(type ORDER BY at, xid) FROM webhook_event WHERE record_id = $1"
    assert await count(owner_url, told, filed["signal_id"]) == [
        "signal.triaged",
        "signal.redirect_refused",
        "signal.triaged",
        "signal.redirect_accepted",
    ]
    assert MANAGER not in str(seen)
