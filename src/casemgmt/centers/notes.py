"""Notes of a session: the notes of a psychologist are not the notes of a lawyer."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases.repository import team_of
from casemgmt.centers import repository
from casemgmt.centers.commands import WriteNote
from casemgmt.centers.states import SessionState
from casemgmt.centers.tables import SessionNote
from casemgmt.centers.views import NoteList, NoteView
from casemgmt.db.work import Work
from casemgmt.errors import Forbidden, WrongState
from casemgmt.ids import new_id
from casemgmt.staff.absence_reading import stood_in_for


async def write_note(work: Work, session_id: UUID, command: WriteNote) -> NoteView:
    """Write down what was said in a session. It leaves no entry in the timeline: that it exists is secret too."""
    seen = await repository.get_session(work, session_id)
    await repository.find_case(work, seen.case_id, for_change=True)
    session = await repository.get_session(work, session_id, for_change=True)
    team = await team_of(work, session.case_id)
    if not any(m.user_id == work.actor.user_id and m.help_kind == session.help_kind for m in team):
        raise Forbidden(
            "Notes are written by those of the team who give the session's kind of help.", code="other-help-kind"
        )
    if session.state != SessionState.HELD:
        raise WrongState(
            "Notes belong to a session that was held.",
            code="session-not-held",
            data={"state": session.state, "allowed_transitions": []},
        )
    note = SessionNote(
        id=command.id or new_id(),
        session_id=session.id,
        case_id=session.case_id,
        organisation_id=session.organisation_id,
        help_kind=session.help_kind,
        body=command.body,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    away = await stood_in_for(work, session.case_id)
    event = Event("session_note.written", "session_note", (note.id,), case_id=session.case_id, on_behalf_of=away)
    await work.save(event, note)
    return _shown(note)


async def read_notes(work: Work, session_id: UUID) -> NoteList:
    """Return the notes that the actor's kind of help may read; others answer as if there were none."""
    session = await repository.get_session(work, session_id)
    notes = await repository.notes_of(work, session_id)
    ids = (session_id, *(n.id for n in notes))
    away = await stood_in_for(work, session.case_id)
    work.record(Event("session_note.read", "session_note", ids, case_id=session.case_id, on_behalf_of=away))
    return NoteList(items=[_shown(n) for n in notes])


def _shown(note: SessionNote) -> NoteView:
    return NoteView.model_validate(note.model_dump(include=set(NoteView.model_fields)))
