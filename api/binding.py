"""The parameters of a direct route, read by their fields alone.

FastAPI looks for dependencies, models and aliases anew in every request; a direct route has none of them, and what is
left is one validation a parameter. The contract, the validation and its refusals are FastAPI's own, by the same fields.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response


def bound(route: APIRoute) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """Return the handler of a route whose endpoint takes path, query, a body and the request, and answers itself."""
    dependant, call, body = route.dependant, route.dependant.call, route.body_field
    if call is None or _others(dependant):
        raise TypeError(f"{route.path}: a direct route takes path, query, a body and the request, and nothing else")
    fields = [
        (field, field.alias, (place, field.alias), place == "path")
        for place, given in (("path", dependant.path_params), ("query", dependant.query_params))
        for field in given
    ]
    of_body = None if body is None else dependant.body_params[0].name
    of_request = dependant.request_param_name

    async def handle(request: Request) -> Response:
        values: dict[str, Any] = {}
        faults: list[Any] = []
        for field, alias, place, in_path in fields:
            given = (request.path_params if in_path else request.query_params).get(alias)
            if given is None and not field.field_info.is_required():
                values[field.name] = field.get_default()
                continue
            values[field.name], found = field.validate(given, loc=place)
            faults += found
        if body is not None and of_body is not None:
            if await request.body():
                values[of_body], found = body.validate(await request.json(), loc=("body",))
                faults += found
            else:
                faults.append({"type": "missing", "loc": ("body",), "msg": "Field required", "input": None})
        if faults:
            raise RequestValidationError(faults)
        if of_request is not None:
            values[of_request] = request
        answer: Response = await call(**values)
        return answer

    return handle


def _others(dependant: Dependant) -> bool:
    """Answer whether an endpoint wants what is not read here."""
    return bool(
        dependant.dependencies
        or dependant.header_params
        or dependant.cookie_params
        or len(dependant.body_params) > 1
        or dependant.response_param_name
        or any(not field.field_info.is_required() for field in dependant.body_params)
        or any(field.field_info.is_required() for field in dependant.query_params)
    )
