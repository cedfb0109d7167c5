"""'Is this child already known?' and the identification number that only one person has."""

import asyncio
from datetime import date
from typing import Any

from casemgmt.demo.accounts import demo_id
from tests.clients import Caller, World
from tests.factories import count
from tests.factories_iin import make_iin
from tests.people import CHILD, case_of, record_person, statuses

IIN = make_iin(date(2013, 5, 17), "female", 42)
BY_NAME = {"family_name": "Testova", "given_name": "Aigerim", "birth_year": 2013}
NOTHING = {"visible": [], "hidden": False, "contact_requested": False}
HIDDEN = {"visible": [], "hidden": True, "contact_requested": True}


async def put_iin(caller: Caller, person_id: str, iin: str = IIN, version: int = 1) -> Any:
    """Record a number as an account."""
    return await caller.request(
        "PUT", f"/v1/persons/{person_id}/iin", json={"iin": iin}, headers={"If-Match": f'"v{version}"'}
    )


async def match(world: World, username: str, wish: dict[str, Any]) -> dict[str, Any]:
    """Ask whether somebody is known."""
    answer = await (await world.as_(username)).post("/v1/persons/match", wish)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def open_requests(owner_url: str) -> int:
    """Count the open requests for contact."""
    found: int = await count(
        owner_url, "SELECT count(*) FROM task WHERE kind = 'known_child_contact' AND completed_at IS NULL"
    )
    return found


async def test_a_visible_person_is_found_by_each_key_and_by_another_spelling(world: World) -> None:
    person_id = await record_person(world, "operator.111")
    operator = await world.as_("operator.111")
    assert (await put_iin(operator, person_id)).json()["status"] == "recorded"
    contact = {"kind": "phone", "value": "8 (701) 111-22-33"}
    assert (await operator.post(f"/v1/persons/{person_id}/contacts", contact)).status_code == 201
    for wish, matched_by in (
        ({"iin": IIN}, ["iin"]),
        (BY_NAME, ["name_and_birth_year"]),
        ({"family_name": "Айгерим", "given_name": "Тестова", "birth_year": 2013}, ["name_and_birth_year"]),
        ({"phone": "+7 701 111 22 33"}, ["phone"]),
        (BY_NAME | {"iin": IIN, "phone": "87011112233"}, ["iin", "name_and_birth_year", "phone"]),
    ):
        found = await match(world, "operator.111", wish)
        assert (found["hidden"], found["contact_requested"]) == (False, False)
        assert [(p["person_id"], p["matched_by"]) for p in found["visible"]] == [(person_id, matched_by)]
    assert found["visible"][0]["patronymic"] == "Серікқызы"
    assert found["visible"][0]["has_open_case"] is False


async def test_nobody_is_found_by_another_year_number_or_phone(world: World, owner_url: str) -> None:
    await record_person(world, "operator.111")
    other = make_iin(date(2013, 5, 17), "female", 43)
    for wish in (BY_NAME | {"birth_year": 2012}, {"iin": other}, {"phone": "+7 701 111 22 34"}):
        assert await match(world, "operator.111", wish) == NOTHING
    assert await open_requests(owner_url) == 0


async def test_a_person_without_a_name_is_never_matched_by_name(world: World) -> None:
    nameless = {"family_name": "—", "birth": {"precision": "year", "year": 2013}}
    await record_person(world, "operator.111", nameless)
    answer = await (await world.as_("operator.111")).post("/v1/persons/match", {"family_name": "-", "birth_year": 2013})
    assert (answer.status_code, answer.json()["code"]) == (422, "no-complete-key")


async def test_a_question_without_a_complete_key_or_with_a_wrong_one_is_refused(world: World) -> None:
    operator = await world.as_("operator.111")
    for wish, code in (
        ({}, "no-complete-key"),
        ({"family_name": "Тестова", "given_name": "Айгерім"}, "no-complete-key"),
        ({"birth_year": 2013}, "no-complete-key"),
        ({"iin": "130517650019"}, "invalid-iin"),
        ({"phone": "112"}, "invalid-phone"),
    ):
        refused = await operator.post("/v1/persons/match", wish)
        assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_of_a_hidden_child_only_the_request_for_contact_is_told(world: World, owner_url: str) -> None:
    person_id = await record_person(world, "duty.almaty")
    case_id = await case_of(world, person_id, restricted=True)
    assert await match(world, "duty.astana", BY_NAME) == HIDDEN
    task = "SELECT {} FROM task WHERE kind = 'known_child_contact' AND record_id = $1::uuid"
    assert await count(owner_url, task.format("assignee_id"), person_id) == demo_id("manager.almaty")
    assert await count(owner_url, task.format("requested_by_id"), person_id) == demo_id("duty.astana")
    assert str(await count(owner_url, task.format("case_id"), person_id)) == case_id
    assert await count(owner_url, task.format("restricted"), person_id) is True
    assert await count(owner_url, task.format("blocks_closure"), person_id) is False
    told = "SELECT count(*) FROM timeline_entry WHERE kind = 'case.contact_requested' AND case_id = $1::uuid"
    assert await count(owner_url, told, case_id) == 1
    event = "SELECT count(*) FROM audit_event WHERE kind = 'contact.requested' AND $1 = ANY (record_ids)"
    assert await count(owner_url, event, person_id) == 1


