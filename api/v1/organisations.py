"""Bodies."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import RequiredVersion, set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.organisations import service
from casemgmt.organisations.commands import ChangeOrganisation, CreateOrganisation
from casemgmt.organisations.views import OrganisationSummary, OrganisationView
from casemgmt.reference.fields import OrganisationKind, RegionCode

router = Router("/organisations", "organisations")


@router.post("", Permission.ORGANISATIONS_MANAGE, status_code=201)
async def create_organisation(command: CreateOrganisation, response: Response, work: CurrentWork) -> OrganisationView:
    """Add a body."""
    view = await service.create_organisation(work, command)
    response.headers["Location"] = f"/v1/organisations/{view.id}"
    return _shown(response, view)


@router.get("", Permission.ORGANISATIONS_READ)
async def list_organisations(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    kind: Annotated[OrganisationKind | None, Query()] = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> Page[OrganisationSummary]:
    """List bodies in the order of their Russian names."""
    return Page.of(await service.list_organisations(work, limit, cursor, kind, region))


@router.get("/{organisation_id}", Permission.ORGANISATIONS_READ)
async def get_organisation(organisation_id: UUID, response: Response, work: CurrentWork) -> OrganisationView:
    """Read a body."""
    return _shown(response, await service.read_organisation(work, organisation_id))


@router.patch("/{organisation_id}", Permission.ORGANISATIONS_MANAGE)
async def change_organisation(
    organisation_id: UUID, command: ChangeOrganisation, response: Response, work: CurrentWork, expected: RequiredVersion
) -> OrganisationView:
    """Change a body, or switch it off: then it takes nothing new."""
    return _shown(response, await service.change_organisation(work, organisation_id, command, expected))


def _shown(response: Response, view: OrganisationView) -> OrganisationView:
    set_etag(response, view.version)
    return view
