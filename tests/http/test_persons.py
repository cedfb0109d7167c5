"""Persons over HTTP: record, read, change."""

from uuid import uuid4

from casemgmt.ids import new_id
from tests.clients import World
from tests.factories import count
from tests.people import CHILD, record_person


async def test_a_person_is_recorded_and_read_back_with_location_and_etag(world: World) -> None:
    operator = await world.as_("operator.111")
    created = await operator.post("/v1/persons", CHILD)
    assert created.status_code == 201, created.text
    person = created.json()
    assert created.headers["location"] == f"/v1/persons/{person['id']}"
    assert created.headers["etag"] == '"v1"'
    read = await operator.get(f"/v1/persons/{person['id']}")
    assert read.status_code == 200, read.text
    assert read.json() == person
    assert person["birth"] == {"precision": "exact", "date": "2013-05-17", "year": 2013}
    assert person["iin_mask"] is None
    assert person["family_ids"] == []


async def test_the_region_of_a_person_is_that_of_the_place_or_of_the_body(world: World) -> None:
    duty = await world.as_("duty.almaty")
    at_home = (await duty.post("/v1/persons", CHILD)).json()
    away = (await duty.post("/v1/persons", CHILD | {"kato": "711000000"})).json()
    assert (at_home["region_code"], away["region_code"]) == ("KZ-75", "KZ-71")
    refused = await duty.post("/v1/persons", CHILD | {"kato": "001000000"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-kato")
    assert refused.json()["errors"][0]["pointer"] == "/kato"


async def test_nothing_of_a_person_need_be_known(world: World) -> None:
    operator = await world.as_("operator.111")
    person = (await operator.post("/v1/persons", {})).json()
    assert person["birth"] == {"precision": "unknown", "date": None, "year": None}
    assert (person["sex"], person["citizenship_status"]) == ("unknown", "unknown")


async def test_the_same_id_and_content_again_is_the_same_result_and_other_content_is_refused(world: World) -> None:
    operator = await world.as_("operator.111")
    body = CHILD | {"id": str(new_id())}
    first = await operator.post("/v1/persons", body)
    again = await operator.post("/v1/persons", body)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await operator.post("/v1/persons", body | {"given_name": "Аружан"})
    assert (other.status_code, other.json()["code"]) == (409, "already-exists")


async def test_an_id_that_a_hidden_person_has_answers_as_one_with_other_content(world: World) -> None:
    body = CHILD | {"id": str(new_id())}
    await record_person(world, "duty.astana", body)
    refused = await (await world.as_("duty.almaty")).post("/v1/persons", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "already-exists")


async def test_births_known_to_the_month_the_year_or_by_estimate_are_kept_as_such(world: World) -> None:
    operator = await world.as_("operator.111")
    for given, kept in (
        ({"precision": "month", "date": "2013-05-01"}, {"date": "2013-05-01", "year": 2013}),
        ({"precision": "year", "year": 2013}, {"date": "2013-01-01", "year": 2013}),
        ({"precision": "approximate", "year": 2013}, {"date": None, "year": 2013}),
        ({"precision": "approximate", "date": "2013-05-17"}, {"date": "2013-05-17", "year": 2013}),
        ({"precision": "unknown"}, {"date": None, "year": None}),
    ):
        answer = await operator.post("/v1/persons", {"birth": given})
        assert answer.status_code == 201, answer.text
        assert answer.json()["birth"] == kept | {"precision": given["precision"]}


async def test_a_birth_that_contradicts_itself_or_time_is_refused_with_a_pointer(world: World) -> None:
    operator = await world.as_("operator.111")
    for given, pointer, code in (
        ({"precision": "exact"}, "/birth", "birth-date-not-of-precision"),
        ({"precision": "month", "date": "2013-05-17"}, "/birth", "birth-date-not-of-precision"),
        ({"precision": "year", "date": "2013-05-17"}, "/birth", "birth-date-not-of-precision"),
        ({"precision": "approximate"}, "/birth", "birth-date-not-of-precision"),
        ({"precision": "unknown", "year": 2013}, "/birth", "birth-date-not-of-precision"),
        ({"precision": "exact", "date": "2013-05-17", "year": 2012}, "/birth/year", "birth-date-contradicts-year"),
        ({"precision": "exact", "date": "2999-01-01"}, "/birth", "birth-date-impossible"),
        ({"precision": "exact", "date": "1813-05-17"}, "/birth", "birth-date-impossible"),
    ):
        refused = await operator.post("/v1/persons", {"birth": given})
        assert refused.status_code == 422, refused.text
        assert refused.json()["code"] == code
        assert refused.json()["errors"][0]["pointer"] == pointer
        assert "2013" not in refused.text


async def test_codes_languages_and_fields_that_do_not_exist_are_refused(world: World) -> None:
    operator = await world.as_("operator.111")
    for wrong in (
        {"sex": "woman"},
        {"languages": ["de"]},
        {"languages": ["kk", "kk"]},
        {"iin": "1"},
        {"died_on": "no"},
    ):
        assert (await operator.post("/v1/persons", wrong)).status_code == 422


async def test_nobody_dies_before_birth_or_tomorrow(world: World) -> None:
    operator = await world.as_("operator.111")
    for day in ("2013-05-16", "2999-01-01"):
        refused = await operator.post("/v1/persons", CHILD | {"died_on": day})
        assert refused.json()["code"] == "death-date-impossible"
    assert (await operator.post("/v1/persons", CHILD | {"died_on": "2013-05-17"})).status_code == 201


async def test_a_change_touches_only_what_is_given_and_the_keys_follow_the_name(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    person_id = await record_person(world, "operator.111")
    key = "SELECT match_key FROM person WHERE id = $1::uuid"
    before = await count(owner_url, key, person_id)
    changed = await operator.patch(
        f"/v1/persons/{person_id}", {"family_name": "Ахметова", "patronymic": None}, headers={"If-Match": '"v1"'}
    )
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == '"v2"'
    person = changed.json()
    assert (person["family_name"], person["given_name"], person["patronymic"]) == ("Ахметова", "Айгерім", None)
    assert person["languages"] == ["kk", "ru"]
    assert await count(owner_url, key, person_id) != before
    assert "person.family_name" in await count(
        owner_url, "SELECT fields FROM audit_event WHERE kind = 'person.changed' AND $1 = ANY (record_ids)", person_id
    )


async def test_a_change_needs_the_version_that_was_read(world: World) -> None:
    operator = await world.as_("operator.111")
    person_id = await record_person(world, "operator.111")
    path = f"/v1/persons/{person_id}"
    assert (await operator.patch(path, {"sex": "male"})).status_code == 428
    assert (await operator.patch(path, {"sex": "male"}, headers={"If-Match": '"v7"'})).status_code == 412
    assert (await operator.patch(path, {"sex": None}, headers={"If-Match": '"v1"'})).status_code == 422
    assert (await operator.patch(path, {"id": str(uuid4())}, headers={"If-Match": '"v1"'})).status_code == 422
    assert (await operator.get(path)).json()["version"] == 1


async def test_a_hidden_person_answers_like_an_absent_one_to_every_call(world: World) -> None:
    hidden = await record_person(world, "duty.astana")
    duty = await world.as_("duty.almaty")
    answers = []
    for person_id in (hidden, str(new_id())):
        path = f"/v1/persons/{person_id}"
        for method, place, body in (
            ("GET", "", None),
            ("PATCH", "", {"sex": "male"}),
            ("PUT", "/iin", {"iin": "130517650019"}),
            ("GET", "/contacts", None),
            ("POST", "/contacts", {"kind": "phone", "value": "8 701 111 22 33"}),
            ("POST", f"/contacts/{new_id()}/end", {}),
            ("GET", "/addresses", None),
            ("GET", "/protected-addresses", None),
            ("POST", "/addresses", {"kind": "actual", "kato": "750000000", "since": "2020-01-01"}),
            ("POST", f"/addresses/{new_id()}/end", {"until": "2021-01-01"}),
            ("GET", "/relationships", None),
            ("POST", "/relationships", {"kind": "mother", "other_id": str(new_id())}),
            ("POST", f"/relationships/{new_id()}/end", {"until": "2021-01-01"}),
        ):
            answer = await duty.request(method, path + place, json=body, headers={"If-Match": '"v1"'})
            assert answer.status_code == 404, f"{method} {place}: {answer.text}"
            answers.append({k: v for k, v in answer.json().items() if k != "request_id"})
    half = len(answers) // 2
    assert answers[:half] == answers[half:]


async def test_those_without_the_right_are_refused(world: World) -> None:
    person_id = await record_person(world, "operator.111")
    for username in ("auditor", "analyst", "admin"):
        caller = await world.as_(username)
        assert (await caller.get(f"/v1/persons/{person_id}")).status_code == 403
        assert (await caller.post("/v1/persons", CHILD)).status_code == 403
    assert (await (await world.as_("oversight")).post("/v1/persons", CHILD)).status_code == 403


async def test_recording_and_reading_leave_their_events(world: World, owner_url: str) -> None:
    person_id = await record_person(world, "operator.111")
    await (await world.as_("operator.111")).get(f"/v1/persons/{person_id}")
    kinds = "SELECT array_agg(kind ORDER BY at) FROM audit_event WHERE $1 = ANY (record_ids)"
    assert await count(owner_url, kinds, person_id) == ["person.recorded", "person.read"]
