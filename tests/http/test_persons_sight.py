"""Who sees a person, and what of it: row security, asked over HTTP."""

from datetime import date

import asyncpg
import pytest

from casemgmt.db.addresses import driver_url
from tests.clients import World
from tests.factories_iin import make_iin
from tests.people import case_of, record_person, signal_about, statuses

EVERYBODY_WHO_READS = (
    "operator.111",
    "duty.almaty",
    "manager.almaty",
    "manager2.almaty",
    "supervisor.almaty",
    "lead.almaty",
    "head.almaty",
    "psychologist.almaty",
    "guardian.almaty",
    "benefits.almaty",
    "duty.astana",
    "manager.astana",
    "oversight",
)


async def seen_by(world: World, path: str, *, without: str = "") -> set[str]:
    """Return who reads a path; all others must get 404. `without`: an account that may not ask at all."""
    answers = await statuses(world, path, *(name for name in EVERYBODY_WHO_READS if name != without))
    assert set(answers.values()) <= {200, 404}, answers
    return {name for name, status in answers.items() if status == 200}


async def move_back(owner_url: str, person_id: str, hours: int) -> None:
    """Let a person have been recorded some hours earlier."""
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('casemgmt.audited', 'on', true)")
            await connection.execute(
                "UPDATE person SET created_at = created_at - make_interval(hours => $2) WHERE id = $1::uuid",
                person_id,
                hours,
            )
    finally:
        await connection.close()


async def test_a_fresh_person_is_seen_by_the_recorder_for_a_day_and_by_the_body(world: World, owner_url: str) -> None:
    person_id = await record_person(world, "duty.almaty")
    path = f"/v1/persons/{person_id}"
    by_reach = {"supervisor.almaty", "oversight"}
    assert await seen_by(world, path) == by_reach | {"duty.almaty"}
    await move_back(owner_url, person_id, 23)
    assert await seen_by(world, path) == by_reach | {"duty.almaty"}
    await move_back(owner_url, person_id, 2)
    assert await seen_by(world, path) == by_reach


async def test_a_person_of_a_signal_is_seen_by_those_who_see_the_signal(world: World, owner_url: str) -> None:
    person_id = await record_person(world, "operator.111")
    await signal_about(world, "operator.111", person_id)
    await move_back(owner_url, person_id, 48)
    seen = await seen_by(world, f"/v1/persons/{person_id}")
    assert seen == {"operator.111", "duty.almaty", "supervisor.almaty", "oversight"}


async def test_a_person_of_a_case_is_seen_by_the_team_and_the_body(world: World, owner_url: str) -> None:
    person_id = await record_person(world, "duty.almaty")
    await case_of(world, person_id)
    await move_back(owner_url, person_id, 48)
    seen = await seen_by(world, f"/v1/persons/{person_id}")
    # The duty officer sees the signal still, which is attached to the case.
    assert seen == {"duty.almaty", "manager.almaty", "supervisor.almaty", "oversight"}


async def test_a_person_of_a_restricted_case_is_seen_by_the_team_alone(world: World) -> None:
    person_id = await record_person(world, "duty.almaty")
    await case_of(world, person_id, restricted=True)
    for place in ("", "/addresses", "/protected-addresses", "/relationships"):
        assert await seen_by(world, f"/v1/persons/{person_id}{place}") == {"manager.almaty"}
    # Who only reads files has nobody to call.
    assert await seen_by(world, f"/v1/persons/{person_id}/contacts", without="oversight") == {"manager.almaty"}
    assert await statuses(world, f"/v1/persons/{person_id}/contacts", "oversight") == {"oversight": 403}


async def test_a_protected_address_is_seen_by_the_team_alone(world: World) -> None:
    person_id = await record_person(world, "duty.almaty")
    await case_of(world, person_id)
    path = f"/v1/persons/{person_id}/addresses"
    shelter = {
        "kind": "protected",
        "line": "Баспана көшесі 1",
        "reason": "Қуғыншы іздеп жүр",
        "since": "2026-01-05",
    }
    home = {"kind": "registered", "kato": "750000000", "line": "Үй көшесі 2", "since": "2020-01-01"}
    manager = await world.as_("manager.almaty")
    assert (await manager.post(path, shelter)).status_code == 201
    assert (await manager.post(path, home)).status_code == 201
    hidden = path.replace("addresses", "protected-addresses")
    plain = (await manager.get(path)).json()
    assert ([a["kind"] for a in plain["items"]], plain["protected"]) == (["registered"], 1)
    assert [a["line"] for a in (await manager.get(hidden)).json()["items"]] == [shelter["line"]]
    for username in ("duty.almaty", "supervisor.almaty", "oversight"):
        caller = await world.as_(username)
        answer = await caller.get(path)
        assert ([a["kind"] for a in answer.json()["items"]], answer.json()["protected"]) == (["registered"], 0)
        assert (await caller.get(hidden)).json() == {"items": []}
        assert "Баспана" not in answer.text
    refused = await (await world.as_("duty.almaty")).post(path, shelter)
    assert (refused.status_code, refused.json()["code"]) == (403, "team-only")


@pytest.mark.parametrize("username", ["duty.almaty", "supervisor.almaty", "oversight"])
async def test_a_number_is_masked_to_those_who_see_the_person_but_need_no_number(world: World, username: str) -> None:
    person_id = await record_person(world, "duty.almaty")
    await case_of(world, person_id)
    iin = make_iin(date(2013, 5, 17), "female", 42)
    manager = await world.as_("manager.almaty")
    put = await manager.request("PUT", f"/v1/persons/{person_id}/iin", json={"iin": iin}, headers={"If-Match": '"v1"'})
    assert put.status_code == 200, put.text
    read = await manager.get(f"/v1/persons/{person_id}/iin")
    assert read.json()["iin"] == iin
    caller = await world.as_(username)
    assert (await caller.get(f"/v1/persons/{person_id}/iin")).status_code == 403
    shown = await caller.get(f"/v1/persons/{person_id}")
    assert shown.json()["iin_mask"] == "•" * 10 + iin[-2:]
    assert iin not in shown.text


async def test_who_may_read_numbers_reads_none_of_a_hidden_person(world: World) -> None:
    person_id = await record_person(world, "duty.astana")
    answers = await statuses(world, f"/v1/persons/{person_id}/iin", "manager.almaty", "guardian.almaty")
    assert set(answers.values()) == {404}
