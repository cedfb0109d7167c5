"""How to reach a person, and where one lives, over HTTP."""

from typing import Any

import pytest

from casemgmt.ids import new_id
from tests.clients import World
from tests.factories import count
from tests.people import case_of, record_person

PHONE = {
    "kind": "phone",
    "value": "8 (701) 111-22-33",
    "safe_to_call": True,
    "safe_from": "22:00",
    "safe_until": "06:30",
    "note": "Жұмыста болғанда ғана.",
}
HOME = {"kind": "actual", "kato": "750000000", "line": "Тест көшесі 1", "since": "2020-01-01"}


async def test_a_phone_is_kept_in_one_form_with_its_safe_times(world: World, owner_url: str) -> None:
    person_id = await record_person(world, "operator.111")
    operator = await world.as_("operator.111")
    path = f"/v1/persons/{person_id}/contacts"
    created = await operator.post(path, PHONE)
    assert created.status_code == 201, created.text
    contact = created.json()
    assert contact["value"] == "+77011112233"
    assert (contact["safe_from"], contact["safe_until"]) == ("22:00:00", "06:30:00")
    assert (await operator.get(path)).json() == {"items": [contact]}
    kinds = "SELECT array_agg(kind ORDER BY at) FROM audit_event WHERE $1 = ANY (record_ids)"
    assert await count(owner_url, kinds, contact["id"]) == ["contact.recorded", "contact.listed"]


async def test_a_messenger_known_by_a_number_is_found_by_it_and_one_known_by_a_name_is_kept(world: World) -> None:
    person_id = await record_person(world, "operator.111")
    operator = await world.as_("operator.111")
    path = f"/v1/persons/{person_id}/contacts"
    assert (await operator.post(path, {"kind": "messenger", "value": "8 701 111 22 33"})).status_code == 201
    named = await operator.post(path, {"kind": "messenger", "value": "@test_name"})
    assert named.json()["value"] == "@test_name"
    found = await operator.post("/v1/persons/match", {"phone": "+77011112233"})
    assert [p["person_id"] for p in found.json()["visible"]] == [person_id]


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"value": "112"}, "/value", "invalid-phone"),
        ({"kind": "email", "value": "not an address"}, "/value", "invalid-email"),
        ({"safe_until": None}, "/safe_until", "safe-times-incomplete"),
        ({"safe_to_call": False}, "/safe_to_call", "safe-times-without-call"),
        ({"safe_from": "10:00Z"}, "/safe_from", "invalid_time"),
        ({"safe_from": 3600}, "/safe_from", "invalid_time"),
        ({"kind": "fax"}, "/kind", "literal_error"),
    ],
)
async def test_a_contact_that_can_not_be_is_refused_with_a_pointer(
    world: World, wrong: dict[str, Any], pointer: str, code: str
) -> None:
    person_id = await record_person(world, "operator.111")
    refused = await (await world.as_("operator.111")).post(f"/v1/persons/{person_id}/contacts", PHONE | wrong)
    assert refused.status_code == 422, refused.text
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(pointer, code)]


async def test_an_e_mail_address_is_kept(world: World) -> None:
    person_id = await record_person(world, "operator.111")
    mail = {"kind": "email", "value": "someone@example.kz"}
    assert (await (await world.as_("operator.111")).post(f"/v1/persons/{person_id}/contacts", mail)).status_code == 201


async def test_a_contact_that_ended_stays_on_record_ends_once_and_finds_nobody(world: World) -> None:
    person_id = await record_person(world, "operator.111")
    operator = await world.as_("operator.111")
    path = f"/v1/persons/{person_id}/contacts"
    contact_id = (await operator.post(path, PHONE)).json()["id"]
    ended = await operator.post(f"{path}/{contact_id}/end")
    assert ended.status_code == 200, ended.text
    assert ended.json()["ended_at"] is not None
    again = await operator.post(f"{path}/{contact_id}/end")
    assert (again.status_code, again.json()["code"]) == (409, "record-ended")
    assert (await operator.get(path)).json()["items"] == [ended.json()]
    found = await operator.post("/v1/persons/match", {"phone": PHONE["value"]})
    assert found.json()["visible"] == []


async def test_a_contact_of_another_person_is_not_ended_by_this_one(world: World) -> None:
    first, second = await record_person(world, "operator.111"), await record_person(world, "operator.111")
    operator = await world.as_("operator.111")
    contact_id = (await operator.post(f"/v1/persons/{first}/contacts", PHONE)).json()["id"]
    assert (await operator.post(f"/v1/persons/{second}/contacts/{contact_id}/end")).status_code == 404


