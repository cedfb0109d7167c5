"""Contacts of a contact centre, for its desk: what came, and what became of it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.etags import set_etag
from api.routing import CurrentWork, Router
from api.schemas import DEFAULT_PAGE, Cursor, Limit, Page
from casemgmt.access.permissions import Permission
from casemgmt.contacts import reading, reconciling, settling
from casemgmt.contacts.commands import SOURCE_CODE, SettleContact
from casemgmt.contacts.states import ContactState
from casemgmt.contacts.views import CallerView, IntakeSummary, IntakeView, ReconciliationView

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


@router.post("/settled", Permission.INTAKE_SETTLE, status_code=201)
async def settle_contact(command: SettleContact, work: CurrentWork) -> IntakeView:
    """Say that a contact was dealt with by hand: one that hangs, or one that has not arrived because a system is down.

    What arrives of it later is put beside the signals that you name, and doubles none.
    """
    return await settling.settle(work, command)


@router.get("/reconciliation", Permission.INTAKE_READ)
async def reconcile_contacts(
    work: CurrentWork,
    source_code: Annotated[str, Query(pattern=SOURCE_CODE, alias="source", description="Code of a source.")],
    day: Annotated[date, Query(description="A day of Kazakhstan; contacts count on the day on which they first came.")],
) -> ReconciliationView:
    """Account for a day of a source: all that came, and what became of each."""
    return await reconciling.reconcile(work, source_code, day)


@router.get("/{contact_id}/caller", Permission.REPORTERS_READ, fresh_factor=True)
async def get_contact_caller(contact_id: UUID, work: CurrentWork) -> CallerView:
    """Read who got in touch, and how often the number did before. It stands in the audit log as a read of its own."""
    return await reading.read_caller(work, contact_id)


@router.get("/{contact_id}", Permission.INTAKE_READ)
async def get_contact(contact_id: UUID, response: Response, work: CurrentWork) -> IntakeView:
    """Read a contact with the signals that it became; of a draft also what is known so far."""
    view = await reading.read_contact(work, contact_id)
    set_etag(response, view.version)
    return view
