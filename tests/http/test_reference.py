"""Code lists, regions, roles and deadlines over HTTP."""

from casemgmt.access.roles import ROLES
from casemgmt.reference.lists import list_names
from tests.clients import World
from tests.factories import count


async def test_all_lists_are_named_with_title_and_version(world: World) -> None:
    operator = await world.as_("operator.111")
    answer = await operator.get("/v1/reference/lists", headers={"Accept-Language": "ru"})
    assert answer.status_code == 200, answer.text
    items = {i["name"]: i for i in answer.json()["items"]}
    assert tuple(sorted(items)) == list_names()
    assert items["sex"]["title"] == items["sex"]["titles"]["ru"] == "Пол человека"
    assert all(i["title"] and i["version"] >= 1 for i in items.values())


async def test_a_list_has_labels_in_the_language_asked_for_and_in_all_three(world: World) -> None:
    operator = await world.as_("operator.111")
    path = "/v1/reference/lists/relationship_kind"
    for wish, label, provisional in (("en", "mother", False), ("kk", "анасы", True), ("ru, en", "мать", False)):
        values = (await operator.get(path, headers={"Accept-Language": wish})).json()["values"]
        mother = next(v for v in values if v["code"] == "mother")
        assert (mother["label"], mother["provisional"]) == (label, provisional)
        assert mother["labels"] == {"kk": "анасы", "ru": "мать", "en": "mother"}
        assert mother["provisional_languages"] == ["kk"]
        assert mother["inverse"] == "child"


async def test_a_list_that_does_not_exist_is_not_found(world: World) -> None:
    operator = await world.as_("operator.111")
    assert (await operator.get("/v1/reference/lists/no_such_list")).status_code == 404
    assert (await operator.get("/v1/reference/lists/..%2Fsex")).status_code in {404, 422}


async def test_regions_come_with_codes_prefixes_and_the_status_of_their_file(world: World) -> None:
    answer = (await (await world.as_("operator.111")).get("/v1/reference/regions")).json()
    almaty = next(r for r in answer["items"] if r["code"] == "KZ-75")
    assert (almaty["kato_prefix"], almaty["kind"]) == ("75", "city")
    assert answer["status"] == "unverified"
    assert len(answer["items"]) == 20


async def test_the_table_of_roles_is_the_one_in_force(world: World) -> None:
    answer = await (await world.as_("analyst")).get("/v1/reference/roles")
    roles = {r["role"]: r for r in answer.json()["items"]}
    assert set(roles) == set(ROLES)
    assert roles["case_manager"]["permissions"] == sorted(ROLES["case_manager"].permissions)
    assert (roles["duty_officer"]["signals"], roles["case_manager"]["cases"]) == ("region", "team")


async def test_a_deadline_that_is_not_law_says_so_and_cites_nothing(world: World) -> None:
    answer = await (await world.as_("operator.111")).get("/v1/reference/deadlines", headers={"Accept-Language": "en"})
    deadlines = {d["code"]: d for d in answer.json()["items"]}
    term = deadlines["known_child_contact"]["term"]
    assert (term["value"], term["unit"], term["status"]) == (1, "working_days", "house_default")
    assert (term["is_law"], term["citation"]) == (False, None)
    assert term["reason"]
    for deadline in deadlines.values():
        held = deadline["term"]
        assert held is None or held["is_law"] == (held["citation"] is not None) == (held["status"] != "house_default")


async def test_reading_leaves_one_event_and_unknown_filters_are_refused(world: World, owner_url: str) -> None:
    operator = await world.as_("operator.111")
    await operator.get("/v1/reference/roles")
    events = "SELECT count(*) FROM audit_event WHERE kind = 'reference.read'"
    assert await count(owner_url, events) == 1
    assert (await operator.get("/v1/reference/lists?name=sex")).status_code == 422
    assert (await world.client.get("/v1/reference/lists")).status_code == 401
