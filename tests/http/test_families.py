"""Families and relationships over HTTP."""

from typing import Any

import pytest

from casemgmt.ids import new_id
from casemgmt.reference.lists import code_list
from tests.clients import World
from tests.factories import count
from tests.people import MOTHER, case_of, record_person


async def family_of(world: World, username: str) -> tuple[str, str, dict[str, Any]]:
    """Record a child with its mother as a family, and return (child, mother, family)."""
    child, mother = await record_person(world, username), await record_person(world, username, MOTHER)
    members = [{"person_id": p, "since": "2013-05-17"} for p in (child, mother)]
    answer = await (await world.as_(username)).post("/v1/families", {"label": "Тестовтар", "members": members})
    assert answer.status_code == 201, answer.text
    return child, mother, answer.json()


async def test_a_family_is_recorded_and_read_back_and_its_members_name_it(world: World, owner_url: str) -> None:
    child, mother, family = await family_of(world, "operator.111")
    operator = await world.as_("operator.111")
    read = await operator.get(f"/v1/families/{family['id']}")
    assert (read.status_code, read.json(), read.headers["etag"]) == (200, family, '"v1"')
    assert {m["person_id"] for m in family["members"]} == {child, mother}
    assert (await operator.get(f"/v1/persons/{child}")).json()["family_ids"] == [family["id"]]
    kinds = "SELECT array_agg(kind ORDER BY at) FROM audit_event WHERE $1 = ANY (record_ids)"
    assert await count(owner_url, kinds, family["id"]) == ["family.recorded", "family.read"]


async def test_the_same_family_again_is_the_same_result_and_another_is_refused(world: World) -> None:
    child = await record_person(world, "operator.111")
    operator = await world.as_("operator.111")
    body = {"id": str(new_id()), "label": "Тестовтар", "members": [{"person_id": child, "since": "2013-05-17"}]}
    first = await operator.post("/v1/families", body)
    again = await operator.post("/v1/families", body)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await operator.post("/v1/families", body | {"members": []})
    assert (other.status_code, other.json()["code"]) == (409, "already-exists")


async def test_members_join_and_leave_and_each_raises_the_version(world: World) -> None:
    child, _, family = await family_of(world, "operator.111")
    operator = await world.as_("operator.111")
    path = f"/v1/families/{family['id']}"
    brother = await record_person(world, "operator.111", {"given_name": "Дархан"})
    joined = await operator.post(f"{path}/members", {"person_id": brother, "since": "2016-01-01"})
    assert joined.status_code == 201, joined.text
    assert (joined.json()["version"], joined.headers["etag"]) == (2, '"v2"')
    twice = await operator.post(f"{path}/members", {"person_id": brother, "since": "2017-01-01"})
    assert (twice.status_code, twice.json()["code"]) == (409, "member-known")
    member = next(m["id"] for m in family["members"] if m["person_id"] == child)
    leave = f"{path}/members/{member}"
    until = {"until": "2026-01-10"}
    assert (await operator.patch(leave, until)).status_code == 428
    assert (await operator.patch(leave, until, headers={"If-Match": '"v1"'})).status_code == 412
    early = await operator.patch(leave, {"until": "2013-05-16"}, headers={"If-Match": '"v2"'})
    assert (early.status_code, early.json()["code"]) == (422, "dates-out-of-order")
    left = await operator.patch(leave, until, headers={"If-Match": '"v2"'})
    assert (left.status_code, left.json()["version"]) == (200, 3)
    assert [m["until"] for m in left.json()["members"] if m["id"] == member] == ["2026-01-10"]
    again = await operator.patch(leave, until, headers={"If-Match": '"v3"'})
    assert (again.status_code, again.json()["code"]) == (409, "record-ended")
    assert (await operator.get(f"/v1/persons/{child}")).json()["family_ids"] == []
    back = await operator.post(f"{path}/members", {"person_id": child, "since": "2026-03-01"})
    assert back.status_code == 201


