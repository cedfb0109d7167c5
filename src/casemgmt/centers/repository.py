"""Queries on centres, sessions and their bookings. Row security decides what is seen."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select, tuple_

from casemgmt.cases.tables import CaseRecord
from casemgmt.centers.policy import CENTRE_KINDS
from casemgmt.centers.tables import (
    Booking,
    CentreRoom,
    CentreSession,
    SessionNote,
    SessionParticipant,
    SpecialistAbsence,
    SpecialistHours,
    SpecialistPaper,
)
from casemgmt.db.paging import Position
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.organisations.tables import Organisation

# One branch per way to a session, each on an index of its own; UNION removes what both found.
_DAY = """
    WITH own AS (
        SELECT * FROM centre_session
         WHERE specialist_id = actor_user() AND (starts_at, id) > (:at, :id) AND starts_at < :end
         ORDER BY starts_at, id LIMIT :size
    ), of_centre AS (
        SELECT * FROM centre_session
         WHERE :whole_centre AND centre_id = actor_organisation() AND (starts_at, id) > (:at, :id) AND starts_at < :end
         ORDER BY starts_at, id LIMIT :size
    )
    SELECT id, case_id, centre_id, specialist_id, room_id, travel_minutes, series_id, plan_measure_id, kind, service,
           help_kind, state, starts_at, ends_at
      FROM (SELECT * FROM own UNION SELECT * FROM of_centre) AS found
     ORDER BY starts_at, id LIMIT :size
"""

_BOOKED_OF = (
    "SELECT id, case_id, centre_id, specialist_id, room_id, travel_minutes, series_id, plan_measure_id, kind, service,"
    " help_kind, state, starts_at, ends_at FROM centre_session"
    " WHERE {whose} AND state = 'booked' AND (starts_at, id) > (:at, :id) AND starts_at < :end"
)
BOOKED = (
    f"SELECT *, count(*) OVER () AS count FROM ({_BOOKED_OF.format(whose='specialist_id = actor_user()')} UNION"  # noqa: S608 - constants
    f" {_BOOKED_OF.format(whose=':whole_centre AND centre_id = actor_organisation()')}) AS found"
    " ORDER BY starts_at, id LIMIT :size"
)
"""Sessions of which nobody has said yet what became of them, each with how many there are."""
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


async def get_centre(work: Work, centre_id: UUID) -> Organisation:
    """Return an active body in which sessions are held, else `NotFound`."""
    body = await work.session.get(Organisation, centre_id)
    if body is None or not body.active or body.kind not in CENTRE_KINDS:
        raise NotFound("There is no such centre.")
    return body


async def list_centres(work: Work, size: int, after: Position | None, region_code: str | None) -> list[Organisation]:
    """Return up to `size` active centres in the order of their ids."""
    query = select(Organisation).where(col(Organisation.kind).in_(CENTRE_KINDS), col(Organisation.active))
    if region_code is not None:
        query = query.where(Organisation.region_code == region_code)
    if after is not None:
        query = query.where(col(Organisation.id) > after.id)
    return list(await work.session.scalars(query.order_by(col(Organisation.id)).limit(size)))


async def rooms_of(work: Work, centre_id: UUID) -> list[CentreRoom]:
    """Return the rooms of a centre by name, as they are now: a room may have been closed since it was read."""
    query = select(CentreRoom).where(CentreRoom.organisation_id == centre_id).order_by(col(CentreRoom.name))
    return list(await work.session.scalars(query.execution_options(populate_existing=True)))


async def specialists_of(work: Work, centre_id: UUID) -> list[dict[str, Any]]:
    """Return the active specialists of a centre."""
    return await work.rows("SELECT * FROM centre_specialists(:centre)", centre=centre_id)


async def papers_of(work: Work, specialists: Collection[UUID]) -> list[SpecialistPaper]:
    """Return the papers of specialists, the newest first."""
    query = select(SpecialistPaper).where(col(SpecialistPaper.user_id).in_(specialists))
    return list(
        await work.session.scalars(
            query.order_by(col(SpecialistPaper.issued_on).desc(), col(SpecialistPaper.id).desc())
        )
    )


async def hours_of(work: Work, specialists: Collection[UUID]) -> list[SpecialistHours]:
    """Return the weeks of specialists as they stand."""
    query = select(SpecialistHours).where(
        col(SpecialistHours.user_id).in_(specialists), col(SpecialistHours.removed_at).is_(None)
    )
    return list(
        await work.session.scalars(
            query.order_by(
                col(SpecialistHours.weekday), col(SpecialistHours.from_time), col(SpecialistHours.until_time)
            )
        )
    )


async def absences_of(work: Work, specialist_id: UUID) -> list[SpecialistAbsence]:
    """Return the absences of a specialist that are not over, the first to begin first."""
    query = select(SpecialistAbsence).where(
        SpecialistAbsence.user_id == specialist_id,
        col(SpecialistAbsence.withdrawn_at).is_(None),
        col(SpecialistAbsence.ends_at) > work.now,
    )
    return list(await work.session.scalars(query.order_by(col(SpecialistAbsence.starts_at))))


async def booked_sessions(work: Work, specialist_id: UUID, start: datetime, end: datetime) -> list[UUID]:
    """Return the sessions of a specialist, of those that the actor sees, that are booked into a time."""
    query = (
        select(CentreSession.id)
        .where(
            CentreSession.specialist_id == specialist_id,
            CentreSession.state == "booked",
            col(CentreSession.starts_at) < end,
            col(CentreSession.ends_at) > start,
        )
        .order_by(col(CentreSession.starts_at))
    )
    return list(await work.session.scalars(query))


async def busy_times(
    work: Work, centre_id: UUID, start: datetime, end: datetime, only: Collection[UUID] | None = None
) -> list[dict[str, Any]]:
    """Return the taken times of the centre's rooms and specialists, all or some, between two moments."""
    return await work.rows(
        "SELECT * FROM centre_busy(:centre, :start, :end, :only)",
        centre=centre_id,
        start=start,
        end=end,
        only=None if only is None else list(only),
    )


