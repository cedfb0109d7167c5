"""Signals and referrals brought to a point of their route over HTTP, by the accounts whose work each step is."""

from typing import Any

import httpx

from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.factories import count

SIGNAL = {
    "source": "qr_111",
    "channel": "qr_message",
    "category": "violence_physical",
    "language": "kk",
    "narrative": "Үйде мені ұрады.",
    "region_code": "KZ-75",
}
REFER = {
    "outcome": "mobile_group_referral",
    "severity": "high",
    "reason": "signs_of_harm",
    "mobile_group_id": str(demo_id("group cps_almaty")),
    "instructions": "Мектептен кейін барыңыз.",
}
ACT = {
    "child_seen": True,
    "child_seen_alone": True,
    "present": [{"role": "child"}, {"role": "mother"}],
    "findings": [
        {"domain": "safety", "level": "serious", "note": "Қолында көгерген жер бар.", "risk_signs": ["violence"]},
        {"domain": "education", "level": "none", "risk_signs": ["violence", "anxiety"]},
    ],
    "child_words": "Үйге барғым келмейді.",
    "child_wishes": "Әжемде тұрғым келеді.",
    "immediate_measures": [{"measure": "first_psychological_help"}],
    "outcome": "accompaniment",
}
WAY = ("accept", "depart", "visit")
LEAD = "lead.almaty"
DUTY = "duty.almaty"


def done(answer: httpx.Response) -> dict[str, Any]:
    """Return what a step answered; a test that stands on a step that failed says nothing."""
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that a step was refused, and why; return the problem."""
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    return problem


async def record_signal(world: World, who: str = "operator.111", **given: Any) -> str:
    """Record a signal and return its id."""
    caller = await world.as_(who)
    return str(done(await caller.post("/v1/signals", SIGNAL | given))["id"])


async def record_child(world: World, who: str = DUTY) -> str:
    """Record a child and return its id."""
    caller = await world.as_(who)
    return str(done(await caller.post("/v1/persons", {"given_name": "Аружан"}))["id"])


async def refer(world: World, **given: Any) -> tuple[str, str]:
    """Record a signal and offer it to the mobile group; return the ids of the signal and the referral."""
    signal_id = await record_signal(world, **given)
    duty = await world.as_(DUTY)
    done(await duty.post(f"/v1/signals/{signal_id}/triage", REFER))
    return signal_id, await referral_of(world, signal_id)


async def referral_of(world: World, signal_id: str) -> str:
    """Return the newest referral of a signal."""
    listed = done(await (await world.as_(DUTY)).get("/v1/referrals"))["items"]
    return str(next(r["id"] for r in listed if r["signal_id"] == signal_id))


async def go(world: World, referral_id: str, *steps: str, who: str = LEAD) -> dict[str, Any]:
    """Take steps of a referral that need nothing to be said, and return the last answer."""
    caller = await world.as_(who)
    answer: dict[str, Any] = {}
    for step in steps:
        answer = done(await caller.post(f"/v1/referrals/{referral_id}/{step}"))
    return answer


async def open_clocks(owner_url: str, signal_id: str) -> list[str]:
    """Return the kinds of the open tasks of a signal, looking past row security."""
    kinds: list[str] = await count(
        owner_url,
        "SELECT coalesce(array_agg(kind ORDER BY kind), '{}') FROM task"
        " WHERE signal_id = $1 AND completed_at IS NULL AND cancelled_at IS NULL",
        signal_id,
    )
    return kinds


async def stories(owner_url: str, signal_id: str) -> list[str]:
    """Return the kinds of the story's entries in order."""
    kinds: list[str] = await count(
        owner_url,
        "SELECT array_agg(kind ORDER BY at, id) FROM timeline_entry WHERE signal_id = $1",
        signal_id,
    )
    return kinds


async def events(owner_url: str, signal_id: str) -> set[str]:
    """Return the kinds of the audit events of a signal."""
    kinds: list[str] = await count(
        owner_url, "SELECT array_agg(DISTINCT kind) FROM audit_event WHERE signal_id = $1", signal_id
    )
    return set(kinds)
