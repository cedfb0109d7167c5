"""Every route names its permission or says why it is open; the contract tells all of them and nothing else."""

import subprocess
import sys
from pathlib import Path

from fastapi.routing import iter_route_contexts

from api.app import create_app
from casemgmt.access.permissions import Permission
from casemgmt.access.roles import ROLES
from casemgmt.settings import Settings

ROOT = Path(__file__).parents[2]
METHODS = {"get", "post", "put", "patch", "delete"}

OPEN_ROUTES = {
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


def _app() -> object:
    return create_app(Settings(mode="demo", database_url="postgresql://nobody@localhost/none"))


def _operations() -> dict[tuple[str, str], dict[str, object]]:
    schema = _app().openapi()  # type: ignore[attr-defined]
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
        for context in iter_route_contexts(app.router.routes)  # type: ignore[attr-defined]
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


def test_no_personal_data_goes_into_a_url() -> None:
    allowed = {
        "limit",
        "cursor",
        "state",
        "order",
        "day",
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
    }
    for key, operation in _operations().items():
        for parameter in operation.get("parameters", []):  # type: ignore[attr-defined]
            if parameter["in"] == "query":
                name = parameter["name"]
                assert name in allowed or name.endswith("_id"), (key, name)


def test_the_committed_documents_are_those_of_the_program() -> None:
    for command in (["api", "contract", "--check"], ["casemgmt", "documents", "--check"]):
        answer = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout + answer.stderr
