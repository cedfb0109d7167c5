"""By the clock: contacts that were begun and never ended, and sources of which no heartbeat comes any more."""

from datetime import timedelta
from typing import Any, ClassVar
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
    found = await _noted(work, "note_abandoned", told.contact_id, tools.settings.abandoned_contact_minutes)
    if found:
        task = clocks.start(work, "contact_abandoned", "contact", told.contact_id, **found[0])
        await work.save(Event("contact.abandoned", "contact", (told.contact_id,)), task)


async def tell_silent(work: Work, told: TellSilent, tools: Tools) -> None:
    """Set the desk a task: whoever calls now is heard by nobody here."""
    found = await _noted(work, "note_silent", told.user_id, tools.settings.silent_source_minutes)
    if found:
        task = clocks.start(work, "contact_source_silent", "contact_source", told.user_id, **found[0])
        await work.save(Event("contact_source.silent", "contact_source", (told.user_id,)), task)


async def _noted(work: Work, function: str, record_id: UUID, minutes: int) -> list[dict[str, Any]]:
    """Note that nothing was heard for so long, and return the desk to tell; nothing where something was heard since."""
    before, ahead = work.now - timedelta(minutes=minutes), work.now + _AHEAD
    statement = f"SELECT * FROM {function}(:id, :before, :ahead, :at)"  # noqa: S608 - two names, both above
    return await work.rows(statement, id=record_id, before=before, ahead=ahead, at=work.now)


HANDLERS = (
    Handler(FindAbandoned, find_abandoned),
    Handler(TellAbandoned, tell_abandoned),
    Handler(TellSilent, tell_silent),
)

SCHEDULE = (Every("* * * * *", FindAbandoned()),)
