"""Failures as RFC 9457 problem documents. The only place where a failure of the domain gets an HTTP status."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match

from casemgmt.errors import (
    Conflict,
    DomainError,
    Forbidden,
    FreshFactorNeeded,
    Invalid,
    NotFound,
    StaleVersion,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
    WrongState,
)
from casemgmt.texts import problem_text

log = structlog.get_logger()

STATUS: dict[type[DomainError], int] = {
    Unauthenticated: 401,
    FreshFactorNeeded: 401,
    Forbidden: 403,
    NotFound: 404,
    WrongState: 409,
    Conflict: 409,
    StaleVersion: 412,
    Invalid: 422,
    TooManyAttempts: 429,
    Unavailable: 503,
}
STATUS_OF_CODE = {
    "body-too-deep": 400,
    "repeated-field": 400,
    "idempotency-key-required": 400,
    "purpose-needed": 400,
    "precondition-required": 428,
    "invalid-credentials": 400,
    "start-code-over": 400,
    "password-log-in-off": 400,
    "invalid-grant": 400,
    "session-idle": 400,
    "second-factor-needed": 400,
    "second-factor-enrolment-needed": 400,
    "second-factor-wrong": 400,
    "challenge-over": 400,
    "document-too-large": 413,
    "storage-full": 507,
}
CODE_OF_STATUS = {
    400: "bad-request",
    401: "unauthenticated",
    404: "not-found",
    405: "method-not-allowed",
    408: "body-too-slow",
    413: "body-too-large",
    415: "unsupported-media-type",
    421: "unknown-host",
    431: "head-too-large",
}

METHOD_NOT_ALLOWED = 405

# What pydantic says of these is about the rule, not about the input; everything else gets a neutral sentence,
# because the rejected value may be personal.
_SPEAKING = {
    "missing",
    "extra_forbidden",
    "literal_error",
    "string_too_short",
    "string_too_long",
    "string_pattern_mismatch",
    "greater_than_equal",
    "less_than_equal",
    "greater_than",
    "less_than",
    "too_long",
    "too_short",
    "timezone_aware",
    "invalid_text",
    "invalid_time",
    "bool_type",
    "string_type",
    "int_type",
    "list_type",
    "dict_type",
    "model_type",
    "one_target",
}


class Problem(JSONResponse):
    """A problem document."""

    media_type = "application/problem+json"


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    data: Mapping[str, object] | None = None,
    errors: Sequence[Mapping[str, object]] = (),
    headers: Mapping[str, str] | None = None,
) -> Problem:
    """Return the document. Title and, where there is a translation, detail come in the reader's language."""
    title, translated = problem_text(code, request.headers.get("accept-language"), data)
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": translated or detail,
        "request_id": getattr(request.state, "request_id", ""),
    }
    body |= dict(data or {})
    if errors:
        body["errors"] = [dict(e) for e in errors]
    request.state.problem_code = code
    return Problem(body, status_code=status, headers=dict(headers or {}))


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a named failure."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


async def on_domain_error(request: Request, error: Exception) -> Problem:
    """Answer a named failure."""
    assert isinstance(error, DomainError)  # noqa: S101 - registered for this class only
    headers = {}
    status = status_of(error)
    if status == STATUS[Unauthenticated]:
        headers["WWW-Authenticate"] = _challenge(error)
    if "retry_after_seconds" in error.data:
        headers["Retry-After"] = str(error.data["retry_after_seconds"])
    if "rate_class" in error.data:
        kind, limit, wait = (error.data[name] for name in ("rate_class", "limit", "retry_after_seconds"))
        headers["RateLimit-Policy"] = f'"{kind}";q={limit};w={error.data["per_seconds"]}'
        headers["RateLimit"] = f'"{kind}";r=0;t={wait}'
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = "1"
    errors = [{"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in error.faults]
    return problem(request, status, error.code, error.detail, data=error.data, errors=errors, headers=headers)


def _challenge(error: DomainError) -> str:
    """Return what a client needs to do better: nothing but the scheme, or how to step up (RFC 9470)."""
    if "max_age_seconds" not in error.data:
        return "Bearer"
    words: dict[str, object] = {
        "error": "insufficient_user_authentication",
        "error_description": error.detail,
        "max_age": error.data["max_age_seconds"],
    }
    if "acr_values" in error.data:
        words["acr_values"] = error.data["acr_values"]
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in words.items())


async def on_validation_error(request: Request, error: Exception) -> Problem:
    """Answer a request that doesn't fit the contract, without an echo of what was sent."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    if any(e["loc"][0] == "path" for e in error.errors()):  # what can't be an id is nobody's: as absent as any other
        return problem(request, 404, "not-found", "")
    errors = [_describe(e) for e in error.errors()[:50]]
    return problem(request, 422, "invalid-request", "The request does not fit the contract.", errors=errors)


def _describe(fault: Mapping[str, Any]) -> dict[str, object]:
    return {
        "pointer": pointer_of(fault),
        "code": fault["type"],
        "detail": fault["msg"] if fault["type"] in _SPEAKING else "The value is not valid.",
    }


def pointer_of(fault: Mapping[str, Any]) -> str:
    """Return the place of a fault, as a JSON pointer. The name of an unknown field is the caller's: not repeated."""
    place = list(fault["loc"])
    if place and place[0] == "body":
        place = place[1:]
    if fault["type"] == "extra_forbidden":
        place = [*place[:-1], "?"]
    return "/" + "/".join(str(p).replace("~", "~0").replace("/", "~1") for p in place if _nameable(p))


def _nameable(part: object) -> bool:
    return isinstance(part, int) or (isinstance(part, str) and len(part) <= 64)  # noqa: PLR2004 - longer than any field name


async def on_http_exception(request: Request, error: Exception) -> Problem:
    """Answer what the framework itself refuses."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    code = CODE_OF_STATUS.get(error.status_code, "bad-request")
    headers = {"Allow": _methods_at(request)} if error.status_code == METHOD_NOT_ALLOWED else error.headers
    return problem(request, error.status_code, code, "", headers=headers)


def _methods_at(request: Request) -> str:
    """Return all methods of the path: the framework names those of the first route alone."""
    there = (r for r in request.app.router.routes if r.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in there for method in route.methods or ()}))


def fault(request: Request, error: Exception) -> Problem:
    """Answer a fault of the program: the log has the cause, the answer only the id to find it by."""
    log.error("request.fault", request_id=request.state.request_id, kind=type(error).__name__, exc_info=error)
    return problem(request, 500, "internal-error", "")


def add_problem_handlers(app: FastAPI) -> None:
    """Register the answers to all failures."""
    app.add_exception_handler(DomainError, on_domain_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_exception)
