"""Book sessions, one or a series. A specialist, a room and a person are each in one session at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql.ranges import Range
from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseRecord
from casemgmt.centers import checking, policy, repository, slots
from casemgmt.centers.commands import BookSeries, BookSession
from casemgmt.centers.holding import summary_of, view_of
from casemgmt.centers.openings import Span
from casemgmt.centers.states import SESSION
from casemgmt.centers.tables import Booking, CentreSession, SessionParticipant, SessionSeries
from casemgmt.centers.views import SeriesView, SessionView
from casemgmt.db.work import Work
from casemgmt.errors import Conflict
from casemgmt.ids import new_id
from casemgmt.timeline.service import entry


@dataclass(frozen=True)
class Wanted:
    """What several sessions have in common that are booked, or moved, together."""

    place: slots.Place
    persons: tuple[UUID, ...]
    service: str | None
    help_kind: str


async def book_session(work: Work, case_id: UUID, command: BookSession) -> SessionView:
    """Book a specialist and a room, or a home visit, for persons of a case.

    Who is taken at that time is refused, without a word on why. A case manager's booking takes a specialist who is not
    in the team yet into it, in the same act.
    """
    case = await get_case(work, case_id, for_change=True)
    span = await checking.check_booking(work, case, command)
    await checking.place_in_team(work, case, command.specialist_id, command.help_kind, span[1])
    session, *rows = _rows_of(work, case, command, span)
    place = slots.place_of(command)
    await repository.reserve(work, sorted([*place.resources, *command.person_ids]))
    await checking.check_room(work, place, len(command.person_ids))
    await slots.check_free(work, place, span)
    story = entry(
        work,
        "session.booked",
        "centre_session",
        session.id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={
            "kind": session.kind,
            "help_kind": session.help_kind,
            "centre_id": str(session.centre_id),
            "starts_at": session.starts_at.isoformat(),
        },
    )
    event = Event("session.booked", "centre_session", (session.id, *command.person_ids), case_id=case.id)
    await work.save(event, session, *rows, *bookings_for(session, command.person_ids), story)
    return await view_of(work, session, case)


async def book_series(work: Work, case_id: UUID, command: BookSeries) -> SeriesView:
    """Book sessions every so many weeks at the same hour: all of them, or none with the list of what is in the way."""
    case = await get_case(work, case_id, for_change=True)
    first = await checking.check_booking(work, case, command)
    steps = (timedelta(weeks=command.every_weeks * n) for n in range(command.sessions))
    spans = [policy.check_times(first[0] + step, first[1] + step, work.now) for step in steps]
    await checking.place_in_team(work, case, command.specialist_id, command.help_kind, spans[-1][1])
    place = slots.place_of(command)
    await repository.reserve(work, sorted([*place.resources, *command.person_ids]))
    await checking.check_room(work, place, len(command.person_ids))
    wanted = Wanted(place, tuple(command.person_ids), command.service, command.help_kind)
    await refuse_clashes(work, wanted, spans)
    series = SessionSeries(
        id=command.id or new_id(),
        case_id=case.id,
        organisation_id=case.organisation_id,
        every_weeks=command.every_weeks,
        sessions=command.sessions,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    sessions: list[CentreSession] = []
    rows: list[SQLModel] = []
    for span in spans:
        session, *others = _rows_of(work, case, command, span, series.id)
        sessions.append(session)
        rows += [*others, *bookings_for(session, command.person_ids)]
    story = entry(
        work,
        "session.series_booked",
        "centre_session",
        sessions[0].id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        data={
            "kind": command.kind,
            "help_kind": command.help_kind,
            "sessions": command.sessions,
            "starts_at": spans[0][0].isoformat(),
        },
    )
    ids = (*(s.id for s in sessions), *command.person_ids)
    event = Event("session.series_booked", "centre_session", ids, case_id=case.id)
    await work.save(event, series, *sessions, *rows, story)
    return SeriesView(
        id=series.id, case_id=case.id, every_weeks=series.every_weeks, items=[summary_of(s) for s in sessions]
    )


async def refuse_clashes(
    work: Work,
    wanted: Wanted,
    spans: Sequence[Span],
    own: Collection[tuple[UUID, Span]] = (),
    sessions: Collection[UUID] = (),
) -> None:
    """Refuse several times with the list of those that can't be, each with the code that a single booking would get."""
    taken = await repository.taken_slots(work, wanted.persons, spans, sessions)
    clashes = []
    for number, span in enumerate(spans):
        code = "already-booked" if number in taken else None
        try:
            await slots.check_papers(work, wanted.place.specialist_id, wanted.service, wanted.help_kind, span)
            await slots.check_free(work, wanted.place, span, own)
        except Conflict as conflict:
            code = conflict.code
        if code is not None:
            clashes.append({"starts_at": span[0].isoformat(), "code": code})
    if clashes:
        raise Conflict(
            "Some of these times can't be booked: nothing was changed.",
            code="series-clashes",
            data={"clashes": clashes},
        )


def _rows_of(
    work: Work, case: CaseRecord, command: BookSession, span: Span, series_id: UUID | None = None
) -> tuple[CentreSession, *tuple[SessionParticipant, ...]]:
    """Return a session with its participants."""
    given = command.model_dump(include=set(CentreSession.model_fields) - {"id", "starts_at", "ends_at"})
    session = CentreSession(
        id=(command.id if series_id is None else None) or new_id(),
        case_id=case.id,
        organisation_id=case.organisation_id,
        state=SESSION.initial,
        series_id=series_id,
        starts_at=span[0],
        ends_at=span[1],
        created_at=work.now,
        created_by_id=work.actor.user_id,
        **given,
    )
    participants = (
        SessionParticipant(session_id=session.id, case_id=case.id, organisation_id=case.organisation_id, person_id=p)
        for p in command.person_ids
    )
    return (session, *participants)


def bookings_for(session: CentreSession, persons: Collection[UUID]) -> list[Booking]:
    """Return the times that a session takes, in the order in which bookings are written everywhere.

    On a home visit the specialist is taken for the way too; room and participants for the session itself.
    """
    place, span = slots.place_of(session), (session.starts_at, session.ends_at)
    times = {session.specialist_id: place.around(span)}
    return [
        Booking(
            id=new_id(),
            resource_id=resource,
            centre_id=session.centre_id,
            session_id=session.id,
            during=Range(*times.get(resource, span), bounds="[)"),
        )
        for resource in sorted([*place.resources, *persons])
    ]
