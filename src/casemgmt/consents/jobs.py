"""Consents whose last day is over end by themselves, and with them what rests on them."""

from typing import ClassVar
from uuid import UUID

from sqlmodel import col, select

from casemgmt.access.permissions import Permission as P
from casemgmt.consents.ending import note_expiry
from casemgmt.consents.states import ConsentState
from casemgmt.consents.tables import Consent
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.payload import Payload
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.work import Tools


class FindExpired(Payload):
    """Look for consents whose last day is over."""

    kind: ClassVar[str] = "consent.find_expired"


class NoteExpiry(Payload):
    """Note that the last day of one is over."""

    kind: ClassVar[str] = "consent.note_expiry"
    consent_id: UUID


async def find_expired(work: Work, _: FindExpired, __: Tools) -> None:
    """Enqueue a job for each."""
    query = select(Consent.id).where(Consent.state == ConsentState.GIVEN, col(Consent.expires_at) <= work.now)
    ids = await work.session.scalars(query.order_by(col(Consent.expires_at)).limit(MOST_OF_A_SWEEP))
    await fan_out(work, ids, lambda each: NoteExpiry(consent_id=each))


async def note(work: Work, told: NoteExpiry, _: Tools) -> None:
    """End it, in the act that a person would do by hand."""
    await note_expiry(work, told.consent_id, None, "en")


HANDLERS = (Handler(FindExpired, find_expired), Handler(NoteExpiry, note, may=frozenset({P.CONSENTS_WRITE})))

SCHEDULE = (Every("*/5 * * * *", FindExpired()),)
