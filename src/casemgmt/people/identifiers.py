"""The individual identification number: record it, replace it, read it."""

from uuid import UUID

import orjson

from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, NotFound, invalid_field
from casemgmt.ids import new_id
from casemgmt.people import known, policy, renaming, repository
from casemgmt.people.commands import RecordIin
from casemgmt.people.iin import mask_iin
from casemgmt.people.service import exact_birth_date, stories
from casemgmt.people.tables import Person
from casemgmt.people.views import IinRecorded, IinView

_RECORD = "SELECT record_iin(:person, :iin, :mask, :at, CAST(:former AS jsonb))"


async def record_iin(work: Work, person_id: UUID, command: RecordIin, expected: int) -> IinRecorded:
    """Record the number, or ask for a contact where a hidden person has it, or had it once.

    The second is an answer and not a failure: a failure would undo the request for contact. Where the holder is
    visible, the number is refused and the holder named, by id.
    """
    person = await repository.get_person(work, person_id, for_change=True)
    check_version(person, expected)
    policy.check_given_iin(command.iin, exact_birth_date(person), person.sex)
    sealed, former = await _replaced(work, person, command)
    mask = mask_iin(command.iin)
    recorded = await work.call(_RECORD, person=person_id, iin=command.iin, mask=mask, at=work.now, former=former)
    if recorded == "nothing":
        raise invalid_field("/replaces", "nothing-to-replace", "No number is on record that this one could replace.")
    if recorded == "held":
        return await _already_held(work, person_id, command.iin, person.version, person.iin_mask)
    told = [] if person.iin_mask == mask else await stories(work, [person_id], "person.identifier_recorded")
    person.iin_mask = mask
    event = Event("identifier.recorded", "person", (person_id,), fields=("person_iin.iin",))
    await work.save(event, person, *told)
    if sealed:
        await renaming.seal(work, person_id)
    return IinRecorded(status="recorded", iin_mask=mask, version=person.version)


async def _replaced(work: Work, person: Person, command: RecordIin) -> tuple[bool, str | None]:
    """Return whether what was before is sealed, and what is kept of the number that this one replaces."""
    if command.replaces is None:
        return False, None
    sealed = await renaming.check_ground(work, person.id, command.replaces, "/replaces")
    kept = {
        "id": new_id(),
        "mask": person.iin_mask,
        "sealed": sealed,
        "until": command.replaces.changed_on,
        "ground": command.replaces.ground,
        "document": command.replaces.document,
    }
    return sealed, orjson.dumps(kept, default=str).decode()


async def _already_held(work: Work, person_id: UUID, iin: str, version: int, mask: str | None) -> IinRecorded:
    holders = await known.find_matches(work, known.Keys(iin=iin))
    visible = await repository.find_persons(work, [h.person_id for h in holders])
    if visible:
        raise Conflict(
            "Another person has this number.", code="iin-already-recorded", data={"person_id": str(visible[0].id)}
        )
    work.record(Event("identifier.contested", "person", (person_id,), fields=("person_iin.iin",)))
    await known.request_contacts(work, holders)
    await known.request_sealed_contact(work, iin)
    return IinRecorded(status="known_contact_requested", iin_mask=mask, version=version)


async def read_iin(work: Work, person_id: UUID) -> IinView:
    """Return the number in full; a read of its own kind in the audit log."""
    await repository.get_person(work, person_id)
    held = await repository.find_iin(work, person_id)
    if held is None:
        raise NotFound("No identification number is recorded.")
    work.record(Event("identifier.read", "person", (person_id,)))
    return IinView.model_validate(held)
