"""The timeline over HTTP: everything in order, in the reader's language, only what the reader may see."""

from casemgmt.demo.accounts import demo_id
from casemgmt.ids import new_id
from tests.clients import World
from tests.factories import count
from tests.http.test_case_team import member
from tests.steps import case_in_planning, done, open_case

SECRETS = ("Үйде айғай", "Бала", "Кеңес")


async def test_the_story_begins_with_the_signal_and_goes_on_in_order(world: World, owner_url: str) -> None:
    case = await case_in_planning(world)
    manager = await world.as_("manager.almaty")
    page = done(await manager.get(f"/v1/cases/{case.id}/timeline?limit=100"))
    kinds = [e["kind"] for e in page["items"]]
    told = ["signal.received", "signal.triaged", "case.opened", "case.signal_attached", "case.child_contacted"]
    assert [k for k in kinds if k in told] == told
    assert kinds[-1] == "case.planning_started"
    assert [e["at"] for e in page["items"]] == sorted(e["at"] for e in page["items"])
    text = str(page)
    assert not any(secret in text for secret in SECRETS)
    query = "SELECT count(*) FROM audit_event WHERE kind = 'case.timeline_read' AND case_id = $1"
    assert await count(owner_url, query, case.id) == 1


async def test_a_page_continues_where_the_one_before_ended_in_both_directions(world: World) -> None:
    case = await case_in_planning(world)
    manager = await world.as_("manager.almaty")
    path = f"/v1/cases/{case.id}/timeline"
    whole = [e["id"] for e in done(await manager.get(f"{path}?limit=100"))["items"]]
    for order, expected in (("asc", whole), ("desc", whole[::-1])):
        found: list[str] = []
        cursor = ""
        while True:
            page = done(await manager.get(f"{path}?limit=3&order={order}{cursor}"))
            found += [e["id"] for e in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found == expected
    first = done(await manager.get(f"{path}?limit=1"))["next_cursor"]
    for wrong in (f"{path}?order=desc&cursor={first}", f"{path}?cursor=x{first}", f"{path}?cursor=%00"):
        refused = await manager.get(wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-cursor")
    other = await open_case(world)
    assert (await manager.get(f"/v1/cases/{other.id}/timeline?cursor={first}")).status_code == 422
    assert (await manager.get(f"{path}?order=up")).status_code == 422


async def test_texts_bodies_and_labels_come_in_the_reader_s_language(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    done(await manager.post(f"/v1/cases/{case.id}/team", member("lawyer.almaty", "lawyer")))
    path = f"/v1/cases/{case.id}/timeline?order=desc&limit=1"
    expected = {
        "kk": ("Командаға Нұғманов Арман кірді: заңгер", "Алматы қ. балалар құқықтары басқармасы"),
        "ru-RU,ru;q=0.9": ("В команду вошёл сотрудник Нұғманов Арман: юрист", "Управление по правам детей г. Алматы"),
        "en": ("Нұғманов Арман joined the team: lawyer", "Child-rights department, Almaty"),
    }
    for language, (text, body) in expected.items():
        entry = done(await manager.get(path, headers={"Accept-Language": language}))["items"][0]
        assert (entry["text"], entry["actor"]["body"]) == (text, body)
        assert entry["actor"] | {"body": ""} == {
            "id": str(demo_id("manager.almaty")),
            "name": "Жұмабаева Айгүл",
            "body": "",
        }
        assert entry["data"]["team_role"] == "lawyer"


async def test_a_timeline_is_read_by_those_who_see_the_case_or_the_signal(world: World) -> None:
    case = await open_case(world)
    signal_id = done(await (await world.as_("manager.almaty")).get(f"/v1/cases/{case.id}"))["signal_ids"][0]
    for username, of_case, of_signal in (
        ("manager.almaty", 200, 200),
        ("supervisor.almaty", 200, 200),
        ("oversight", 200, 200),
        ("duty.almaty", 403, 200),
        ("duty.astana", 403, 404),
        ("manager.astana", 404, 404),
        ("auditor", 403, 403),
    ):
        caller = await world.as_(username)
        assert (await caller.get(f"/v1/cases/{case.id}/timeline")).status_code == of_case, username
        assert (await caller.get(f"/v1/signals/{signal_id}/timeline")).status_code == of_signal, username
    manager = await world.as_("manager.almaty")
    assert (await manager.get(f"/v1/cases/{new_id()}/timeline")).status_code == 404


async def test_the_signal_s_own_story_ends_with_the_case(world: World) -> None:
    case = await open_case(world)
    manager = await world.as_("manager.almaty")
    signal_id = done(await manager.get(f"/v1/cases/{case.id}"))["signal_ids"][0]
    kinds = [e["kind"] for e in done(await manager.get(f"/v1/signals/{signal_id}/timeline"))["items"]]
    assert (kinds[0], kinds[-1]) == ("signal.received", "case.signal_attached")
    assert "case.opened" not in kinds
