"""Query parameters: those that a route knows, each once."""

from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from casemgmt.errors import FieldFault, Invalid


def query_names(dependant: Dependant) -> frozenset[str]:
    """Return the query parameters that an endpoint and what it depends on know."""
    names = {p.alias for p in dependant.query_params}
    for inner in dependant.dependencies:
        names |= query_names(inner)
    return frozenset(names)


def refuse_unknown_parameters(request: Request, known: frozenset[str]) -> None:
    """Refuse a filter that doesn't exist: dropping it would answer with everything."""
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known or name in seen:
            allowed = ", ".join(sorted(known)) or "none"
            raise Invalid(
                f"There is an unknown or repeated query parameter. Known here: {allowed}.",
                code="unknown-parameter",
                faults=(FieldFault("/query", "unknown-parameter", f"Known: {allowed}."),),
            )
        seen.add(name)
