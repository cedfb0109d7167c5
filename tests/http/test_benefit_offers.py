"""A proactive service: the family is offered what the law answers yes to, and has days to answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from tests.benefit_steps import OFFICER, determine, family_on_record
from tests.clients import Caller, World
from tests.records import events, rows, story
from tests.steps import MANAGER, done


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _offer(world: World, who: str = OFFICER, births: tuple[str, ...] | None = None) -> tuple[Any, dict[str, Any]]:
    family = await family_on_record(world) if births is None else await family_on_record(world, births=births)
    view = await determine(world, family, who, mode="estimate")
    caller = await world.as_(who)
    made = await caller.post(f"/v1/determinations/{view['id']}/offers", {"channel": "sms_1414"})
    assert made.status_code == 201, made.text
    return family, made.json()


def _answer(clock: ManualClock, **given: Any) -> dict[str, Any]:
    return {"consent": True, "channel": "phone_call", "answered_at": clock.now().isoformat()} | given


async def _code(caller: Caller, offer: dict[str, Any], action: str, body: Any = None) -> tuple[int, str]:
    answer = await caller.post(f"/v1/benefit-offers/{offer['id']}/{action}", body)
    return answer.status_code, answer.json()["code"]


async def test_an_offer_names_the_benefit_the_sum_and_the_last_moment_to_answer(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    family, offer = await _offer(world)
    assert (offer["state"], offer["benefit"], offer["amount"]["low"]) == ("made", "multi_child_benefit", "69330")
    days = datetime.fromisoformat(offer["answer_by"]) - clock.now()
    assert timedelta(days=2) < days < timedelta(days=4)
    assert offer["term_is_law"] is False
    officer = await world.as_(OFFICER)
    queue = done(await officer.get("/v1/tasks/mine"))["items"]
    assert [t["kind"] for t in queue] == ["benefit_offer_answer"]
    listed = done(await officer.get(f"/v1/families/{family.id}/benefit-offers"))["items"]
    assert listed == [done(await officer.get(f"/v1/benefit-offers/{offer['id']}"))] == [offer]
    assert (await story(owner_url, family.case))[-1] == "benefit.offered"


async def test_consent_opens_a_determination_that_can_be_decided_on(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    _, offer = await _offer(world)
    clock.advance(timedelta(hours=5))
    world.forget_tokens()
    officer = await world.as_(OFFICER)
    accepted = done(await officer.post(f"/v1/benefit-offers/{offer['id']}/answer", _answer(clock, note="Келісті")))
    assert (accepted["state"], accepted["answer_channel"]) == ("accepted", "phone_call")
    opened = done(await officer.get(f"/v1/determinations/{accepted['opened_id']}"))
    assert (opened["mode"], opened["entitled"], opened["amount"]["low"]) == ("decide", "yes", "69330")
    assert opened["applied_on"] is not None
    assert opened["facts"]
    open_clocks = "SELECT kind FROM task WHERE kind LIKE 'benefit%' AND completed_at IS NULL"
    assert [r["kind"] for r in await rows(owner_url, open_clocks)] == ["benefit_decision"]
    assert done(await officer.post(f"/v1/determinations/{opened['id']}/approve"))["state"] == "approved"
    assert await events(owner_url, offer["id"]) == ["benefit.offered", "benefit.offer_accepted"]


async def test_consent_taken_by_who_may_not_decide_opens_an_estimate(world: World, clock: ManualClock) -> None:
    _, offer = await _offer(world, MANAGER)
    manager = await world.as_(MANAGER)
    accepted = done(await manager.post(f"/v1/benefit-offers/{offer['id']}/answer", _answer(clock)))
    opened = done(await manager.get(f"/v1/determinations/{accepted['opened_id']}"))
    assert opened["mode"] == "estimate"


async def test_a_family_that_declines_is_left_alone(world: World, clock: ManualClock) -> None:
    _, offer = await _offer(world)
    officer = await world.as_(OFFICER)
    declined = done(await officer.post(f"/v1/benefit-offers/{offer['id']}/answer", _answer(clock, consent=False)))
    assert (declined["state"], declined["opened_id"]) == ("declined", None)
    assert await _code(officer, offer, "answer", _answer(clock)) == (409, "wrong-state")


async def test_no_answer_in_time_lapses_and_a_late_one_counts_for_nothing(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    family, offer = await _offer(world)
    officer = await world.as_(OFFICER)
    assert await _code(officer, offer, "lapse") == (409, "offer-still-open")
    clock.advance(timedelta(days=5))
    world.forget_tokens()
    officer = await world.as_(OFFICER)
    seen = done(await officer.get(f"/v1/benefit-offers/{offer['id']}"))
    assert (seen["state"], seen["expired"]) == ("made", True)
    assert await _code(officer, offer, "answer", _answer(clock)) == (409, "offer-lapsed")
    lapsed = done(await officer.post(f"/v1/benefit-offers/{offer['id']}/lapse"))
    assert (lapsed["state"], lapsed["expired"]) == ("lapsed", False)
    assert (await story(owner_url, family.case))[-1] == "benefit.offer_lapsed"
    late = await rows(owner_url, "SELECT completed_at > due_at AS late FROM task WHERE kind = 'benefit_offer_answer'")
    assert late == [{"late": True}]


async def test_an_answer_given_in_time_may_be_written_down_later(world: World, clock: ManualClock) -> None:
    _, offer = await _offer(world)
    said = clock.now() + timedelta(hours=1)
    clock.advance(timedelta(days=5))
    world.forget_tokens()
    officer = await world.as_(OFFICER)
    body = _answer(clock, answered_at=said.isoformat())
    assert done(await officer.post(f"/v1/benefit-offers/{offer['id']}/answer", body))["state"] == "accepted"


async def test_an_answer_before_the_offer_or_from_tomorrow_is_refused(world: World, clock: ManualClock) -> None:
    _, offer = await _offer(world)
    officer = await world.as_(OFFICER)
    for by in (timedelta(hours=-1), timedelta(hours=1)):
        body = _answer(clock, answered_at=(clock.now() + by).isoformat())
        assert await _code(officer, offer, "answer", body) == (422, "answer-time-impossible")


async def test_only_a_yes_is_offered_and_only_once(world: World) -> None:
    _, offer = await _offer(world)
    officer = await world.as_(OFFICER)
    again = await officer.post(f"/v1/determinations/{offer['determination_id']}/offers", {"channel": "portal"})
    assert (again.status_code, again.json()["code"]) == (409, "offer-open")
    family = await family_on_record(world, births=("2012-09-14",))
    no = await determine(world, family, mode="estimate")
    answer = await officer.post(f"/v1/determinations/{no['id']}/offers", {"channel": "portal"})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-offer")


async def test_an_offer_that_ran_out_makes_way_for_another(world: World, clock: ManualClock, owner_url: str) -> None:
    _, offer = await _offer(world)
    clock.advance(timedelta(days=5))
    world.forget_tokens()
    officer = await world.as_(OFFICER)
    path = f"/v1/determinations/{offer['determination_id']}"
    assert (await officer.post(f"{path}/offers", {"channel": "portal"})).status_code == 201
    states = await rows(owner_url, "SELECT state FROM benefit_offer ORDER BY created_at")
    assert [row["state"] for row in states] == ["lapsed", "made"]
    clock.advance(timedelta(days=5))
    world.forget_tokens()
    officer = await world.as_(OFFICER)
    aside = await officer.post(f"{path}/set-aside", {"reason": "Отбасы жауап бермеді"})
    assert aside.status_code == 200, aside.text
