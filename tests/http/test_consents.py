"""Consents over HTTP: written down, read, and made to hold what rests on them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from tests.clients import World
from tests.consent_steps import answer_for, book, consent, sharing, take_in, wording
from tests.factories import OpenCase, open_case
from tests.outreach_steps import refused
from tests.records import events, story
from tests.steps import MANAGER, done


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _case(world: World, owner_url: str, **given: Any) -> OpenCase:
    case = await open_case(owner_url, **given)
    await answer_for(world, case)
    return case


async def test_a_consent_is_written_down_read_and_listed(world: World, owner_url: str, clock: ManualClock) -> None:
    case = await _case(world, owner_url)
    manager = await world.as_(MANAGER)
    last = (clock.now() + timedelta(days=30)).date().isoformat()
    answer = await manager.post(
        f"/v1/cases/{case.id}/consents",
        wording(case, clock.now(), expires_on=last, child_words="Маған ұнайды.", note="Қағазы істе."),
    )
    made = done(answer)
    assert answer.headers["location"] == f"/v1/consents/{made['id']}"
    assert (made["state"], made["holds"], made["child_words"]) == ("given", True, "Маған ұнайды.")
    assert done(await manager.get(f"/v1/consents/{made['id']}")) == made
    listed = done(await manager.get(f"/v1/cases/{case.id}/consents"))["items"]
    assert [(c["id"], c["holds"]) for c in listed] == [(made["id"], True)]
    assert "Маған ұнайды." not in str(listed)
    assert await events(owner_url, made["id"]) == ["consent.recorded", "consent.read", "consent.listed"]
    assert (await story(owner_url, str(case.id)))[-1] == "consent.recorded"


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"purpose": "sharing"}, "/shared_with_id", "consent-shared-with"),
        ({"shared_with_id": str(demo_id("cps_almaty"))}, "/shared_with_id", "consent-shared-with"),
        ({"purpose": "sharing", "shared_with_id": str(new_id())}, "/shared_with_id", "unknown-organisation"),
        ({"scopes": ["plan", "plan"]}, "/scopes", "named-twice"),
        ({"scopes": ["everything"]}, "/scopes/0", "literal_error"),
        ({"given_at": "2999-01-01T00:00:00Z"}, "/given_at", "consent-in-future"),
        ({"expires_on": "2020-01-01"}, "/expires_on", "dates-out-of-order"),
        ({"basis": "child"}, "/giver_id", "consent-giver"),
        ({"giver_id": None}, "/giver_id", "consent-giver"),
        ({"basis": "child_and_representative", "child_view": "objects"}, "/child_view", "consent-child-view"),
        ({"basis": "child", "giver_id": None}, "/basis", "consent-child-alone"),
        ({"child_view": "too_young"}, "/child_view", "consent-child-asked"),
        ({"person_id": str(new_id())}, "/person_id", "not-of-case"),
        ({"giver_id": str(new_id())}, "/giver_id", "unknown-person"),
    ],
)
async def test_a_consent_that_contradicts_itself_is_refused(
    world: World, owner_url: str, clock: ManualClock, given: dict[str, Any], pointer: str, code: str
) -> None:
    case = await _case(world, owner_url)
    body = wording(case, clock.now()) | given
    answer = await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/consents", body)
    assert answer.status_code == 422, answer.text
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


async def test_nobody_consents_for_a_child_for_whom_nothing_on_record_says_that_they_answer(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await open_case(owner_url)
    manager = await world.as_(MANAGER)
    path = f"/v1/cases/{case.id}/consents"
    refused(await manager.post(path, wording(case, clock.now())), 422, "consent-not-representative")
    kin = {"other_id": str(case.child_id), "kind": "mother"}
    done(await manager.post(f"/v1/persons/{case.mother_id}/relationships", kin))
    refused(await manager.post(path, wording(case, clock.now())), 422, "consent-not-representative")
    mine = wording(case, clock.now(), person_id=str(case.mother_id), giver_id=str(case.child_id))
    refused(await manager.post(path, mine), 422, "consent-not-representative")


async def test_a_consent_is_seen_as_the_case_and_written_by_who_works_on_it(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await _case(world, owner_url)
    made = await consent(world, case, clock.now())
    for username, status in (("supervisor.almaty", 200), ("manager2.almaty", 404), ("lead.almaty", 403)):
        assert (await (await world.as_(username)).get(f"/v1/consents/{made['id']}")).status_code == status, username
    other = await (await world.as_("manager2.almaty")).post(f"/v1/cases/{case.id}/consents", wording(case, clock.now()))
    refused(other, 404, "not-found")
    supervisor = await world.as_("supervisor.almaty")
    refused(await supervisor.post(f"/v1/cases/{case.id}/consents", wording(case, clock.now())), 403, "forbidden")


async def test_only_a_fitting_consent_carries_a_place_on_the_team(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await _case(world, owner_url)
    plan_only = await consent(world, case, clock.now())
    refused(await take_in(world, case, "lawyer.almaty", plan_only["id"]), 422, "consent-for-other-purpose")
    narrow = await sharing(world, case, clock.now(), scopes=["plan"])
    refused(await take_in(world, case, "lawyer.almaty", narrow["id"]), 422, "consent-scope-too-narrow")
    whole = await sharing(world, case, clock.now())
    refused(await take_in(world, case, "guardian.almaty", whole["id"]), 422, "consent-for-other-body")
    refused(await take_in(world, case, "lawyer.almaty", str(new_id())), 422, "unknown-consent")
    done(await take_in(world, case, "lawyer.almaty", whole["id"]))
    assert (await (await world.as_("lawyer.almaty")).get(f"/v1/cases/{case.id}")).status_code == 200


async def test_no_session_is_booked_past_the_last_day_of_the_consent_it_rests_on(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case = await _case(world, owner_url)
    last = (clock.now() + timedelta(days=3)).date().isoformat()
    made = await consent(world, case, clock.now(), purpose="psychological_session", expires_on=last)
    late = await book(world, case, clock.now() + timedelta(days=6), consent_id=made["id"])
    refused(late, 409, "consent-not-in-force")
    booked = done(await book(world, case, clock.now() + timedelta(days=1), consent_id=made["id"]))
    assert booked["consent_id"] == made["id"]
