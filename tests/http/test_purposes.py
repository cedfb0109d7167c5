"""Systems and oversight bodies say for what they read; it stands in the event of every read."""

from uuid import uuid4

import pytest

from casemgmt.access.purposes import HEADER
from tests.clients import Caller, World
from tests.factories import count
from tests.steps import done, open_case

LAST = "SELECT purpose FROM audit_event WHERE kind = $1 ORDER BY at DESC LIMIT 1"


async def silent(world: World, username: str) -> Caller:
    """An account that says nothing by itself."""
    return Caller(world.client, (await world.as_(username)).token)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/cases/{case}", "case.read"),
        ("/v1/cases", "case.listed"),
        ("/v1/persons/{child}", "person.read"),
        ("/v1/cases/{case}/timeline", "case.timeline_read"),
    ],
)
async def test_a_commissioner_reads_with_a_purpose_which_is_kept_and_without_one_not_at_all(
    world: World, owner_url: str, path: str, kind: str
) -> None:
    case = await open_case(world)
    there = path.format(case=case.id, child=case.child)
    oversight = await silent(world, "oversight")
    refused = await oversight.get(there, headers={"Accept-Language": "ru"})
    assert (refused.status_code, refused.json()["code"]) == (400, "purpose-needed")
    assert HEADER in refused.json()["detail"]
    recorded = "SELECT count(*) FROM audit_event WHERE outcome = 'refused' AND reason = 'purpose-needed'"
    assert await count(owner_url, recorded) == 1
    seen = await oversight.get(there, headers={HEADER: 'court_request; reference="12/345-7"'})
    assert seen.status_code == 200, seen.text
    assert await count(owner_url, LAST, kind) == "court_request 12/345-7"


async def test_a_purpose_is_asked_before_it_is_looked_for_what_is_there(world: World) -> None:
    case = await open_case(world)
    oversight = await silent(world, "oversight")
    answers = [await oversight.get(f"/v1/cases/{i}") for i in (case.id, uuid4())]
    told = [a.json() | {"request_id": None} for a in answers]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "stated",
    [
        "curiosity",
        "court_request;",
        'court_request; reference=""',
        'court_request; reference="Иванов"',
        "court request",
    ],
)
async def test_a_purpose_that_is_in_no_list_is_refused_without_an_echo(world: World, stated: str) -> None:
    oversight = await silent(world, "oversight")
    refused = await oversight.get("/v1/cases", headers={HEADER: stated.encode()})  # type: ignore[dict-item]  # bytes
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-purpose")
    assert stated not in refused.text


async def test_a_system_states_it_for_reads_and_not_for_the_signals_that_it_sends(world: World, owner_url: str) -> None:
    system = await silent(world, "qr.111")
    signal = {
        "source": "qr_111",
        "channel": "qr_message",
        "category": "neglect",
        "language": "ru",
        "narrative": "Ребенок один дома.",
        "region_code": "KZ-75",
    }
    sent = done(await system.post("/v1/signals", signal, headers={"Idempotency-Key": "purpose-1"}))
    assert (await system.get(f"/v1/signals/{sent['id']}")).json()["code"] == "purpose-needed"
    done(await system.get(f"/v1/signals/{sent['id']}", headers={HEADER: "own_signals"}))
    assert await count(owner_url, LAST, "signal.read") == "own_signals"
    assert (await system.get("/v1/me")).status_code == 200


async def test_others_may_say_it_and_need_not(world: World, owner_url: str) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    done(await manager.get(f"/v1/cases/{case.id}"))
    assert await count(owner_url, LAST, "case.read") is None
    done(await manager.get(f"/v1/cases/{case.id}", headers={HEADER: "complaint_review"}))
    assert await count(owner_url, LAST, "case.read") == "complaint_review"
    done(await manager.get(f"/v1/cases/{case.id}"))
    assert await count(owner_url, LAST, "case.read") is None, "what one request states is not said of the next"
