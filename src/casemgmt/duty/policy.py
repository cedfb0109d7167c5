"""Pure decisions on the rota: when the desk is not there, and where nobody is on duty."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from casemgmt.errors import invalid_field
from rules.loader import load_law
from rules.zone import local_moment, to_local

Span = tuple[datetime, datetime]

LONGEST = timedelta(hours=72)
"""Of one shift: a long weekend. Set by the house, not law."""
FARTHEST = timedelta(days=366)
EMERGENCIES = ("emergency_acknowledgement", "triage_emergency")
"""Kinds of clocks that go to who is on duty at any hour."""


def times(starts_at: datetime, ends_at: datetime, now: datetime) -> Span:
    """Return both moments in UTC, or refuse a shift that is over, ends before it begins, is too long or far off."""
    if ends_at <= starts_at:
        raise invalid_field("/ends_at", "times-not-in-order", "It ends after it begins.")
    if ends_at <= now:
        raise invalid_field("/ends_at", "time-passed", "The shift is over already.")
    if ends_at - starts_at > LONGEST or starts_at > now + FARTHEST:
        raise invalid_field("/ends_at", "shift-too-long", "A shift lasts three days at most and begins within a year.")
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)


def check_near(pointer: str, at: datetime, now: datetime) -> None:
    """Refuse a moment more than a year from now: neither rota nor working calendar say anything about it."""
    if not now - FARTHEST <= at <= now + FARTHEST:
        raise invalid_field(pointer, "time-out-of-reach", "A moment within a year of now.")


def in_working_hours(at: datetime) -> bool:
    """Answer whether the desks work at a moment, by the working calendar."""
    calendar, day = load_law().calendar, to_local(at).date()
    return calendar.is_working_day(day) and calendar.opening(day) <= at < calendar.closing(day)


def gaps(start: datetime, end: datetime, shifts: Iterable[Span]) -> list[Span]:
    """Return the times between two moments, outside of working hours, in which nobody is on duty."""
    found = [(max(a, start), min(b, end)) for a, b in _off_hours(start, end) if a < end and b > start]
    for shift in shifts:
        found = [piece for span in found for piece in _without(span, shift)]
    joined: list[Span] = []
    for span in found:
        if joined and joined[-1][1] == span[0]:
            joined[-1] = (joined[-1][0], span[1])
        else:
            joined.append(span)
    return joined


def _off_hours(start: datetime, end: datetime) -> Iterator[Span]:
    calendar, day = load_law().calendar, to_local(start).date()
    while (midnight := local_moment(day, time())) < end:
        following = local_moment(day + timedelta(days=1), time())
        if calendar.is_working_day(day):
            yield midnight, calendar.opening(day)
            yield calendar.closing(day), following
        else:
            yield midnight, following
        day += timedelta(days=1)


def _without(span: Span, shift: Span) -> Iterator[Span]:
    if shift[1] <= span[0] or shift[0] >= span[1]:
        yield span
        return
    if span[0] < shift[0]:
        yield span[0], shift[0]
    if shift[1] < span[1]:
        yield shift[1], span[1]