async def test_absent_members_and_hidden_families_are_not_found(world: World) -> None:
    _, _, family = await family_of(world, "duty.astana")
    astana, almaty = await world.as_("duty.astana"), await world.as_("duty.almaty")
    absent = f"/v1/families/{family['id']}/members/{new_id()}"
    assert (await astana.patch(absent, {"until": "2026-01-10"}, headers={"If-Match": '"v1"'})).status_code == 404
    answers = []
    for family_id in (family["id"], str(new_id())):
        path = f"/v1/families/{family_id}"
        body = {"person_id": str(new_id()), "since": "2020-01-01"}
        for answer in (
            await almaty.get(path),
            await almaty.post(f"{path}/members", body),
            await almaty.patch(f"{path}/members/{new_id()}", {"until": "2026-01-10"}, headers={"If-Match": '"v1"'}),
        ):
            assert answer.status_code == 404
            answers.append({k: v for k, v in answer.json().items() if k != "request_id"})
    assert answers[:3] == answers[3:]


async def test_hidden_and_absent_persons_join_no_family(world: World) -> None:
    hidden = await record_person(world, "duty.astana")
    duty = await world.as_("duty.almaty")
    answers = []
    for person_id in (hidden, str(new_id())):
        members = [{"person_id": person_id, "since": "2020-01-01"}]
        refused = await duty.post("/v1/families", {"label": "Тест", "members": members})
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown-person")
        answers.append({k: v for k, v in refused.json().items() if k != "request_id"})
    assert answers[0] == answers[1]
    twice = [{"person_id": hidden, "since": "2020-01-01"}] * 2
    refused = await duty.post("/v1/families", {"label": "Тест", "members": twice})
    assert (refused.status_code, refused.json()["code"]) == (422, "repeated")


async def test_a_member_of_a_restricted_case_vanishes_from_the_family_for_those_outside_the_team(world: World) -> None:
    child, mother, family = await family_of(world, "duty.almaty")
    duty = await world.as_("duty.almaty")
    kinship = {"other_id": child, "kind": "mother", "parental_responsibility": True}
    assert (await duty.post(f"/v1/persons/{mother}/relationships", kinship)).status_code == 201
    whole = (await duty.get(f"/v1/families/{family['id']}")).json()
    assert len(whole["relationships"]) == 1
    await case_of(world, child, restricted=True)
    seen = (await duty.get(f"/v1/families/{family['id']}")).json()
    assert [m["person_id"] for m in seen["members"]] == [mother]
    assert seen["relationships"] == []
    assert (await duty.get(f"/v1/persons/{mother}/relationships")).json() == {"items": []}
    manager = await world.as_("manager.almaty")
    inside = (await manager.get(f"/v1/families/{family['id']}")).json()
    assert [m["person_id"] for m in inside["members"]] == [child]


async def test_a_relationship_is_read_from_both_sides(world: World, owner_url: str) -> None:
    child, mother, family = await family_of(world, "operator.111")
    operator = await world.as_("operator.111")
    given = {"other_id": child, "kind": "mother", "parental_responsibility": True, "since": "2013-05-17"}
    created = await operator.post(f"/v1/persons/{mother}/relationships", given)
    assert created.status_code == 201, created.text
    from_mother = (await operator.get(f"/v1/persons/{mother}/relationships")).json()["items"]
    from_child = (await operator.get(f"/v1/persons/{child}/relationships")).json()["items"]
    assert from_mother == [created.json()]
    sides = [(r["person_id"], r["kind"], r["other_id"], r["other_kind"]) for r in (*from_mother, *from_child)]
    assert sides == [(mother, "mother", child, "child"), (child, "child", mother, "mother")]
    assert from_child[0]["parental_responsibility"] is True
    shown = (await operator.get(f"/v1/families/{family['id']}")).json()["relationships"]
    assert shown == from_mother
    kinds = "SELECT array_agg(DISTINCT kind) FROM audit_event WHERE $1 = ANY (record_ids)"
    assert set(await count(owner_url, kinds, created.json()["id"])) == {
        "relationship.recorded",
        "relationship.listed",
    }


def test_every_kind_of_relationship_has_an_inverse() -> None:
    assert all(value.inverse for value in code_list("relationship_kind").values)