async def test_the_same_question_again_makes_no_second_request_but_another_person_s_does(
    world: World, owner_url: str
) -> None:
    person_id = await record_person(world, "duty.almaty")
    await case_of(world, person_id, restricted=True)
    for _ in range(2):
        assert await match(world, "duty.astana", BY_NAME) == HIDDEN
    assert await open_requests(owner_url) == 1
    assert await match(world, "operator.111", BY_NAME) == HIDDEN
    assert await open_requests(owner_url) == 2


async def test_questions_at_the_same_moment_make_one_request(world: World, owner_url: str) -> None:
    await record_person(world, "duty.almaty")
    answers = await asyncio.gather(*(match(world, "duty.astana", BY_NAME) for _ in range(4)))
    assert answers == [HIDDEN] * 4
    assert await open_requests(owner_url) == 1


async def test_for_a_hidden_child_without_a_case_the_body_that_registered_it_is_asked(
    world: World, owner_url: str
) -> None:
    person_id = await record_person(world, "duty.almaty")
    assert await match(world, "duty.astana", BY_NAME) == HIDDEN
    owner = (
        "SELECT organisation_id FROM task WHERE record_id = $1::uuid AND assignee_id IS NULL AND region_code = 'KZ-75'"
    )
    assert await count(owner_url, owner, person_id) == demo_id("crd_almaty")


async def test_an_open_case_is_told_and_shown_to_those_who_see_it(world: World) -> None:
    person_id = await record_person(world, "duty.almaty")
    case_id = await case_of(world, person_id)
    at_the_desk = (await match(world, "duty.almaty", BY_NAME))["visible"][0]
    assert (at_the_desk["has_open_case"], at_the_desk["case_id"]) == (True, None)
    at_work = (await match(world, "manager.almaty", BY_NAME))["visible"][0]
    assert (at_work["has_open_case"], at_work["case_id"]) == (True, case_id)


async def test_a_restricted_case_takes_the_person_out_of_the_sight_of_an_older_signals_desk(
    world: World, owner_url: str
) -> None:
    person_id = await record_person(world, "duty.almaty")
    signal = await (await world.as_("duty.almaty")).post(
        "/v1/signals",
        {
            "source": "contact_centre_111",
            "channel": "call",
            "category": "other",
            "language": "ru",
            "narrative": "Вопрос о ребенке.",
            "region_code": "KZ-75",
            "subjects": [{"person_id": person_id, "role": "child"}],
        },
    )
    assert signal.status_code == 201, signal.text
    await case_of(world, person_id, restricted=True)
    found = await match(world, "duty.almaty", BY_NAME)
    assert (found["hidden"], found["contact_requested"]) == (True, True)
    assert found["visible"] == []
    assert (await (await world.as_("duty.almaty")).get(f"/v1/persons/{person_id}")).status_code == 404
    assert await open_requests(owner_url) == 1


async def test_matching_is_for_those_who_record_and_work_on_cases(world: World) -> None:
    for username in ("auditor", "oversight", "supervisor.almaty", "benefits.almaty"):
        assert (await (await world.as_(username)).post("/v1/persons/match", BY_NAME)).status_code == 403


