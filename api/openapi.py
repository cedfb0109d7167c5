"""The contract: one problem shape for every failure, the permission of every route in words."""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.form_drafts import HEADER as DRAFT
from api.schemas import ProblemDocument
from casemgmt.access.permissions import Permission
from casemgmt.access.purposes import FORM, HEADER, reads_records
from casemgmt.contacts.commands import ContactBatch, ContactTold, Heartbeat

_TITLE = "casemgmt"
_DESCRIPTION = """The record of a child's way from the first signal to rehabilitation.

Every route names the permission it needs (`x-permission`). What you may not see answers 404. Failures are RFC 9457
problem documents with a stable `code`. Lists are paged by cursor, without totals. A change of a record needs `If-Match`
with its ETag. POSTs take an `Idempotency-Key`."""


_SIGNED_HEADERS = {
    scheme: {"type": "apiKey", "in": "header", "name": name, "description": told}
    for scheme, name, told in (
        ("ContactSource", "Contact-Source", "Code of the source that sends."),
        ("WebhookId", "webhook-id", "Id of the message; the same whenever it is sent again."),
        ("WebhookTimestamp", "webhook-timestamp", "Seconds since 1970, of this attempt."),
        ("WebhookSignature", "webhook-signature", "`v1,` and base64 of the HMAC-SHA256 of `id.timestamp.body`."),
    )
}
"""What a signed message bears (Standard Webhooks); `openapi/contact-centre.md` explains it with test vectors."""
SIGNED_BODIES = (ContactBatch, ContactTold, Heartbeat)


def _example_folder() -> Path | None:
    """Beside the source, or in the working directory of an image; without it the contract just has no examples."""
    for root in (Path(__file__).parents[1], Path.cwd()):
        if (root / "openapi" / "examples").is_dir():
            return root / "openapi" / "examples"
    return None


def request_examples() -> dict[str, dict[str, Any]]:
    """Return the runnable request bodies by operation id and variant: file `<operation id>.<variant>.json`."""
    found: dict[str, dict[str, Any]] = {}
    folder = _example_folder()
    for file in sorted(folder.glob("*.json")) if folder else ():
        operation, _, variant = file.stem.partition(".")
        found.setdefault(operation, {})[variant] = {"value": json.loads(file.read_text("utf-8"))}
    return found


def describe(app: FastAPI) -> None:
    """Replace the generated contract by one that tells everything a client meets."""

    def contract() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(title=_TITLE, version="1.0.0", description=_DESCRIPTION, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = contract  # type: ignore[method-assign]  # FastAPI's documented way


def _complete(schema: dict[str, Any]) -> dict[str, Any]:
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    document = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= document.pop("$defs", {})
    schemas["Problem"] = document
    components["securitySchemes"] = {
        "OAuth2": {
            "type": "oauth2",
            "flows": {"password": {"tokenUrl": "/v1/token", "refreshUrl": "/v1/token", "scopes": {}}},
        },
        **_SIGNED_HEADERS,
    }
    for model in SIGNED_BODIES:
        body = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= body.pop("$defs", {})
        schemas[model.__name__] = body
    examples = request_examples()
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            _complete_operation(method, operation)
            if operation["operationId"] in examples:
                operation["requestBody"]["content"]["application/json"]["examples"] = examples[operation["operationId"]]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return schema


def _complete_operation(method: str, operation: dict[str, Any]) -> None:
    problem = {
        "description": "A problem document (RFC 9457).",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    responses = operation["responses"]
    responses.pop("422", None)
    responses["4XX"] = problem
    responses["503"] = problem
    permission = operation.get("x-permission")
    if permission is not None:
        operation["description"] = f"{operation.get('description', '')}\n\nPermission: `{permission}`.".strip()
    if operation.get("x-fresh-second-factor"):
        operation["description"] += (
            " Asks for a fresh second factor: where the session showed none within the time that the deployment sets,"
            " the answer is 401 `fresh-second-factor-needed`, which says `how` to show one; then the same request goes"
            " through."
        )
    if permission is not None and reads_records(Permission(permission)):
        operation.setdefault("parameters", []).append(
            {
                "name": HEADER,
                "in": "header",
                "required": False,
                "description": "For what you read: a code of the list `access_purpose` and, where there is one, the"
                ' number of the paper (`court_request; reference="12/345"`). It stands in the event of the read.'
                " Systems and oversight bodies must say it (`docs/permissions.md`).",
                "schema": {"type": "string", "pattern": FORM},
            }
        )
    if operation.get("x-drafted"):
        operation.setdefault("parameters", []).append(
            {
                "name": DRAFT,
                "in": "header",
                "required": False,
                "description": "The draft of yours that this is sent from. It is gone exactly when this is recorded;"
                " where it is gone already, nothing is recorded (409 `draft-gone`).",
                "schema": {"type": "string", "format": "uuid"},
            }
        )
    if method == "post" and permission is not None and not operation.get("x-repeatable"):
        operation.setdefault("parameters", []).append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body get the same answer. Integration accounts must send one.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            }
        )
