"""A centre says that it is alive and which topics it has: nobody else can say so for it, and both sides agree."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from casemgmt.clock import ManualClock
from casemgmt.contacts import jobs
from casemgmt.settings import Settings
from tests.clients import World
from tests.conftest import worker_of
from tests.contact_steps import CONCERN, contact, headers, send
from tests.factories import count
from tests.jobs.worker import do_all_due
from tests.outreach_steps import done, refused

PATH = "/v1/integrations/heartbeat"
HEARD = "SELECT heard_at FROM contact_source WHERE code = 'sandbox-111'"
SILENT = "SELECT count(*) FROM task WHERE kind = 'contact_source_silent'"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def beat(world: World, at: datetime, message_id: str | None = None, **given: Any) -> httpx.Response:
    return await send(world, {"sent_at": at.isoformat()} | given, message_id, path=PATH, at=at)


def replayed(*answers: httpx.Response) -> list[bool]:
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    return [answer.headers.get("webhook-replayed") == "true" for answer in answers]


async def test_a_heartbeat_that_was_overheard_keeps_no_dead_centre_alive(
    world: World, clock: ManualClock, owner_url: str, database_url: str, settings: Settings
) -> None:
    body = json.dumps({"sent_at": clock.now().isoformat()}).encode()
    overheard = headers(body, "beat-1", at=clock.now())
    first = await world.client.post(PATH, content=body, headers=overheard)
    heard = await count(owner_url, HEARD)
    clock.advance(timedelta(minutes=4))
    again = await world.client.post(PATH, content=body, headers=overheard)
    held_back = await beat(world, clock.now() - timedelta(minutes=4, seconds=1))
    assert replayed(first, again, held_back) == [False, True, True]
    assert again.json()["taxonomy_versions"] == first.json()["taxonomy_versions"]
    assert await count(owner_url, HEARD) == heard
    clock.advance(timedelta(minutes=7))
    await do_all_due(worker_of(database_url), settings, clock, jobs.SCHEDULE)
    assert await count(owner_url, SILENT) == 1
    assert replayed(await beat(world, clock.now(), "beat-1")) == [False], "signed anew, also under its old id"
    assert await count(owner_url, f"{SILENT} AND completed_at IS NULL") == 0


async def test_of_copies_that_come_at_once_one_counts(world: World, clock: ManualClock, owner_url: str) -> None:
    copies = await asyncio.gather(*(beat(world, clock.now(), "beat-1") for _ in range(4)))
    assert sorted(replayed(*copies)) == [False, True, True, True]
    assert await count(owner_url, "SELECT version FROM contact_source WHERE code = 'sandbox-111'") == 2


async def test_a_clock_that_was_ahead_and_is_set_back_leaves_nobody_unheard(world: World, clock: ManualClock) -> None:
    right = clock.now()
    clock.advance(timedelta(hours=1))
    ahead = await beat(world, clock.now())
    clock.advance(right - clock.now())
    assert replayed(ahead, await beat(world, right)) == [False, False]


async def test_the_version_of_topics_is_agreed_on_and_who_runs_the_service_sees_where_none_is(
    world: World, clock: ManualClock
) -> None:
    admin = await world.as_("admin")

    async def told(**given: Any) -> Any:
        clock.advance(timedelta(minutes=1))
        world.forget_tokens()
        return done(await beat(world, clock.now(), **given))["taxonomy_version"]

    async def unmatched() -> list[tuple[str, list[str]]]:
        listed = done(await admin.get("/v1/contact-taxonomies"))["unmatched"]
        return [(each["code"], each["taxonomy_versions"]) for each in listed]

    assert await told() is None
    assert await unmatched() == [], "who names none wants none"
    assert await told(taxonomy_versions=["111-2027", "111-2026"]) is None
    assert await unmatched() == [("sandbox-111", ["111-2027", "111-2026"])]
    taken = done(await send(world, contact(taxonomy_version="111-2027"), at=clock.now()))
    assert (taken["taxonomy_known"], len(taken["signals"])) == (False, 1), "no contact waits for an agreement"
    topics = {"source": "111", "topics": [{"code": "school", "name_kk": "Мектеп", "category": "bullying"}]}
    done(await admin.request("PUT", "/v1/contact-taxonomies/111-2026", json=topics))
    assert await unmatched() == []
    assert await told() == "111-2026", "what it named before stands"
    assert await told(taxonomy_versions=["qr111-0", "111-2026"]) == "qr111-0", "the first that is known"
    [source] = done(await admin.get("/v1/contact-sources"))["items"]
    assert (source["taxonomy_version"], source["taxonomy_versions"]) == ("qr111-0", ["qr111-0", "111-2026"])
    concern = {"ref": "1", "narrative": CONCERN["narrative"], "topic": "school", "region_code": "KZ-75"}
    read = done(await send(world, contact(taxonomy_version="111-2026", concerns=[concern]), at=clock.now()))
    signal = done(await (await world.as_("duty.almaty")).get(f"/v1/signals/{read['signals'][0]['signal_id']}"))
    assert signal["category"] == "bullying"


async def test_what_is_no_list_of_versions_is_refused(world: World, clock: ManualClock) -> None:
    wrong: tuple[Any, ...] = (["a b"], ["x"] * 21, "qr111-0", [1])
    for versions in wrong:
        refused(await beat(world, clock.now(), taxonomy_versions=versions), 422, "invalid-request")
