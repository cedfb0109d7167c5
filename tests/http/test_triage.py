"""Triage over HTTP: each outcome with its clock, the second person's word, redirects, attaching, the desk's own."""

import asyncio
from typing import Any

import pytest

from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from tests import steps
from tests.clients import World
from tests.factories import count
from tests.outreach_steps import (
    DUTY,
    REFER,
    SIGNAL,
    done,
    events,
    open_clocks,
    record_child,
    record_signal,
    refer,
    refused,
    stories,
)

NOTICES = ["mandatory_notice_guardianship", "mandatory_notice_police"]
EMERGENCY = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
NO_GROUND = {"outcome": "no_ground", "severity": "low", "reason": "not_confirmed", "note": "Расталмады."}
CONSULT = {"outcome": "consultation", "severity": "low", "reason": "question_answered"}
REDIRECT = {"outcome": "redirect", "severity": "low", "reason": "other_body_competent"}
LIGHT = {"category": "hard_life_situation", "narrative": "Жәрдемақыны қалай рәсімдейді?"}


async def triage(world: World, signal_id: str, body: dict[str, Any], who: str = DUTY) -> dict[str, Any]:
    """Triage a signal."""
    return done(await (await world.as_(who)).post(f"/v1/signals/{signal_id}/triage", body))


@pytest.mark.parametrize(
    ("body", "state", "clocks"),
    [
        (EMERGENCY, "emergency", ["emergency_acknowledgement"]),
        (REFER | {"severity": "moderate"}, "referred", ["referral_acceptance_standard"]),
        (CONSULT, "in_consultation", ["consultation_answer"]),
        (REDIRECT | {"external_body": "Шаруашылық соты"}, "redirected", ["redirect_acknowledgement"]),
        (NO_GROUND, "closed", []),
    ],
)
async def test_each_outcome_has_its_state_its_clock_its_story_and_its_event(
    world: World, owner_url: str, body: dict[str, Any], state: str, clocks: list[str]
) -> None:
    signal_id = await record_signal(world, **LIGHT)
    after = await triage(world, signal_id, body)
    assert (after["state"], after["triage_reason"]) == (state, body["reason"])
    assert await open_clocks(owner_url, signal_id) == clocks
    assert await stories(owner_url, signal_id) == ["signal.received", "signal.triaged"]
    assert "signal.triaged" in await events(owner_url, signal_id)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (EMERGENCY | {"reason": "mistaken_contact"}, 422, "reason-of-other-outcome"),
        (CONSULT | {"mobile_group_id": str(new_id())}, 422, "target-of-other-outcome"),
        (CONSULT | {"instructions": "Барыңыз."}, 422, "target-of-other-outcome"),
        (REDIRECT, 422, "target-needed"),
        (REDIRECT | {"external_body": "Сот", "organisation_id": str(demo_id("crd_astana"))}, 422, "target-needed"),
        (REDIRECT | {"organisation_id": str(new_id())}, 422, "unknown-organisation"),
        (REDIRECT | {"organisation_id": str(demo_id("kc111"))}, 422, "same-body"),
        (EMERGENCY | {"urgency": "standard"}, 422, "note-needed"),
        ({"outcome": "attach_to_case", "severity": "low", "reason": "same_child"}, 409, "child-unknown"),
        (CONSULT | {"outcome": "no_such"}, 422, "invalid-request"),
    ],
)
async def test_a_triage_that_does_not_hold_changes_nothing(
    world: World, owner_url: str, body: dict[str, Any], status: int, code: str
) -> None:
    signal_id = await record_signal(world, **LIGHT)
    duty = await world.as_(DUTY)
    refused(await duty.post(f"/v1/signals/{signal_id}/triage", body), status, code)
    refused(
        await duty.post(f"/v1/signals/{signal_id}/triage", CONSULT, headers={"If-Match": '"v9"'}), 412, "stale-version"
    )
    seen = done(await duty.get(f"/v1/signals/{signal_id}"))
    assert (seen["state"], seen["version"], seen["severity"], seen["triaged_at"]) == ("received", 1, None, None)
    assert await open_clocks(owner_url, signal_id) == ["triage_standard"]


