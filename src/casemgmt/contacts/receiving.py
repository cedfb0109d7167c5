"""Take a message about a contact: once, whatever order and however often it comes.

Everything of one message is one transaction: the contact, its signals with their clocks, the message with its answer.
Copies that come at the same moment wait for one another, and so do all messages about one contact.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casemgmt.answers.wishes import keep_wish, note_unread, note_unreadable
from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.callers import keep_caller, told_newest
from casemgmt.contacts.commands import LONGEST_ID, ContactTold
from casemgmt.contacts.correcting import correct
from casemgmt.contacts.filing import file_concerns
from casemgmt.contacts.keys import Keys
from casemgmt.contacts.known import Known, look_up, note_known
from casemgmt.contacts.policy import Outcome, check_told
from casemgmt.contacts.states import CONTACT, ContactState
from casemgmt.contacts.tables import Contact, ContactConcern, ContactMessage
from casemgmt.contacts.views import FiledView, TakenView
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, DomainError, Invalid
from casemgmt.ids import new_id

CREATED, OK = 201, 200
MOST_MESSAGE_ID = 200
_SHOWN = {"region_code", "function", "non_data", "channel", "language", "started_at", "ended_at"}


@dataclass(frozen=True)
class Message:
    """A message as it came: who sent it under which id, and what it says."""

    source: str
    id: str
    content: Mapping[str, Any]
    """Of the contact alone, out of whatever envelope."""


@dataclass(frozen=True)
class Taken:
    """What is answered."""

    view: TakenView
    status: int
    replayed: bool


async def take(work: Work, message: Message, told: ContactTold, keys: Keys) -> Taken:
    """Take a message, or answer again what was answered when it came first.

    Errors: `message-id-reused` and `revision-reused` for other content under an id or a revision that was used.
    """
    digest = keys.digest(message.content)
    await repository.lock(work, message.source, message.id, told.contact_id)
    known = await repository.message_of(work, message.source, message.id)
    if known is not None:
        return _again(work, known, digest)
    check_told(told, work.now)
    contact = await repository.contact_of(work, message.source, told.contact_id)
    is_new, stands = contact is None, told
    if contact is not None and _ends_late(contact, told):
        stands = await told_newest(work, contact, told)
    known_beside = await look_up(work, stands)
    if contact is None:
        contact, outcome = await _begin(work, message.source, told, digest, known_beside), Outcome.ACCEPTED
    else:
        outcome = await _go_on(work, contact, told, digest, known_beside)
    caller = None
    if outcome not in (Outcome.OLDER, Outcome.REPEATED):
        caller = await keep_caller(work, contact, stands, keys, is_new=is_new)
        if stands is told and not (
            is_new and told.answer is None
        ):  # of a late end: what a newer message told of an answer stands
            await keep_wish(work, contact, told)
    filed: list[ContactConcern] = []
    if outcome in (Outcome.CORRECTED, Outcome.MATCHED):
        await correct(work, contact, told, keys, known_beside)
    elif contact.state == ContactState.FINALISED and outcome in (Outcome.ACCEPTED, Outcome.FINALISED):
        filed = await file_concerns(work, contact, stands, keys, known_beside, caller=caller)
    view = await _view(work, contact, outcome, filed if is_new else None)
    taken = Taken(view, CREATED if is_new else OK, replayed=False)
    await _keep(work, message, told, contact, taken, digest)
    return taken


def _again(work: Work, known: ContactMessage, digest: str) -> Taken:
    if known.content_digest != digest:
        raise Invalid("This message id was used for another content.", code="message-id-reused")
    work.record(Event("contact.message_repeated", "contact", (known.contact_id,)))
    return Taken(TakenView.model_validate(known.answer), known.status, replayed=True)


async def _begin(work: Work, source: str, told: ContactTold, digest: str, known: Known) -> Contact:
    contact = Contact(
        id=new_id(),
        source_code=source,
        external_id=told.contact_id,
        sender_id=work.actor.user_id,
        organisation_id=work.actor.organisation_id,
        state=CONTACT.initial,
        received_at=work.now,
        revision=told.revision,
        content_digest=digest,
        heard_at=work.now,
        channel=told.channel,
        language=told.language,
        started_at=told.started_at,
        attachments=[],
    )
    _apply(work, contact, told, digest, known)
    # It is a draft for one moment also where it comes as final: the one way to that state is the step.
    await work.save(Event("contact.received", "contact", (contact.id,)), contact)
    await _finalise(work, contact, told)
    return contact


def _ends_late(contact: Contact, told: ContactTold) -> bool:
    """Answer whether a message ends a contact of which a later revision was here already, as a draft.

    In their order it would have been final, with that revision as its correction: its end must not be passed by.
    """
    return contact.state == ContactState.DRAFT and told.stage == "final" and told.revision < contact.revision


async def _go_on(work: Work, contact: Contact, told: ContactTold, digest: str, known: Known) -> Outcome:
    contact.heard_at, contact.abandoned_at = work.now, None
    if _ends_late(contact, told):
        await _finalise(work, contact, told)
        return Outcome.FINALISED
    if told.revision < contact.revision:
        await work.save(Event("contact.older_told", "contact", (contact.id,)), contact)
        return Outcome.OLDER
    if told.revision == contact.revision:
        if digest != contact.content_digest:
            raise Conflict("This revision of the contact was told with another content.", code="revision-reused")
        await work.save(Event("contact.told_again", "contact", (contact.id,)), contact)
        return Outcome.REPEATED
    if contact.state != ContactState.DRAFT:
        # Also where it says draft now: what is final stays so, and what a desk settled is put before people at once.
        _set(contact, told, digest, known)
        await work.save(Event("contact.told_later", "contact", (contact.id,)), contact)
        if contact.state == ContactState.FINALISED:
            return Outcome.CORRECTED
        await _end(work, contact)
        return Outcome.MATCHED
    _apply(work, contact, told, digest, known)
    await work.save(Event("contact.updated", "contact", (contact.id,)), contact)
    return Outcome.FINALISED if await _finalise(work, contact, told) else Outcome.UPDATED


def _set(contact: Contact, told: ContactTold, digest: str, known: Known) -> None:
    for name in _SHOWN:
        setattr(contact, name, getattr(told, name))
    contact.revision, contact.content_digest = told.revision, digest
    contact.attachments = [each.model_dump() for each in told.attachments]
    note_known(contact, told, known)


def _apply(work: Work, contact: Contact, told: ContactTold, digest: str, known: Known) -> None:
    _set(contact, told, digest, known)
    CONTACT.check(work.actor, "update", contact.state, None)
    contact.content = told.model_dump(mode="json", exclude={"caller", "answer"})


async def _finalise(work: Work, contact: Contact, told: ContactTold) -> bool:
    if told.stage == "draft":
        return False
    await _end(work, contact)
    return True


async def _end(work: Work, contact: Contact) -> None:
    contact.state = CONTACT.check(work.actor, "finalise", contact.state, None).target
    contact.content, contact.finalised_at = None, work.now
    await work.save(Event("contact.finalised", "contact", (contact.id,)), contact)


async def _view(work: Work, contact: Contact, outcome: Outcome, concerns: Sequence[ContactConcern] | None) -> TakenView:
    """Return the answer. `concerns`: what the contact became, where that is known without a look."""
    if concerns is None:
        concerns = await repository.concerns_of(work, contact.id)
    return TakenView(
        contact_id=contact.external_id,
        id=contact.id,
        outcome=outcome,
        state=contact.state,
        revision=contact.revision,
        received_at=contact.received_at,
        plate_known=None if contact.plate_code is None else contact.plate_known,
        taxonomy_known=None if contact.taxonomy_version is None else contact.taxonomy_known,
        signals=[FiledView(ref=c.concern_ref, signal_id=c.signal_id) for c in concerns],
    )


async def _keep(work: Work, message: Message, told: ContactTold, contact: Contact, taken: Taken, digest: str) -> None:
    kept = ContactMessage(
        source_code=message.source,
        message_id=message.id,
        sender_id=work.actor.user_id,
        organisation_id=work.actor.organisation_id,
        content_digest=digest,
        external_id=told.contact_id,
        revision=told.revision,
        contact_id=contact.id,
        outcome=taken.view.outcome,
        status=taken.status,
        answer=taken.view.model_dump(mode="json"),
        received_at=work.now,
    )
    await work.save(Event("contact.message_taken", "contact", (contact.id,)), kept)


async def keep_refusal(work: Work, message: Message, keys: Keys, refusal: DomainError) -> None:
    """Keep that a message was not taken, and why, so that a day's account comes out to the item."""
    external = _readable(message.content.get("contact_id"))
    pointer = next((fault.pointer for fault in refusal.faults), None)
    refused = {
        "source": message.source,
        "message": message.id,
        "digest": keys.digest(message.content),
        "external": external,
        "code": refusal.code,
        "pointer": None if pointer is None else pointer[:200],
    }
    if external is not None:
        await repository.lock(work, message.source, message.id, external)
        await note_unread(work, message.source, external, message.content.get("revision"))
    else:
        await note_unreadable(work, message.source, json.dumps(message.content, ensure_ascii=False))
    await repository.keep_refusal(work, refused, work.now)
    work.record(Event("contact.message_refused", "contact", (), reason=refusal.code, outcome="refused"))


def _readable(told: object) -> str | None:
    """Return the id that a refused message names, if it can be kept: no NUL, no half of a character, not too long."""
    fits = isinstance(told, str) and 0 < len(told) <= LONGEST_ID and told.isprintable()
    return str(told) if fits else None
