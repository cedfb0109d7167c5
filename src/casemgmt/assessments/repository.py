"""Queries on assessments and on what their guards need of the case."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, or_, select

from casemgmt.assessments.tables import Assessment
from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseMember, CasePerson, CaseRecord
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound

# Each child who belongs to the case now, with the assessment that counts: the last completed one. One that was made
# before the case was reopened still tells the level of risk, but doesn't carry the new round.
_CHILDREN = """
    SELECT p.person_id, a.id, a.risk_level, a.review_on,
           a.completed_at >= coalesce((SELECT max(k.reopened_at) FROM case_closure k WHERE k.case_id = :case),
                                      '-infinity') AS of_this_round
      FROM case_person p
      LEFT JOIN LATERAL (SELECT * FROM assessment a
                          WHERE a.case_id = p.case_id AND a.person_id = p.person_id AND a.state = 'completed'
                          ORDER BY a.completed_at DESC, a.id DESC LIMIT 1) a ON true
     WHERE p.case_id = :case AND p.role = 'child' AND p.until IS NULL
"""


@dataclass(frozen=True)
class ChildAssessed:
    """A child of the case, and what its last completed assessment said."""

    person_id: UUID
    id: UUID | None
    """The assessment; None, like what follows, where the child has none."""
    risk_level: str | None
    review_on: date | None
    of_this_round: bool | None
    """Made since the case was last reopened."""


async def get_assessment(work: Work, assessment_id: UUID) -> Assessment:
    """Return an assessment that the actor sees; else `NotFound`."""
    found = (await work.session.scalars(select(Assessment).where(Assessment.id == assessment_id))).one_or_none()
    if found is None:
        raise NotFound("There is no such assessment.")
    return found


async def lock_assessment(work: Work, assessment_id: UUID) -> tuple[CaseRecord, Assessment]:
    """Return the case and then the assessment, locked in this order like everywhere; else `NotFound`."""
    query = select(Assessment.case_id).where(Assessment.id == assessment_id)
    case_id = (await work.session.scalars(query)).one_or_none()
    if case_id is None:
        raise NotFound("There is no such assessment.")
    case = await get_case(work, case_id, for_change=True)
    locked = select(Assessment).where(Assessment.id == assessment_id).with_for_update()
    return case, (await work.session.scalars(locked)).one()


async def completed_of(work: Work, case_id: UUID, person_id: UUID) -> list[UUID]:
    """Return the completed assessments of a person in a case."""
    query = select(Assessment.id).where(
        Assessment.case_id == case_id, Assessment.person_id == person_id, Assessment.state == "completed"
    )
    return list(await work.session.scalars(query))


async def is_child_of(work: Work, case_id: UUID, person_id: UUID) -> bool:
    """Answer whether the person is a child of the case now."""
    query = select(CasePerson.id).where(
        CasePerson.case_id == case_id,
        CasePerson.person_id == person_id,
        CasePerson.role == "child",
        col(CasePerson.until).is_(None),
    )
    return (await work.session.scalars(query)).first() is not None


async def help_kind_of(work: Work, case_id: UUID) -> str | None:
    """Return the kind of help that the actor gives as a member of the case's team, None where there is none."""
    query = select(CaseMember.help_kind).where(
        CaseMember.case_id == case_id, CaseMember.user_id == work.actor.user_id, col(CaseMember.ended_at).is_(None)
    )
    return (await work.session.scalars(query)).first()


async def draft_of(work: Work, case_id: UUID, person_id: UUID) -> UUID | None:
    """Return the id of the child's open assessment in this case, where there is one."""
    query = select(Assessment.id).where(
        Assessment.case_id == case_id, Assessment.person_id == person_id, Assessment.state == "draft"
    )
    return (await work.session.scalars(query)).one_or_none()


async def children_of(work: Work, case_id: UUID) -> list[ChildAssessed]:
    """Return the children who belong to the case now, each with its last completed assessment."""
    return [ChildAssessed(**row) for row in await work.rows(_CHILDREN, case=case_id)]


async def latest_completed(work: Work, case_id: UUID) -> Assessment | None:
    """Return the last completed assessment of the case, of whichever child."""
    query = (
        select(Assessment)
        .where(Assessment.case_id == case_id, Assessment.state == "completed")
        .order_by(col(Assessment.completed_at).desc(), col(Assessment.id).desc())
        .limit(1)
    )
    return (await work.session.scalars(query)).one_or_none()


async def list_assessments(work: Work, case_id: UUID, size: int, after: Position | None) -> list[Assessment]:
    """Return up to `size` assessments of a case, newest first."""
    query = select(Assessment).where(Assessment.case_id == case_id)
    if after is not None:
        at, row_id = col(Assessment.created_at), col(Assessment.id)
        query = query.where(or_(at < after.at, (at == after.at) & (row_id < after.id)))
    query = query.order_by(col(Assessment.created_at).desc(), col(Assessment.id).desc()).limit(size)
    return list(await work.session.scalars(query))
