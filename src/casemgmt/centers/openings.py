"""When a specialist and a room are free: pure arithmetic of working hours and taken times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from rules.loader import CLOSES, OPENS, load_law
from rules.zone import local_moment, to_local

STEP = timedelta(minutes=15)
HORIZON = timedelta(days=28)
"""How far ahead a free time is looked for."""
_DAY = timedelta(days=1)
_WORKING_WEEKDAYS = range(1, 6)

Span = tuple[datetime, datetime]
"""From a moment until another one; the second is free again."""


@dataclass(frozen=True)
class WeekTime:
    """A time of the week, by the clocks of Kazakhstan."""

    weekday: int
    from_time: time
    until_time: time


def is_within(week: Sequence[WeekTime], span: Span) -> bool:
    """Answer whether a time lies within working hours. A week that was not told has no bounds."""
    if not week:
        return True
    return any(start <= span[0] and span[1] <= end for start, end in _open_times(week, to_local(span[0]).date()))


def next_free(week: Sequence[WeekTime], taken: Sequence[Span], length: timedelta, after: datetime) -> Span | None:
    """Return the first time of this length, on a quarter of an hour, that is free after a moment; None in four weeks.

    Where no week was told, the hours of work of the country are offered: nobody is sent to three in the morning.
    """
    hours = week or _usual_week(to_local(after).date())
    start = after
    last = after + HORIZON
    busy = sorted(taken)
    day = to_local(after).date()
    while local_moment(day, time()) <= last:
        for opening, closing in _open_times(hours, day):
            start = _on_the_step(max(opening, after))
            for begun, ended in busy:
                if begun < start + length and start < ended:
                    start = _on_the_step(ended)
            if start + length <= closing:
                return start, start + length
        day += _DAY
    return None


def _open_times(week: Sequence[WeekTime], day: date) -> list[Span]:
    """Return the working times of a day; those that meet are one."""
    open_times: list[Span] = []
    for each in sorted((w for w in week if w.weekday == day.isoweekday()), key=lambda w: w.from_time):
        start, end = local_moment(day, each.from_time), local_moment(day, each.until_time)
        if open_times and start <= open_times[-1][1]:
            open_times[-1] = (open_times[-1][0], max(end, open_times[-1][1]))
        else:
            open_times.append((start, end))
    return open_times


def _usual_week(day: date) -> list[WeekTime]:
    law = load_law()
    opens, closes = (time.fromisoformat(str(law.value(name, day).value)) for name in (OPENS, CLOSES))
    return [WeekTime(weekday, opens, closes) for weekday in _WORKING_WEEKDAYS]


def _on_the_step(at: datetime) -> datetime:
    since_midnight = at - datetime.combine(at.astimezone(UTC).date(), time(), UTC)
    return at + (-since_midnight % STEP)
