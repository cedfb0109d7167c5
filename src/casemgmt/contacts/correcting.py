"""A final contact that is told once more: what is new is filed, what is otherwise is put before those who work."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

import orjson

from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.commands import ContactTold
from casemgmt.contacts.filing import digest_of, file_concerns
from casemgmt.contacts.keys import Keys
from casemgmt.contacts.known import Known
from casemgmt.contacts.policy import as_signal
from casemgmt.contacts.tables import Contact, ContactConcern
from casemgmt.db.work import Work
from casemgmt.ids import new_id
from casemgmt.signals import danger
from casemgmt.signals.commands import RegisterSignal
from casemgmt.tasks import clocks
from casemgmt.timeline.service import columns as story_columns

CLOCK = "contact_correction"
BY_HAND = "by-hand/"
"""Before the number of what a desk recorded (`settle_contact`): no sender's name of a concern has a slash."""
_FILE = "SELECT file_contact_correction(CAST(:correction AS jsonb), CAST(:task AS jsonb), CAST(:story AS jsonb))"


async def correct(work: Work, contact: Contact, told: ContactTold, keys: Keys, known: Known) -> None:
    """Apply a later message about a contact that is final. Nothing that a person recorded is changed by it.

    What is told anew is put beside the signals that a desk recorded by hand, one by one in their order, as long as
    there are some; only what is more is filed: nothing is lost, and what was recorded is not doubled.
    """
    concerns = await repository.concerns_of(work, contact.id)
    filed = {concern.concern_ref: concern for concern in concerns if not is_by_hand(concern)}
    given = {concern.ref: concern for concern in told.concerns}
    for name, concern in filed.items():
        now = given.get(name)
        if now is None:
            if not concern.withdrawn:
                concern.withdrawn = True
                await _put_before_people(work, contact, concern, told, "withdrawn")
            continue
        digest = digest_of(told, now, keys)
        if concern.withdrawn or concern.content_digest != digest:
            concern.withdrawn, concern.content_digest = False, digest
            await _put_before_people(work, contact, concern, told, "changed", as_signal(told, now, known))
    by_hand = in_their_order(concerns)
    news = [concern for concern in told.concerns if concern.ref not in filed]
    for concern, now in zip(by_hand, news, strict=False):
        concern.concern_ref, concern.topic = now.ref, now.topic
        concern.content_digest = digest_of(told, now, keys)
        await _put_before_people(work, contact, concern, told, "arrived", as_signal(told, now, known))
    await file_concerns(work, contact, told, keys, known, {concern.concern_ref for concern in concerns})


def is_by_hand(concern: ContactConcern) -> bool:
    """Answer whether the sender has not named the concern yet: a desk recorded it, and its name is no sender's."""
    return concern.concern_ref.startswith(BY_HAND)


def in_their_order(concerns: Iterable[ContactConcern]) -> list[ContactConcern]:
    """Return the concerns that a desk recorded and the sender has not named, in the order in which it recorded them."""
    return sorted(filter(is_by_hand, concerns), key=lambda concern: int(concern.concern_ref.removeprefix(BY_HAND)))


async def _put_before_people(
    work: Work,
    contact: Contact,
    concern: ContactConcern,
    told: ContactTold,
    kind: Literal["arrived", "changed", "withdrawn"],
    anew: RegisterSignal | None = None,
) -> None:
    """Write down what is told and set the clock: that of the urgency it suggests, where it tells of danger."""
    concern.revision = told.revision
    event = Event("contact.corrected", "contact", (contact.id, concern.signal_id), signal_id=concern.signal_id)
    await work.save(event, concern)
    await put_beside(work, contact.organisation_id, concern, told.revision, kind, anew)


async def put_beside(
    work: Work,
    body: UUID,
    concern: ContactConcern,
    revision: int,
    kind: Literal["arrived", "changed", "withdrawn"],
    anew: RegisterSignal | None,
) -> None:
    """Put a concern, as a revision tells it, beside its signal. `body`: until the insert, which copies the scope."""
    signal_id = concern.signal_id
    correction = {
        "id": new_id(),
        "contact_id": concern.contact_id,
        "concern_id": concern.id,
        "signal_id": signal_id,
        "revision": revision,
        "kind": kind,
        "content": None if anew is None else anew.model_dump(mode="json", exclude={"reporter", "id", "subjects"}),
        "received_at": work.now,
    }
    about = clocks.About(organisation_id=body, signal_id=signal_id, blocks_closure=False)
    urgency = "standard" if anew is None else danger.suggested_now(anew, work.now)
    if urgency != "standard":
        about["term"] = f"triage_{urgency}"
    task = clocks.columns(work, CLOCK, "signal", signal_id, **about)
    story = story_columns(
        work,
        f"signal.contact_{kind}",
        "contact",
        concern.contact_id,
        organisation_id=body,
        signal_id=signal_id,
        data={"revision": revision},
    )
    rows = {"correction": correction, "task": task, "story": story}
    await work.call(_FILE, **{name: orjson.dumps(row, default=str).decode() for name, row in rows.items()})
