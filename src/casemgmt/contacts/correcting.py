"""A final contact that is told once more: what is new is filed, what is otherwise is put before those who work."""

from typing import Any

import orjson

from casemgmt.audit.events import Event
from casemgmt.contacts import repository
from casemgmt.contacts.commands import ContactTold
from casemgmt.contacts.filing import digest_of, file_concerns
from casemgmt.contacts.keys import Keys
from casemgmt.contacts.policy import as_signal
from casemgmt.contacts.tables import Contact, ContactConcern
from casemgmt.db.work import Work
from casemgmt.ids import new_id
from casemgmt.tasks import clocks
from casemgmt.timeline.service import columns as story_columns

CLOCK = "contact_correction"
_FILE = "SELECT file_contact_correction(CAST(:correction AS jsonb), CAST(:task AS jsonb), CAST(:story AS jsonb))"


async def correct(work: Work, contact: Contact, told: ContactTold, keys: Keys) -> None:
    """Apply a later message about a contact that is final. Nothing that a person recorded is changed by it."""
    known = {concern.concern_ref: concern for concern in await repository.concerns_of(work, contact.id)}
    given = {concern.ref: concern for concern in told.concerns}
    for name, concern in known.items():
        now = given.get(name)
        if now is None:
            if not concern.withdrawn:
                concern.withdrawn = True
                await _put_before_people(work, contact, concern, told, None)
            continue
        digest = digest_of(told, now, keys)
        if concern.withdrawn or concern.content_digest != digest:
            concern.withdrawn, concern.content_digest = False, digest
            content = as_signal(told, now).model_dump(mode="json", exclude={"reporter", "id", "subjects"})
            await _put_before_people(work, contact, concern, told, content)
    await file_concerns(work, contact, told, keys, known)


async def _put_before_people(
    work: Work, contact: Contact, concern: ContactConcern, told: ContactTold, content: dict[str, Any] | None
) -> None:
    concern.revision = told.revision
    kind = "withdrawn" if content is None else "changed"
    signal_id = concern.signal_id
    correction = {
        "id": new_id(),
        "contact_id": contact.id,
        "concern_id": concern.id,
        "signal_id": signal_id,
        "revision": told.revision,
        "kind": kind,
        "content": content,
        "received_at": work.now,
    }
    body = contact.organisation_id  # until the insert: the scope of the signal, or of its case, is copied
    task = clocks.columns(
        work, CLOCK, "signal", signal_id, organisation_id=body, signal_id=signal_id, blocks_closure=False
    )
    story = story_columns(
        work,
        f"signal.contact_{kind}",
        "contact",
        contact.id,
        organisation_id=body,
        signal_id=signal_id,
        data={"revision": told.revision},
    )
    event = Event("contact.corrected", "contact", (contact.id, signal_id), signal_id=signal_id)
    await work.save(event, concern)
    rows = {"correction": correction, "task": task, "story": story}
    await work.call(_FILE, **{name: orjson.dumps(row, default=str).decode() for name, row in rows.items()})
