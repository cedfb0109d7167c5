"""Queries on programmes and checks after closure. Row security decides what is seen."""

from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select, tuple_

from casemgmt.assessments.tables import Assessment
from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseRecord
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.rehabilitation.tables import FollowUpCheck, RehabilitationProgramme

StageT = TypeVar("StageT", RehabilitationProgramme, FollowUpCheck)


async def find_assessment(work: Work, assessment_id: UUID) -> Assessment | None:
    """Return an assessment that the actor sees."""
    return (await work.session.scalars(select(Assessment).where(Assessment.id == assessment_id))).one_or_none()


async def get(work: Work, kind: type[StageT], row_id: UUID) -> StageT:
    """Return a programme or a check that the actor sees; else `NotFound`."""
    row = (await work.session.scalars(select(kind).where(kind.id == row_id))).one_or_none()
    if row is None:
        raise NotFound("There is no such record.")
    return row


async def lock(work: Work, kind: type[StageT], row_id: UUID) -> tuple[CaseRecord, StageT]:
    """Return the case and then the programme or check, locked in this order like everywhere; else `NotFound`."""
    seen = await get(work, kind, row_id)
    case = await get_case(work, seen.case_id, for_change=True)
    query = select(kind).where(kind.id == row_id).with_for_update().execution_options(populate_existing=True)
    return case, (await work.session.scalars(query)).one()


async def has_active_programme(work: Work, case_id: UUID, person_id: UUID) -> bool:
    """Answer whether the child is in a programme of the case now."""
    query = select(RehabilitationProgramme.id).where(
        RehabilitationProgramme.case_id == case_id,
        RehabilitationProgramme.person_id == person_id,
        RehabilitationProgramme.state == "active",
    )
    return (await work.session.scalars(query)).first() is not None


async def list_of_case(
    work: Work, kind: type[StageT], case_id: UUID, size: int, after: Position | None
) -> list[StageT]:
    """Return up to `size` programmes or checks of a case, the newest first."""
    query = select(kind).where(kind.case_id == case_id)
    if after is not None:
        query = query.where(tuple_(col(kind.created_at), col(kind.id)) < tuple_(after.at, after.id))
    query = query.order_by(col(kind.created_at).desc(), col(kind.id).desc()).limit(size)
    return list(await work.session.scalars(query))
