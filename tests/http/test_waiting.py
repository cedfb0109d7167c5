"""Waiting lists over HTTP: an order that can be explained, and offers that reach a family the centre doesn't know."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from tests.clients import Caller, World
from tests.factories import OpenCase, count, open_case
from tests.steps import done, refused

CENTRE = str(demo_id("cps_almaty"))
HEAD, MANAGER = "head.almaty", "manager.almaty"
SERVICE = "psychological_consultation"
OFFER = f"/v1/centres/{CENTRE}/waiting/offer"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def at_risk(owner_url: str, risk: str | None) -> OpenCase:
    """Return an open case of a risk level."""
    case = await open_case(owner_url)
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT audit_write(gen_random_uuid(), 'test.prepared', 'done', NULL, 'case', ARRAY[$1::uuid], $1,"
                " NULL, '{}', 'test')",
                case.id,
            )
            await connection.execute("UPDATE case_record SET risk_level = $2 WHERE id = $1", case.id, risk)
    finally:
        await connection.close()
    return case


async def wait_for(caller: Caller, case: OpenCase, **changes: Any) -> Any:
    body = {"centre_id": CENTRE, "service": SERVICE, "person_id": str(case.child_id)}
    return await caller.post(f"/v1/cases/{case.id}/waiting-entries", body | changes)


async def queue(world: World) -> list[dict[str, Any]]:
    answer = await (await world.as_(HEAD)).get(f"/v1/centres/{CENTRE}/waiting/{SERVICE}")
    items: list[dict[str, Any]] = done(answer)["items"]
    return items


async def test_the_order_follows_the_risk_and_then_the_age_and_says_why(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    cases = {}
    for name, risk in (("old", "medium"), ("none", None), ("critical", "critical"), ("young", "medium")):
        cases[name] = await at_risk(owner_url, risk)
        done(await wait_for(await world.as_(MANAGER), cases[name]))
        clock.advance(timedelta(minutes=1))
    manager = await world.as_(MANAGER)

    async def place(name: str) -> tuple[int, int, int]:
        entry = done(await manager.get(f"/v1/cases/{cases[name].id}/waiting-entries"))["items"][0]
        return entry["place"], entry["ahead_by_risk"], entry["ahead_by_age"]

    assert [await place(n) for n in ("critical", "old", "young", "none")] == [
        (1, 0, 0),
        (2, 1, 0),
        (3, 1, 1),
        (4, 3, 0),
    ]
    listed = await (await world.as_(HEAD)).get(f"/v1/centres/{CENTRE}/waiting/{SERVICE}")
    assert [q["risk_level"] for q in listed.json()["items"]] == ["critical", "medium", "medium", None]
    for case in cases.values():
        for secret in (case.id, case.child_id, demo_id(MANAGER)):
            assert str(secret) not in listed.text


async def test_an_offer_reaches_the_manager_of_a_case_that_the_centre_does_not_see(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager, head = await at_risk(owner_url, "high"), await world.as_(MANAGER), await world.as_(HEAD)
    entry = done(await wait_for(manager, case))
    offer = done(await head.post(OFFER, {"service": SERVICE}))
    assert offer["entry_id"] == entry["id"]
    assert (await head.get(f"/v1/cases/{case.id}/waiting-entries")).status_code == 404
    assert (await head.post(f"/v1/waiting-entries/{entry['id']}/accept")).status_code == 404
    task = "SELECT assignee_id FROM task WHERE record_id = $1::uuid AND kind = 'waiting_offer' AND completed_at IS NULL"
    assert await count(owner_url, task, entry["id"]) == demo_id(MANAGER)
    assert done(await head.post(OFFER, {"service": SERVICE}))["entry_id"] is None
    taken = done(await manager.post(f"/v1/waiting-entries/{entry['id']}/accept"))
    assert (taken["state"], taken["place"]) == ("placed", None)
    assert await count(owner_url, task, entry["id"]) is None
    assert await queue(world) == []
    assert refused(await manager.post(f"/v1/waiting-entries/{entry['id']}/decline")) == (409, "wrong-state")


async def test_who_lets_an_offer_pass_waits_on_with_the_same_age_and_so_does_who_never_answers(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    first, second = await at_risk(owner_url, "medium"), await at_risk(owner_url, "medium")
    entries = []
    for case in (first, second):
        entries.append(done(await wait_for(await world.as_(MANAGER), case))["id"])
        clock.advance(timedelta(minutes=1))
    head, manager = await world.as_(HEAD), await world.as_(MANAGER)
    assert done(await head.post(OFFER, {"service": SERVICE}))["entry_id"] == entries[0]
    passed = done(await manager.post(f"/v1/waiting-entries/{entries[0]}/decline"))
    assert (passed["state"], passed["place"]) == ("waiting", 1)
    assert done(await head.post(OFFER, {"service": SERVICE}))["entry_id"] == entries[0]
    clock.advance(timedelta(days=14))
    world.forget_tokens()
    head, manager = await world.as_(HEAD), await world.as_(MANAGER)
    assert refused(await manager.post(f"/v1/waiting-entries/{entries[0]}/accept")) == (409, "waiting-offer-lapsed")
    assert done(await head.post(OFFER, {"service": SERVICE}))["entry_id"] == entries[0]
    left = done(await manager.post(f"/v1/waiting-entries/{entries[0]}/end"))
    assert left["state"] == "ended"
    assert done(await head.post(OFFER, {"service": SERVICE}))["entry_id"] == entries[1]


async def test_places_offered_at_once_go_to_different_families(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    cases = [await at_risk(owner_url, "low") for _ in range(3)]
    manager, head = await world.as_(MANAGER), await world.as_(HEAD)
    entries = {done(await wait_for(manager, case))["id"] for case in cases}
    answers = await asyncio.gather(*(head.post(OFFER, {"service": SERVICE}) for _ in range(5)))
    offered = [done(a)["entry_id"] for a in answers]
    assert {o for o in offered if o is not None} == entries
    assert offered.count(None) == 2


async def test_only_the_team_puts_on_the_list_and_only_the_own_centre_offers(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    case, manager = await at_risk(owner_url, "low"), await world.as_(MANAGER)
    assert (await wait_for(await world.as_("manager2.almaty"), case)).status_code == 404
    assert refused(await wait_for(manager, case, person_id=str(demo_id("x")))) == (422, "not-of-case")
    assert refused(await wait_for(manager, case, centre_id=str(demo_id("kc111")))) == (422, "unknown-centre")
    done(await wait_for(manager, case))
    assert refused(await wait_for(manager, case)) == (409, "on-the-list-already")
    astana = f"/v1/centres/{demo_id('cps_astana')}/waiting"
    head = await world.as_(HEAD)
    assert refused(await head.post(f"{astana}/offer", {"service": SERVICE})) == (403, "other-centre")
    assert refused(await head.get(f"{astana}/{SERVICE}")) == (403, "other-centre")
    assert (await manager.post(OFFER, {"service": SERVICE})).status_code == 403
