"""Systems that send contacts. Their secrets: `/v1/users/{user_id}/signing-secrets`."""

from typing import Annotated

from fastapi import Path, Response

from api.etags import set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.contacts import sources
from casemgmt.contacts.commands import SOURCE_CODE, PutSource
from casemgmt.contacts.views import SourceList, SourceView

router = Router("/contact-sources", "contacts")


@router.get("", Permission.INTAKE_MANAGE)
async def list_contact_sources(work: CurrentWork) -> SourceList:
    """List the systems that send contacts."""
    return await sources.list_sources(work)


@router.guarded("PUT", "/{code}", Permission.INTAKE_MANAGE)
async def put_contact_source(
    code: Annotated[str, Path(pattern=SOURCE_CODE)], command: PutSource, response: Response, work: CurrentWork
) -> SourceView:
    """Add a system that sends contacts, or change it. It acts as a machine account, which stays the same."""
    view = await sources.put_source(work, code, command)
    set_etag(response, view.version)
    return view
