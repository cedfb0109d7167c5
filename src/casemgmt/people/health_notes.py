"""Notes on health: written by whoever meets the person, read by the medical side of the team.

They leave no entry in the story of the case: that there is one may tell what it says.
"""

from uuid import UUID

from sqlmodel import col, select

from casemgmt.assessments.repository import get_assessment
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, invalid_field
from casemgmt.ids import new_id
from casemgmt.outreach.repository import get_act
from casemgmt.people import policy, repository
from casemgmt.people.commands import WriteHealthNote
from casemgmt.people.tables import HealthNote
from casemgmt.people.views import HealthNotesView, HealthNoteView


async def write_health_note(work: Work, person_id: UUID, command: WriteHealthNote) -> HealthNoteView:
    """Write down what was seen or learnt of a person's health."""
    await repository.get_person(work, person_id)
    if command.observed_on > policy.local_day(work.now):
        raise invalid_field("/observed_on", "observed-in-future", "The day lies in the future.")
    await _check_occasion(work, person_id, command)
    note = HealthNote(
        person_id=person_id,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        **command.model_dump() | {"id": command.id or new_id()},
    )
    await work.save(Event("health_note.written", "health_note", (note.id, person_id)), note)
    return HealthNoteView.model_validate(note.model_dump())


async def _check_occasion(work: Work, person_id: UUID, command: WriteHealthNote) -> None:
    """Refuse a visit that the actor doesn't see, and an assessment that is not seen or of somebody else."""
    if command.visit_act_id is not None:
        try:
            await get_act(work, command.visit_act_id)
        except NotFound:
            raise invalid_field("/visit_act_id", "unknown-visit-act", "There is no such visit act.") from None
    if command.assessment_id is not None:
        try:
            assessed = (await get_assessment(work, command.assessment_id)).person_id
        except NotFound:
            assessed = None
        if assessed != person_id:
            raise invalid_field("/assessment_id", "unknown-assessment", "There is no such assessment of the person.")


async def list_health_notes(work: Work, person_id: UUID) -> HealthNotesView:
    """Return the notes that the actor may read, and record that they were read."""
    await repository.get_person(work, person_id)
    query = select(HealthNote).where(HealthNote.person_id == person_id).order_by(col(HealthNote.id).desc())
    notes = list(await work.session.scalars(query))
    work.record(Event("health_note.read", "health_note", (person_id, *(note.id for note in notes))))
    return HealthNotesView(items=[HealthNoteView.model_validate(note.model_dump()) for note in notes])
