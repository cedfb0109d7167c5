"""Reading absences: who is away today, who stands in, and for which cases nobody does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.access.permissions import Permission
from casemgmt.audit.events import Event
from casemgmt.cases.tables import CaseMember
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.staff.tables import StaffAbsence
from casemgmt.staff.views import AbsenceList, AbsenceSummary, AbsenceView, CoveredCase, CoveredGroup, Standing
from casemgmt.timeline.repository import staff

_COVER = (
    "SELECT c.*, EXISTS (SELECT 1 FROM case_record k WHERE k.id = c.case_id) AS seen FROM absence_cover(:absence) c"
)
MOST = 500
"""Absences of one answer: more than a body has."""


@dataclass(frozen=True)
class Cover:
    """A case of who is away."""

    case_id: UUID
    restricted: bool
    deputy_id: UUID | None
    """Who stands in; None where nobody may."""
    placed: bool
    """The deputy has the place that rests on the absence."""
    holds_sessions: bool
    """With the notes of the absentee's kind of help."""
    seen: bool
    """The actor sees the case."""


async def cover_of(work: Work, absence_id: UUID) -> list[Cover]:
    """Return the cases of an absence; none to whoever is neither away nor heads the body."""
    return [Cover(**row) for row in await work.rows(_COVER, absence=absence_id)]


async def groups_of(work: Work, absence_id: UUID) -> list[dict[str, Any]]:
    """Return the places of who is away in mobile groups; none to whoever is neither away nor heads the body."""
    return await work.rows("SELECT * FROM absence_group_cover(:absence)", absence=absence_id)


async def get_absence(work: Work, absence_id: UUID, *, for_change: bool = False) -> StaffAbsence:
    """Return an absence of the actor's body, locked when it is about to change; else `NotFound`."""
    query = select(StaffAbsence).where(StaffAbsence.id == absence_id)
    if for_change:
        query = query.with_for_update()
    absence = (await work.session.scalars(query)).one_or_none()
    if absence is None:
        raise NotFound("There is no such absence.")
    return absence


async def stood_in_for(work: Work, case_id: UUID) -> UUID | None:
    """Return in whose stead the actor is in the team of a case; None for who has a place of one's own, or none."""
    query = (
        select(StaffAbsence.user_id)
        .join(CaseMember, col(CaseMember.absence_id) == col(StaffAbsence.id))
        .where(
            CaseMember.case_id == case_id,
            CaseMember.user_id == work.actor.user_id,
            col(CaseMember.ended_at).is_(None),
        )
    )
    return (await work.session.scalars(query)).one_or_none()


async def read_absence(work: Work, absence_id: UUID) -> AbsenceView:
    """Return an absence; its cases to who is away and who heads the body."""
    absence = await get_absence(work, absence_id)
    view = await view_of(work, absence)
    shown = tuple(c.case_id for c in view.cases)
    work.record(Event("staff.absence_read", "staff_absence", (absence.id, absence.user_id, *shown)))
    return view


async def list_absences(work: Work, at: datetime | None) -> AbsenceList:
    """Return the absences of the actor's body that are not over, the first to begin first; or those of a moment."""
    items = await absences_at(work, at)
    work.record(Event("staff.absences_listed", "staff_absence", tuple(item.id for item in items)))
    return AbsenceList(items=items)


async def absences_at(work: Work, at: datetime | None) -> list[AbsenceSummary]:
    """Return what `list_absences` lists; the caller records that it was shown."""
    query = select(StaffAbsence).where(
        StaffAbsence.organisation_id == work.actor.organisation_id,
        col(StaffAbsence.ended_at).is_(None),
        col(StaffAbsence.withdrawn_at).is_(None),
        col(StaffAbsence.ends_at) > work.now,
    )
    if at is not None:
        query = query.where(col(StaffAbsence.starts_at) <= at, col(StaffAbsence.ends_at) > at)
    rows = list(
        await work.session.scalars(query.order_by(col(StaffAbsence.starts_at), col(StaffAbsence.id)).limit(MOST))
    )
    names = await staff(work, [i for row in rows for i in (row.user_id, row.deputy_id)])
    return [AbsenceSummary(**_summary(work, row, names)) for row in rows]


async def view_of(work: Work, absence: StaffAbsence) -> AbsenceView:
    """Return what readers get."""
    names = await staff(work, [absence.user_id, absence.deputy_id])
    cover = await cover_of(work, absence.id)
    shown = [
        CoveredCase(case_id=c.case_id, deputy_id=c.deputy_id, holds_sessions=c.holds_sessions) for c in cover if c.seen
    ]
    return AbsenceView(
        **_summary(work, absence, names),
        cases=shown,
        hidden_cases=len(cover) - len(shown),
        uncovered=sum(c.deputy_id is None for c in cover),
        groups=[
            CoveredGroup(**{name: value for name, value in row.items() if name != "placed"})
            for row in await groups_of(work, absence.id)
        ],
    )


def _summary(work: Work, absence: StaffAbsence, names: dict[UUID, dict[str, Any]]) -> dict[str, Any]:
    same = set(AbsenceSummary.model_fields) - {"name", "deputy_name", "reason", "standing"}
    keeps = absence.user_id == work.actor.user_id or work.actor.may(Permission.STAFF_HAND_ON)
    return absence.model_dump(include=same) | {
        "name": names[absence.user_id]["name"],
        "deputy_name": names[absence.deputy_id]["name"],
        "reason": absence.reason if keeps else None,
        "standing": _standing(work, absence),
    }


def _standing(work: Work, absence: StaffAbsence) -> Standing:
    if absence.withdrawn_at is not None:
        return "withdrawn"
    if absence.ended_at is not None or absence.ends_at <= work.now:
        return "over"
    return "planned" if absence.begun_at is None else "running"
