"""Visits and visit acts over HTTP: what is reported, what follows, and who may read it."""

from typing import Any

import pytest

from tests import steps
from tests.clients import World
from tests.factories import count
from tests.outreach_steps import (
    ACT,
    DUTY,
    LEAD,
    WAY,
    done,
    events,
    go,
    open_clocks,
    record_child,
    refer,
    refused,
    stories,
)

NOTICES = ["mandatory_notice_guardianship", "mandatory_notice_police"]


async def visited(world: World, **given: Any) -> tuple[str, str]:
    """Bring a referral to the point where the report is owed."""
    signal_id, referral_id = await refer(world, **given)
    await go(world, referral_id, *WAY)
    return signal_id, referral_id


async def test_who_has_nothing_to_say_departs_and_arrives_without_a_body(world: World) -> None:
    _, referral_id = await refer(world)
    await go(world, referral_id, "accept")
    nurse = await world.as_("nurse.almaty")
    for step, state in (("depart", "departed"), ("visit", "visited")):
        assert done(await nurse.post(f"/v1/referrals/{referral_id}/{step}"))["state"] == state
    refused(await nurse.post(f"/v1/referrals/{referral_id}/visit-act"), 422, "invalid-request")


async def test_a_visit_act_keeps_findings_the_childs_words_and_what_was_done(world: World, owner_url: str) -> None:
    signal_id, referral_id = await visited(world)
    nurse = await world.as_("nurse.almaty")
    answer = await nurse.post(f"/v1/referrals/{referral_id}/visit-act", ACT)
    act = done(answer)
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/visit-acts/{act['id']}")
    assert act["child_words"] == ACT["child_words"]
    assert act["risk_signs"] == ["violence", "anxiety"]
    assert act["findings"][1] == {
        "domain": "education",
        "level": "none",
        "note": None,
        "risk_signs": ["violence", "anxiety"],
    }
    for who in (LEAD, "nurse.almaty", DUTY, "operator.111", "oversight", "supervisor.almaty"):
        assert done(await (await world.as_(who)).get(f"/v1/visit-acts/{act['id']}")) == act, who
    for who in ("lead.astana", "duty.astana", "manager.almaty"):
        assert (await (await world.as_(who)).get(f"/v1/visit-acts/{act['id']}")).status_code == 404, who
    refused(await (await world.as_("auditor")).get(f"/v1/visit-acts/{act['id']}"), 403, "forbidden")
    assert (await stories(owner_url, signal_id))[-1] == "referral.reported"
    assert {"referral.reported", "signal.visit_reported", "visit_act.read"} <= await events(owner_url, signal_id)


@pytest.mark.parametrize(
    ("outcome", "state", "running"),
    [
        ("consultation", "closed", []),
        ("accompaniment", "awaiting_case", ["case_opening"]),
        ("support_centre", "awaiting_case", ["case_opening"]),
        ("emergency_measures", "emergency", ["emergency_acknowledgement"]),
    ],
)
async def test_the_outcome_of_the_visit_moves_the_signal_and_starts_the_desks_clock(
    world: World, owner_url: str, outcome: str, state: str, running: list[str]
) -> None:
    signal_id, referral_id = await visited(world)
    lead = await world.as_(LEAD)
    note = {"outcome_note": "Отбасы көмекке келісті."}
    done(await lead.post(f"/v1/referrals/{referral_id}/visit-act", ACT | {"outcome": outcome} | note))
    signal = done(await (await world.as_(DUTY)).get(f"/v1/signals/{signal_id}"))
    assert (signal["state"], signal["mobile_group_id"]) == (state, None)
    assert (signal["closed_at"] is not None) == (state == "closed")
    assert await open_clocks(owner_url, signal_id) == sorted([*running, *NOTICES])


async def test_after_the_report_the_group_keeps_its_own_record_and_loses_the_signal(world: World) -> None:
    signal_id, referral_id = await visited(world)
    lead = await world.as_(LEAD)
    act = done(await lead.post(f"/v1/referrals/{referral_id}/visit-act", ACT))
    assert (await lead.get(f"/v1/signals/{signal_id}")).status_code == 404
    own = done(await lead.get(f"/v1/referrals/{referral_id}"))
    assert (own["state"], own["signal"], own["visit_act_id"]) == ("reported", None, act["id"])
    refused(await lead.post(f"/v1/referrals/{referral_id}/visit-act", ACT), 409, "wrong-state")


async def test_an_emergency_found_at_a_light_signal_makes_the_notices_once(world: World, owner_url: str) -> None:
    signal_id, referral_id = await visited(world, category="hard_life_situation", narrative="Жәрдемақы керек.")
    duty = await world.as_(DUTY)
    lead = await world.as_(LEAD)
    assert await open_clocks(owner_url, signal_id) == ["visit_report"]
    await lead.post(f"/v1/referrals/{referral_id}/visit-act", ACT | {"outcome": "emergency_measures"})
    assert await open_clocks(owner_url, signal_id) == ["emergency_acknowledgement"]
    corrected = {"outcome": "emergency", "severity": "critical", "reason": "violence_going_on"}
    refused(await duty.post(f"/v1/signals/{signal_id}/triage", corrected), 409, "wrong-state")
    refer_again = {
        "outcome": "mobile_group_referral",
        "severity": "critical",
        "reason": "signs_of_harm",
        "category": "violence_physical",
        "mobile_group_id": done(await duty.get(f"/v1/referrals/{referral_id}"))["mobile_group_id"],
    }
    done(await duty.post(f"/v1/signals/{signal_id}/triage", refer_again))
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "referral_acceptance_emergency"]


