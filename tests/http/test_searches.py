"""Searching without leaving a trace of what was looked for, and without finding what is not one's own to see."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from casemgmt.clock import Clock, ManualClock
from casemgmt.db.addresses import driver_url
from casemgmt.searches import repository, service
from tests.clients import World
from tests.factories_iin import make_iin
from tests.people import CHILD, case_of, record_person, signal_about

NAMES = {"what": "persons", "family_name": "Testova", "given_name": "Aigerim"}
PHONE = "+7 701 234 56 78"


@pytest.fixture
def clock() -> Clock:
    return ManualClock(dt.datetime.now(dt.UTC))


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


async def _search(world: World, username: str, wish: dict[str, Any], **parameters: int) -> dict[str, Any]:
    answer = await (await world.as_(username)).post("/v1/searches", wish, params=parameters)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/searches/{body['id']}"
    return body


def _ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


def _today() -> dict[str, str]:
    day = dt.datetime.now(dt.UTC) + dt.timedelta(hours=5)
    return {"since": day.date().isoformat(), "until": (day + dt.timedelta(days=1)).date().isoformat()}


async def test_a_person_is_found_under_every_spelling_and_by_phone(world: World) -> None:
    person = await record_person(world, "duty.almaty")
    other = await record_person(world, "duty.almaty", CHILD | {"birth": {"precision": "year", "year": 2001}})
    await record_person(world, "duty.almaty", {"given_name": "Серік", "family_name": "Басқаев"})
    contact = {"kind": "phone", "value": PHONE, "safe_to_call": False}
    duty = await world.as_("duty.almaty")
    assert (await duty.post(f"/v1/persons/{person}/contacts", contact)).status_code == 201
    assert _ids(await _search(world, "duty.almaty", NAMES)) == [person, other]  # the youngest first
    swapped = NAMES | {"family_name": "Айгерим", "given_name": "ТЕСТОВ", "birth_year": 2013}
    found = await _search(world, "duty.almaty", swapped)
    assert (_ids(found), found["complete"], found["next_cursor"]) == ([person], True, None)
    assert found["items"][0]["family_name"] == "Тестова"
    assert "iin_mask" not in found["items"][0]
    assert _ids(await _search(world, "duty.almaty", {"what": "persons", "phone": "8 (701) 234-56-78"})) == [person]
    assert _ids(await _search(world, "duty.almaty", NAMES | {"phone": "8 (701) 234-56-79"})) == []


async def test_who_may_read_identification_numbers_finds_by_them(world: World) -> None:
    person = await record_person(world, "manager.almaty")
    manager = await world.as_("manager.almaty")
    iin = make_iin(dt.date(2013, 5, 17), "female", 17)
    put = await manager.request("PUT", f"/v1/persons/{person}/iin", json={"iin": iin}, headers={"If-Match": '"v1"'})
    assert put.status_code == 200, put.text
    assert _ids(await _search(world, "manager.almaty", {"what": "persons", "iin": iin})) == [person]


async def test_what_is_hidden_is_not_found_and_not_counted(world: World) -> None:
    await record_person(world, "duty.almaty")
    seen, absent = [await _search(world, "manager.astana", NAMES | change) for change in ({}, {"given_name": "Nobody"})]
    for page in (seen, absent):
        page.pop("id")
    assert seen == absent
    assert (seen["items"], seen["complete"], seen["next_cursor"]) == ([], True, None)


async def test_cases_are_found_by_number_by_a_person_and_by_days(world: World) -> None:
    person = await record_person(world, "duty.almaty")
    case = await case_of(world, person)
    number = (await (await world.as_("manager.almaty")).get(f"/v1/cases/{case}")).json()["number"]
    by_person = {"person": {"family_name": "Тестова", "given_name": "Айгерим"}}
    for wish in ({"number": number}, by_person, {"opened": _today()}, by_person | {"state": "opened"}):
        assert _ids(await _search(world, "manager.almaty", {"what": "cases"} | wish)) == [case], wish
        assert _ids(await _search(world, "manager.astana", {"what": "cases"} | wish)) == [], wish
    for wish in ({"number": "0"}, by_person | {"state": "closed"}, {"number": number, "person": {"given_name": "X"}}):
        assert _ids(await _search(world, "manager.almaty", {"what": "cases"} | wish)) == [], wish


async def test_signals_are_found_by_a_person_and_by_days(world: World) -> None:
    person = await record_person(world, "duty.almaty")
    signal = await signal_about(world, "duty.almaty", person)
    by_person = {"person": {"family_name": "Тестова", "given_name": "Айгерим"}}
    for wish in (by_person, {"received": _today()}, {"received": _today(), "category": "neglect"}):
        assert _ids(await _search(world, "duty.almaty", {"what": "signals"} | wish)) == [signal], wish
        assert _ids(await _search(world, "duty.astana", {"what": "signals"} | wish)) == [], wish
    wish = {"what": "signals", "received": _today(), "category": "bullying"}
    assert _ids(await _search(world, "duty.almaty", wish)) == []


async def test_pages_are_turned_by_whoever_searched_and_by_nobody_else(world: World) -> None:
    persons = [await record_person(world, "duty.almaty") for _ in range(5)]
    first = await _search(world, "duty.almaty", NAMES, limit=2)
    duty, path = await world.as_("duty.almaty"), f"/v1/searches/{first['id']}"
    second = (await duty.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    third = (await duty.get(path, params={"limit": 2, "cursor": second["next_cursor"]})).json()
    assert sorted(_ids(first) + _ids(second) + _ids(third)) == sorted(persons)
    assert third["next_cursor"] is None
    assert _ids((await duty.get(path)).json())[:2] == _ids(first)
    colleague = await world.as_("duty2.almaty")
    answers = [await colleague.get(path), await colleague.get(f"/v1/searches/{uuid4()}")]
    assert [a.status_code for a in answers] == [404, 404]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
    other = await _search(world, "duty.almaty", NAMES, limit=2)
    wrong = await duty.get(f"/v1/searches/{other['id']}", params={"cursor": first["next_cursor"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-cursor")


async def test_what_was_hidden_since_leaves_no_gap(world: World) -> None:
    persons = {await record_person(world, "duty.almaty") for _ in range(4)}
    first = await _search(world, "duty.almaty", NAMES, limit=1)
    duty, path = await world.as_("duty.almaty"), f"/v1/searches/{first['id']}"
    hidden = _ids((await duty.get(path, params={"limit": 2})).json())[1]
    await case_of(world, hidden, restricted=True)
    rest = await duty.get(path, params={"limit": 2, "cursor": first["next_cursor"]})
    assert len(_ids(rest.json())) == 2
    assert set(_ids(rest.json())) == persons - {hidden, *_ids(first)}
    assert rest.json()["next_cursor"] is None


async def test_a_search_expires_and_is_gone(world: World, clock: Clock, owner: asyncpg.Connection) -> None:
    assert isinstance(clock, ManualClock)
    found = await _search(world, "duty.almaty", NAMES)
    clock.advance(dt.timedelta(minutes=31))
    world.forget_tokens()
    duty = await world.as_("duty.almaty")
    assert (await duty.get(f"/v1/searches/{found['id']}")).status_code == 404
    await _search(world, "duty.almaty", NAMES)
    assert await owner.fetchval("SELECT count(*) FROM search") == 1


async def test_what_was_looked_for_is_nowhere_kept(
    world: World, owner: asyncpg.Connection, capfd: pytest.CaptureFixture[str]
) -> None:
    person = await record_person(world, "duty.almaty")
    wish = NAMES | {"family_name": "Testovaa", "birth_year": 2013, "phone": PHONE}
    duty = await world.as_("duty.almaty")
    answer = await duty.post("/v1/searches", wish, headers={"Idempotency-Key": "a-key-with-it"})
    named = await _search(world, "duty.almaty", NAMES)
    assert answer.status_code == 201
    assert _ids(named) == [person]
    rows = [
        str(tuple(row))
        for table in ("search", "audit_event", "idempotency_key")
        for row in await owner.fetch(f"SELECT * FROM {table}")
    ]
    kept = "\n".join([*rows, capfd.readouterr().err, answer.headers["location"], json.dumps(named["next_cursor"])])
    for word in ("Testova", "testov", "Aigerim", "aigerim", "7012345678", "234 56 78"):
        assert word not in kept, word
    assert await owner.fetchval("SELECT count(*) FROM idempotency_key WHERE key = 'a-key-with-it'") == 0
    events = await owner.fetch("SELECT * FROM audit_event WHERE kind = 'search.run' ORDER BY at")
    assert [e["fields"] for e in events] == [["birth_year", "match_key", "phone_hash"], ["match_key"]]
    assert [[str(i) for i in e["record_ids"]] for e in events] == [[], [person]]


async def test_more_than_a_search_keeps_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (repository, service):
        monkeypatch.setattr(module, "MOST", 2)
    for _ in range(3):
        await record_person(world, "duty.almaty")
    found = await _search(world, "duty.almaty", NAMES)
    assert (len(found["items"]), found["complete"], found["next_cursor"]) == (2, False, None)


REFUSED: tuple[tuple[str, dict[str, Any], int, str], ...] = (
    ("duty.almaty", {"what": "cases", "number": "1"}, 403, "forbidden"),
    ("duty.almaty", {"what": "persons", "iin": "130517600012"}, 403, "forbidden"),
    ("oversight", {"what": "persons", "phone": PHONE}, 403, "forbidden"),
    ("manager.almaty", {"what": "cases", "person": {"iin": "123"}}, 422, "invalid-iin"),
    ("admin", NAMES, 403, "forbidden"),
    ("qr.111", {"what": "signals", "received": _today()}, 403, "forbidden"),
    ("duty.almaty", {"what": "persons"}, 422, "nothing-to-search-by"),
    ("duty.almaty", {"what": "persons", "birth_year": 2013}, 422, "nothing-to-search-by"),
    ("duty.almaty", {"what": "persons", "phone": "abc"}, 422, "invalid-phone"),
    ("duty.almaty", {"what": "signals", "category": "bullying"}, 422, "nothing-to-search-by"),
    ("oversight", {"what": "cases", "state": "opened"}, 422, "nothing-to-search-by"),
    (
        "oversight",
        {"what": "cases", "opened": {"since": "2026-01-01", "until": "2026-02-01"}},
        422,
        "span-too-long",
    ),
    (
        "oversight",
        {"what": "cases", "opened": {"since": "2026-01-02", "until": "2026-01-01"}},
        422,
        "span-too-long",
    ),
    ("duty.almaty", NAMES | {"note": "x"}, 422, "invalid-request"),
    ("duty.almaty", {"what": "users"}, 422, "invalid-request"),
)


async def test_what_can_not_be_asked_is_refused(world: World) -> None:
    for username, wish, status, code in REFUSED:
        answer = await (await world.as_(username)).post("/v1/searches", wish)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (username, wish, answer.text)
