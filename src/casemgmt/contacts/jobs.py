"""By the clock: contacts that were begun and never ended, and sources of which no heartbeat comes any more."""

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.work import Tools
from casemgmt.tasks import clocks

_AHEAD = timedelta(minutes=5)
"""No clock of ours is ahead of another by more: what was heard later was heard before a clock was set back."""


class FindAbandoned(Payload):
    """Look for contacts that nobody tells of any more, and for sources that fell silent."""

    kind: ClassVar[str] = "contact.find_abandoned"


class TellAbandoned(Payload):
    """Tell the desk of a contact."""

    kind: ClassVar[str] = "contact.tell_abandoned"
    contact_id: UUID


class TellSilent(Payload):
    """Tell the desk of the sources of an account."""

    kind: ClassVar[str] = "contact.tell_silent"
    user_id: UUID


async def find_abandoned(work: Work, _: FindAbandoned, tools: Tools) -> None:
    """Enqueue a job for each."""
    before = work.now - timedelta(minutes=tools.settings.abandoned_contact_minutes)
    contacts = await work.rows(
        "SELECT * FROM abandoned_contacts(:before, :ahead, :most) AS found(id)",
        before=before,
        ahead=work.now + _AHEAD,
        most=MOST_OF_A_SWEEP,
    )
    await fan_out(work, (row["id"] for row in contacts), lambda each: TellAbandoned(contact_id=each))
    before = work.now - timedelta(minutes=tools.settings.silent_source_minutes)
    silent = await work.rows(
        "SELECT * FROM silent_senders(:before, :ahead) AS found(id)", before=before, ahead=work.now + _AHEAD
    )
    await fan_out(work, (row["id"] for row in silent), lambda each: TellSilent(user_id=each))


async def tell_abandoned(work: Work, told: TellAbandoned, tools: Tools) -> None:
    """Set the desk of the contact centre a task; what is known so far stands with the contact."""
    before = work.now - timedelta(minutes=tools.settings.abandoned_contact_minutes)
    found = await work.rows(
        "SELECT * FROM note_abandoned(:id, :before, :ahead, :at)",
        id=told.contact_id,
        before=before,
        ahead=work.now + _AHEAD,
        at=work.now,
    )
    if found:
        task = clocks.start(work, "contact_abandoned", "contact", told.contact_id, **found[0])
        await work.save(Event("contact.abandoned", "contact", (told.contact_id,)), task)


async def tell_silent(work: Work, told: TellSilent, tools: Tools) -> None:
    """Set the desk a task: whoever calls now is heard by nobody here."""
    before = work.now - timedelta(minutes=tools.settings.silent_source_minutes)
    found = await work.rows(
        "SELECT * FROM note_silent(:id, :before, :ahead, :at)",
        id=told.user_id,
        before=before,
        ahead=work.now + _AHEAD,
        at=work.now,
    )
    if found:
        task = clocks.start(work, "contact_source_silent", "contact_source", told.user_id, **found[0])
        await work.save(Event("contact_source.silent", "contact_source", (told.user_id,)), task)


HANDLERS = (
    Handler(FindAbandoned, find_abandoned),
    Handler(TellAbandoned, tell_abandoned),
    Handler(TellSilent, tell_silent),
)

SCHEDULE = (Every("* * * * *", FindAbandoned()),)
