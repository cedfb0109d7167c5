"""What two persons do for an account: `admin` asks and `admin2` grants, unless a test says otherwise."""

from typing import Any

import httpx

from casemgmt.ids import new_id
from tests.clients import Caller, World
from tests.steps import done

WHY = "Бұйрық 15"


async def approve(caller: Caller, change: dict[str, Any]) -> httpx.Response:
    """Grant what was asked for."""
    return await caller.request("PUT", f"/v1/account-changes/{change['id']}/approval")


async def grant(world: World, asked: httpx.Response, by: str = "admin2") -> dict[str, Any]:
    """Grant what was asked for, and return the answer."""
    assert asked.status_code == 201, asked.text
    change = asked.json()
    return done(await approve(await world.as_(by), change.get("change", change)))


async def give_role(world: World, path: str, role: str) -> dict[str, Any]:
    """Give the account at `path` a role, by two administrators."""
    admin = await world.as_("admin")
    return await grant(world, await admin.post(f"{path}/roles", {"role": role, "reason": WHY}))


async def move(world: World, path: str, organisation_id: str) -> dict[str, Any]:
    """Let the account at `path` work for another body."""
    admin = await world.as_("admin")
    return await grant(world, await admin.post(f"{path}/move", {"organisation_id": organisation_id, "reason": WHY}))


async def start_code(world: World, path: str) -> tuple[str, str]:
    """Return both halves of a start code of the account at `path`."""
    admin = await world.as_("admin")
    asked = await admin.request("PUT", f"{path}/start-codes/{new_id()}", json={"reason": WHY})
    second = (await grant(world, asked))["second_half"]
    return asked.json()["first_half"], second


async def start(world: World, username: str, halves: tuple[str, str], password: str) -> httpx.Response:
    """Set a password as the owner of the account, who was given both halves."""
    body = {"username": username, "first_half": halves[0], "second_half": halves[1], "password": password}
    return await world.client.post("/v1/start", json=body)


async def begin(world: World, path: str, username: str, password: str) -> None:
    """Let the owner of the account at `path` set a password."""
    answer = await start(world, username, await start_code(world, path), password)
    assert answer.status_code == 204, answer.text


async def client_secret(world: World, path: str, days: int = 90) -> tuple[str, str]:
    """Return id and secret of the machine account at `path`, put together of both halves."""
    admin = await world.as_("admin")
    asked = await admin.request("PUT", f"{path}/client-secrets/{new_id()}", json={"days": days, "reason": WHY})
    second = (await grant(world, asked))["second_half"]
    return asked.json()["change"]["id"], f"{asked.json()['first_half']}.{second}"


async def link_identity(world: World, path: str, subject: str) -> str:
    """Link a subject of the identity provider to the account at `path`, and return the id of the link."""
    admin = await world.as_("admin")
    asked = await admin.post(f"{path}/identities", {"subject": subject, "reason": WHY})
    link: str = (await grant(world, asked))["change"]["id"]
    return link


async def signing_secret(world: World, path: str, days: int = 90) -> tuple[str, str]:
    """Return id and signing secret of the machine account at `path`, put together of both halves."""
    admin = await world.as_("admin")
    asked = await admin.request("PUT", f"{path}/signing-secrets/{new_id()}", json={"days": days, "reason": WHY})
    second = (await grant(world, asked))["second_half"]
    return asked.json()["change"]["id"], asked.json()["first_half"] + second
