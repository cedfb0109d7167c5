"""What is kept of contacts ends by its term or with the child's file; that there was one stays counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casemgmt.clock import ManualClock
from casemgmt.retention import jobs as retention
from casemgmt.settings import Settings
from rules.zone import almaty
from tests.clients import World
from tests.conftest import worker_of
from tests.contact_steps import CONCERN, contact, send
from tests.factories import count
from tests.jobs.worker import do_all_due
from tests.outreach_steps import DUTY, done, record_child

RECORDING = {"attachments": [{"reference": "rec-2026-000123", "media_type": "audio/ogg"}]}
OPENED = (
    "SELECT string_agg(DISTINCT c.external_id, ' ') FROM contact c JOIN audit_event e ON c.id = ANY (e.record_ids)"
    " JOIN audit_salt s ON s.event_id = e.id"
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _sent(world: World, clock: ManualClock, number: str, **given: Any) -> dict[str, Any]:
    started = (clock.now() - timedelta(minutes=5)).isoformat()
    return done(await send(world, contact(number, started_at=started, **RECORDING | given), at=clock.now()))


async def _kept(owner_url: str) -> str:
    told = (
        "SELECT string_agg(c.external_id || (k.contact_id IS NOT NULL)::int || (c.attachments <> '[]')::int"
        " || (c.content IS NOT NULL)::int, ' ' ORDER BY c.external_id)"
        " FROM contact c LEFT JOIN contact_caller k ON k.contact_id = c.id"
    )
    kept: str = await count(owner_url, told)
    return kept


async def test_of_a_silent_call_nothing_is_kept_for_long_but_that_it_came(
    world: World, clock: ManualClock, owner_url: str, database_url: str, settings: Settings
) -> None:
    day = clock.now().astimezone(almaty()).date()
    await _sent(world, clock, "a", concerns=[], non_data="silent")
    await _sent(world, clock, "b")
    await _sent(world, clock, "c", stage="draft")
    for days, left in ((29, "a110 b110 c111"), (2, "a000 b110 c110"), (60, "a000 b010 c010")):
        clock.advance(timedelta(days=days))
        await do_all_due(worker_of(database_url), settings, clock, retention.SCHEDULE)
        assert await _kept(owner_url) == left
    world.forget_tokens()
    path = f"/v1/contacts/reconciliation?source=sandbox-111&day={day}"
    account = done(await (await world.as_("operator.111")).get(path))
    assert (account["received"], account["non_data_by_reason"], account["open"]) == (3, {"silent": 1}, 1)


async def test_with_the_childs_file_goes_what_leads_to_its_recording(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    wish = {"answer": {"wanted": False, "refused_because": "child_asked"}}
    [filed] = (await _sent(world, clock, "a", **wish))["signals"]
    await _sent(world, clock, "b", concerns=[CONCERN | {"ref": "1", "narrative": "Басқа бала."}])
    child, duty = await record_child(world), await world.as_(DUTY)
    path = f"/v1/signals/{filed['signal_id']}"
    done(await duty.post(f"{path}/subjects", {"person_id": child, "role": "child"}))
    consult = {"outcome": "consultation", "severity": "low", "reason": "question_answered", "note": "Сұрақ қойды."}
    done(await duty.post(f"{path}/triage", consult))
    done(await duty.post(f"{path}/complete-consultation", {"note": "Жауап берілді."}))
    body = {
        "person": {"type": "person", "id": child},
        "ground": "representative_request",
        "reference": "ЖТ-2026/114",
        "received_on": "2026-11-20",
    }
    request = (
        f"/v1/erasure-requests/{done(await (await world.as_('records')).post('/v1/erasure-requests', body))['id']}"
    )
    done(await (await world.as_("records2")).post(f"{request}/approve"))
    erased = done(await (await world.as_("records")).post(f"{request}/execute"))
    assert "signal" in {item["item"] for item in erased["items"] if item["erased"]}, erased["items"]
    assert await _kept(owner_url) == "a000 b110"
    assert await count(owner_url, OPENED) == "b", "no event of the contact can be opened, so no guess can be tested"
