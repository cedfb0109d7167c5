"""Queries on corrections and on what they are about."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.assessments.tables import Assessment
from casemgmt.cases.repository import get_case, persons_of
from casemgmt.cases.tables import CasePerson, CaseRecord, ChildContact
from casemgmt.centers.tables import CentreSession, SessionNote
from casemgmt.corrections.commands import Correctable
from casemgmt.corrections.policy import Record
from casemgmt.corrections.tables import RecordError
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.notes.tables import CaseNote
from casemgmt.outreach.tables import VisitorWarning
from casemgmt.plans.tables import PlanReview
from casemgmt.tasks.tables import Task

_TABLES: dict[str, type[Any]] = {
    Correctable.ASSESSMENT: Assessment,
    Correctable.CASE_NOTE: CaseNote,
    Correctable.CASE_PERSON: CasePerson,
    Correctable.CENTRE_SESSION: CentreSession,
    Correctable.CHILD_CONTACT: ChildContact,
    Correctable.PLAN_REVIEW: PlanReview,
    Correctable.SESSION_NOTE: SessionNote,
    Correctable.VISITOR_WARNING: VisitorWarning,
}


async def find_record(work: Work, case_id: UUID, record_type: str, record_id: UUID) -> Record | None:
    """Return the record where it belongs to the case and the actor sees it, locked."""
    found: Record | None = await work.session.get(_TABLES[record_type], record_id, with_for_update=True)
    return found if found is not None and found.case_id == case_id else None


async def lock_correction(work: Work, correction_id: UUID) -> tuple[CaseRecord, RecordError]:
    """Return the case and then the correction, locked in this order like everywhere; else `NotFound`."""
    found = (await work.session.scalars(select(RecordError).where(RecordError.id == correction_id))).one_or_none()
    if found is None:
        raise NotFound("There is no such correction.")
    case = await get_case(work, found.case_id, for_change=True)
    await work.session.refresh(found, with_for_update=True)
    return case, found


async def list_corrections(work: Work, case_id: UUID) -> list[RecordError]:
    """Return the corrections of a case, newest first."""
    query = select(RecordError).where(RecordError.case_id == case_id)
    return list(
        await work.session.scalars(query.order_by(col(RecordError.proposed_at).desc(), col(RecordError.id).desc()))
    )


async def is_proposed(work: Work, record_id: UUID) -> bool:
    """Answer whether a correction of the record waits for its second person."""
    query = select(RecordError.id).where(RecordError.record_id == record_id, RecordError.state == "proposed")
    return (await work.session.scalars(query)).one_or_none() is not None


async def is_last_child(work: Work, correction: RecordError) -> bool:
    """Answer whether the record is the place of the only child of the case."""
    if correction.record_type != Correctable.CASE_PERSON:
        return False
    children = [p for p in await persons_of(work, correction.case_id) if p.role == "child"]
    return [p.id for p in children] == [correction.record_id]


async def last_clock(work: Work, record_id: UUID, kind: str) -> Task | None:
    """Return the last clock of a kind that a record had."""
    query = select(Task).where(Task.record_id == record_id, Task.kind == kind).order_by(col(Task.started_at).desc())
    return (await work.session.scalars(query.limit(1))).one_or_none()


async def mark_session_note(work: Work, correction_id: UUID) -> bool:
    """Mark the note of a session that the actor, as the second person, does not read. False where it is not there."""
    return bool(await work.call("SELECT mark_session_note(:correction)", correction=correction_id))


async def begun_in_error(work: Work, case_id: UUID, measure_id: UUID) -> bool:
    """Answer whether a session that is marked now had begun a measure, and none that counts carries it out."""
    found = await work.call(
        "SELECT EXISTS (SELECT 1 FROM timeline_entry h JOIN timeline_entry b ON b.case_id = h.case_id AND b.at = h.at"
        " AND b.kind = 'plan_measure.started' AND b.record_id = :measure"
        " JOIN centre_session s ON s.id = h.record_id AND s.plan_measure_id = :measure AND s.state = 'entered_in_error'"
        " WHERE h.case_id = :case AND h.kind = 'session.held')"
        " AND NOT EXISTS (SELECT 1 FROM centre_session o WHERE o.case_id = :case AND o.plan_measure_id = :measure"
        " AND o.state = 'held')",
        case=case_id,
        measure=measure_id,
    )
    return bool(found)


async def repeated_no_show(work: Work, case_id: UUID) -> tuple[Task, CentreSession] | None:
    """Return the open question to the manager about a family that stayed away again, with the session that it names."""
    query = select(Task, CentreSession).where(
        Task.case_id == case_id,
        Task.kind == "repeated_no_show",
        col(Task.completed_at).is_(None),
        col(Task.cancelled_at).is_(None),
        CentreSession.id == Task.record_id,
    )
    row = (await work.session.execute(query.with_for_update(of=Task))).first()
    return None if row is None else (row[0], row[1])