async def test_a_number_is_recorded_masked_and_raises_the_version(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    person_id = await record_person(world, "operator.111")
    assert (await put_iin(operator, person_id, version=9)).status_code == 412
    answer = await put_iin(operator, person_id)
    assert answer.json() == {"status": "recorded", "iin_mask": "•" * 10 + IIN[-2:], "version": 2}
    assert answer.headers["etag"] == '"v2"'
    person = await operator.get(f"/v1/persons/{person_id}")
    assert (person.json()["version"], person.headers["etag"]) == (2, '"v2"')
    kinds = "SELECT array_agg(kind ORDER BY at) FROM audit_event WHERE $1 = ANY (record_ids)"
    assert await count(owner_url, kinds, person_id) == ["person.recorded", "identifier.recorded", "person.read"]


async def test_a_number_that_can_not_be_or_disagrees_is_refused_with_a_pointer(world: World) -> None:
    operator = await world.as_("operator.111")
    person_id = await record_person(world, "operator.111")
    wrong_digit = IIN[:-1] + str((int(IIN[-1]) + 1) % 10)
    for iin, code, faults in (
        ("12345", "invalid-iin", ["iin-wrong-form"]),
        (wrong_digit, "invalid-iin", ["iin-wrong-control-digit"]),
        (make_iin(date(2012, 5, 17), "female", 42), "iin-disagrees", ["iin-birth-date-differs"]),
        (make_iin(date(2013, 5, 17), "male", 42), "iin-disagrees", ["iin-sex-differs"]),
    ):
        refused = await put_iin(operator, person_id, iin)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/iin", fault) for fault in faults]
        assert iin not in refused.text


async def test_an_estimated_birth_date_does_not_contradict_a_number(world: World) -> None:
    guessed = CHILD | {"birth": {"precision": "approximate", "date": "2012-01-01"}}
    person_id = await record_person(world, "operator.111", guessed)
    assert (await put_iin(await world.as_("operator.111"), person_id)).status_code == 200


async def test_a_change_that_contradicts_the_number_is_refused_to_who_may_read_it(world: World) -> None:
    person_id = await record_person(world, "manager.almaty")
    manager = await world.as_("manager.almaty")
    assert (await put_iin(manager, person_id)).status_code == 200
    refused = await manager.patch(
        f"/v1/persons/{person_id}",
        {"sex": "male", "birth": {"precision": "exact", "date": "2013-05-18"}},
        headers={"If-Match": '"v2"'},
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "iin-disagrees")
    assert {e["pointer"] for e in refused.json()["errors"]} == {"/sex", "/birth/date"}


async def test_a_number_of_a_visible_person_is_refused_and_the_person_named(world: World) -> None:
    operator = await world.as_("operator.111")
    first = await record_person(world, "operator.111")
    second = await record_person(world, "operator.111")
    assert (await put_iin(operator, first)).status_code == 200
    refused = await put_iin(operator, second)
    assert (refused.status_code, refused.json()["code"]) == (409, "iin-already-recorded")
    assert refused.json()["person_id"] == first


async def test_a_number_of_a_hidden_person_is_not_recorded_and_the_contact_is_requested(
    world: World, owner_url: str
) -> None:
    hidden = await record_person(world, "duty.astana")
    assert (await put_iin(await world.as_("duty.astana"), hidden)).status_code == 200
    person_id = await record_person(world, "duty.almaty")
    duty = await world.as_("duty.almaty")
    answer = await put_iin(duty, person_id)
    assert answer.status_code == 200
    assert answer.json() == {"status": "known_contact_requested", "iin_mask": None, "version": 1}
    assert hidden not in answer.text
    assert await open_requests(owner_url) == 1
    held = "SELECT count(*) FROM person_iin WHERE person_id = $1::uuid"
    assert await count(owner_url, held, person_id) == 0
    assert (await put_iin(duty, person_id)).json()["status"] == "known_contact_requested"
    assert await open_requests(owner_url) == 1


async def test_of_two_who_record_the_same_number_at_once_one_is_asked_for_contact(world: World, owner_url: str) -> None:
    first, second = await record_person(world, "duty.almaty"), await record_person(world, "duty.astana")
    almaty, astana = await world.as_("duty.almaty"), await world.as_("duty.astana")
    answers = await asyncio.gather(put_iin(almaty, first), put_iin(astana, second))
    assert sorted(a.json()["status"] for a in answers) == ["known_contact_requested", "recorded"]
    assert await open_requests(owner_url) == 1


async def test_a_number_is_corrected_by_recording_another(world: World) -> None:
    person_id = await record_person(world, "manager.almaty")
    manager = await world.as_("manager.almaty")
    assert (await put_iin(manager, person_id)).status_code == 200
    right = make_iin(date(2013, 5, 17), "female", 77)
    assert (await put_iin(manager, person_id, right, version=2)).json()["version"] == 3
    assert (await manager.get(f"/v1/persons/{person_id}/iin")).json()["iin"] == right


async def test_a_number_is_read_by_an_event_of_its_own_and_absent_ones_are_not_found(
    world: World, owner_url: str
) -> None:
    person_id = await record_person(world, "manager.almaty")
    manager = await world.as_("manager.almaty")
    assert (await manager.get(f"/v1/persons/{person_id}/iin")).status_code == 404
    assert (await put_iin(manager, person_id)).status_code == 200
    assert (await manager.get(f"/v1/persons/{person_id}/iin")).json()["iin"] == IIN
    read = (
        "SELECT count(*) FROM audit_event WHERE kind = 'identifier.read' AND outcome = 'done' AND $1 = ANY (record_ids)"
    )
    assert await count(owner_url, read, person_id) == 1
    assert (await statuses(world, f"/v1/persons/{person_id}/iin", "operator.111"))["operator.111"] == 403
