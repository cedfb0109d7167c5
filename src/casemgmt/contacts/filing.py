"""File what a contact is about: each concern becomes a signal, by the same code as one that a person records."""

from collections.abc import Container

from casemgmt.audit.events import Event
from casemgmt.contacts.callers import earlier_contacts
from casemgmt.contacts.commands import ConcernGiven, ContactTold
from casemgmt.contacts.keys import Keys
from casemgmt.contacts.known import Known
from casemgmt.contacts.policy import as_signal, duty_of, kept_caller, latest
from casemgmt.contacts.tables import Contact, ContactCaller, ContactConcern
from casemgmt.db.work import Work
from casemgmt.errors import FieldFault, Invalid
from casemgmt.ids import new_id
from casemgmt.signals.danger import Beside
from casemgmt.signals.service import register_signal
from casemgmt.timeline.service import entry

_OF_EACH = {"channel", "language", "anonymous", "region_code", "plate", "taxonomy_version"}


async def file_concerns(
    work: Work,
    contact: Contact,
    told: ContactTold,
    keys: Keys,
    known: Known,
    filed_already: Container[str] = (),
    caller: ContactCaller | None = None,
) -> list[ContactConcern]:
    """Make a signal of each concern that is none yet, with its owner and clock, and tie the two together.

    The body on duty for the plate owns what comes by it; else the body that took the contact does. `caller`: who got
    in touch, where that is at hand.
    """
    came_before = bool(await earlier_contacts(work, contact, caller)) if told.concerns else False
    beside = Beside(repeat_caller=came_before, several_concerns=len(told.concerns) > 1)
    made = []
    for number, concern in enumerate(told.concerns):
        if concern.ref in filed_already:
            continue
        owner = duty_of(told, concern, known)
        try:
            command = as_signal(told, concern, known)
            registered = await register_signal(
                work, command, keys.lookup, owner=owner, latest=latest(work.now), beside=beside
            )
        except Invalid as refusal:
            raise _at(refusal, number) from refusal
        filed = ContactConcern(
            id=new_id(),
            contact_id=contact.id,
            sender_id=work.actor.user_id,
            concern_ref=concern.ref,
            topic=concern.topic,
            revision=told.revision,
            content_digest=digest_of(told, concern, keys),
            signal_id=registered.id,
        )
        story = entry(
            work,
            "signal.from_contact",
            "contact",
            contact.id,
            organisation_id=contact.organisation_id,
            signal_id=registered.id,
            data={"channel": contact.channel},
        )
        event = Event("contact.filed", "contact", (contact.id, registered.id), signal_id=registered.id)
        contact.signals += 1
        await work.save(event, filed, story, contact)
        made.append(filed)
    return sorted(made, key=lambda concern: concern.concern_ref)


def digest_of(told: ContactTold, concern: ConcernGiven, keys: Keys) -> str:
    """Return the keyed digest of all that is told of a concern: what differs is a correction of it."""
    common = told.model_dump(mode="json", include=_OF_EACH) | {"caller": kept_caller(told)}
    return keys.digest({"concern": concern.model_dump(mode="json"), "contact": common})


def _at(refusal: Invalid, number: int) -> Invalid:
    """Return the refusal of a signal as one of the concern that it was made of."""
    faults = tuple(FieldFault(f"/concerns/{number}{f.pointer}", f.code, f.detail) for f in refusal.faults)
    return Invalid(refusal.detail, code=refusal.code, data=refusal.data, faults=faults)
