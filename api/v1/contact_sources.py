"""Systems that send contacts, and the plates and topics that they name."""

from typing import Annotated

from fastapi import Path, Response

from api.etags import set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.contacts import plates, sources, taxonomies
from casemgmt.contacts.commands import PLATE, SOURCE_CODE, TAXONOMY, PutPlates, PutSource, PutTaxonomy
from casemgmt.contacts.views import PlateList, PlateView, SourceList, SourceView, TaxonomyList, TaxonomyView

router = Router("/contact-sources", "contacts")
plates_router = Router("/qr-plates", "contacts")
taxonomies_router = Router("/contact-taxonomies", "contacts")


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


@plates_router.guarded("PUT", "", Permission.INTAKE_MANAGE)
async def put_qr_plates(command: PutPlates, work: CurrentWork) -> PlateList:
    """Put plates into the table, new and changed ones: 1000 at most, all of them or none."""
    return await plates.put_plates(work, command)


@plates_router.get("/{code}", Permission.INTAKE_MANAGE)
async def get_qr_plate(code: Annotated[str, Path(pattern=PLATE)], work: CurrentWork) -> PlateView:
    """Read where a plate hangs, and which body is on duty for it."""
    return await plates.read_plate(work, code)


@taxonomies_router.get("", Permission.INTAKE_MANAGE)
async def list_contact_taxonomies(work: CurrentWork) -> TaxonomyList:
    """List the versions of topics that are known, and those that contacts were told under without being known."""
    return await taxonomies.list_taxonomies(work)


@taxonomies_router.guarded("PUT", "/{code}", Permission.INTAKE_MANAGE)
async def put_contact_taxonomy(
    code: Annotated[str, Path(pattern=TAXONOMY)], command: PutTaxonomy, work: CurrentWork
) -> TaxonomyView:
    """Load a version of the list of topics. A version never changes: another wording is another version."""
    return await taxonomies.put_taxonomy(work, code, command)
