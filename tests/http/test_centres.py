"""Centres over HTTP."""

from casemgmt.demo.accounts import demo_id
from tests.clients import World

CENTRE = demo_id("cps_almaty")


async def test_centres_are_listed_by_region_page_by_page(world: World) -> None:
    manager = await world.as_("manager.almaty")
    everywhere = (await manager.get("/v1/centres")).json()
    assert {c["id"] for c in everywhere["items"]} == {str(CENTRE), str(demo_id("cps_astana"))}
    first = (await manager.get("/v1/centres?limit=1")).json()
    second = (await manager.get(f"/v1/centres?limit=1&cursor={first['next_cursor']}")).json()
    assert first["items"] + second["items"] == everywhere["items"]
    almaty = (await manager.get("/v1/centres?region=KZ-75")).json()
    assert [c["id"] for c in almaty["items"]] == [str(CENTRE)]
    assert (await (await world.as_("auditor")).get("/v1/centres")).status_code == 403


async def test_the_specialists_of_a_centre_are_those_who_hold_the_role(world: World) -> None:
    answer = await (await world.as_("manager.almaty")).get(f"/v1/centres/{CENTRE}/specialists")
    ids = {s["id"] for s in answer.json()["items"]}
    assert ids == {str(demo_id("psychologist.almaty")), str(demo_id("lawyer.almaty"))}


async def test_a_head_adds_rooms_to_the_own_centre_only(world: World) -> None:
    head = await world.as_("head.almaty")
    room = {"name": "Кабинет 7", "capacity": 5}
    added = await head.post(f"/v1/centres/{CENTRE}/rooms", room)
    assert added.status_code == 201, added.text
    rooms = (await head.get(f"/v1/centres/{CENTRE}/rooms")).json()["items"]
    assert added.json() in rooms
    again = await head.post(f"/v1/centres/{CENTRE}/rooms", room)
    assert (again.status_code, again.json()["code"]) == (409, "room-exists")
    other = await head.post(f"/v1/centres/{demo_id('cps_astana')}/rooms", room)
    assert (other.status_code, other.json()["code"]) == (403, "other-centre")
    assert (await head.post(f"/v1/centres/{demo_id('kc111')}/rooms", room)).status_code == 404
    assert (await head.post(f"/v1/centres/{CENTRE}/rooms", {"name": "X", "capacity": 0})).status_code == 422
    manager = await world.as_("manager.almaty")
    assert (await manager.post(f"/v1/centres/{CENTRE}/rooms", room)).status_code == 403


async def test_a_body_that_is_no_centre_has_neither_rooms_nor_specialists_nor_times(world: World) -> None:
    manager = await world.as_("manager.almaty")
    for path in ("rooms", "specialists", "busy?day=2026-12-01"):
        assert (await manager.get(f"/v1/centres/{demo_id('crd_almaty')}/{path}")).status_code == 404
        assert (await manager.get(f"/v1/centres/{CENTRE}/{path}")).status_code == 200
