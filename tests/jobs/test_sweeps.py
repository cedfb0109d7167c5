"""What ends by itself ends without anybody's hand, in the act that a person would do, told of the service itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.access.system import SYSTEM_USER
from casemgmt.benefits import jobs as benefits
from casemgmt.clock import ManualClock
from casemgmt.consents import jobs as consents
from casemgmt.demo.accounts import demo_id
from casemgmt.jobs import upkeep
from casemgmt.retention import jobs as retention
from casemgmt.settings import Settings
from tests.benefit_steps import OFFICER, determine, family_on_record
from tests.clients import World
from tests.consent_steps import answer_for, sharing, take_in
from tests.factories import OpenCase, open_case
from tests.jobs.worker import do_all_due
from tests.records import events, rows, story
from tests.steps import MANAGER, SUPERVISOR, done

LAWYER = "lawyer.almaty"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def failed(owner_url: str) -> list[Any]:
    return await rows(owner_url, "SELECT entrypoint FROM jobs.job")


async def with_lawyer_until_tomorrow(world: World, owner_url: str, clock: ManualClock) -> tuple[OpenCase, str]:
    """Take a lawyer into a team by a consent that ends tomorrow; return the case and the consent."""
    case = await open_case(owner_url)
    await answer_for(world, case)
    last = (clock.now() + timedelta(days=1)).date().isoformat()
    made = await sharing(world, case, clock.now(), expires_on=last)
    done(await take_in(world, case, LAWYER, made["id"]))
    return case, str(made["id"])


async def test_a_consent_whose_last_day_is_over_ends_and_with_it_the_place_on_the_team(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    case, consent = await with_lawyer_until_tomorrow(world, owner_url, clock)
    due = (clock.now() + timedelta(days=9)).isoformat()
    asked = {"title": "Мектепке хат", "case_id": str(case.id), "due_at": due, "assignee_id": str(demo_id(LAWYER))}
    task = done(await (await world.as_(MANAGER)).post("/v1/tasks", asked))
    await do_all_due(worker_url, settings, clock, consents.SCHEDULE)
    assert done(await (await world.as_(MANAGER)).get(f"/v1/consents/{consent}"))["state"] == "given"

    clock.advance(timedelta(days=3))
    world.forget_tokens()
    await do_all_due(worker_url, settings, clock, consents.SCHEDULE)
    manager = await world.as_(MANAGER)
    assert done(await manager.get(f"/v1/consents/{consent}"))["state"] == "expired"
    assert (await (await world.as_(LAWYER)).get(f"/v1/cases/{case.id}")).status_code == 404
    mine = {t["id"]: t["due_at"] for t in done(await manager.get("/v1/tasks/mine"))["items"]}
    assert mine.get(task["id"]) == task["due_at"], "what the lawyer had in hand is the manager's, at the same moment"
    assert (await story(owner_url, str(case.id)))[-2:] == ["case.member_left", "consent.expired"]
    timeline = done(await manager.get(f"/v1/cases/{case.id}/timeline", headers={"Accept-Language": "ru"}))["items"]
    assert timeline[-1]["actor"]["body"] == "Сама служба"
    assert "consent.expired" in await events(owner_url, consent)
    assert await failed(owner_url) == []


async def test_what_the_service_does_by_itself_is_no_persons_act_and_no_roles_in_any_log(
    world: World, worker_url: str, settings: Settings, owner_url: str, clock: ManualClock
) -> None:
    case, _ = await with_lawyer_until_tomorrow(world, owner_url, clock)
    clock.advance(timedelta(days=3))
    world.forget_tokens()
    await do_all_due(worker_url, settings, clock, consents.SCHEDULE)

    manager, supervisor, auditor = [await world.as_(who) for who in (MANAGER, SUPERVISOR, "auditor")]
    story = done(await manager.get(f"/v1/cases/{case.id}/timeline?order=desc&limit=2"))["items"]
    assert [e["kind"] for e in story] == ["consent.expired", "case.member_left"]
    itself = {"id": str(SYSTEM_USER), "name": "casemgmt", "body": "The service itself"}
    assert [e["actor"] for e in story] == [itself] * 2

    whole = done(await auditor.get(f"/v1/audit/person-events?person_id={case.child_id}&limit=100"))["items"]
    (event,) = [e for e in whole if e["kind"] == "consent.expired"]
    assert (event["actor_id"], event["roles"]) == (str(SYSTEM_USER), [])
    told = done(await supervisor.get(f"/v1/persons/{case.child_id}/access-log?limit=100"))["items"]
    (entry,) = [e for e in told if e["id"] == event["id"]]
    assert entry["actor"] == itself | {"roles": [], "role_names": []}


async def test_an_offer_that_nobody_answered_lapses(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    view = await determine(world, await family_on_record(world), OFFICER, mode="estimate")
    officer = await world.as_(OFFICER)
    offer = done(await officer.post(f"/v1/determinations/{view['id']}/offers", {"channel": "sms_1414"}))
    clock.advance(timedelta(days=10))
    world.forget_tokens()
    await do_all_due(worker_url, settings, clock, benefits.SCHEDULE)
    officer = await world.as_(OFFICER)
    assert done(await officer.get(f"/v1/benefit-offers/{offer['id']}"))["state"] == "lapsed"
    assert done(await officer.get("/v1/tasks/mine"))["items"] == []
    assert await failed(owner_url) == []


async def test_technical_rows_go_when_their_term_is_over_and_no_others(
    world: World, owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    await world.as_(MANAGER)
    logged_in = "SELECT count(*) AS n FROM auth_session WHERE expires_at < now() + interval '400 days'"
    before = await rows(owner_url, logged_in)
    clock.advance(timedelta(days=400))
    await do_all_due(worker_url, settings, clock, retention.SCHEDULE)
    assert before[0]["n"] > 0
    assert (await rows(owner_url, logged_in))[0]["n"] == 0
    lasting = await rows(owner_url, "SELECT client_name FROM auth_session")
    assert [each["client_name"] for each in lasting] == ["signing secret"], "what a system signs with goes on"
    assert "retention.technical_destroyed" in [e["kind"] for e in await rows(owner_url, "SELECT kind FROM audit_event")]
    assert await failed(owner_url) == []


async def test_the_log_makes_room_for_itself_for_months_ahead(
    owner_url: str, worker_url: str, settings: Settings, clock: ManualClock
) -> None:
    months = "SELECT audit_months_ahead() AS n"
    last = (
        await rows(
            owner_url,
            "SELECT max(inhrelid::regclass::text) AS t FROM pg_inherits WHERE inhparent = 'audit_event'::regclass",
        )
    )[0]["t"]
    before = (await rows(owner_url, months))[0]["n"]
    await rows(owner_url, f"ALTER TABLE audit_event DETACH PARTITION {last}; ")
    await rows(owner_url, f"DROP TABLE {last}")
    await do_all_due(worker_url, settings, clock, upkeep.SCHEDULE)
    assert (await rows(owner_url, months))[0]["n"] == before
    assert await failed(owner_url) == []