async def find_case(work: Work, case_id: UUID, *, for_change: bool = False) -> CaseRecord | None:
    """Return the case of a session where the actor sees it: a head sees sessions of cases that stay hidden."""
    query = select(CaseRecord).where(CaseRecord.id == case_id)
    if for_change:
        query = query.with_for_update()
    return (await work.session.scalars(query)).one_or_none()


async def get_session(work: Work, session_id: UUID, *, for_change: bool = False) -> CentreSession:
    """Return a session that the actor sees, locked when it is about to change; else `NotFound`."""
    query = select(CentreSession).where(CentreSession.id == session_id)
    if for_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    session = (await work.session.scalars(query)).one_or_none()
    if session is None:
        raise NotFound("There is no such session.")
    return session


async def participants_of(work: Work, session_id: UUID) -> list[SessionParticipant]:
    """Return the participants of a session."""
    query = select(SessionParticipant).where(SessionParticipant.session_id == session_id)
    return list(await work.session.scalars(query.order_by(col(SessionParticipant.person_id))))


async def rest_of_series(work: Work, session: CentreSession) -> list[CentreSession]:
    """Return the booked sessions of its series that follow a session, locked in the order of their times."""
    query = select(CentreSession).where(
        CentreSession.series_id == session.series_id,
        CentreSession.state == "booked",
        CentreSession.id != session.id,
        col(CentreSession.starts_at) >= session.starts_at,
    )
    ordered = query.order_by(col(CentreSession.starts_at), col(CentreSession.id)).with_for_update()
    return list(await work.session.scalars(ordered.execution_options(populate_existing=True)))


async def came_before(work: Work, session: CentreSession, size: int) -> list[str]:
    """Return what became of the sessions that the specialist had with the case before, the latest first.

    No-shows with a valid reason are passed over.
    """
    rows = await work.rows(
        "SELECT s.state FROM centre_session s WHERE s.case_id = :case AND s.specialist_id = :specialist"
        " AND s.state IN ('held', 'no_show') AND s.starts_at < :starts_at AND NOT (s.state = 'no_show' AND EXISTS"
        " (SELECT 1 FROM session_participant p WHERE p.session_id = s.id AND p.attendance = 'absent_excused'))"
        " ORDER BY s.starts_at DESC, s.id DESC LIMIT :size",
        case=session.case_id,
        specialist=session.specialist_id,
        starts_at=session.starts_at,
        size=size,
    )
    return [row["state"] for row in rows]


