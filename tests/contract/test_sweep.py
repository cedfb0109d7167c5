"""Every route, asked by nobody (401), by an account without the permission (403), and for what nobody has (404)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from casemgmt.access.roles import ROLES
from casemgmt.demo.accounts import ACCOUNTS
from tests.clients import World

ROOT = Path(__file__).parents[2]
CONTRACT: dict[str, Any] = json.loads((ROOT / "openapi" / "casemgmt.v1.json").read_text("utf-8"))
METHODS = {"get", "post", "put", "patch", "delete"}


def _guarded() -> Iterator[tuple[str, str, str]]:
    for path, operations in sorted(CONTRACT["paths"].items()):
        for method, operation in operations.items():
            if method in METHODS and "x-permission" in operation and "x-signed" not in operation:
                yield method.upper(), path, operation["x-permission"]


GUARDED = list(_guarded())
WITH_IDS = [g for g in GUARDED if "_id}" in g[1]]


def _filled(path: str) -> str:
    parts = (str(uuid4()) if p.startswith("{") and p.endswith("_id}") else p.strip("{}") for p in path.split("/"))
    return "/".join(parts)


def _example(method: str, path: str) -> Any:
    """Return a body that fits the contract, where the operation takes one and there is an example."""
    operation = CONTRACT["paths"][path][method.lower()]
    examples = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
    return next((e["value"] for e in examples.values()), {})


def _holder(permission: str) -> str | None:
    """Return an account of the demo that holds the permission: a machine only where no person does."""
    people_first = sorted(ACCOUNTS, key=lambda a: a.kind != "person")
    return next((a.username for a in people_first if any(permission in ROLES[r].permissions for r in a.roles)), None)


def _stranger(permission: str) -> str | None:
    """Return an account of the demo that does not hold the permission."""
    return next((a.username for a in ACCOUNTS if not any(permission in ROLES[r].permissions for r in a.roles)), None)


async def test_without_a_token_every_route_answers_401(world: World) -> None:
    for method, path, _ in GUARDED:
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
            answer = await world.client.request(method, _filled(path), headers=headers)
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.json()["code"] == "unauthenticated"
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_is_no_way_into_what_is_signed(world: World) -> None:
    signed = [p for p, operations in CONTRACT["paths"].items() for o in operations.values() if o.get("x-signed")]
    assert signed
    for caller in (await world.as_("qr.111"), await world.as_("admin")):
        for path in signed:
            answer = await caller.post(path)
            assert (answer.status_code, answer.json()["code"]) == (401, "signature-refused"), path


async def test_without_the_permission_every_route_answers_403_and_leaves_its_event(world: World) -> None:
    asked = 0
    for method, path, permission in GUARDED:
        stranger = _stranger(permission)
        if stranger is None:
            continue  # a permission of everybody
        asked += 1
        caller = await world.as_(stranger)
        answer = await caller.request(method, _filled(path), json=_example(method, path) if method != "GET" else None)
        assert answer.status_code == 403, (method, path, stranger, answer.text)
    assert asked > 100
    auditor = await world.as_("auditor")
    refused = 0
    cursor = ""
    while True:
        page = (await auditor.get(f"/v1/audit/events?limit=100{cursor}")).json()
        refused += sum(e["outcome"] == "refused" and e["reason"] == "forbidden" for e in page["items"])
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert refused == asked


@pytest.mark.parametrize(("method", "path", "permission"), WITH_IDS)
def test_every_permission_of_a_record_is_held_by_somebody(method: str, path: str, permission: str) -> None:
    assert _holder(permission) is not None, (method, path)


async def test_what_nobody_has_answers_404_to_those_who_may_ask(world: World, app: FastAPI) -> None:
    """A body that fits is needed to get so far: where there is no example, a refused body tells nothing either."""
    reached = 0
    for method, path, permission in WITH_IDS:
        holder = _holder(permission)
        assert holder is not None
        caller = await world.as_(holder)
        headers = {"If-Match": '"v1"'} if method in {"PUT", "PATCH"} else {}
        body = _example(method, path) if method != "GET" else None
        answer = await caller.request(method, _filled(path), json=body, headers=headers)
        if answer.status_code == 422 and not body:
            continue
        assert answer.status_code == 404, (method, path, holder, answer.status_code, answer.text)
        reached += answer.status_code == 404
    assert reached > 60
