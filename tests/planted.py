"""Secrets planted along the route, each with a mark that nothing else has; and a look for the marks in every answer."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from casemgmt.clock import ManualClock
from casemgmt.demo.accounts import ROOMS, demo_id
from tests.clients import World
from tests.contact_steps import contact, send
from tests.factories import OpenCase, count, open_case
from tests.factories_iin import make_iin
from tests.steps import done, screen_pupil

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "openapi" / "casemgmt.v1.json").read_text("utf-8"))
IIN = make_iin(date(2013, 4, 2), "female", 4711)
MARKS: Mapping[str, tuple[str, ...]] = {
    "reporter": ("Тайнаяқызы-хабарлаушы", "+77013330001"),
    "contact_caller": ("Тайнаяқызы-қоңырау", "+77013330007"),
    "screening_answers": ('"unwanted_touch": 2', '"unwanted_touch":2'),
    "protected_address": ("Тайная-панажай көшесі", "Тайная-себеп"),
    "shelter": ("Тайный-приют үйі",),
    "person_contact": ("+77013330002", "Тайная-байланыс"),
    "session_note": ("Тайная-психолог жазбасы",),
    "health_note": ("Тайная-көгерген жер",),
    "adoption_fact": (
        "Тайный-сот",
        "Т-77/333",
        "1987-03-19",
        "Тайнаяқызы-бұрынғы",
        "1983-02-11",
        "Тайная-қала",
        "Тайная-әже",
    ),
    "sealed_name": ("Тайнаяқызы-асырауға дейін", "Тайный-куәлік 33"),
    "relationship": ('"adoptive_parent"', '"adopted_child"'),
    "person_iin": (IIN,),
}
"""Table to what is planted in it."""
PUBLIC = {"list_code_lists", "get_code_list", "list_reference_roles"}
"""Operations that answer with code lists: their codes are nobody's."""


@dataclass
class Planted:
    """The case with the secrets, the people of it, and every answer that the service gave."""

    case: OpenCase
    other: OpenCase
    adopter: str
    signal: str
    session: str
    family: str
    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)
    """Username and answer."""


def operation_of(request: httpx.Request) -> str:
    """Return the operation id of a request, by the paths of the contract."""
    for path, operations in CONTRACT["paths"].items():
        pattern = re.sub(r"\{[a-z_]+\}", "[^/]+", path)
        if re.fullmatch(pattern, request.url.path) and request.method.lower() in operations:
            return str(operations[request.method.lower()]["operationId"])
    return ""


def found_in(text: str) -> set[str]:
    """Return the tables whose secrets stand in a text."""
    return {table for table, marks in MARKS.items() if any(mark in text for mark in marks)}


async def plant(world: World, owner_url: str, clock: ManualClock) -> Planted:
    """Walk the part of the route on which secrets are recorded, each by the account whose work it is."""
    case = await open_case(owner_url)
    other = await open_case(owner_url, manager="manager2.almaty")
    manager = await world.as_("manager.almaty")
    for username, team_role, help_kind in (
        ("nurse.almaty", "health_worker", None),
        ("guardian.almaty", "guardianship_officer", None),
        ("lawyer.almaty", "lawyer", "legal"),
    ):
        member = {"user_id": str(demo_id(username)), "team_role": team_role, "help_kind": help_kind}
        done(await manager.post(f"/v1/cases/{case.id}/team", member))
    signal = await _report(world, case)
    child = f"/v1/persons/{case.child_id}"
    adopter = done(await manager.post("/v1/persons", {"given_name": "Жанна", "sex": "female"}))["id"]
    done(await manager.post(f"/v1/cases/{case.id}/persons", {"person_id": adopter, "role": "parent"}))
    done(
        await manager.post(
            f"/v1/persons/{adopter}/relationships", {"other_id": str(case.child_id), "kind": "adoptive_parent"}
        )
    )
    members = [{"person_id": p, "since": "2014-01-01"} for p in (str(case.child_id), adopter)]
    family = done(await manager.post("/v1/families", {"label": "Сыналған", "members": members}))["id"]
    phone, note = MARKS["person_contact"]
    done(await manager.post(f"{child}/contacts", {"kind": "phone", "value": phone, "safe_to_call": True, "note": note}))
    line, reason = MARKS["protected_address"]
    address = {"kind": "protected", "line": line, "reason": reason, "since": "2024-01-01"}
    done(await manager.post(f"{child}/addresses", address))
    version = (await manager.get(child)).headers["etag"]
    done(await manager.request("PUT", f"{child}/iin", json={"iin": IIN}, headers={"If-Match": version}))
    seen = {"body": MARKS["health_note"][0], "observed_on": "2024-01-01"}
    done(await (await world.as_("manager.almaty")).post(f"{child}/health-notes", seen))
    done(await (await world.as_("guardian.almaty")).post(f"{child}/adoption-facts", adoption()))
    await _sealed(world, owner_url, child)
    await screen_pupil(world, unwanted_touch=2)
    done(await (await world.as_("head.almaty")).post("/v1/shelters", {"line": MARKS["shelter"][0]}))
    session = await _session(world, case, clock)
    name, phone = MARKS["contact_caller"]
    told = contact(concerns=[], region_code="KZ-75", caller={"relation": "self", "name": name, "phone": phone})
    done(await send(world, told, at=clock.now()))
    return Planted(case, other, adopter, signal, session, family)