async def test_persons_met_become_part_of_the_signal(world: World) -> None:
    signal_id, referral_id = await visited(world)
    child = await record_child(world, "nurse.almaty")
    nurse = await world.as_("nurse.almaty")
    hidden = await record_child(world, "duty.astana")
    path = f"/v1/referrals/{referral_id}/visit-act"
    met = {"persons": [{"person_id": child, "role": "child"}], "present": [{"role": "child", "person_id": child}]}
    strange = {"persons": [{"person_id": hidden, "role": "child"}]}
    refused(await nurse.post(path, ACT | strange), 422, "unknown-person")
    refused(await nurse.post(path, ACT | {"persons": met["persons"] * 2}), 422, "named-twice")
    done(await nurse.post(path, ACT | met))
    signal = done(await (await world.as_(DUTY)).get(f"/v1/signals/{signal_id}"))
    assert signal["subjects"] == [{"person_id": child, "role": "child"}]


async def test_accompaniment_joins_the_open_case_of_the_child(world: World, owner_url: str) -> None:
    case = await steps.open_case(world, category="neglect")
    signal_id, referral_id = await visited(world, who=DUTY, subjects=[{"person_id": case.child, "role": "child"}])
    lead = await world.as_(LEAD)
    act = done(await lead.post(f"/v1/referrals/{referral_id}/visit-act", ACT))
    manager = await world.as_(steps.MANAGER)
    signal = done(await manager.get(f"/v1/signals/{signal_id}"))
    assert (signal["state"], signal["case_id"]) == ("attached", case.id)
    assert done(await manager.get(f"/v1/visit-acts/{act['id']}"))["id"] == act["id"]
    assert [r["id"] for r in done(await manager.get("/v1/referrals"))["items"]] == [referral_id]
    assert signal_id in [s["id"] for s in done(await manager.get("/v1/signals"))["items"]]
    contact = await count(
        owner_url,
        "SELECT count(*) FROM task WHERE signal_id = $1 AND kind = 'first_contact_with_child' AND record_id = $2"
        " AND case_id = $2 AND assignee_id IS NOT NULL AND completed_at IS NULL",
        signal_id,
        case.id,
    )
    assert contact == 1


async def test_accompaniment_of_a_restricted_case_hides_everything_and_says_nothing(world: World) -> None:
    case = await steps.open_case(world, category="violence_sexual")
    signal_id, referral_id = await visited(world, who=DUTY)
    duty = await world.as_(DUTY)
    lead = await world.as_(LEAD)
    nurse_met = {"person_id": case.child, "role": "child"}
    refused(
        await lead.post(f"/v1/referrals/{referral_id}/visit-act", ACT | {"persons": [nurse_met]}), 422, "unknown-person"
    )
    done(await lead.post(f"/v1/referrals/{referral_id}/visit-act", ACT))
    assert done(await duty.get(f"/v1/signals/{signal_id}"))["state"] == "awaiting_case"


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"child_seen": False}, "child-not-seen", "/child_seen_alone"),
        ({"child_seen": False, "child_seen_alone": False}, "child-not-seen", "/child_words"),
        ({"findings": ACT["findings"][:1] * 2}, "named-twice", "/findings"),
        ({"findings": [{"domain": "safety", "level": "serious"}]}, "explanation-needed", "/findings/0/note"),
        ({"outcome": "consultation"}, "explanation-needed", "/outcome_note"),
        ({"outcome": "emergency_measures", "immediate_measures": []}, "measure-needed", "/immediate_measures"),
        (
            {"immediate_measures": [{"measure": "none"}, {"measure": "police_called"}]},
            "measures-contradict",
            "/immediate_measures",
        ),
        ({"findings": [{"domain": "no_such", "level": "some"}]}, "invalid-request", "/findings/0/domain"),
        ({"outcome": "no_such"}, "invalid-request", "/outcome"),
        ({"surprise": 1}, "invalid-request", "/?"),
    ],
)
async def test_an_act_that_contradicts_itself_changes_nothing(
    world: World, owner_url: str, change: dict[str, Any], code: str, pointer: str
) -> None:
    signal_id, referral_id = await visited(world)
    lead = await world.as_(LEAD)
    problem = refused(await lead.post(f"/v1/referrals/{referral_id}/visit-act", ACT | change), 422, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert done(await lead.get(f"/v1/referrals/{referral_id}"))["state"] == "visited"
    assert await open_clocks(owner_url, signal_id) == [*NOTICES, "visit_report"]


async def test_a_visit_lies_between_the_offer_and_now(world: World) -> None:
    _, referral_id = await refer(world)
    await go(world, referral_id, "accept", "depart")
    lead = await world.as_(LEAD)
    path = f"/v1/referrals/{referral_id}/visit"
    refused(await lead.post(path, {"visited_at": "2099-01-01T10:00:00+05:00"}), 422, "in-future")
    refused(await lead.post(path, {"visited_at": "2020-01-01T10:00:00+05:00"}), 422, "too-early")
    refused(await lead.post(path, {"visited_at": "2026-01-01T10:00:00"}), 422, "invalid-request")
    assert done(await lead.post(path))["state"] == "visited"


async def test_the_desk_does_not_write_the_groups_report(world: World) -> None:
    _, referral_id = await visited(world)
    for step, body in (("visit-act", ACT), ("depart", {}), ("no-contact", {"reason": "nobody_home"}), ("visit", {})):
        answer = await (await world.as_(DUTY)).post(f"/v1/referrals/{referral_id}/{step}", body)
        refused(answer, 403, "forbidden")
