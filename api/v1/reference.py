"""Code lists, regions, roles, deadlines."""

from typing import Annotated

from fastapi import Header, Path

from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.reference import service
from casemgmt.reference.views import DeadlinesView, ListsView, ListView, RegionsView, RolesView

router = Router("/reference", "reference")

AcceptLanguage = Annotated[
    str | None, Header(description="Languages of labels in the order of your wish: `kk`, `ru`, `en`.")
]
ListName = Annotated[str, Path(pattern="^[a-z][a-z0-9_]*$", max_length=64)]


@router.get("/lists", Permission.REFERENCE_READ)
async def list_code_lists(work: CurrentWork, accept_language: AcceptLanguage = None) -> ListsView:
    """List all code lists with title and version."""
    return service.read_lists(work, accept_language)


@router.get("/lists/{name}", Permission.REFERENCE_READ)
async def get_code_list(name: ListName, work: CurrentWork, accept_language: AcceptLanguage = None) -> ListView:
    """Read a code list with labels in your language and in all three."""
    return service.read_list(work, name, accept_language)


@router.get("/regions", Permission.REFERENCE_READ)
async def list_regions(work: CurrentWork, accept_language: AcceptLanguage = None) -> RegionsView:
    """List the regions and cities of republican significance."""
    return service.read_regions(work, accept_language)


@router.get("/roles", Permission.REFERENCE_READ)
async def list_roles(work: CurrentWork) -> RolesView:
    """List the roles: what each may do, and how far it sees."""
    return service.read_roles(work)


@router.get("/deadlines", Permission.REFERENCE_READ)
async def list_deadlines(work: CurrentWork, accept_language: AcceptLanguage = None) -> DeadlinesView:
    """List the deadlines with the term in force today. What is not law says so (`is_law`)."""
    return service.read_deadlines(work, accept_language)
