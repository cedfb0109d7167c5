"""Move and cancel sessions, one or the rest of a series."""

from dataclasses import replace
from uuid import UUID

from sqlmodel import SQLModel

from casemgmt.audit.events import Event
from casemgmt.cases.tables import CaseRecord
from casemgmt.centers import checking, policy, repository, slots, without
from casemgmt.centers.booking import Wanted, bookings_for, refuse_clashes
from casemgmt.centers.commands import CancelSession, MoveSession
from casemgmt.centers.holding import Step, begin_step, facts_of, story_of_step, view_of
from casemgmt.centers.openings import Span
from casemgmt.centers.states import SESSION
from casemgmt.centers.tables import Booking, CentreSession
from casemgmt.centers.views import SessionView
from casemgmt.consents.requiring import ENDED, require_consent
from casemgmt.db.work import Work
from casemgmt.errors import invalid_field

_REST = "rest"


async def move_session(work: Work, session_id: UUID, command: MoveSession, expected: int | None) -> SessionView:
    """Move a session, or with it the rest of its series by the same difference: all of them or none.

    Where another specialist gives it from now on, that one is refused as in a booking, and joins the team as by one.
    """
    step = await begin_step(work, session_id, "move", expected)
    of_series = await _scope_of(work, step, command.scope)
    sessions = [s for s in of_series if s.specialist_id == step.session.specialist_id]
    first = policy.check_times(
        command.starts_at or step.session.starts_at, command.ends_at or step.session.ends_at, work.now
    )
    by = first[0] - step.session.starts_at
    length = first[1] - first[0]
    spans = [policy.check_times(s.starts_at + by, s.starts_at + by + length, work.now) for s in sessions]
    if command.room_id is not None and any(s.room_id is None for s in sessions):
        raise invalid_field("/room_id", "home-visit-without-room", "A home visit has no room.")
    persons = {s.id: [p.person_id for p in await repository.participants_of(work, s.id)] for s in sessions}
    for session, span in zip(sessions, spans, strict=True):
        if session.consent_id is not None:
            await require_consent(work, session.consent_id, session.case_id, "psychological_session", until=span[0])
    place = slots.place_of(step.session)
    place = place if command.room_id is None else replace(place, room_id=command.room_id)
    given_to = command.specialist_id if command.specialist_id != place.specialist_id else None
    if given_to is not None:
        place = replace(place, specialist_id=given_to)
        await checking.check_specialist(work, place.centre_id, given_to)
        await checking.place_in_team(work, step.case, given_to, step.session.help_kind, spans[-1][1])
    everybody = sorted({p for each in persons.values() for p in each})
    rooms = {s.room_id for s in sessions if s.room_id is not None}
    await repository.reserve(work, sorted({*place.resources, *rooms, *everybody}))
    await checking.check_room(work, place, max(len(each) for each in persons.values()))
    old = [b for s in sessions for b in await repository.bookings_of(work, s.id)]
    own = [(b.resource_id, _span_of(b)) for b in old]
    wanted = Wanted(place, tuple(everybody), step.session.service, step.session.help_kind)
    if len(spans) == 1:  # one session is refused like a booking: with the next time that is free
        await slots.check_papers(work, place.specialist_id, wanted.service, wanted.help_kind, spans[0])
        await slots.check_free(work, place, spans[0], own)
    await refuse_clashes(work, wanted, spans, own, [s.id for s in sessions])
    for booking in old:
        booking.cancelled_at = work.now
    new: list[Booking] = []
    for session, span in zip(sessions, spans, strict=True):
        session.starts_at, session.ends_at = span
        session.room_id, session.specialist_id = place.room_id, place.specialist_id
        new += bookings_for(session, persons[session.id])
    data: dict[str, object] = {"sessions": len(sessions), "starts_at": first[0].isoformat()}
    asked = [clock for session in sessions for clock in await without.answered(work, session, "moved")]
    kind = "session.moved"
    if given_to is not None:
        kind = "session.given_to_another"
        asked += [clock for session in sessions for clock in await without.named_another(work, session)]
    await _save(work, step, kind, data, sessions, [*old, *new, *asked])
    return await view_of(work, step.session, step.case)


def _span_of(booking: Booking) -> Span:
    start, end = booking.during.lower, booking.during.upper
    if start is None or end is None:  # pragma: no cover - a constraint refuses it
        raise AssertionError("a booking has two ends")
    return start, end


async def cancel_session(work: Work, session_id: UUID, command: CancelSession, expected: int | None) -> SessionView:
    """Cancel a session, or with it the rest of its series: specialist, room and participants are free again."""
    step = await begin_step(work, session_id, "cancel", expected)
    sessions = await _scope_of(work, step, command.scope)
    for other in sessions[1:]:
        other.state = SESSION.check(work.actor, "cancel", other.state, facts_of(work, other, step.case)).target
    for_whom = command.cancelled_for or policy.PARTY_OF_REASON.get(command.reason)
    freed: list[SQLModel] = []
    for session in sessions:
        freed += await _cancelled(work, session, command.reason, for_whom)
    data: dict[str, object] = {"reason": command.reason, "sessions": len(sessions)}
    await _save(work, step, "session.cancelled", data, sessions, freed)
    return await view_of(work, step.session, step.case)


async def cancel_with_consent(work: Work, case: CaseRecord, session: CentreSession) -> list[SQLModel]:
    """Return a session cancelled with its bookings and story, to be saved by who ends the consent it rests on."""
    facts = replace(facts_of(work, session, case), ending_with_consent=True)
    session.state = SESSION.check(work.actor, "end_with_consent", session.state, facts).target
    freed = await _cancelled(work, session, ENDED, policy.PARTY_OF_REASON.get(ENDED))
    story = story_of_step(work, Step(session, case), "session.cancelled", {"reason": ENDED, "sessions": 1})
    return [session, *freed, story]


async def _cancelled(work: Work, session: CentreSession, reason: str, for_whom: str | None) -> list[SQLModel]:
    """Write down why, for whom and by whom a session was cancelled; return its times, given back, and its clock."""
    session.cancellation_reason, session.cancelled_for = reason, for_whom
    session.cancelled_at, session.cancelled_by_id = work.now, work.actor.user_id
    bookings = await repository.bookings_of(work, session.id)
    for booking in bookings:
        booking.cancelled_at = work.now
    return [*bookings, *await without.answered(work, session, "cancelled")]


async def _scope_of(work: Work, step: Step, scope: str) -> list[CentreSession]:
    if scope != _REST or step.session.series_id is None:
        return [step.session]
    return [step.session, *await repository.rest_of_series(work, step.session)]


async def _save(
    work: Work, step: Step, kind: str, data: dict[str, object], sessions: list[CentreSession], rows: list[SQLModel]
) -> None:
    story = story_of_step(work, step, kind, data)
    event = Event(kind, "centre_session", tuple(s.id for s in sessions), case_id=step.session.case_id)
    await work.save(event, *sessions, *rows, story)
