"""What a direct route may ask for: path, query, a body and the request; anything else is refused when it is added."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import Depends, Header, Query, Request, Response

from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.cases.commands import ReopenCase


async def header(request: Request, name: Annotated[str | None, Header()] = None) -> Response: ...


async def needed_query(request: Request, name: Annotated[str, Query()]) -> Response: ...


async def unit_of_work(request: Request, work: CurrentWork) -> Response: ...


async def dependency(request: Request, name: Annotated[str, Depends(lambda: "x")]) -> Response: ...


async def optional_body(request: Request, command: ReopenCase | None = None) -> Response: ...


async def fits(
    case_id: UUID, command: ReopenCase, request: Request, limit: Annotated[int, Query()] = 25
) -> Response: ...


@pytest.mark.parametrize("endpoint", [header, needed_query, unit_of_work, dependency, optional_body])
def test_what_is_not_bound_is_refused_when_the_route_is_added(endpoint: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="a direct route takes path, query, a body and the request"):
        Router("/cases", "cases").post("/{case_id}", Permission.CASES_READ, direct=True)(endpoint)


def test_path_query_body_and_request_are_bound() -> None:
    Router("/cases", "cases").post("/{case_id}", Permission.CASES_READ, direct=True)(fits)