@pytest.mark.parametrize(
    ("from_the_side_of", "kind", "status"),
    [
        ("mother", "mother", 409),
        ("child", "child", 409),
        ("mother", "guardian", 201),
        ("child", "guardian", 201),
    ],
)
async def test_the_same_relationship_is_recorded_once_from_whichever_side(
    world: World, from_the_side_of: str, kind: str, status: int
) -> None:
    child, mother, _ = await family_of(world, "operator.111")
    operator = await world.as_("operator.111")
    await operator.post(f"/v1/persons/{mother}/relationships", {"other_id": child, "kind": "mother"})
    first, second = (child, mother) if from_the_side_of == "child" else (mother, child)
    answer = await operator.post(f"/v1/persons/{first}/relationships", {"other_id": second, "kind": kind})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"kind": "sibling", "parental_responsibility": True}, "/parental_responsibility", "no-parental-side"),
        ({"since": "2020-01-02", "until": "2020-01-01"}, "/until", "dates-out-of-order"),
        ({"other_id": str(new_id())}, "/other_id", "unknown-person"),
        ({"kind": "friend"}, "/kind", "literal_error"),
    ],
)
async def test_a_relationship_that_can_not_be_is_refused_with_a_pointer(
    world: World, wrong: dict[str, Any], pointer: str, code: str
) -> None:
    child, mother, _ = await family_of(world, "operator.111")
    given = {"other_id": child, "kind": "mother"} | wrong
    refused = await (await world.as_("operator.111")).post(f"/v1/persons/{mother}/relationships", given)
    assert refused.status_code == 422, refused.text
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(pointer, code)]


async def test_nobody_is_related_to_oneself_or_to_somebody_hidden(world: World) -> None:
    person = await record_person(world, "duty.almaty")
    hidden = await record_person(world, "duty.astana")
    path = f"/v1/persons/{person}/relationships"
    duty = await world.as_("duty.almaty")
    for other, code in ((person, "same-person"), (hidden, "unknown-person")):
        refused = await duty.post(path, {"other_id": other, "kind": "sibling"})
        assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_relationship_ends_once_from_either_side_and_may_begin_again(world: World) -> None:
    child, mother, _ = await family_of(world, "operator.111")
    operator = await world.as_("operator.111")
    path = f"/v1/persons/{mother}/relationships"
    given = {"other_id": child, "kind": "guardian", "since": "2020-01-01"}
    relationship_id = (await operator.post(path, given)).json()["id"]
    end = f"/v1/persons/{child}/relationships/{relationship_id}/end"
    assert (await operator.post(end, {"until": "2019-01-01"})).status_code == 422
    ended = await operator.post(end, {"until": "2022-01-01"})
    assert (ended.status_code, ended.json()["kind"]) == (200, "ward_under_guardianship")
    again = await operator.post(end, {"until": "2022-01-01"})
    assert (again.status_code, again.json()["code"]) == (409, "record-ended")
    assert (await operator.post(path, given | {"since": "2024-01-01"})).status_code == 201


async def test_adoption_is_recorded_and_known_by_the_team_alone(world: World, owner_url: str) -> None:
    child, mother, _ = await family_of(world, "duty.almaty")
    given = {"other_id": child, "kind": "adoptive_parent"}
    duty = await world.as_("duty.almaty")
    refused = await duty.post(f"/v1/persons/{mother}/relationships", given)
    assert (refused.status_code, refused.json()["code"]) == (403, "team-only")
    case_id = await case_of(world, child)
    manager = await world.as_("manager.almaty")
    adopter = await record_person(world, "manager.almaty", MOTHER)
    created = await manager.post(f"/v1/persons/{adopter}/relationships", given)
    assert created.status_code == 201, created.text
    path = f"/v1/persons/{child}/relationships"
    assert [r["kind"] for r in (await manager.get(path)).json()["items"]] == ["adopted_child"]
    for username in ("supervisor.almaty", "oversight"):
        assert (await (await world.as_(username)).get(path)).json() == {"items": []}
    told = "SELECT count(*) FROM timeline_entry WHERE kind LIKE 'person.relationship%' AND case_id = $1::uuid"
    assert await count(owner_url, told, case_id) == 0
