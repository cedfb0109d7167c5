"""The clock of a day: moments of the story, and the service's clock moved to them."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta

from casemgmt.clock import ManualClock
from rules.loader import load_law
from rules.zone import local_moment, to_local

_BEFORE, _AFTER = timedelta(days=15), timedelta(days=12)
_LEAD = timedelta(days=33)
"""The longest story begins a month before its day."""
_WEDNESDAY = 3
_FARTHEST = 60
"""Weeks in which an ordinary one is looked for."""


def ordinary_day(after: date) -> date:
    """Return a Wednesday with no holiday and no moved day around it: terms of a story are the same all year."""
    calendar = load_law().calendar
    first = after + _LEAD
    for week in range(_FARTHEST):
        day = first + timedelta(days=(_WEDNESDAY - first.isoweekday()) % 7 + 7 * week)
        around = (day + timedelta(days=n) for n in range(-_BEFORE.days, _AFTER.days))
        if all(calendar.is_working_day(each) == (each.isoweekday() <= 5) for each in around):  # noqa: PLR2004 - Friday
            return day
    raise ValueError("no ordinary week within a year")


class Hours:
    """The hours of one day. Over night the worker does what is due by then; in the day where the story asks for it."""

    def __init__(self, clock: ManualClock, do_what_is_due: Callable[[], Awaitable[None]]) -> None:
        self._clock = clock
        self.do_what_is_due = do_what_is_due
        self.day = ordinary_day(to_local(clock.now()).date())

    def now(self) -> datetime:
        """Return the moment of the service."""
        return self._clock.now()

    def on(self, days: int) -> date:
        """Return the day so many working days after the day of the story; before it where negative."""
        return load_law().calendar.add_working_days(self.day, days).date if days else self.day

    def moment(self, clock: str, days: int = 0) -> datetime:
        """Return when clocks in Kazakhstan show `clock`, so many working days after the day of the story."""
        return local_moment(self.on(days), time.fromisoformat(clock))

    def at(self, clock: str, days: int = 0) -> str:
        """Return the same moment as the service takes it."""
        return self.moment(clock, days).isoformat()

    async def to(self, clock: str, days: int = 0) -> None:
        """Move on to a moment."""
        await self.to_date(self.on(days), clock)

    async def to_date(self, day: date, clock: str) -> None:
        """Move on to a moment of a day by the calendar."""
        moment, before = local_moment(day, time.fromisoformat(clock)), self._clock.now()
        self._clock.advance(moment - before)
        if to_local(moment).date() != to_local(before).date():
            await self.do_what_is_due()

    def month_before(self) -> date:
        """Return the same day of the month before, as far as that month has one."""
        first = self.day.replace(day=1) - timedelta(days=1)
        return first.replace(day=min(self.day.day, first.day))

    def tick(self) -> None:
        """Let some seconds pass: a person reads before acting again."""
        self._clock.advance(timedelta(seconds=5))
