"""Bodies of signed messages: a contact as it is, or in a CloudEvents envelope (structured mode, 1.0)."""

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.bodies import CLOUD_EVENT, JSON, check_body
from casemgmt.errors import invalid_field

EVENT_TYPE = "casemgmt.contact.v1"
ModelT = TypeVar("ModelT", bound=BaseModel)


async def content_of(request: Request) -> Mapping[str, Any]:
    """Return what a signed body says, out of its envelope; refused where it is no JSON object."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not await request.body() or kind not in {JSON, CLOUD_EVENT}:
        raise HTTPException(415)
    await check_body(request, kind)
    body = await request.json()
    if not isinstance(body, dict):
        raise RequestValidationError([{"type": "dict_type", "loc": ("body",), "msg": "A JSON object is needed."}])
    return _out_of_envelope(body) if kind == CLOUD_EVENT else body


def _out_of_envelope(event: Mapping[str, Any]) -> Mapping[str, Any]:
    if event.get("specversion") != "1.0":
        raise invalid_field("/specversion", "unknown-envelope", "CloudEvents 1.0 are understood.")
    if event.get("type") != EVENT_TYPE:
        raise invalid_field("/type", "unknown-envelope", f"The type must be {EVENT_TYPE}.")
    for name in ("id", "source"):
        if not isinstance(event.get(name), str) or not event[name]:
            raise invalid_field(f"/{name}", "unknown-envelope", "CloudEvents have an id and a source.")
    data = event.get("data")
    if not isinstance(data, dict):
        raise invalid_field("/data", "unknown-envelope", "The contact stands in data, as a JSON object.")
    return data


def read_as(model: type[ModelT], content: Mapping[str, Any]) -> ModelT:
    """Return the content as a command; refused, with the places, where it does not fit."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(faults) from error
