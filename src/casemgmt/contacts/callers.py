"""Who got in touch: kept beside the contact, and known again by a keyed hash of the number."""

from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.commands import CallerGiven, ContactTold
from casemgmt.contacts.keys import Keys
from casemgmt.contacts.policy import UNNAMED, kept_caller, number_of
from casemgmt.contacts.tables import Contact, ContactCaller
from casemgmt.db.work import Work
from casemgmt.people.phones import phone_hash


async def keep_caller(
    work: Work, contact: Contact, told: ContactTold, keys: Keys, *, is_new: bool
) -> ContactCaller | None:
    """Keep who got in touch as the newest message says. Of who wants to stay unknown the hash alone is kept."""
    given = kept_caller(told)
    if given is None:
        return await _unname(work, contact) if told.anonymous and not is_new else None
    number = number_of(told.caller)
    given["phone_hash"] = None if number is None else phone_hash(number, keys.lookup)
    caller = None if is_new else await work.session.get(ContactCaller, contact.id)
    if caller is None:
        caller = ContactCaller(contact_id=contact.id, sender_id=work.actor.user_id, **given)
    else:
        for name, value in given.items():
            setattr(caller, name, value)
    await work.save(Event("contact.caller_told", "contact", (contact.id,)), caller)
    return caller


async def _unname(work: Work, contact: Contact) -> ContactCaller | None:
    """Of a caller who wants to stay unknown by now, and of whom no more is told, keep no more either."""
    caller = await work.session.get(ContactCaller, contact.id)
    if caller is not None:
        for name, value in UNNAMED.items():
            setattr(caller, name, value)
        await work.save(Event("contact.caller_told", "contact", (contact.id,)), caller)
    return caller


async def told_newest(work: Work, contact: Contact, late: ContactTold) -> ContactTold:
    """Return the newest that was told of an open contact, out of what is kept; its caller perhaps by a late message."""
    if contact.content is None:  # its term is over
        return late
    caller = await work.session.get(ContactCaller, contact.id)
    known = None if caller is None else CallerGiven(**caller.model_dump(include=set(CallerGiven.model_fields)))
    newest = ContactTold.model_validate(contact.content)
    return newest.model_copy(update={"caller": known or late.caller})


async def earlier_contacts(work: Work, contact: Contact, caller: ContactCaller | None = None) -> int | None:
    """Return how often the number got in touch before; None where there is no number, or who got in touch is hidden.

    Counted are the contacts that the actor sees, and those that became no signal: a child often calls in silence
    first, and whoever triages must know it, wherever those calls came in.
    """
    caller = caller or await work.session.get(ContactCaller, contact.id)
    if caller is None or caller.phone_hash is None:
        return None
    return await repository.contacts_of_number(work, caller.phone_hash, contact)