async def test_who_lowers_what_was_known_says_why(world: World) -> None:
    signal_id = await record_signal(world, severity="critical")
    duty = await world.as_(DUTY)
    path = f"/v1/signals/{signal_id}/triage"
    lowered = REFER | {"severity": "low"}
    refused(await duty.post(path, lowered), 422, "note-needed")
    after = done(await duty.post(path, lowered | {"note": "Көршілер айтысқан, бала жоқ."}))
    assert (after["severity"], after["urgency"]) == ("low", "urgent")


@pytest.mark.parametrize(
    "given",
    [{"severity": "high"}, {"category": "violence_sexual"}, {"danger_now": True} | LIGHT],
    ids=["as reported", "by its category", "in danger now"],
)
async def test_a_severe_signal_is_closed_without_action_by_two_persons_however_the_first_rates_it(
    world: World, owner_url: str, given: dict[str, Any]
) -> None:
    signal_id = await record_signal(world, **given)
    proposed = await triage(world, signal_id, NO_GROUND)
    assert proposed["state"] == "awaiting_review"
    assert await open_clocks(owner_url, signal_id) == ["high_severity_no_action_review"]
    first = await world.as_(DUTY)
    path = f"/v1/signals/{signal_id}/review"
    problem = refused(await first.post(path, {"confirm": True, "note": "Иә."}), 409, "second-person-needed")
    assert problem["allowed_transitions"] == ["confirm_no_ground", "reject_no_ground"]
    operator = await world.as_("operator.111")
    refused(await operator.post(path, {"confirm": True, "note": "Иә."}), 403, "forbidden")
    second = await world.as_("duty2.almaty")
    back = done(await second.post(path, {"confirm": False, "note": "Қайта қараңыз."}))
    assert (back["state"], back["review_note"]) == ("received", "Қайта қараңыз.")
    assert len(await open_clocks(owner_url, signal_id)) == 1
    await triage(world, signal_id, NO_GROUND, "duty2.almaty")
    closed = done(await first.post(path, {"confirm": True, "note": "Келісемін."}))
    assert (closed["state"], closed["closed_at"] is not None) == ("closed", True)
    assert await open_clocks(owner_url, signal_id) == []
    assert (await stories(owner_url, signal_id)).count("signal.reviewed") == 2


async def test_a_severe_signal_of_no_known_region_has_its_second_person_too(world: World) -> None:
    signal_id = await record_signal(world, region_code=None)
    await triage(world, signal_id, NO_GROUND, "operator.111")
    second = await world.as_("supervisor.111")
    closed = done(await second.post(f"/v1/signals/{signal_id}/review", {"confirm": True, "note": "Келісемін."}))
    assert closed["state"] == "closed"


async def test_an_emergency_is_not_closed_by_one_person_either(world: World) -> None:
    signal_id = await record_signal(world, **LIGHT)
    await triage(world, signal_id, EMERGENCY | {"severity": "low"})
    proposed = await triage(world, signal_id, NO_GROUND)
    assert proposed["state"] == "awaiting_review"


async def test_a_light_signal_needs_no_second_person(world: World) -> None:
    signal_id = await record_signal(world, **LIGHT)
    after = await triage(world, signal_id, NO_GROUND)
    assert after["state"] == "closed"
    second = await world.as_("duty2.almaty")
    refused(await second.post(f"/v1/signals/{signal_id}/review", {"confirm": True, "note": "Иә."}), 409, "wrong-state")


async def test_the_bodies_that_must_know_are_told_once(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world)
    await triage(world, signal_id, EMERGENCY)
    assert await open_clocks(owner_url, signal_id) == ["emergency_acknowledgement", *NOTICES]
    await triage(world, signal_id, REFER | {"severity": "critical"})
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "referral_acceptance_emergency"]


async def test_an_acknowledged_emergency_waits_for_a_decision_with_a_clock(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world, **LIGHT)
    duty = await world.as_(DUTY)
    path = f"/v1/signals/{signal_id}/acknowledge-emergency"
    refused(await duty.post(path), 409, "wrong-state")
    await triage(world, signal_id, EMERGENCY, "operator.111")
    assert await open_clocks(owner_url, signal_id) == ["emergency_acknowledgement"]
    assert done(await duty.post(path))["state"] == "emergency"
    assert await open_clocks(owner_url, signal_id) == ["case_opening"]
    refused(await duty.post(path), 409, "already-acknowledged")
    await triage(world, signal_id, REFER | {"severity": "critical"})
    assert await open_clocks(owner_url, signal_id) == ["referral_acceptance_emergency"]


