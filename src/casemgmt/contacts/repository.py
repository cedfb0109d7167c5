"""Queries on contacts and on the messages that told of them. Row security decides what is seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import literal, text, tuple_
from sqlmodel import col, select

from casemgmt.contacts.tables import Contact, ContactConcern, ContactCorrection, ContactMessage, ContactSource
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.ids import new_id

_OF_CONTACT = "pg_advisory_xact_lock(hashtextextended(:contact, 121))"
_LOCK = text(f"SELECT pg_advisory_xact_lock(hashtextextended(:message, 120)), {_OF_CONTACT}")
_LOCK_CONTACT = text(f"SELECT {_OF_CONTACT}")
"""Copies of one message, and all messages of one contact, are taken one after the other."""
_REFUSED = text(
    "INSERT INTO contact_refusal (id, source_code, message_id, sender_id, organisation_id, content_digest, external_id,"
    " code, pointer, first_at, last_at, times)"
    " VALUES (:id, :source, :message, :sender, :body, :digest, :external, :code, :pointer, :at, :at, 1)"
    " ON CONFLICT (source_code, message_id, content_digest, code)"
    " DO UPDATE SET last_at = excluded.last_at, times = contact_refusal.times + 1"
)


async def lock(work: Work, source: str, message_id: str, external_id: str) -> None:
    """Wait until no other copy of the message, and no other message about the contact, is being taken."""
    await work.session.execute(_LOCK, {"message": f"{source} {message_id}", "contact": f"{source} {external_id}"})


async def lock_contact(work: Work, source: str, external_id: str) -> None:
    """Wait until no message about the contact is being taken."""
    await work.session.execute(_LOCK_CONTACT, {"contact": f"{source} {external_id}"})


async def message_of(work: Work, source: str, message_id: str) -> ContactMessage | None:
    """Return a message that was taken before."""
    return await work.session.get(ContactMessage, (source, message_id))


async def contact_of(work: Work, source: str, external_id: str) -> Contact | None:
    """Return the contact that a source calls so."""
    query = select(Contact).where(Contact.source_code == source, Contact.external_id == external_id)
    return (await work.session.scalars(query)).one_or_none()


async def get_contact(work: Work, contact_id: UUID) -> Contact:
    """Return a contact that the actor sees; else `NotFound`."""
    found = await work.session.get(Contact, contact_id)
    if found is None:
        raise NotFound("There is no such contact.")
    return found


async def concerns_of(work: Work, contact_id: UUID) -> list[ContactConcern]:
    """Return what a contact is about, as far as the actor sees the signals that it became."""
    query = (
        select(ContactConcern).where(ContactConcern.contact_id == contact_id).order_by(col(ContactConcern.concern_ref))
    )
    return list(await work.session.scalars(query))


async def source_of(work: Work, code: str, *, for_change: bool = False) -> ContactSource:
    """Return a source, locked when it is about to change; `NotFound` where there is none of this code."""
    found = await work.session.get(ContactSource, code, with_for_update=for_change)
    if found is None:
        raise NotFound("There is no such source.")
    return found


async def list_contacts(
    work: Work, size: int, after: Position | None, state: str | None, signal_id: UUID | None
) -> Sequence[Contact]:
    """Return up to `size` contacts that the actor sees, newest first."""
    query = select(Contact)
    if state is not None:
        query = query.where(Contact.state == state)
    if signal_id is not None:
        of_signal = select(ContactConcern.contact_id).where(ContactConcern.signal_id == signal_id)
        query = query.where(col(Contact.id).in_(of_signal))
    if after is not None:
        key = tuple_(col(Contact.received_at), col(Contact.id))
        query = query.where(key < tuple_(literal(after.at), literal(after.id)))
    order = (col(Contact.received_at).desc(), col(Contact.id).desc())
    return list(await work.session.scalars(query.order_by(*order).limit(size)))


async def keep_refusal(work: Work, refused: dict[str, Any], at: datetime) -> None:
    """Keep that a message was not taken, and why; the same again is counted."""
    actor = work.actor
    values = {"id": new_id(), "sender": actor.user_id, "body": actor.organisation_id, "at": at}
    await work.session.execute(_REFUSED, values | refused)


async def contacts_of_number(work: Work, phone_hash: str, but: Contact) -> int:
    """Return how many contacts of a number came before one: those that the actor sees, and those without a signal."""
    return int(
        await work.call(
            "SELECT count(*) FROM (SELECT c.id FROM contact_caller k JOIN contact c ON c.id = k.contact_id"
            " WHERE k.phone_hash = :hash AND (c.received_at, c.id) < (:at, :id)"
            " UNION SELECT * FROM calls_without_signal(:hash, :at, :id)) AS earlier",
            hash=phone_hash,
            at=but.received_at,
            id=but.id,
        )
    )


async def corrections_of(work: Work, contact_id: UUID) -> list[ContactCorrection]:
    """Return what later messages said otherwise, of the signals that the actor sees."""
    order = (col(ContactCorrection.received_at), col(ContactCorrection.id))
    query = select(ContactCorrection).where(ContactCorrection.contact_id == contact_id).order_by(*order)
    return list(await work.session.scalars(query))
