"""Contacts of a contact centre, for its desk: what came, and what became of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.contacts import reading
from casemgmt.contacts.states import ContactState
from casemgmt.contacts.views import IntakeSummary, IntakeView

router = Router("/contacts", "contacts")


@router.get("", Permission.INTAKE_READ)
async def list_contacts(
    work: CurrentWork,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
    state: Annotated[ContactState | None, Query()] = None,
    signal_id: Annotated[UUID | None, Query(description="The contact that a signal came of.")] = None,
) -> Page[IntakeSummary]:
    """List the contacts that you may see, newest first."""
    return Page.of(await reading.list_contacts(work, limit, cursor, state, signal_id))


@router.get("/{contact_id}", Permission.INTAKE_READ)
async def get_contact(contact_id: UUID, response: Response, work: CurrentWork) -> IntakeView:
    """Read a contact with the signals that it became; of a draft also what is known so far."""
    view = await reading.read_contact(work, contact_id)
    set_etag(response, view.version)
    return view
