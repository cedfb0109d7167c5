"""Whatever the desks and groups do, a signal that isn't closed or attached has an owner and a running clock."""

from random import Random
from typing import Any

import pytest

from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.factories import count
from tests.outreach_steps import ACT, DUTY, LEAD, REFER, SIGNAL, done, record_child
from tests.steps import open_case

STEPS = 80
DESKS = ("operator.111", "supervisor.111", DUTY, "duty2.almaty", "supervisor.almaty", "duty.astana")
VISITORS = (LEAD, "nurse.almaty", "lead.astana")
SEVERITIES = ("low", "moderate", "high", "critical")
CATEGORIES = ("violence_physical", "hard_life_situation", "neglect", "bullying")
REFERRAL = "triage_mobile_group_referral"
ENDED = ("closed", "attached", "declined", "withdrawn", "reported")
NOTE = {"note": "Ескертпе."}
UNOWNED = """
    SELECT array_agg(s.state) FROM signal s
     WHERE s.state NOT IN ('closed', 'attached')
       AND NOT EXISTS (SELECT 1 FROM task t WHERE t.signal_id = s.id AND t.completed_at IS NULL
                          AND t.cancelled_at IS NULL AND t.due_at IS NOT NULL AND t.case_id IS NULL
                          AND (t.mobile_group_id = s.mobile_group_id
                               OR (t.organisation_id = s.organisation_id AND t.kind NOT LIKE 'mandatory%')))
"""
STALE = """
    SELECT count(*) FROM task t JOIN signal s ON s.id = t.signal_id
     WHERE t.completed_at IS NULL AND t.cancelled_at IS NULL AND t.kind NOT LIKE 'mandatory%'
       AND s.state IN ('closed', 'attached') AND t.case_id IS NULL
"""


def acts(random: Random, children: list[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return for every action of signals and referrals its path under the record and some body."""
    rated = {"severity": random.choice(SEVERITIES)} | NOTE
    body = {"organisation_id": str(demo_id(random.choice(["crd_almaty", "crd_astana", "kc111"])))}
    target = random.choice([body, {"external_body": "Сот"}])
    group = {"mobile_group_id": str(demo_id(random.choice(["group cps_almaty", "group cps_astana"])))}
    outcome = random.choice(["consultation", "accompaniment", "support_centre", "emergency_measures"])
    no_ground = ("triage", rated | {"outcome": "no_ground", "reason": "not_confirmed"})
    attach = {"outcome": "attach_to_case", "reason": "same_child", "person_id": random.choice(children)}
    return {
        "triage_emergency": ("triage", rated | {"outcome": "emergency", "reason": "danger_to_life"}),
        "triage_mobile_group_referral": ("triage", REFER | rated | group),
        "triage_consultation": ("triage", rated | {"outcome": "consultation", "reason": "question_answered"}),
        "triage_redirect": ("triage", rated | target | {"outcome": "redirect", "reason": "other_body_competent"}),
        "triage_attach_to_case": ("triage", rated | attach),
        "triage_no_ground": no_ground,
        "propose_no_ground": no_ground,
        "confirm_no_ground": ("review", NOTE | {"confirm": True}),
        "reject_no_ground": ("review", NOTE | {"confirm": False}),
        "acknowledge_emergency": ("acknowledge-emergency", {}),
        "complete_consultation": ("complete-consultation", NOTE),
        "acknowledge_redirect": ("acknowledge-redirect", NOTE),
        "accept_redirect": ("accept-redirect", {}),
        "refuse_redirect": ("refuse-redirect", NOTE),
        "name": ("subjects", {"person_id": random.choice(children), "role": "child"}),
        "warn": ("warnings", NOTE | {"kind": "dog", "review_on": "2099-01-01"}),
        "accept": ("accept", {}),
        "decline": ("decline", {"reason": "no_transport"}),
        "withdraw": ("withdraw", NOTE),
        "depart": ("depart", {"warnings_read": random.random() < 0.8}),
        "record_no_contact": ("no-contact", {"reason": "nobody_home"}),
        "record_visit": ("visit", {}),
        "report": ("visit-act", ACT | {"outcome": outcome, "outcome_note": "Келісілді."}),
    }


def choose(random: Random, record: dict[str, Any], known: dict[str, tuple[str, dict[str, Any]]]) -> str:
    """Return an action: mostly one that the record says is allowed (a referral rather than others), sometimes any."""
    allowed = [a["action"] for a in record["allowed_actions"] if a["allowed"] and a["action"] in known]
    if REFERRAL in allowed:
        allowed += [REFERRAL] * 6
    return random.choice(allowed) if allowed and random.random() < 0.8 else random.choice(list(known))


async def settled(owner_url: str) -> None:
    """Check what must hold at every moment."""
    assert await count(owner_url, UNOWNED) is None
    assert await count(owner_url, STALE) == 0


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(s, marks=pytest.mark.long) for s in range(2, 20))])
async def test_no_step_leaves_a_signal_without_owner_and_clock(world: World, owner_url: str, seed: int) -> None:
    random = Random(seed)
    children = [await record_child(world) for _ in range(2)]
    children.append((await open_case(world, category="neglect")).child)
    taken = set()
    for number in range(STEPS):
        if number % 10 == 0:
            given = {"category": random.choice(CATEGORIES), "region_code": random.choice(["KZ-75", "KZ-71", None])}
            done(await (await world.as_("operator.111")).post("/v1/signals", SIGNAL | given))
        resource = random.choice(["signals", "referrals"])
        caller = await world.as_(random.choice(DESKS if resource == "signals" else (DUTY, *VISITORS)))
        seen = (await caller.get(f"/v1/{resource}")).json()["items"]
        alive = [r for r in seen if r["state"] not in ENDED]
        if not seen:
            continue
        path = f"/v1/{resource}/{random.choice(alive or seen)['id']}"
        known = acts(random, children)
        action = choose(random, done(await caller.get(path)), known)
        step, body = known[action]
        answer = await caller.post(f"{path}/{step}", body)
        assert answer.status_code < 500, answer.text
        if answer.is_success:
            taken.add(action)
        await settled(owner_url)
    assert len(taken) > 3
