"""Whether a specialist may give a service on a day, and whether specialist and room are free at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from casemgmt.centers import repository
from casemgmt.centers.catalogue import catalogue, is_valid_on
from casemgmt.centers.commands import BookSession
from casemgmt.centers.openings import HORIZON, Span, WeekTime, is_within, next_free
from casemgmt.centers.tables import CentreSession
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, invalid_field
from rules.zone import to_local


def check_service(service: str | None, kind: str, help_kind: str) -> None:
    """Refuse a service that is another kind of help, or that is not given in this kind of session."""
    if service is None:
        return
    found = catalogue().services[service]
    if found.help_kind != help_kind or kind not in found.forms:
        raise invalid_field(
            "/service", "service-does-not-fit", "The service is another kind of help, or not given in this form."
        )


async def check_papers(work: Work, specialist_id: UUID, service: str | None, help_kind: str, span: Span) -> None:
    """Refuse a specialist who doesn't hold, on the day of the session, a paper that the service needs."""
    needs = catalogue().needs_on(service, help_kind)
    if not needs:
        return
    day = to_local(span[0]).date()
    papers = [p for p in await repository.papers_of(work, [specialist_id]) if p.withdrawn_at is None]
    for need in needs:
        held = [p for p in papers if p.kind == need.paper]
        if any(is_valid_on(p.issued_on, p.valid_until, day) for p in held):
            continue
        ended = max((p.valid_until for p in held if p.valid_until is not None and p.valid_until < day), default=None)
        raise Conflict(
            "On that day the specialist holds no valid paper of the kind that this service needs.",
            code="paper-missing" if ended is None else "paper-expired",
            data={
                "paper": need.paper,
                "need_status": need.status,
                "valid_until": None if ended is None else str(ended),
            },
        )


async def sessions_without_paper(work: Work, specialist_id: UUID) -> list[UUID]:
    """Return the booked sessions of a specialist, of those that the actor sees, for which a paper is missing."""
    query = select(CentreSession).where(
        CentreSession.specialist_id == specialist_id,
        CentreSession.state == "booked",
        col(CentreSession.starts_at) > work.now,
    )
    found = []
    for session in await work.session.scalars(query.order_by(col(CentreSession.starts_at))):
        try:
            span = (session.starts_at, session.ends_at)
            await check_papers(work, specialist_id, session.service, session.help_kind, span)
        except Conflict:
            found.append(session.id)
    return found


@dataclass(frozen=True)
class Place:
    """Who gives a session, and where: in a room, or on the way to a family and back."""

    centre_id: UUID
    specialist_id: UUID
    room_id: UUID | None
    travel: timedelta = timedelta()

    @property
    def resources(self) -> tuple[UUID, ...]:
        """What is taken besides the participants."""
        return (self.specialist_id,) if self.room_id is None else (self.specialist_id, self.room_id)

    def around(self, span: Span) -> Span:
        """Return the time for which the specialist is taken: the way there and back belongs to it."""
        return span[0] - self.travel, span[1] + self.travel


def place_of(source: BookSession | CentreSession) -> Place:
    """Return the place of a session that is, or is to be, booked."""
    travel = timedelta(minutes=source.travel_minutes or 0)
    return Place(source.centre_id, source.specialist_id, source.room_id, travel)


async def check_free(work: Work, place: Place, wanted: Span, own: Collection[tuple[UUID, Span]] = ()) -> None:
    """Refuse a time outside the specialist's working week, or at which specialist or room are taken.

    Called with the locks of the bookings held. The refusal tells the next time that is free for both, and not why.
    `own`: times that are about to be given back.
    """
    rows = await repository.hours_of(work, [place.specialist_id])
    week = [WeekTime(h.weekday, h.from_time, h.until_time) for h in rows]
    span = place.around(wanted)
    if not is_within(week, span):
        raise Conflict(
            "The specialist doesn't work at that time.",
            code="outside-hours",
            data={"next_free": await _next(work, place, week, span, own)},
        )
    if await _taken(work, place, span, own):
        raise Conflict(
            "The specialist or the room is taken at that time.",
            code="already-booked",
            data={"next_free": await _next(work, place, week, span, own)},
        )


async def _taken(work: Work, place: Place, span: Span, own: Collection[tuple[UUID, Span]]) -> list[Span]:
    rows = await repository.busy_times(work, place.centre_id, *span, place.resources)
    found = [(r["resource_id"], (r["starts_at"], r["ends_at"])) for r in rows]
    return [times for resource, times in found if (resource, times) not in own]


async def _next(
    work: Work, place: Place, week: Sequence[WeekTime], span: Span, own: Collection[tuple[UUID, Span]]
) -> dict[str, str] | None:
    start, end = span
    length = end - start
    taken = await _taken(work, place, (start, start + HORIZON + length), own)
    found = next_free(week, taken, length, start)
    if found is None:
        return None
    return {"starts_at": (found[0] + place.travel).isoformat(), "ends_at": (found[1] - place.travel).isoformat()}
