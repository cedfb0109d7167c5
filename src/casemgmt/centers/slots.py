"""Whether a specialist may give a service on a day, and whether specialist and room are free at a time."""

from collections.abc import Sequence
from uuid import UUID

from casemgmt.centers import repository
from casemgmt.centers.catalogue import catalogue, is_valid_on
from casemgmt.centers.openings import HORIZON, Span, WeekTime, is_within, next_free
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


async def check_free(work: Work, centre_id: UUID, specialist_id: UUID, room_id: UUID, span: Span) -> None:
    """Refuse a time outside the specialist's working week, or at which specialist or room are taken.

    Called with the locks of the bookings held. The refusal tells the next time that is free for both, and not why.
    """
    week = [WeekTime(h.weekday, h.from_time, h.until_time) for h in await repository.hours_of(work, [specialist_id])]
    resources = (specialist_id, room_id)
    if not is_within(week, span):
        raise Conflict(
            "The specialist doesn't work at that time.",
            code="outside-hours",
            data={"next_free": await _next(work, centre_id, resources, week, span)},
        )
    if await _taken(work, centre_id, resources, span):
        raise Conflict(
            "The specialist or the room is taken at that time.",
            code="already-booked",
            data={"next_free": await _next(work, centre_id, resources, week, span)},
        )


async def _taken(work: Work, centre_id: UUID, resources: Sequence[UUID], span: Span) -> list[Span]:
    rows = await repository.busy_times(work, centre_id, *span)
    return [(r["starts_at"], r["ends_at"]) for r in rows if r["resource_id"] in resources]


async def _next(
    work: Work, centre_id: UUID, resources: Sequence[UUID], week: Sequence[WeekTime], span: Span
) -> dict[str, str] | None:
    start, end = span
    length = end - start
    taken = await _taken(work, centre_id, resources, (start, start + HORIZON + length))
    found = next_free(week, taken, length, start)
    return None if found is None else {"starts_at": found[0].isoformat(), "ends_at": found[1].isoformat()}
