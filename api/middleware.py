"""What every request gets before any route: an id, a known host, a bounded body, safe headers, one log line."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request

from api.headers import answer_headers
from api.problems import Problem, fault, problem
from casemgmt.ids import new_id
from casemgmt.settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Segments of our paths are words, codes and ids. Whatever is written in another way (%2e, %00, //, ..) leads nowhere.
_PATH = re.compile(rb"/|(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]{1,100})+")
_CLOSE = {"Connection": "close"}
_UPLOAD = re.compile(r"/v1/(?:documents/[^/]+/content|imports/[^/]+/file)")
"""The paths whose body is larger than a command, and is taken in as it comes."""

log = structlog.get_logger()


def _template(scope: Scope) -> str:
    """Return the path with its parameters named: a log line holds no id of a record, and no path that nobody knows."""
    if scope.get("endpoint") is None:
        return "unknown"
    named = {str(value): "{" + name + "}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(named.get(part, part) for part in scope["path"].split("/"))


class _Refused(Exception):
    """The request is refused here, whatever its route would have said."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class RequestEnvelope:
    """Pure ASGI middleware: no task per request."""

    def __init__(self, app: App, *, settings: Settings) -> None:
        self._app = app
        self._usual = (settings.body_limit_bytes, settings.receive_seconds)
        self._upload = (settings.largest_document_bytes, settings.document_upload_seconds)
        self._at_once = settings.requests_at_once
        self._hosts = settings.host_names
        self._headers = answer_headers(settings)
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request = Request(scope)
        given = request.headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(new_id())
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        answer = {"status": 0}
        fixed = self._headers.of(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    *fixed,
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        body_bytes, seconds = self._upload if _UPLOAD.fullmatch(scope["path"]) else self._usual
        self._running += 1
        try:
            self._check(request, scope)
            await self._app(scope, _bounded(request, receive, body_bytes, seconds), send_with_headers)
        except _Refused as refusal:
            await _refusal(request, refusal, body_bytes)(scope, receive, send_with_headers)
        except ClientDisconnect:
            state["problem_code"] = "client-gone"
        except Exception as error:
            if answer["status"]:
                raise  # the answer has begun: the connection is cut, so that nobody takes half of it for the whole
            await fault(request, error)(scope, receive, send_with_headers)
        finally:
            self._running -= 1
            log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                route=_template(scope),
                status=answer["status"],
                code=state.get("problem_code"),
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )

    def _check(self, request: Request, scope: Scope) -> None:
        if not _PATH.fullmatch(scope.get("raw_path") or scope["path"].encode()):
            raise _Refused(404, "not-found")
        platform = scope["path"].startswith("/health/")  # asked by address, and neither by name nor within a limit
        if self._running > self._at_once and not platform:
            raise _Refused(503, "overloaded")
        if self._hosts and not platform and _name_of(request.headers.get("host", "")) not in self._hosts:
            raise _Refused(421, "unknown-host")


def _bounded(request: Request, receive: Receive, body_bytes: int, seconds: float) -> Receive:
    received = 0
    whole = False
    deadline: float | None = None
    loop = asyncio.get_running_loop()

    async def bounded() -> Message:
        nonlocal received, deadline, whole
        if whole:
            return await receive()  # that the caller is gone: who waits for it waits as long as the answer takes
        if deadline is None:
            deadline = loop.time() + seconds
            told = request.headers.get("content-length", "")
            if told.isdecimal() and int(told[:20]) > body_bytes:
                raise _Refused(413, "body-too-large")
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise _Refused(408, "body-too-slow") from None
        received += len(message.get("body", b""))
        if received > body_bytes:
            raise _Refused(413, "body-too-large")
        whole = not message.get("more_body", False)
        return message

    return bounded


def _refusal(request: Request, refusal: _Refused, body_bytes: int) -> Problem:
    limits = {"limit_bytes": body_bytes} if refusal.code == "body-too-large" else None
    if refusal.code == "not-found":
        return problem(request, 404, "not-found", "")
    headers = _CLOSE | ({"Retry-After": "1"} if refusal.code == "overloaded" else {})
    return problem(request, refusal.status, refusal.code, "", data=limits, headers=headers)


def _name_of(host: str) -> str:
    """Return the name in a Host header, without its port."""
    name, _, port = host.rpartition(":")
    return (name if port.isdecimal() and name else host).lower().rstrip(".")
