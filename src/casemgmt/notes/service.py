"""Use cases of notes: write one, mention colleagues in it, read them."""

from uuid import UUID

from sqlmodel import col, or_, select

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseRecord
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.errors import WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.notes.commands import WriteCaseNote
from casemgmt.notes.tables import CaseNote
from casemgmt.notes.views import CaseNoteView
from casemgmt.tasks import clocks, policy
from casemgmt.tasks.repository import find_candidate
from casemgmt.tasks.tables import Task
from casemgmt.timeline.service import entry


async def write_note(work: Work, case_id: UUID, command: WriteCaseNote) -> CaseNoteView:
    """Write a note of the case. Whoever is mentioned gets a task: nobody finds out by chance that they were asked."""
    case = await get_case(work, case_id, for_change=True)
    if len(set(command.mentions)) != len(command.mentions):
        raise invalid_field("/mentions", "named-twice", "Everybody is named once.")
    note = CaseNote(
        id=command.id or new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        body=command.body,
        mentions=[str(each) for each in command.mentions],
        written_at=work.now,
        written_by_id=work.actor.user_id,
    )
    tasks = [await _mention(work, case, note, each) for each in command.mentions]
    story = entry(
        work, "case_note.written", "case_note", note.id, organisation_id=case.organisation_id, case_id=case_id, data={}
    )
    await work.save(Event("case_note.written", "case_note", (note.id,), case_id=case_id), note, *tasks, story)
    return _view(note)


async def _mention(work: Work, case: CaseRecord, note: CaseNote, user_id: UUID) -> Task:
    """Return the task of somebody who sees the case. All others are refused in the same words, whatever the reason."""
    place = policy.Place(case.id, case.organisation_id, case.region_code, case.restricted)
    candidate = await find_candidate(work, user_id, place, None)
    if candidate is None or not policy.can_get(place, candidate):
        raise WrongState("This person can't be given this work: choose somebody else.", code="not-free-for-this")
    task = clocks.start(
        work,
        "mention",
        "case_note",
        note.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        assignee_id=user_id,
        blocks_closure=False,
    )
    task.requested_by_id = work.actor.user_id
    return task


async def list_notes(work: Work, case_id: UUID, limit: int, cursor: str | None) -> paging.Page[CaseNoteView]:
    """Return a page of the notes of a case, newest first."""
    await get_case(work, case_id)
    query = select(CaseNote).where(CaseNote.case_id == case_id)
    after = paging.decode("case-notes", cursor)
    if after is not None:
        at, row_id = col(CaseNote.written_at), col(CaseNote.id)
        query = query.where(or_(at < after.at, (at == after.at) & (row_id < after.id)))
    query = query.order_by(col(CaseNote.written_at).desc(), col(CaseNote.id).desc()).limit(limit + 1)
    notes = [_view(note) for note in await work.session.scalars(query)]
    page = paging.page("case-notes", notes, limit, lambda n: paging.Position(n.written_at, n.id))
    work.record(Event("case_note.read", "case_note", tuple(n.id for n in page.items), case_id=case_id))
    return page


def _view(note: CaseNote) -> CaseNoteView:
    return CaseNoteView(**note.model_dump(include=set(CaseNoteView.model_fields)))
