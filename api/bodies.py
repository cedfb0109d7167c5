"""Bodies of requests: one media type per route, UTF-8, and JSON that every reader reads alike."""

import inspect
import json
import re
from collections.abc import Callable
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from casemgmt.errors import Invalid
from casemgmt.models import Command

JSON = "application/json"
CLOUD_EVENT = "application/cloudevents+json"
FORM = "application/x-www-form-urlencoded"
DEPTH = 128
"""Arrays and objects within one another: far from what exhausts a stack, and from what any command needs."""
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"


class CheckedRequest(Request):
    """A request whose JSON was checked before anything was made of it."""

    async def json(self) -> Any:
        """Return the body as JSON; refused where it is none, too deep, or names a field twice."""
        if not hasattr(self, "_checked"):
            self._checked = _read_json(await self.body())
        return self._checked


async def check_body(request: Request, media_type: str) -> None:
    """Refuse a body of another media type, another character set, or packed in any way; JSON is read here."""
    if not await request.body():
        return
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415)
    given = request.headers.get("content-type", "")
    if given != media_type:
        kind, *parameters = (part.strip().lower() for part in given.split(";"))
        if kind != media_type or any(p.replace('"', "") != "charset=utf-8" for p in parameters if p):
            raise HTTPException(415)
    if media_type == JSON:
        await request.json()
    elif media_type == FORM:
        names = [name for name, _ in (await request.form()).multi_items()]
        if len(set(names)) < len(names):  # RFC 6749, 3.2: of two values somebody may have checked the other one
            raise Invalid("A form names a field twice.", code="repeated-field")


def let_body_be_absent(endpoint: Callable[..., Any]) -> None:
    """Take an absent body for an empty one, where the command of an endpoint asks for nothing.

    A caller who has nothing to say would else be told that a field is missing which no page names. The contract says so
    too: it is read from the same signature.
    """
    signature = inspect.signature(endpoint)
    given = [
        p.replace(kind=p.KEYWORD_ONLY, default=_said_by_nothing(p.annotation, p.default))
        for p in signature.parameters.values()
    ]
    endpoint.__signature__ = signature.replace(parameters=given)  # type: ignore[attr-defined]  # read by `inspect`


def _said_by_nothing(annotation: Any, default: Any) -> Any:
    """Return the command that an empty body is; the default as it was of all else, and where a command needs more."""
    if not inspect.isclass(annotation) or not issubclass(annotation, Command):
        return default
    try:
        return annotation()
    except ValidationError:
        return default


def _read_json(body: bytes) -> Any:
    if _is_deep(body):
        raise Invalid(f"Arrays and objects may stand {DEPTH} deep in one another.", code="body-too-deep")
    try:
        return json.loads(body, object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        fault = {"type": "json_invalid", "loc": ("body",), "msg": "JSON decode error", "input": None}
        raise RequestValidationError([fault]) from error
    except (ValueError, RecursionError):  # not UTF-8, or a number of thousands of digits
        raise HTTPException(400) from None


def _is_deep(body: bytes) -> bool:
    """Answer for the deepest place. Counting brackets acquits nearly every body at the price of four glances."""
    if body.count(b"[") + body.count(b"{") <= DEPTH:
        return False
    depth = 0
    for byte in _STRINGS.sub(b"", body):
        if byte in _OPENING:
            depth += 1
            if depth > DEPTH:
                return True
        elif byte in _CLOSING:
            depth -= 1
    return False


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a field twice: of two values a proxy may have checked the one that is not used."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("An object names a field twice.", code="repeated-field")
    return found
