"""A name and a number that change by law: what was before is kept, and finds the child; before an adoption, for few."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from casemgmt.demo.accounts import demo_id
from tests.clients import World
from tests.factories import count
from tests.factories_iin import make_iin
from tests.http.test_known_child import match, put_iin
from tests.people import CHILD, case_of, record_person
from tests.records import events, rows
from tests.steps import done, refused

MANAGER, GUARDIAN, DUTY = "manager.almaty", "guardian.almaty", "duty.almaty"
BORN = date(2013, 5, 17)
OLD_IIN, NEW_IIN = make_iin(BORN, "female", 71), make_iin(BORN, "female", 72)
BY_LAW = {"changed_on": "2026-03-04", "document": "Куәлік № 12, 04.03.2026"}
MARRIED = {"family_name": "Жаңабаева", "ground": "paternity"} | BY_LAW
ADOPTED = {"family_name": "Асыранова", "given_name": "Дана", "patronymic": None, "ground": "adoption"} | BY_LAW
OLD = {"family_name": "Тестова", "given_name": "Айгерім"}
NEW = {"family_name": "Жаңабаева", "given_name": "Айгерім"}


async def _change(world: World, who: str, person: str, given: dict[str, Any]) -> httpx.Response:
    caller, path = await world.as_(who), f"/v1/persons/{person}"
    etag = (await caller.get(path)).headers.get("etag", '"v1"')
    return await caller.request("POST", f"{path}/name-changes", json=given, headers={"If-Match": etag})


async def _replace(world: World, who: str, person: str, iin: str, **replaces: Any) -> dict[str, Any]:
    caller, path = await world.as_(who), f"/v1/persons/{person}"
    etag = (await caller.get(path)).headers["etag"]
    body = {"iin": iin} | ({"replaces": BY_LAW | replaces} if replaces else {})
    return done(await caller.request("PUT", f"{path}/iin", json=body, headers={"If-Match": etag}))


async def _found(world: World, who: str, **keys: Any) -> list[dict[str, Any]]:
    answer = done(await (await world.as_(who)).post("/v1/searches", {"what": "persons"} | keys))
    items: list[dict[str, Any]] = answer["items"]
    return items


async def _former(world: World, who: str, person: str) -> dict[str, Any]:
    return done(await (await world.as_(who)).get(f"/v1/persons/{person}/former-names"))


async def _with_guardian(world: World) -> tuple[str, str]:
    """Return a child of a case with its guardianship officer on the team, and the case."""
    person = await record_person(world, DUTY)
    case = await case_of(world, person)
    member = {"user_id": str(demo_id(GUARDIAN)), "team_role": "guardianship_officer"}
    done(await (await world.as_(MANAGER)).post(f"/v1/cases/{case}/team", member))
    return person, case


async def test_a_name_that_changes_by_law_is_kept_with_its_days_and_the_paper(world: World, owner_url: str) -> None:
    person, case = await _with_guardian(world)
    changed = done(await _change(world, MANAGER, person, MARRIED))
    assert (changed["family_name"], changed["given_name"], changed["version"]) == ("Жаңабаева", "Айгерім", 2)
    again = {"given_name": "Аружан", "ground": "change_of_name", "changed_on": "2026-05-06", "document": "№ 3"}
    done(await _change(world, MANAGER, person, again))
    told = [
        (n["family_name"], n["given_name"], n["since"], n["until"], n["ground"], n["document"])
        for n in (await _former(world, MANAGER, person))["names"]
    ]
    assert told == [
        ("Жаңабаева", "Айгерім", "2026-03-04", "2026-05-06", "change_of_name", "№ 3"),
        ("Тестова", "Айгерім", None, "2026-03-04", "paternity", BY_LAW["document"]),
    ]
    story = done(await (await world.as_(MANAGER)).get(f"/v1/cases/{case}/timeline", headers={"Accept-Language": "ru"}))
    texts = [e["text"] for e in story["items"] if e["kind"] == "person.renamed"]
    assert "Имя человека изменилось с 04.03.2026: установление или оспаривание отцовства" in texts
    assert [e for e in await events(owner_url, person) if e.startswith("person.renamed")] == ["person.renamed"] * 2


async def test_a_child_is_found_by_the_earlier_name_and_the_answer_says_until_when_it_held(world: World) -> None:
    person = await record_person(world, DUTY)
    done(await _change(world, DUTY, person, MARRIED))
    for keys in (OLD, NEW, {"family_name": "TESTOVA", "given_name": "Aigerim", "birth_year": 2013}):
        (found,) = await _found(world, DUTY, **keys)
        assert (found["id"], found["family_name"]) == (person, "Жаңабаева")
        assert [(n["family_name"], n["until"]) for n in found["former_names"]] == [("Тестова", "2026-03-04")]
    known = await match(world, DUTY, OLD | {"birth_year": 2013})
    assert [(p["person_id"], p["matched_by"]) for p in known["visible"]] == [(person, ["former_name_and_birth_year"])]
    assert known["visible"][0]["former_names"][0]["family_name"] == "Тестова"
    assert await _found(world, "manager.astana", **OLD) == []
    assert (await match(world, "manager.astana", OLD | {"birth_year": 2013}))["hidden"] is True


async def test_a_slip_of_the_pen_was_never_a_name(world: World) -> None:
    person = await record_person(world, DUTY)
    duty = await world.as_(DUTY)
    done(await duty.patch(f"/v1/persons/{person}", {"family_name": "Тестова-Ким"}, headers={"If-Match": '"v1"'}))
    assert await _former(world, DUTY, person) == {"names": [], "numbers": []}
    assert await _found(world, DUTY, **OLD) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"changed_on": (datetime.now(UTC) + timedelta(days=2)).date().isoformat()}, "change-in-future"),
        ({"family_name": "Тестова"}, "name-unchanged"),
        ({"document": None}, "invalid"),
    ],
)
async def test_a_change_without_a_day_a_paper_or_another_name_is_refused(
    world: World, changes: dict[str, Any], code: str
) -> None:
    person = await record_person(world, DUTY)
    answer = await _change(world, DUTY, person, MARRIED | changes)
    assert answer.status_code == 422, answer.text
    assert code in {answer.json()["code"], "invalid"} | {e["code"] for e in answer.json().get("errors", [])}


async def test_a_name_does_not_end_before_it_began(world: World) -> None:
    person = await record_person(world, DUTY)
    done(await _change(world, DUTY, person, MARRIED))
    earlier = {"family_name": "Басқа", "ground": "change_of_name", "changed_on": "2026-03-03", "document": "№ 4"}
    assert refused(await _change(world, DUTY, person, earlier)) == (422, "dates-out-of-order")


async def test_a_replaced_number_is_nobody_elses_and_finds_the_child(world: World) -> None:
    (person, _), other = await _with_guardian(world), await record_person(world, MANAGER, CHILD)
    assert refused(
        await (await world.as_(MANAGER)).request(
            "PUT",
            f"/v1/persons/{person}/iin",
            json={"iin": NEW_IIN, "replaces": BY_LAW | {"ground": "number_replaced"}},
            headers={"If-Match": '"v1"'},
        )
    ) == (422, "nothing-to-replace")
    await _replace(world, MANAGER, person, OLD_IIN)
    await _replace(world, MANAGER, person, NEW_IIN, ground="number_replaced")
    assert [f["id"] for f in await _found(world, MANAGER, iin=OLD_IIN)] == [person]
    assert [p["matched_by"] for p in (await match(world, MANAGER, {"iin": OLD_IIN}))["visible"]] == [["former_iin"]]
    (number,) = (await _former(world, MANAGER, person))["numbers"]
    assert (number["iin_mask"][-2:], number["until"]) == (OLD_IIN[-2:], "2026-03-04")
    assert OLD_IIN not in str(number)
    assert (await _former(world, DUTY, person))["numbers"] == []
    answer = await put_iin(await world.as_(MANAGER), other, OLD_IIN)
    assert (answer.status_code, answer.json()["code"]) == (409, "iin-already-recorded")
    far = await record_person(world, "manager.astana")
    known = await put_iin(await world.as_("manager.astana"), far, OLD_IIN)
    assert known.json()["status"] == "known_contact_requested"


async def test_a_corrected_number_was_nobodys_and_is_free(world: World) -> None:
    person, other = await record_person(world, MANAGER), await record_person(world, MANAGER, CHILD)
    await _replace(world, MANAGER, person, OLD_IIN)
    await _replace(world, MANAGER, person, NEW_IIN)
    assert (await put_iin(await world.as_(MANAGER), other, OLD_IIN)).json()["status"] == "recorded"


async def test_a_number_that_is_just_replaced_is_not_free_in_between(world: World, owner_url: str) -> None:
    person, other = await record_person(world, MANAGER), await record_person(world, MANAGER, CHILD)
    await _replace(world, MANAGER, person, OLD_IIN)
    taken = await world.as_(MANAGER)
    await asyncio.gather(
        _replace(world, MANAGER, person, NEW_IIN, ground="number_replaced"), put_iin(taken, other, OLD_IIN)
    )
    query = (
        "SELECT count(DISTINCT person_id) FROM (SELECT person_id FROM person_iin WHERE iin = $1"
        " UNION SELECT person_id FROM former_iin WHERE number = $1) x"
    )
    assert await count(owner_url, query, OLD_IIN) == 1


async def test_who_may_not_know_of_an_adoption_sees_a_corrected_record_and_finds_nobody_by_the_old_name(
    world: World, owner_url: str
) -> None:
    person, case = await _with_guardian(world)
    done(await _change(world, MANAGER, person, MARRIED))
    done(await _change(world, GUARDIAN, person, ADOPTED))
    for who in (MANAGER, DUTY, "supervisor.almaty"):
        assert await _former(world, who, person) == {"names": [], "numbers": []}, who
        for keys in (OLD, NEW):
            assert await _found(world, who, **keys) == [], who
        (found,) = await _found(world, who, family_name="Асыранова", given_name="Дана")
        assert (found["id"], found["former_names"]) == (person, [])
    nobody = {"visible": [], "hidden": False, "contact_requested": False}
    assert await match(world, DUTY, OLD | {"birth_year": 2013}) == nobody
    manager = await world.as_(MANAGER)
    assert (await manager.get(f"/v1/persons/{person}/adoption-facts")).status_code == 403
    story = done(await manager.get(f"/v1/cases/{case}/timeline"))["items"]
    told = [e["kind"] for e in story if e["record_id"] == person]
    assert told == ["person.changed", "person.changed"]  # one that tells of an earlier name would ask where it is
    sealing = await rows(owner_url, "SELECT record_ids FROM audit_event WHERE kind LIKE 'sealed_name%'")
    assert all(person not in map(str, e["record_ids"]) for e in sealing)
    by_day = [e for e in await events(owner_url, person) if e in {"person.changed", "person.renamed"}]
    assert by_day == ["person.renamed", "person.changed"]


async def test_who_may_know_of_the_adoption_finds_the_child_by_the_old_name_and_reads_it_there(world: World) -> None:
    person, _ = await _with_guardian(world)
    done(await _change(world, MANAGER, person, MARRIED))
    done(await _change(world, GUARDIAN, person, ADOPTED))
    (found,) = await _found(world, GUARDIAN, **OLD)
    assert (found["id"], found["former_names"]) == (person, [])
    known = await match(world, GUARDIAN, NEW | {"birth_year": 2013})
    assert [p["person_id"] for p in known["visible"]] == [person]
    facts = done(await (await world.as_(GUARDIAN)).get(f"/v1/persons/{person}/adoption-facts"))
    assert sorted((n["family_name"], n["ground"]) for n in facts["sealed_names"]) == [
        ("Жаңабаева", "adoption"),
        ("Тестова", "paternity"),
    ]


async def test_an_adoption_is_recorded_by_the_guardianship_member_of_the_team_alone(world: World) -> None:
    person, _ = await _with_guardian(world)
    for who in (MANAGER, DUTY):
        assert refused(await _change(world, who, person, ADOPTED)) == (403, "guardianship-team-only")
    path, replaces = f"/v1/persons/{person}/iin", BY_LAW | {"ground": "adoption"}
    manager = await world.as_(MANAGER)
    body = {"iin": NEW_IIN, "replaces": replaces}
    answer = await manager.request("PUT", path, json=body, headers={"If-Match": '"v1"'})
    assert refused(answer) == (403, "guardianship-team-only")


async def test_a_number_from_before_an_adoption_is_nobody_elses_and_leads_nobody_to_the_child(
    world: World, owner_url: str
) -> None:
    person, case = await _with_guardian(world)
    await _replace(world, GUARDIAN, person, OLD_IIN)
    await _replace(world, GUARDIAN, person, NEW_IIN, ground="adoption")
    assert (await _former(world, MANAGER, person))["numbers"] == []
    assert await _found(world, MANAGER, iin=OLD_IIN) == []
    assert [f["id"] for f in await _found(world, GUARDIAN, iin=OLD_IIN)] == [person]
    asked = await match(world, MANAGER, {"iin": OLD_IIN})
    assert asked == {"visible": [], "hidden": True, "contact_requested": True}
    other = await record_person(world, MANAGER, CHILD)
    answer = await put_iin(await world.as_(MANAGER), other, OLD_IIN)
    assert answer.json()["status"] == "known_contact_requested"
    assert "person_id" not in answer.json()
    manager, guardian = await world.as_(MANAGER), await world.as_(GUARDIAN)
    mine = done(await guardian.get("/v1/tasks/mine"))["items"]
    (task,) = [t for t in mine if t["kind"] == "known_child_contact"]
    assert task["record_id"] == person
    assert (await manager.get(f"/v1/tasks/{task['id']}")).status_code == 404
    assert "known_child_contact" not in (await manager.get(f"/v1/cases/{case}/timeline")).text
    told = await rows(owner_url, "SELECT record_ids FROM audit_event WHERE kind = 'contact.requested'")
    assert all(person not in map(str, e["record_ids"]) for e in told)
