"""Temporary stays over HTTP: places, the term, and an address that nobody but the team learns."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from casemgmt.clock import ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.demo.accounts import demo_id
from casemgmt.settings import Settings
from rules.zone import to_local
from tests.clients import Caller, World
from tests.factories import OpenCase, count, open_case
from tests.steps import done, refused

CENTRE = str(demo_id("cps_almaty"))
HEAD, MANAGER = "head.almaty", "manager.almaty"
LINE = "Құпия көше, 7"
LEAVE = {"reason": "relatives"}


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(mode="demo", database_url=database_url, database_connections=32)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def shelter(world: World, *labels: str, line: str = LINE) -> str:
    """Open a shelter of the centre with beds of these names."""
    head = await world.as_(HEAD)
    made = done(await head.post("/v1/shelters", {"line": line}))
    for label in labels:
        done(await head.post(f"/v1/shelters/{made['id']}/places", {"label": label}))
    return str(made["id"])


def family(case: OpenCase, **changes: Any) -> dict[str, Any]:
    persons = [str(case.child_id), str(case.mother_id)]
    return {"centre_id": CENTRE, "person_ids": persons, "ground": "physical"} | changes


async def admit(caller: Caller, case: OpenCase, **changes: Any) -> Any:
    return await caller.post(f"/v1/cases/{case.id}/stays", family(case, **changes))


async def protected(caller: Caller, person: UUID) -> list[tuple[str, str | None]]:
    """Return the protected addresses that a caller reads, each with its end."""
    answer = done(await caller.get(f"/v1/persons/{person}/protected-addresses"))
    return [(a["line"], a["until"]) for a in answer["items"]]


async def test_a_mother_and_her_child_are_admitted_together_and_the_team_learns_where(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    house = await shelter(world, "1-1", "1-2", "1-3")
    case, manager = await open_case(owner_url, "opened"), await world.as_(MANAGER)
    answer = await admit(manager, case)
    stay = done(answer)
    assert answer.headers["location"] == f"/v1/stays/{stay['id']}"
    assert sorted(stay["person_ids"]) == sorted([str(case.child_id), str(case.mother_id)])
    assert (stay["state"], stay["persons"]) == ("staying", 2)
    first, last = (to_local(datetime.fromisoformat(stay[k])).date() for k in ("counted_from", "until_at"))
    assert (last.month - first.month) % 12 == 1
    assert last.day == first.day or (last + timedelta(days=1)).day == 1
    assert await protected(manager, case.mother_id) == [(LINE, None)]
    due = "SELECT due_at FROM task WHERE record_id = $1::uuid AND kind = 'temporary_stay' AND completed_at IS NULL"
    assert await count(owner_url, due, stay["id"]) == datetime.fromisoformat(stay["until_at"])
    places = done(await (await world.as_(HEAD)).get(f"/v1/shelters/{house}/places"))
    assert (places["free"], [p["taken"] for p in places["items"]]) == (1, [True, True, False])


async def test_leaving_frees_the_beds_ends_the_address_and_stops_the_clock(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    await shelter(world, "1-1", "1-2")
    case, other = await open_case(owner_url), await open_case(owner_url)
    manager = await world.as_(MANAGER)
    stay = done(await admit(manager, case))
    assert refused(await admit(manager, other)) == (409, "no-free-place")
    stale = await manager.post(f"/v1/stays/{stay['id']}/leave", LEAVE, headers={"If-Match": '"v7"'})
    assert stale.status_code == 412
    left = done(await manager.post(f"/v1/stays/{stay['id']}/leave", LEAVE))
    assert (left["state"], left["leave_reason"]) == ("left", "relatives")
    today = to_local(clock.now()).date().isoformat()
    assert await protected(manager, case.child_id) == [(LINE, today)]
    open_clocks = "SELECT count(*) FROM task WHERE record_id = $1::uuid AND completed_at IS NULL"
    assert await count(owner_url, open_clocks, stay["id"]) == 0
    assert refused(await manager.post(f"/v1/stays/{stay['id']}/leave", LEAVE)) == (409, "wrong-state")
    assert (await admit(manager, other)).status_code == 201
    assert [s["state"] for s in done(await manager.get(f"/v1/cases/{case.id}/stays"))["items"]] == ["left"]


async def test_who_comes_back_the_same_day_goes_on_with_the_first_term_and_after_a_month_it_is_used_up(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    await shelter(world, "1-1", "1-2")
    case = await open_case(owner_url)
    first = done(await admit(await world.as_(MANAGER), case))

    async def later(days: float) -> Caller:
        clock.advance(timedelta(days=days))
        world.forget_tokens()
        return await world.as_(MANAGER)

    manager = await later(20)
    done(await manager.post(f"/v1/stays/{first['id']}/leave", LEAVE))
    manager = await later(0.5)
    second = done(await admit(manager, case))
    assert (second["counted_from"], second["until_at"]) == (first["counted_from"], first["until_at"])
    manager = await later(12)
    # nobody is put out by a machine, and no step makes the stay longer
    told = done(await manager.get(f"/v1/stays/{second['id']}"))
    assert [a["action"] for a in told["allowed_actions"]] == ["leave"]
    done(await manager.post(f"/v1/stays/{second['id']}/leave", {"reason": "term_over"}))
    again = await admit(manager, case)
    assert refused(again) == (409, "stay-term-used")
    assert datetime.fromisoformat(again.json()["until_at"]) == datetime.fromisoformat(first["until_at"])
    manager = await later(2)
    third = done(await admit(manager, case))
    assert third["counted_from"] > second["until_at"]


async def test_what_can_not_be_is_refused_and_changes_nothing(world: World, owner_url: str, clock: ManualClock) -> None:
    house = await shelter(world, "1-1", "1-2", "1-3", "1-4")
    case, other = await open_case(owner_url), await open_case(owner_url)
    manager, head = await world.as_(MANAGER), await world.as_(HEAD)
    child = str(case.child_id)
    for changes, expected in (
        ({"person_ids": [str(other.child_id)]}, (422, "not-of-case")),
        ({"person_ids": [child, child]}, (422, "person-repeated")),
        ({"person_ids": []}, (422, "invalid-request")),
        ({"ground": "poverty"}, (422, "invalid-request")),
        ({"centre_id": str(demo_id("cps_astana"))}, (409, "no-free-place")),
        ({"centre_id": str(demo_id("kc111"))}, (409, "no-free-place")),
    ):
        assert refused(await admit(manager, case, **changes)) == expected, changes
    assert (await admit(await world.as_("manager2.almaty"), case)).status_code == 404
    assert (await admit(await world.as_("supervisor.almaty"), case)).status_code == 403
    for table in ("temporary_stay", "stay_person", "protected_address"):
        assert await count(owner_url, f"SELECT count(*) FROM {table}") == 0
    done(await admit(manager, case, person_ids=[child]))
    assert refused(await admit(manager, case)) == (409, "staying-already")
    closed = await head.patch(f"/v1/shelters/{house}", {"active": False}, headers={"If-Match": '"v1"'})
    assert "line" not in done(closed)
    assert refused(await admit(manager, other)) == (409, "no-free-place")


async def test_a_bed_out_of_use_is_given_to_nobody(world: World, owner_url: str, clock: ManualClock) -> None:
    house = await shelter(world, "1-1", "1-2")
    case, manager, head = await open_case(owner_url), await world.as_(MANAGER), await world.as_(HEAD)
    bed = done(await head.get(f"/v1/shelters/{house}/places"))["items"][0]
    url = f"/v1/shelters/{house}/places/{bed['id']}"
    assert (await head.patch(url, {"active": False})).status_code == 428
    done(await head.patch(url, {"active": False}, headers={"If-Match": '"v1"'}))
    assert refused(await admit(manager, case)) == (409, "no-free-place")
    assert (await admit(manager, case, person_ids=[str(case.child_id)])).status_code == 201
    same = await head.post(f"/v1/shelters/{house}/places", {"label": "1-1"})
    assert refused(same) == (409, "place-exists")


async def test_no_centre_and_no_address_stand_in_what_anybody_else_reads(
    world: World, owner_url: str, clock: ManualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    house = await shelter(world, "1-1", "1-2")
    case, manager = await open_case(owner_url), await world.as_(MANAGER)
    stay = done(await admit(manager, case))
    paths: tuple[str, ...] = (
        f"/v1/cases/{case.id}/stays",
        f"/v1/stays/{stay['id']}",
        f"/v1/cases/{case.id}",
        f"/v1/cases/{case.id}/timeline",
        f"/v1/persons/{case.mother_id}",
        f"/v1/persons/{case.mother_id}/addresses",
        "/v1/cases",
        "/v1/tasks/mine",
        "/v1/centres",
        f"/v1/centres/{CENTRE}/rooms",
    )

    def secrets(text: str) -> bool:
        return LINE in text or house in text or '"1-1"' in text

    for username in (MANAGER, "supervisor.almaty", "psychologist.almaty", "oversight", "duty.almaty", HEAD):
        caller = await world.as_(username)
        for path in paths:
            answer = await caller.get(path)
            assert not secrets(answer.text), (username, path)
            if "stays" in path or "timeline" in path:
                assert CENTRE not in answer.text, (username, path)
        found = await caller.post("/v1/searches", {"what": "persons", "family_name": "Сыналған"})
        assert not secrets(found.text)
    # who sees the case and is not on its team learns that they stay, not who of them, and no address
    supervisor = await world.as_("supervisor.almaty")
    seen = done(await supervisor.get(f"/v1/stays/{stay['id']}"))
    assert (seen["persons"], seen["person_ids"]) == (2, [])
    assert [a["allowed"] for a in seen["allowed_actions"]] == [False]
    assert await protected(supervisor, case.mother_id) == []
    told = "SELECT count(*) FROM {} t WHERE t::text LIKE '%' || $1 || '%' OR t::text LIKE '%' || $2 || '%'"
    for table in ("timeline_entry", "task", "temporary_stay"):
        assert await count(owner_url, told.format(table), LINE, CENTRE) == 0, table
    kept = "SELECT count(*) FROM audit_event t WHERE t::text LIKE '%' || $1 || '%'"
    assert await count(owner_url, kept, LINE) == 0
    assert LINE not in capsys.readouterr().err


async def test_shelters_are_for_the_head_of_the_own_centre_alone(world: World, clock: ManualClock) -> None:
    house = await shelter(world, "1-1")
    assert [s["line"] for s in done(await (await world.as_(HEAD)).get("/v1/shelters"))["items"]] == [LINE]
    for username in ("psychologist.almaty", MANAGER, "supervisor.almaty", "admin", "oversight"):
        caller = await world.as_(username)
        assert (await caller.get("/v1/shelters")).status_code == 403, username
        assert (await caller.get(f"/v1/shelters/{house}/places")).status_code == 403, username
        assert (await caller.post("/v1/shelters", {"line": "x"})).status_code == 403, username


async def test_of_many_families_at_once_no_more_are_admitted_than_there_are_beds(
    world: World, owner_url: str, clock: ManualClock
) -> None:
    await shelter(world, *(f"1-{n}" for n in range(5)))
    cases = [await open_case(owner_url) for _ in range(6)]
    manager = await world.as_(MANAGER)
    answers = await asyncio.gather(*(admit(manager, case) for case in cases for _ in range(2)))
    outcomes = Counter((a.status_code, a.json().get("code")) for a in answers)
    assert outcomes[(201, None)] == 2  # two families of two; the fifth bed holds nobody alone
    assert outcomes.keys() <= {(201, None), (409, "no-free-place"), (409, "staying-already")}
    in_beds = "SELECT count(*) FROM stay_person WHERE left_at IS NULL"
    assert await count(owner_url, in_beds) == 4
    assert await count(owner_url, "SELECT count(*) FROM temporary_stay") == 2


async def test_the_database_itself_puts_no_two_into_one_bed(world: World, owner_url: str, clock: ManualClock) -> None:
    """Two transactions side by side, past every check of the service, both put somebody into the one bed."""
    await shelter(world, "1-1")
    manager, cases = await world.as_(MANAGER), [await open_case(owner_url) for _ in range(2)]
    for case in cases:
        stay = done(await admit(manager, case, person_ids=[str(case.child_id)]))
        done(await manager.post(f"/v1/stays/{stay['id']}/leave", LEAVE))

    async def back(connection: asyncpg.Connection, case: OpenCase) -> None:
        await connection.execute(
            "SELECT audit_write(gen_random_uuid(), 'test.prepared', 'done', NULL, 'case', ARRAY[$1::uuid], $1, NULL,"
            " '{}', 'test')",
            case.id,
        )
        await connection.execute("UPDATE stay_person SET left_at = NULL WHERE case_id = $1", case.id)

    first, second = [await asyncpg.connect(driver_url(owner_url)) for _ in range(2)]
    try:
        async with first.transaction():
            await back(first, cases[0])
            waiting = asyncio.create_task(_in_transaction(second, back, cases[1]))
            await asyncio.sleep(0.1)
            assert not waiting.done()
        with pytest.raises(asyncpg.UniqueViolationError):
            await waiting
    finally:
        await first.close()
        await second.close()


async def _in_transaction(connection: asyncpg.Connection, act: Any, case: OpenCase) -> None:
    async with connection.transaction():
        await act(connection, case)