async def test_a_consultation_ends_with_its_answer(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world, **LIGHT)
    await triage(world, signal_id, CONSULT, "operator.111")
    operator = await world.as_("operator.111")
    path = f"/v1/signals/{signal_id}/complete-consultation"
    refused(await operator.post(path, {}), 422, "invalid-request")
    closed = done(await operator.post(path, {"note": "Психологқа жазылды."}))
    assert (closed["state"], closed["closing_note"]) == ("closed", "Психологқа жазылды.")
    assert await open_clocks(owner_url, signal_id) == []
    assert (await stories(owner_url, signal_id))[-1] == "signal.consultation_completed"
    problem = refused(await operator.post(path, {"note": "Тағы."}), 409, "wrong-state")
    assert (problem["state"], problem["allowed_transitions"]) == ("closed", [])


async def test_a_redirect_outside_is_acknowledged_or_taken_back(world: World, owner_url: str) -> None:
    outside = REDIRECT | {"external_body": "Миграция қызметі"}
    duty = await world.as_(DUTY)
    signal_id = await record_signal(world, **LIGHT)
    assert (await triage(world, signal_id, outside))["redirected_to"] == "Миграция қызметі"
    closed = done(await duty.post(f"/v1/signals/{signal_id}/acknowledge-redirect", {"note": "Хат №5."}))
    assert (closed["state"], closed["closing_note"]) == ("closed", "Хат №5.")
    assert (await stories(owner_url, signal_id))[-1] == "signal.redirect_acknowledged"
    signal_id = await record_signal(world, **LIGHT)
    await triage(world, signal_id, outside)
    refused(await duty.post(f"/v1/signals/{signal_id}/accept-redirect"), 409, "body-outside")
    silent = {"note": "Екі рет хабарластық, жауап жоқ."}
    back = done(await duty.post(f"/v1/signals/{signal_id}/refuse-redirect", silent))
    assert (back["state"], back["redirect"]["answer"], back["redirect"]["note"]) == (
        "received",
        "refused",
        silent["note"],
    )
    assert await open_clocks(owner_url, signal_id) == ["triage_standard"]


async def test_a_redirect_inside_gives_the_signal_and_its_clock_to_another_desk(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world, **LIGHT)
    operator = await world.as_("operator.111")
    moved = await triage(world, signal_id, REDIRECT | {"organisation_id": str(demo_id("crd_astana"))}, "operator.111")
    assert (moved["organisation_id"], moved["region_code"]) == (str(demo_id("crd_astana")), "KZ-71")
    verdicts = {a["action"]: a["reason_code"] for a in moved["allowed_actions"]}
    assert verdicts == dict.fromkeys(("acknowledge_redirect", "accept_redirect", "refuse_redirect"), "not-your-desk")
    refused(await operator.post(f"/v1/signals/{signal_id}/accept-redirect"), 409, "not-your-desk")
    assert (await (await world.as_(DUTY)).get(f"/v1/signals/{signal_id}")).status_code == 404
    astana = await world.as_("duty.astana")
    refused(
        await astana.post(f"/v1/signals/{signal_id}/acknowledge-redirect", {"note": "Иә."}),
        409,
        "body-takes-over-itself",
    )
    taken = done(await astana.post(f"/v1/signals/{signal_id}/accept-redirect"))
    assert taken["state"] == "received"
    assert await open_clocks(owner_url, signal_id) == ["triage_standard"]
    owner = await count(owner_url, "SELECT organisation_id FROM task WHERE completed_at IS NULL")
    assert owner == demo_id("crd_astana")
    assert (await operator.get(f"/v1/signals/{signal_id}")).status_code == 200
    refused(await operator.post(f"/v1/signals/{signal_id}/triage", CONSULT), 409, "not-your-desk")


