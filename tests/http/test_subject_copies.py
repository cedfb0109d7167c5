"""A copy for a subject holds what is held about it, and nothing that the law protects from whoever asks."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from casemgmt.db.addresses import driver_url
from casemgmt.subjects.policy import SECTIONS, effective
from tests.clients import World
from tests.http.test_erasure import IIN, PHONE, STREET, planted
from tests.records import events
from tests.steps import done, open_case


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


async def prepare(world: World, requester: str, **person: str) -> dict[str, Any]:
    letter = {"proof": "identity_document", "reference": "КТ-2026/7", "received_on": "2026-11-20"}
    return done(
        await (await world.as_("subjects")).post("/v1/subject-copies", letter | {"requester": requester} | person)
    )


async def release(world: World, copy: dict[str, Any]) -> dict[str, Any]:
    return done(await (await world.as_("subjects2")).post(f"/v1/subject-copies/{copy['id']}/release"))


async def page_of(world: World, copy: dict[str, Any], language: str = "ru") -> str:
    answer = await (await world.as_("subjects")).get(
        f"/v1/subject-copies/{copy['id']}/page", headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    return answer.text


async def never_given(owner: asyncpg.Connection) -> set[str]:
    """Return what nobody gets: who reported and in which words, a protected address, names of staff."""
    found: set[str] = set()
    for statement in (
        "SELECT unnest(array[name, phone]) FROM reporter",
        "SELECT narrative FROM signal",
        "SELECT line FROM protected_address",
        "SELECT family_name FROM app_user WHERE kind = 'person'",
        "SELECT note FROM person_contact",
        "SELECT note FROM visitor_warning",
    ):
        found |= {str(r[0]) for r in await owner.fetch(statement) if r[0]}
    return found


async def test_a_child_gets_its_own_and_nobody_elses_secret(
    world: World, app: FastAPI, owner: asyncpg.Connection, owner_url: str
) -> None:
    child = await planted(world, app)
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("UPDATE protected_address SET line = 'Баспана, Сайран 44'")
    await owner.execute("UPDATE reporter SET name = 'Көрші Апа', phone = '+77015550199', relation = 'neighbour'")
    copy = await prepare(world, "child", iin=IIN)
    assert copy["person_id"] == child.person
    await release(world, copy)
    said = {str(r[0]) for r in await owner.fetch("SELECT child_words FROM visit_act WHERE child_words IS NOT NULL")}
    for language, heading in (("kk", "Бала не айтты"), ("ru", "Что говорил ребёнок"), ("en", "What the child said")):
        page = await page_of(world, copy, language)
        assert heading in page
        assert IIN in page
        assert PHONE.replace(" ", "") in page
        assert STREET in page
        assert all(s[:30] in page for s in said)
        assert {s for s in await never_given(owner) if s in page} == set()
    document = done(await (await world.as_("subjects")).get(f"/v1/subject-copies/{copy['id']}/document"))
    assert set(document["parts"]) >= {"identity", "contacts", "signals", "cases", "words", "sessions"}
    assert document["parts"]["texts"] == []
    assert "subject_copy.given" in await events(owner_url, child.person)


async def test_texts_of_staff_go_along_only_when_somebody_read_and_chose_them(
    world: World, app: FastAPI, owner: asyncpg.Connection
) -> None:
    child = await planted(world, app)
    copy = await prepare(world, "child", person_id=child.person)
    officer, path = await world.as_("subjects"), f"/v1/subject-copies/{copy['id']}"
    draft = done(await officer.get(f"{path}/texts"))
    assert {t["record"] for t in draft["texts"]} >= {"assessment", "plan_measure", "session_note"}
    chosen = next(t for t in draft["texts"] if t["record"] == "assessment")
    other = next(t for t in draft["texts"] if t["record"] == "session_note")
    wrong = await officer.request("PUT", f"{path}/texts", json={"include": [child.case]}, headers={"If-Match": '"v1"'})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/include/0")
    picked = await officer.request(
        "PUT", f"{path}/texts", json={"include": [chosen["id"]]}, headers={"If-Match": '"v1"'}
    )
    assert picked.status_code == 200, picked.text
    await release(world, copy)
    page = await page_of(world, copy)
    assert chosen["text"].splitlines()[0] in page
    assert other["text"].splitlines()[0] not in page
    late = await officer.request("PUT", f"{path}/texts", json={"include": []}, headers={"If-Match": '"v3"'})
    assert late.status_code == 409


async def test_whoever_asks_in_the_childs_name_learns_nothing_where_there_is_danger_at_home(
    world: World, app: FastAPI, owner: asyncpg.Connection
) -> None:
    child = await planted(world, app)
    copy = await prepare(world, "representative", person_id=child.person)
    assert copy["answered_as"] == "representative_suspected"
    await release(world, copy)
    page = await page_of(world, copy)
    number = await owner.fetchval("SELECT number FROM case_record")
    for hidden in (number, PHONE.replace(" ", ""), STREET, "Случаи", "Встречи", "Сообщения о ребёнке", "смотрел"):
        assert hidden not in page, hidden
    assert IIN in page
    assert "есть они или нет" in page, "the page does not tell whether there is a case"
    document = done(await (await world.as_("subjects")).get(f"/v1/subject-copies/{copy['id']}/document"))
    assert set(document["parts"]) == {"identity"}
    assert document["access_log"] is None


async def test_a_parent_gets_neither_where_the_child_is_nor_what_it_said(
    world: World, owner: asyncpg.Connection
) -> None:
    case = await open_case(world, category="neglect")
    duty = await world.as_("duty.almaty")
    manager = await world.as_("manager.almaty")
    done(await duty.post(f"/v1/persons/{case.child}/contacts", {"kind": "phone", "value": PHONE}))
    done(
        await manager.post(
            f"/v1/persons/{case.child}/addresses", {"kind": "actual", "line": STREET, "since": "2020-01-01"}
        )
    )
    met = {"person_id": case.child, "at": "2026-11-25T10:00:00Z", "place": "home", "alone": True, "words": "Қорқамын"}
    done(await manager.post(f"/v1/cases/{case.id}/child-contacts", met))
    copy = await prepare(world, "representative", person_id=case.child)
    assert copy["answered_as"] == "representative"
    await release(world, copy)
    page = await page_of(world, copy, "en")
    assert await owner.fetchval("SELECT number FROM case_record") in page
    for hidden in (PHONE.replace(" ", ""), STREET, "Қорқамын"):
        assert hidden not in page, hidden
    for_child = await prepare(world, "child", person_id=case.child)
    await release(world, for_child)
    assert "Қорқамын" in await page_of(world, for_child)


async def test_nothing_is_given_by_one_officer_alone_or_to_another_role(world: World) -> None:
    case = await open_case(world)
    copy = await prepare(world, "child", person_id=case.child)
    officer, path = await world.as_("subjects"), f"/v1/subject-copies/{copy['id']}"
    assert (await officer.get(f"{path}/page")).json()["code"] == "copy-not-released"
    assert (await officer.post(f"{path}/release")).json()["code"] == "second-person-needed"
    for name in ("manager.almaty", "supervisor.almaty", "records", "research", "auditor", "admin", "oversight"):
        for tail in ("", "/page", "/document", "/texts"):
            answer: httpx.Response = await (await world.as_(name)).get(path + tail)
            assert answer.status_code == 403, (name, tail)
    for other in (f"/v1/persons/{case.child}", f"/v1/cases/{case.id}"):
        assert (await officer.get(other)).status_code == 403
    done(await officer.post(f"{path}/decline", {"reason": "not_entitled"}))
    assert (await officer.get(f"{path}/texts")).status_code == 409


@pytest.mark.parametrize(
    ("requester", "danger", "answered"),
    [
        ("child", True, "child"),
        ("authorised_person", True, "authorised_person"),
        ("representative", False, "representative"),
        ("representative", True, "representative_suspected"),
        ("representative_suspected", False, "representative_suspected"),
    ],
)
def test_who_asks_decides_what_is_in_it(requester: Any, answered: str, *, danger: bool) -> None:
    assert effective(requester, danger=danger) == answered
    assert SECTIONS["representative_suspected"] < SECTIONS["representative"] < SECTIONS["child"]
