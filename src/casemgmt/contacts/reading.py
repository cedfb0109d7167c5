"""Use cases of the desk: list contacts, read one, and who got in touch."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.callers import earlier_contacts
from casemgmt.contacts.tables import Contact, ContactCaller
from casemgmt.contacts.views import CallerView, CorrectionView, FiledView, IntakeSummary, IntakeView
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.errors import NotFound

_CORRECTION = {"signal_id", "revision", "kind", "content", "received_at"}


async def list_contacts(
    work: Work, limit: int, cursor: str | None, state: str | None, signal_id: UUID | None
) -> paging.Page[IntakeSummary]:
    """Return a page of the contacts that the actor sees, newest first."""
    after = paging.decode("contacts", cursor)
    rows = await repository.list_contacts(work, limit + 1, after, state, signal_id)
    page = paging.page(
        "contacts", [_summary(row) for row in rows], limit, lambda c: paging.Position(c.received_at, c.id)
    )
    work.record(Event("contact.listed", "contact", tuple(c.id for c in page.items)))
    return page


async def read_contact(work: Work, contact_id: UUID) -> IntakeView:
    """Return a contact, with the signals of it that the actor sees."""
    contact = await repository.get_contact(work, contact_id)
    concerns = await repository.concerns_of(work, contact_id)
    corrections = await repository.corrections_of(work, contact_id)
    names = {c.id: c.concern_ref for c in concerns}
    work.record(Event("contact.read", "contact", (contact_id, *(c.signal_id for c in concerns))))
    return IntakeView(
        **_summary(contact).model_dump(),
        version=contact.version,
        draft=contact.content,
        attachments=contact.attachments,
        settled_by_id=contact.settled_by_id,
        settled_at=contact.settled_at,
        filed=[FiledView(ref=c.concern_ref, signal_id=c.signal_id) for c in concerns],
        earlier_contacts=await earlier_contacts(work, contact),
        corrections=[CorrectionView(ref=names[c.concern_id], **c.model_dump(include=_CORRECTION)) for c in corrections],
    )


async def read_caller(work: Work, contact_id: UUID) -> CallerView:
    """Return who got in touch. A read of its own in the audit log."""
    contact = await repository.get_contact(work, contact_id)
    caller = await work.session.get(ContactCaller, contact_id)
    if caller is None:
        raise NotFound("No caller is recorded for this contact, or it is a secret of a case.")
    work.record(Event("contact_caller.read", "contact", (contact_id,)))
    columns = caller.model_dump(include=set(CallerView.model_fields))
    return CallerView(**columns, earlier_contacts=await earlier_contacts(work, contact))


def _summary(contact: Contact) -> IntakeSummary:
    columns = contact.model_dump(include=set(IntakeSummary.model_fields))
    return IntakeSummary(**columns, source=contact.source_code, contact_id=contact.external_id)
