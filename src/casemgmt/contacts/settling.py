"""A contact that the desk dealt with by hand: because the line dropped, or because one of the systems was down."""

from typing import Any
from uuid import UUID

import orjson

from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.commands import ContactTold, SettleContact
from casemgmt.contacts.correcting import in_their_order, put_beside
from casemgmt.contacts.known import look_up
from casemgmt.contacts.policy import as_signal, latest
from casemgmt.contacts.reading import read_contact
from casemgmt.contacts.states import CONTACT
from casemgmt.contacts.views import IntakeView
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, NotFound
from casemgmt.ids import new_id
from casemgmt.moments import check_moment

_DRAFT = "SELECT content FROM contact WHERE source_code = :source AND external_id = :contact AND content IS NOT NULL"
_SETTLE = "SELECT * FROM settle_contact(CAST(:contact AS jsonb), :signals, :concerns)"


async def settle(work: Work, command: SettleContact) -> IntakeView:
    """Tie signals that were recorded by hand to a contact: one that hangs, or one that has not arrived yet.

    What was told of it so far is put beside the signals, in order: no word of the child goes with the draft.
    Errors: `contact-final` where it arrived and was filed; `signal-of-another-contact`; `concerns-unrecorded` where
    more was told of it than signals are named; `NotFound` for a source or a signal of another body.
    """
    check_moment("/started_at", command.started_at, now=latest(work.now))
    CONTACT.check(work.actor, "settle", CONTACT.initial, None)
    await repository.lock_contact(work, command.source, command.contact_id)
    drafts = await work.rows(_DRAFT, source=command.source, contact=command.contact_id)
    contact = command.model_dump(exclude={"signal_ids"}, mode="json") | {"id": new_id(), "at": work.now}
    [found] = await work.rows(
        _SETTLE,
        contact=orjson.dumps(contact, default=str).decode(),
        signals=list(command.signal_ids),
        concerns=[new_id() for _ in command.signal_ids],
    )
    if found["refused"] == "final":
        raise Conflict("The contact has arrived and was filed.", code="contact-final")
    if found["refused"] == "taken":
        raise Conflict("A signal came of another contact.", code="signal-of-another-contact")
    if found["refused"] == "unrecorded":
        raise Conflict("More was told of the contact so far than signals are named.", code="concerns-unrecorded")
    if found["refused"] is not None:
        raise NotFound("There is no such source, or no such signal.")
    for draft in drafts:
        await _keep_beside(work, found["contact_id"], draft["content"])
    work.record(Event("contact.settled", "contact", (found["contact_id"], *command.signal_ids)))
    return await read_contact(work, found["contact_id"])


async def _keep_beside(work: Work, contact_id: UUID, draft: dict[str, Any]) -> None:
    told = ContactTold.model_validate(draft)
    known = await look_up(work, told)
    by_hand = in_their_order(await repository.concerns_of(work, contact_id))
    for concern, given in zip(by_hand, told.concerns, strict=False):
        await put_beside(
            work, work.actor.organisation_id, concern, told.revision, "arrived", as_signal(told, given, known)
        )
