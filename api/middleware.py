"""What every request gets before any route: an id, a bounded body, safe headers, one log line."""

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from starlette.requests import Request

from api.problems import Problem, fault, problem
from casemgmt.ids import new_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
_DOCS_POLICY = b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_API_POLICY = b"default-src 'none'; frame-ancestors 'none'"

log = structlog.get_logger()


def _template(scope: Scope) -> str:
    """Return the path with its parameters named: a log line holds no id of a record, and no path that nobody knows."""
    if scope.get("endpoint") is None:
        return "unknown"
    named = {str(value): "{" + name + "}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(named.get(part, part) for part in scope["path"].split("/"))


class _BodyTooLarge(Exception):
    pass


class RequestEnvelope:
    """Pure ASGI middleware: no task per request."""

    def __init__(self, app: App, *, body_limit_bytes: int) -> None:
        self._app = app
        self._limit = body_limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request = Request(scope)
        given = request.headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else str(new_id())
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        answer = {"status": 0}
        policy = _DOCS_POLICY if scope["path"].startswith("/docs") else _API_POLICY

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    *_HEADERS,
                    (b"content-security-policy", policy),
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, self._bounded(receive), send_with_headers)
        except _BodyTooLarge:
            await self._too_large(request)(scope, receive, send_with_headers)
        except Exception as error:
            if answer["status"]:
                raise  # the answer has begun: the connection is cut, so that nobody takes half of it for the whole
            await fault(request, error)(scope, receive, send_with_headers)
        finally:
            log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                route=_template(scope),
                status=answer["status"],
                code=state.get("problem_code"),
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )

    def _bounded(self, receive: Receive) -> Receive:
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise _BodyTooLarge
            return message

        return bounded

    def _too_large(self, request: Request) -> Problem:
        return problem(request, 413, "body-too-large", f"A body may have {self._limit} bytes.")
