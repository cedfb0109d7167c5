"""Who got in touch: kept beside the contact, and known again by a keyed hash of the number."""

from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.commands import ContactTold
from casemgmt.contacts.keys import Keys
from casemgmt.contacts.policy import number_of
from casemgmt.contacts.tables import Contact, ContactCaller
from casemgmt.db.work import Work
from casemgmt.people.phones import phone_hash


async def keep_caller(work: Work, contact: Contact, told: ContactTold, keys: Keys) -> None:
    """Keep who got in touch as the newest message says. Of who wants to stay unknown the hash alone is kept."""
    if told.caller is None:
        return
    number = number_of(told.caller)
    given = told.caller.model_dump(exclude={"phone"}) | {
        "phone": number or told.caller.phone,
        "phone_hash": None if number is None else phone_hash(number, keys.lookup),
    }
    if told.anonymous:
        given |= {"relation": "anonymous", "name": None, "phone": None}
    caller = await work.session.get(ContactCaller, contact.id)
    if caller is None:
        caller = ContactCaller(contact_id=contact.id, sender_id=work.actor.user_id, **given)
    else:
        for name, value in given.items():
            setattr(caller, name, value)
    await work.save(Event("contact.caller_told", "contact", (contact.id,)), caller)


async def earlier_contacts(work: Work, contact: Contact, caller: ContactCaller) -> int | None:
    """Return how many contacts came from the number before this one, of those that the actor sees."""
    if caller.phone_hash is None:
        return None
    return await repository.contacts_of_number(work, caller.phone_hash, contact)
