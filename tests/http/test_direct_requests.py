"""The busiest requests go past the unit of work in one round trip, and owe everything that the others owe."""

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from casemgmt.ids import new_id
from tests.clients import World

SIGNAL = {
    "source": "qr_111",
    "channel": "qr_message",
    "category": "violence_physical",
    "language": "kk",
    "narrative": "Үйде мені ұрады.",
    "region_code": "KZ-75",
    "reporter": {"relation": "self", "name": "Аружан", "phone": "+7 701 555 01 11", "callback_allowed": True},
}


async def _rows(owner_url: str, query: str, *arguments: object) -> list[dict[str, object]]:
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        return [dict(r) for r in await connection.fetch(query, *arguments)]
    finally:
        await connection.close()


_WRITTEN = """
SELECT s.state, s.region_code, s.organisation_id, s.restricted, s.version, s.gravest_severity, s.danger_now,
       s.anonymous,
       r.relation, r.name, r.phone, r.phone_hash, r.callback_allowed, r.wants_confidentiality,
       t.kind AS clock, t.organisation_id AS clock_body, t.region_code AS clock_region,
       t.due_at - s.received_at > '0' AS due,
       t.blocks_closure, t.deadline_status, t.version AS clock_version,
       e.kind AS story, e.data, e.region_code AS story_region, e.record_id = s.id AS of_signal,
       a.kind AS event, a.outcome, a.record_ids = array[s.id] AS names_it, a.fields, a.request_id <> '' AS has_request
  FROM signal s JOIN reporter r ON r.signal_id = s.id JOIN task t ON t.signal_id = s.id
  JOIN timeline_entry e ON e.signal_id = s.id JOIN audit_event a ON a.signal_id = s.id
 WHERE s.id = $1"""


async def test_a_signal_without_an_id_is_written_as_one_with_an_id(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    plain = await operator.post("/v1/signals", SIGNAL)
    given = await operator.post("/v1/signals", SIGNAL | {"id": str(new_id())})
    assert (plain.status_code, given.status_code) == (201, 201), plain.text + given.text
    assert set(plain.json()) == set(given.json())
    assert plain.headers["location"] == f"/v1/signals/{plain.json()['id']}"
    one, other = [await _rows(owner_url, _WRITTEN, a.json()["id"]) for a in (plain, given)]
    assert len(one) == 1
    assert one == other


async def test_a_signal_with_an_idempotency_key_is_recorded_once(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    answers = [await operator.post("/v1/signals", SIGNAL, headers={"Idempotency-Key": "call-1"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert len(await _rows(owner_url, "SELECT id FROM signal")) == 1
    other = await operator.post("/v1/signals", SIGNAL | {"language": "ru"}, headers={"Idempotency-Key": "call-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_an_integration_account_needs_its_key_here_too(world: World, owner_url: str) -> None:
    system = await world.as_("qr.111")
    answer = await system.post("/v1/signals", SIGNAL)
    assert answer.json()["code"] == "idempotency-key-required"
    assert not await _rows(owner_url, "SELECT id FROM signal")


async def test_a_signal_about_a_person_whom_the_sender_does_not_see_is_refused(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    answer = await operator.post("/v1/signals", SIGNAL | {"subjects": [{"person_id": str(new_id()), "role": "child"}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-person")
    assert not await _rows(owner_url, "SELECT id FROM signal")


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/cases/01a20278-0f77-7071-a1de-bb7b6a5bc799"])
async def test_a_session_that_was_ended_reads_nothing(path: str, world: World, owner_url: str) -> None:
    manager = await world.as_("manager.almaty")
    assert (await manager.get("/v1/cases")).status_code == 200
    await _rows(owner_url, "UPDATE auth_session SET revoked_at = now()")
    answer = await manager.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_who_may_not_list_cases_leaves_a_refusal_and_no_list(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    assert (await operator.get("/v1/cases")).status_code == 403
    events = await _rows(owner_url, "SELECT kind, outcome FROM audit_event WHERE kind LIKE 'case%'")
    assert events == [{"kind": "cases.refused", "outcome": "refused"}]