def adoption() -> dict[str, Any]:
    """Return an adoption whose every text and day is a mark."""
    court, number, decided, name, born, place, knows = MARKS["adoption_fact"]
    return {
        "court": court,
        "decision_number": number,
        "decided_on": decided,
        "former_family_name": name,
        "former_birth_date": born,
        "former_birth_place": place,
        "known_to": knows,
        "child_knows": False,
    }


async def _sealed(world: World, owner_url: str, child: str) -> None:
    """Give the child the name of before an adoption, and then by the adoption the one that it has."""
    guardian, (before, paper) = await world.as_("guardian.almaty"), MARKS["sealed_name"]
    person = await guardian.get(child)
    now, etag = person.json()["family_name"], person.headers["etag"]
    await count(
        owner_url,
        "WITH said AS (SELECT set_config('casemgmt.audited', 'on', true))"
        " UPDATE person SET family_name = $1 FROM said WHERE id = $2 RETURNING id",
        before,
        UUID(child.rpartition("/")[2]),
    )
    change = {"family_name": now, "ground": "adoption", "changed_on": "2014-01-01", "document": paper}
    done(await guardian.request("POST", f"{child}/name-changes", json=change, headers={"If-Match": etag}))


async def _report(world: World, case: OpenCase) -> str:
    """Record a signal about the child with its reporter, at the desk of the region."""
    name, phone = MARKS["reporter"]
    signal = {
        "source": "contact_centre_111",
        "channel": "call",
        "category": "neglect",
        "language": "kk",
        "narrative": "Бала жалғыз.",
        "region_code": "KZ-75",
        "reporter": {"relation": "neighbour", "name": name, "phone": phone, "callback_allowed": True},
    }
    return str(done(await (await world.as_("duty.almaty")).post("/v1/signals", signal))["id"])


async def _session(world: World, case: OpenCase, clock: ManualClock) -> str:
    """Book a session with the psychologist, hold it, and write down what was said."""
    starts = clock.now() + timedelta(hours=1)
    booked = {
        "centre_id": str(demo_id("cps_almaty")),
        "specialist_id": str(demo_id("psychologist.almaty")),
        "room_id": str(demo_id(f"room {ROOMS[0][0]} {ROOMS[0][1]}")),
        "kind": "individual",
        "help_kind": "psychological",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=1)).isoformat(),
        "person_ids": [str(case.child_id)],
    }
    manager = await world.as_("manager.almaty")
    session = done(await manager.post(f"/v1/cases/{case.id}/sessions", booked))["id"]
    clock.advance(timedelta(hours=3))
    world.forget_tokens()
    psychologist = await world.as_("psychologist.almaty")
    attendance = [{"person_id": str(case.child_id), "attendance": "attended"}]
    held = {"attendance": attendance, "outcome": "progress", "next_step": "continue_course"}
    done(await psychologist.post(f"/v1/sessions/{session}/hold", held))
    done(await psychologist.post(f"/v1/sessions/{session}/notes", {"body": MARKS["session_note"][0]}))
    return str(session)
