"""Consents over HTTP, and what is made to rest on them."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from casemgmt.demo.accounts import ROOMS, demo_id
from tests.clients import World
from tests.factories import OpenCase
from tests.steps import MANAGER, done

ROOM = str(demo_id(f"room {ROOMS[0][0]} {ROOMS[0][1]}"))
CENTRE = str(demo_id("cps_almaty"))
PSYCHOLOGIST = "psychologist.almaty"


async def answer_for(world: World, case: OpenCase) -> None:
    """Record that the mother answers for the child."""
    manager = await world.as_(MANAGER)
    kin = {"other_id": str(case.child_id), "kind": "mother", "parental_responsibility": True}
    done(await manager.post(f"/v1/persons/{case.mother_id}/relationships", kin))


def wording(case: OpenCase, given_at: datetime, **given: Any) -> dict[str, Any]:
    """Return a consent of the mother to the accompaniment of her child."""
    return {
        "person_id": str(case.child_id),
        "purpose": "accompaniment",
        "scopes": ["plan", "sessions"],
        "basis": "representative",
        "giver_id": str(case.mother_id),
        "form": "written",
        "child_view": "agrees",
        "given_at": given_at.isoformat(),
    } | given


async def consent(world: World, case: OpenCase, now: datetime, **given: Any) -> dict[str, Any]:
    """Record a consent as the case manager."""
    manager = await world.as_(MANAGER)
    return done(await manager.post(f"/v1/cases/{case.id}/consents", wording(case, now, **given)))


async def sharing(world: World, case: OpenCase, now: datetime, **given: Any) -> dict[str, Any]:
    """Record a consent to sharing the whole case file with the centre."""
    about = {"purpose": "sharing", "scopes": ["case_file"], "shared_with_id": CENTRE}
    return await consent(world, case, now, **about | given)


async def take_in(world: World, case: OpenCase, username: str, consent_id: str, **given: Any) -> httpx.Response:
    """Take somebody into the team on the ground of a consent."""
    member = {"user_id": str(demo_id(username)), "team_role": "lawyer", "help_kind": "legal", "consent_id": consent_id}
    return await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/team", member | given)


async def withdraw(world: World, case: OpenCase, consent_id: str, at: datetime, who: str = MANAGER) -> httpx.Response:
    """Write down that the mother took a consent back."""
    said = {"withdrawn_by_id": str(case.mother_id), "withdrawn_at": at.isoformat(), "form": "oral"}
    return await (await world.as_(who)).post(f"/v1/consents/{consent_id}/withdraw", said)


def booking_of(child: str, starts: datetime) -> dict[str, Any]:
    """Return the booking of an hour with the psychologist."""
    return {
        "centre_id": CENTRE,
        "specialist_id": str(demo_id(PSYCHOLOGIST)),
        "room_id": ROOM,
        "kind": "individual",
        "help_kind": "psychological",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=1)).isoformat(),
        "person_ids": [child],
    }


async def book(world: World, case: OpenCase, starts: datetime, **given: Any) -> httpx.Response:
    """Book a session with the psychologist as the case manager."""
    booking = booking_of(str(case.child_id), starts)
    return await (await world.as_(MANAGER)).post(f"/v1/cases/{case.id}/sessions", booking | given)


def ended(view: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a consent says ended with it: code and record."""
    return [(each["effect"], each["record_id"]) for each in view["effect"]["ended"]]


def reasons(view: dict[str, Any]) -> dict[str, list[str]]:
    """Return why what goes on does, with the records."""
    return {each["reason"]: [r["record_id"] for r in each["records"]] for each in view["effect"]["goes_on"]}
