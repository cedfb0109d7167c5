"""A contact that the desk dealt with by hand: because the line dropped, or because one of the systems was down."""

import orjson

from casemgmt.audit.events import Event
from casemgmt.contacts.commands import SettleContact
from casemgmt.contacts.policy import latest
from casemgmt.contacts.reading import read_contact
from casemgmt.contacts.states import CONTACT
from casemgmt.contacts.views import IntakeView
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, NotFound
from casemgmt.ids import new_id
from casemgmt.moments import check_moment

_SETTLE = "SELECT * FROM settle_contact(CAST(:contact AS jsonb), :signals, :concerns)"


async def settle(work: Work, command: SettleContact) -> IntakeView:
    """Tie signals that were recorded by hand to a contact: one that hangs, or one that has not arrived yet.

    Errors: `contact-final` where it arrived and was filed; `signal-of-another-contact`; `concerns-unrecorded` where
    something was told of it and no signal is named; `NotFound` for a source or a signal of another body.
    """
    check_moment("/started_at", command.started_at, now=latest(work.now))
    CONTACT.check(work.actor, "settle", CONTACT.initial, None)
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
        raise Conflict("What was told of the contact so far is no signal yet.", code="concerns-unrecorded")
    if found["refused"] is not None:
        raise NotFound("There is no such source, or no such signal.")
    work.record(Event("contact.settled", "contact", (found["contact_id"], *command.signal_ids)))
    return await read_contact(work, found["contact_id"])
