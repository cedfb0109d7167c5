"""Queries on corrections and on what they are about."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.assessments.tables import Assessment
from casemgmt.cases.repository import get_case, persons_of
from casemgmt.cases.tables import CasePerson, CaseRecord, ChildContact
from casemgmt.corrections.commands import Correctable
from casemgmt.corrections.tables import RecordError
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.tasks.tables import Task

Record = Assessment | CasePerson | ChildContact
_TABLES: dict[str, type[Any]] = {
    Correctable.ASSESSMENT: Assessment,
    Correctable.CASE_PERSON: CasePerson,
    Correctable.CHILD_CONTACT: ChildContact,
}


async def find_record(work: Work, case_id: UUID, record_type: str, record_id: UUID) -> Record | None:
    """Return the record where it belongs to the case, locked."""
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