async def has_open_task(work: Work, case_id: UUID, kind: str) -> bool:
    """Answer whether the case has an open task of a kind."""
    found = await work.call(
        "SELECT EXISTS (SELECT 1 FROM task WHERE case_id = :case AND kind = :kind AND completed_at IS NULL"
        " AND cancelled_at IS NULL)",
        case=case_id,
        kind=kind,
    )
    return bool(found)


async def taken_slots(
    work: Work, resources: Collection[UUID], spans: Collection[tuple[datetime, datetime]], sessions: Collection[UUID]
) -> set[int]:
    """Return which of several times are taken for one of the resources, but for these sessions: their places."""
    rows = await work.rows(
        "SELECT slot FROM taken_slots(:resources, :starts, :ends, :sessions)",
        resources=list(resources),
        starts=[s for s, _ in spans],
        ends=[e for _, e in spans],
        sessions=list(sessions),
    )
    return {row["slot"] for row in rows}


async def bookings_of(work: Work, session_id: UUID) -> list[Booking]:
    """Return the times that a session holds, in the order in which bookings are locked everywhere."""
    query = select(Booking).where(Booking.session_id == session_id, col(Booking.cancelled_at).is_(None))
    return list(await work.session.scalars(query.order_by(col(Booking.resource_id)).with_for_update()))


async def notes_of(work: Work, session_id: UUID) -> list[SessionNote]:
    """Return the notes of a session that the actor's kind of help may read."""
    query = select(SessionNote).where(SessionNote.session_id == session_id)
    return list(await work.session.scalars(query.order_by(col(SessionNote.created_at), col(SessionNote.id))))


async def list_case_sessions(
    work: Work, case_id: UUID, size: int, after: Position | None, state: str | None
) -> list[CentreSession]:
    """Return up to `size` sessions of a case, the latest first."""
    query = select(CentreSession).where(CentreSession.case_id == case_id)
    if state is not None:
        query = query.where(CentreSession.state == state)
    if after is not None:
        query = query.where(tuple_(col(CentreSession.starts_at), col(CentreSession.id)) < tuple_(after.at, after.id))
    query = query.order_by(col(CentreSession.starts_at).desc(), col(CentreSession.id).desc()).limit(size)
    return list(await work.session.scalars(query))


async def list_day(
    work: Work, start: datetime, end: datetime, size: int, after: Position | None, *, whole_centre: bool
) -> list[dict[str, Any]]:
    """Return up to `size` sessions that begin between two moments: the actor's own, and for a head the centre's."""
    return await work.rows(
        _DAY,
        whole_centre=whole_centre,
        end=end,
        size=size,
        at=start if after is None else after.at,
        id=UUID(int=0) if after is None else after.id,
    )


async def list_booked(
    work: Work, start: datetime | None, end: datetime, size: int, after: Position | None, *, whole_centre: bool
) -> list[dict[str, Any]]:
    """Return up to `size` sessions of a time that are still booked: the actor's own, and for a head the centre's."""
    return await work.rows(
        BOOKED,
        whole_centre=whole_centre,
        end=end,
        size=size,
        at=(start or _LONG_AGO) if after is None else after.at,
        id=UUID(int=0) if after is None else after.id,
    )


async def reserve(work: Work, resource_ids: list[UUID]) -> None:
    """Make bookings of the same rooms, specialists and persons wait for one another until the commit.

    Always taken in one order, so that two bookings can't wait crosswise. The exclusion constraint alone is not enough:
    bookings that meet in it at the same moment wait for one another in a ring, and end as deadlocks after seconds.
    """
    await work.session.execute(
        text(
            "SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(r::text, 55) AS k"
            " FROM unnest(CAST(:resources AS uuid[])) AS r ORDER BY 1) AS keys"
        ),
        {"resources": resource_ids},
    )
