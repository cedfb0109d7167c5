"""How to reach a person, and when it is safe to."""

from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, WrongState
from casemgmt.ids import new_id
from casemgmt.people import policy, repository
from casemgmt.people.commands import RecordContact
from casemgmt.people.phones import phone_hash
from casemgmt.people.service import stories
from casemgmt.people.tables import PersonContact
from casemgmt.people.views import ContactsView, ContactView


async def record_contact(work: Work, person_id: UUID, command: RecordContact, lookup_key: bytes) -> ContactView:
    """Record a contact. A phone is kept as E.164, with the keyed hash by which it is found again."""
    await repository.get_person(work, person_id)
    value, is_phone = policy.settle_contact(command)
    contact = PersonContact(
        id=new_id(),
        person_id=person_id,
        value=value,
        phone_hash=phone_hash(value, lookup_key) if is_phone else None,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **command.model_dump(exclude={"value"}),
    )
    told = await stories(work, [person_id], "person.contact_recorded", {"kind": command.kind})
    await work.save(Event("contact.recorded", "contact", (contact.id, person_id)), contact, *told)
    return _view(contact)


async def list_contacts(work: Work, person_id: UUID) -> ContactsView:
    """Return all contacts of a person, and record that the actor read them."""
    await repository.get_person(work, person_id)
    query = select(PersonContact).where(PersonContact.person_id == person_id).order_by(col(PersonContact.id).desc())
    contacts = list(await work.session.scalars(query))
    work.record(Event("contact.listed", "contact", (person_id, *(c.id for c in contacts))))
    return ContactsView(items=[_view(c) for c in contacts])


async def end_contact(work: Work, person_id: UUID, contact_id: UUID) -> ContactView:
    """End a contact: the person can't be reached by it any more, and isn't found by it."""
    query = (
        select(PersonContact)
        .where(PersonContact.id == contact_id, PersonContact.person_id == person_id)
        .with_for_update()
    )
    contact = (await work.session.scalars(query)).one_or_none()
    if contact is None:
        raise NotFound("There is no such contact.")
    if contact.ended_at is not None:
        raise WrongState("The contact has ended already.", code="record-ended")
    contact.ended_at = work.now
    told = await stories(work, [person_id], "person.contact_ended", {"kind": contact.kind})
    await work.save(Event("contact.ended", "contact", (contact_id, person_id)), contact, *told)
    return _view(contact)


def _view(contact: PersonContact) -> ContactView:
    return ContactView(**contact.model_dump(exclude={"phone_hash"}))