async def test_an_address_is_recorded_listed_and_ended(world: World) -> None:
    person_id = await record_person(world, "operator.111")
    operator = await world.as_("operator.111")
    path = f"/v1/persons/{person_id}/addresses"
    address = (await operator.post(path, HOME)).json()
    assert (address["kind"], address["kato"], address["reason"]) == ("actual", "750000000", None)
    early = await operator.post(f"{path}/{address['id']}/end", {"until": "2019-12-31"})
    assert (early.status_code, early.json()["code"]) == (422, "dates-out-of-order")
    ended = await operator.post(f"{path}/{address['id']}/end", {"until": "2024-08-31"})
    assert ended.json()["until"] == "2024-08-31"
    again = await operator.post(f"{path}/{address['id']}/end", {"until": "2024-08-31"})
    assert (again.status_code, again.json()["code"]) == (409, "record-ended")
    assert (await operator.get(path)).json()["items"] == [ended.json()]
    absent = await operator.post(f"{path}/{new_id()}/end", {"until": "2024-08-31"})
    assert absent.status_code == 404


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"kato": "001000000"}, "/kato", "invalid-kato"),
        ({"kato": "75"}, "/kato", "string_pattern_mismatch"),
        ({"kato": None, "line": None}, "/line", "address-empty"),
        ({"reason": "Себеп"}, "/reason", "reason-not-needed"),
        ({"until": "2019-12-31"}, "/until", "dates-out-of-order"),
        ({"kind": "protected"}, "/reason", "address-incomplete"),
        ({"kind": "protected", "line": None, "reason": "Себеп"}, "/line", "address-incomplete"),
    ],
)
async def test_an_address_that_can_not_be_is_refused_with_a_pointer(
    world: World, wrong: dict[str, Any], pointer: str, code: str
) -> None:
    person_id = await record_person(world, "operator.111")
    refused = await (await world.as_("operator.111")).post(f"/v1/persons/{person_id}/addresses", HOME | wrong)
    assert refused.status_code == 422, refused.text
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(pointer, code)]


async def test_a_protected_address_leaves_its_own_events_and_no_line_in_the_story(world: World, owner_url: str) -> None:
    person_id = await record_person(world, "duty.almaty")
    case_id = await case_of(world, person_id)
    manager = await world.as_("manager.almaty")
    path = f"/v1/persons/{person_id}/addresses"
    shelter = {"kind": "protected", "line": "Баспана 1", "reason": "Қорқыту", "since": "2026-01-05"}
    address_id = (await manager.post(path, shelter)).json()["id"]
    await manager.get(path)
    await manager.get(path.replace("addresses", "protected-addresses"))
    ended = await manager.post(f"{path}/{address_id}/end", {"until": "2026-02-05"})
    assert ended.json()["until"] == "2026-02-05"
    kinds = "SELECT array_agg(kind ORDER BY at) FROM audit_event WHERE $1 = ANY (record_ids)"
    assert await count(owner_url, kinds, address_id) == [
        "protected_address.recorded",
        "protected_address.read",
        "protected_address.ended",
    ]
    told = "SELECT count(*) FROM timeline_entry WHERE kind LIKE 'person.address%' AND case_id = $1::uuid"
    assert await count(owner_url, told, case_id) == 0
    assert (await manager.post(path, HOME)).status_code == 201
    assert await count(owner_url, told, case_id) == 1


async def test_what_changes_of_a_person_is_told_in_the_story_of_the_case_by_codes_only(
    world: World, owner_url: str
) -> None:
    person_id = await record_person(world, "duty.almaty")
    case_id = await case_of(world, person_id)
    manager = await world.as_("manager.almaty")
    path = f"/v1/persons/{person_id}"
    changed = await manager.patch(path, {"family_name": "Ахметова"}, headers={"If-Match": '"v1"'})
    assert changed.status_code == 200, changed.text
    contact_id = (await manager.post(f"{path}/contacts", PHONE)).json()["id"]
    await manager.post(f"{path}/contacts/{contact_id}/end")
    kinds = "SELECT array_agg(kind ORDER BY id) FROM timeline_entry WHERE case_id = $1::uuid AND kind LIKE 'person.%'"
    assert await count(owner_url, kinds, case_id) == [
        "person.changed",
        "person.contact_recorded",
        "person.contact_ended",
    ]
    data = "SELECT string_agg(data::text, ' ' ORDER BY id) FROM timeline_entry WHERE case_id = $1::uuid"
    told = await count(owner_url, data, case_id)
    assert '"fields": ["family_name"]' in told
    assert "Ахметова" not in told
    assert "7011112233" not in told
