"""Every route names its permission or says why it is open; the contract tells all of them and nothing else."""

import base64
import json
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.app import create_app
from casemgmt.access.permissions import Permission
from casemgmt.access.roles import ROLES
from casemgmt.db.paging import Position, RowPosition, encode
from casemgmt.settings import Settings

ROOT = Path(__file__).parents[2]
METHODS = {"get", "post", "put", "patch", "delete"}

OPEN_ROUTES = {
    ("post", "/v1/board/session"): "here a screen shows its credentials",
    ("post", "/v1/board/session/renewal"): "the cookie of the screen is the credential",
    ("post", "/v1/start"): "the two halves of a start code are the credential",
    ("get", "/health/live"): "a container runtime asks without an account",
    ("get", "/health/ready"): "a load balancer asks without an account",
    **{
        (
            "get",
            f"/v1/audit/{path}",
        ): "who keeps a head outside must be able to hold it against the log; it tells of nobody"
        for path in ("keys", "heads", "heads/latest", "heads/{size}", "consistency")
    },
    (
        "get",
        "/v1/audit/inclusion",
    ): "who can name the hash of an event holds the event; the answer adds its place alone",
    ("get", "/v1/benefits"): "a public calculator asks for anybody, without names and numbers; nothing is stored",
    (
        "post",
        "/v1/benefits/screenings",
    ): "a public calculator asks for anybody, without names and numbers; nothing is stored",
    ("post", "/v1/second-factor"): "the challenge of a right password is the credential",
    ("post", "/v1/token"): "here the credentials are presented",
}

ONE_OF_SEVERAL = {"Invite", "MoveSession", "PrepareAnswer", "ProposeRefusal", "Replay"}
"""Commands that need no field by name, but one of several."""


def _app() -> FastAPI:
    return create_app(Settings(mode="demo", database_url="postgresql://nobody@localhost/none"))


def _operations() -> dict[tuple[str, str], dict[str, object]]:
    schema = _app().openapi()
    return {
        (method, path): operation
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


def test_the_contract_tells_every_route() -> None:
    app = _app()
    served = {
        (method.lower(), context.path)
        for context in iter_route_contexts(app.router.routes)
        if context.path.startswith(("/v1", "/health"))
        for method in (context.methods or ())
        if method.lower() in METHODS
    }
    assert served == set(_operations())
    assert len(served) > 50


def test_every_route_names_its_permission_or_why_it_is_open() -> None:
    known = {str(p) for p in Permission}
    opened = {}
    for key, operation in _operations().items():
        if "x-permission" in operation:
            assert operation["x-permission"] in known, key
        else:
            opened[key] = operation["x-open-because"]
    assert opened == OPEN_ROUTES


def test_the_requests_that_audit_themselves_are_few_and_named() -> None:
    """Past the unit of work nothing but its SQL function writes the event: each is tested in test_direct_requests."""
    direct = {str(o["operationId"]) for o in _operations().values() if o.get("x-direct")}
    assert direct == {"create_signal", "get_case", "list_cases"}


def test_every_permission_is_asked_by_a_route_and_held_by_a_role() -> None:
    asked = {o.get("x-permission") for o in _operations().values()}
    held = {str(p) for role in ROLES.values() for p in role.permissions}
    in_guards = {str(P) for P in _guard_permissions()}
    for permission in map(str, Permission):
        assert permission in held, permission
        assert permission in asked | in_guards, permission


def _guard_permissions() -> set[Permission]:
    from casemgmt.machines import MACHINES  # noqa: PLC0415 - only here

    return {t.permission for machine in MACHINES.values() for t in machine.transitions}


def test_operation_ids_are_unique_and_every_operation_is_described() -> None:
    operations = _operations()
    ids = [o["operationId"] for o in operations.values()]
    assert len(ids) == len(set(ids))
    for key, operation in operations.items():
        assert operation.get("summary"), key
        assert operation.get("description"), key


def test_a_body_that_has_to_hold_nothing_may_be_absent() -> None:
    schema = _app().openapi()
    shapes = schema["components"]["schemas"]
    for (method, path), operation in _operations().items():
        body: Any = operation.get("requestBody")
        reference = {} if body is None else body["content"].get("application/json", {}).get("schema", {})
        name = reference.get("$ref", "").rpartition("/")[2]
        if name and not shapes[name].get("required"):
            assert body.get("required", False) == (name in ONE_OF_SEVERAL), (method, path)


def test_no_personal_data_goes_into_a_url() -> None:
    allowed = {
        "limit",
        "after",
        "cursor",
        "state",
        "order",
        "day",
        "month",
        "from",
        "until",
        "to",
        "kind",
        "clock",
        "region",
        "at",
        "kato",
        "first",
        "second",
        "size",
        "leaf_hash",
        "link",
        "most",
        "without_outcome",
        "since",
        "side",
        "unanswered",
        "source",
    }
    for key, operation in _operations().items():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                name = parameter["name"]
                assert name in allowed or name.endswith("_id"), (key, name)


CODES_IN_ADDRESSES = {
    "clock",
    "code",
    "kato",
    "kind",
    "leaf_hash",
    "month",
    "name",
    "region",
    "role",
    "source",
    "state",
}
"""Parameters that are words of code lists, places, months or hashes: a pattern or a list of values says which."""


def _has_a_form_that_no_name_fits(name: str, schema: dict[str, Any]) -> bool:
    """Answer whether only ids, numbers, moments and codes fit. A cursor is ours, a moment and an id (see below) or
    a place in the outbox, and so is the seal of a link to a document."""
    kinds = [k for k in schema.get("anyOf", [schema]) if k.get("type") != "null"]
    return all(
        name in {"after", "cursor", "link"}
        or k.get("format") in {"uuid", "date", "date-time"}
        or k.get("type") in {"integer", "boolean"}
        or "enum" in k
        or "const" in k
        or "$ref" in k
        or (name in CODES_IN_ADDRESSES and "pattern" in k)
        for k in kinds
    )


def test_what_stands_in_an_address_has_a_form_that_no_name_fits() -> None:
    """Who looks for somebody by name, birth year, IIN, phone or number of a case sends a body: POST /v1/searches."""
    for key, operation in _operations().items():
        for parameter in operation.get("parameters", []):
            if parameter["in"] in {"query", "path"}:
                assert _has_a_form_that_no_name_fits(parameter["name"], parameter["schema"]), (key, parameter)
    assert not _has_a_form_that_no_name_fits("name", {"type": "string"})
    assert not _has_a_form_that_no_name_fits("iin", {"type": "string", "pattern": "^[0-9]{12}$"})
    assert not _has_a_form_that_no_name_fits("phone", {"anyOf": [{"type": "string"}, {"type": "null"}]})


def test_a_cursor_holds_a_moment_and_an_id_and_nothing_else() -> None:
    row = UUID("01a216ba-2a14-7060-a2bc-6cca0036f399")
    cursors = [encode("list", Position(datetime(2026, 1, 1, tzinfo=UTC), row)), encode("list", RowPosition(row))]
    held = [json.loads(base64.urlsafe_b64decode(c + "=" * (-len(c) % 4))) for c in cursors]
    assert held == [["list", "2026-01-01T00:00:00+00:00", str(row)], ["list", "", str(row)]]
    assert {f.type for kind in (Position, RowPosition) for f in fields(kind)} == {datetime, UUID}
    assert set(signature(encode).parameters) == {"list_name", "position"}


def test_the_committed_documents_are_those_of_the_program() -> None:
    for command in (["api", "contract", "--check"], ["casemgmt", "documents", "--check"]):
        answer = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout + answer.stderr