async def test_who_redirects_out_of_sight_gets_an_answer_all_the_same(world: World) -> None:
    duty = await world.as_(DUTY)
    signal_id = await record_signal(world, **LIGHT)
    moved = await triage(world, signal_id, REDIRECT | {"organisation_id": str(demo_id("crd_astana"))})
    assert (moved["state"], moved["organisation_id"]) == ("redirected", str(demo_id("crd_astana")))
    assert not any(a["allowed"] for a in moved["allowed_actions"])
    assert (await duty.get(f"/v1/signals/{signal_id}")).status_code == 404


@pytest.mark.parametrize(("category", "visible"), [("neglect", True), ("violence_sexual", False)])
async def test_a_signal_joins_the_open_case_of_its_child(
    world: World, owner_url: str, category: str, *, visible: bool
) -> None:
    case = await steps.open_case(world, category="neglect")
    subject = {"person_id": case.child, "role": "child"}
    signal_id = await record_signal(world, DUTY, subjects=[subject])
    if not visible:
        manager = await world.as_(steps.MANAGER)
        ground = {"restricted": True, "ground": "sexual_violence", "note": "Тергеу."}
        done(await manager.post(f"/v1/cases/{case.id}/restriction", ground))
    attach = {"outcome": "attach_to_case", "severity": "moderate", "reason": "same_child", "person_id": case.child}
    after = await triage(world, signal_id, attach | {"note": "Ағымдағы іс бар.", "category": category})
    assert after["state"] == "attached"
    duty = await world.as_(DUTY)
    assert (await duty.get(f"/v1/signals/{signal_id}")).status_code == (200 if visible else 404)
    of_manager = done(await (await world.as_(steps.MANAGER)).get(f"/v1/signals/{signal_id}"))
    assert (of_manager["state"], of_manager["case_id"]) == ("attached", case.id)
    left = await count(
        owner_url,
        "SELECT count(*) FROM task WHERE signal_id = $1 AND completed_at IS NULL"
        " AND (case_id IS DISTINCT FROM $2 OR assignee_id IS NULL)",
        signal_id,
        case.id,
    )
    assert left == 0
    assert "first_contact_with_child" in await open_clocks(owner_url, signal_id)


async def test_a_child_without_an_open_case_has_nothing_to_join(world: World, owner_url: str) -> None:
    child = await record_child(world)
    signal_id = await record_signal(world, DUTY, subjects=[{"person_id": child, "role": "child"}], **LIGHT)
    duty = await world.as_(DUTY)
    attach = {"outcome": "attach_to_case", "severity": "low", "reason": "same_child"}
    path = f"/v1/signals/{signal_id}/triage"
    refused(await duty.post(path, attach | {"person_id": child}), 409, "no-open-case")
    refused(await duty.post(path, attach | {"person_id": str(new_id())}), 422, "not-a-subject")
    assert done(await duty.get(f"/v1/signals/{signal_id}"))["state"] == "received"
    assert await open_clocks(owner_url, signal_id) == ["triage_standard"]


async def test_the_category_of_the_intake_is_corrected_at_triage(world: World) -> None:
    signal_id = await record_signal(world, **LIGHT)
    after = await triage(world, signal_id, REFER | {"category": "neglect"})
    assert after["category"] == "neglect"
    assert SIGNAL["category"] != "neglect"


async def test_of_two_who_decide_at_the_same_moment_one_decides(world: World, owner_url: str) -> None:
    signal_id = await record_signal(world, **LIGHT)
    desks = [await world.as_(who) for who in ("operator.111", DUTY, "duty2.almaty")]
    answers = await asyncio.gather(*(desk.post(f"/v1/signals/{signal_id}/triage", CONSULT) for desk in desks))
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    assert await open_clocks(owner_url, signal_id) == ["consultation_answer"]


async def test_an_offer_that_is_withdrawn_while_it_is_accepted_ends_in_one_of_the_two(
    world: World, owner_url: str
) -> None:
    signal_id, referral_id = await refer(world, **LIGHT)
    lead, duty = await world.as_("lead.almaty"), await world.as_(DUTY)
    path = f"/v1/referrals/{referral_id}"
    taken, back = await asyncio.gather(lead.post(f"{path}/accept"), duty.post(f"{path}/withdraw", {"note": "Қате."}))
    assert back.status_code == 200
    assert taken.status_code in (200, 404, 409)
    assert await open_clocks(owner_url, signal_id) == ["triage_urgent"]
