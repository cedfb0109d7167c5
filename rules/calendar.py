"""The working calendar: which days are worked, and time counted in working days and working hours.

All counting of days is done on the clocks of Kazakhstan, all arithmetic of moments in UTC. Every result
says whether it is provisional: whether a day was looked at whose moved days off are not known yet.
A year without a file counts Monday to Friday as worked, and is provisional: a clock must always answer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from rules.calendar_files import SATURDAY, CalendarYear
from rules.parameters import Label, Status
from rules.zone import local_moment, to_local, to_utc

_DAY = timedelta(days=1)
_NO_TIME = timedelta()


class DayKind(StrEnum):
    """What a day is, as far as work is concerned."""

    WORKING = "working day"
    WORKING_WEEKEND = "working weekend day"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MOVED_OFF = "moved day off"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day: its kind, the holiday's name if any, and how well it is known."""

    date: date
    kind: DayKind
    label: Label | None
    status: Status | None
    provisional: bool

    @property
    def working(self) -> bool:
        """Whether the day is worked."""
        return self.kind in {DayKind.WORKING, DayKind.WORKING_WEEKEND}


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A day found by counting, with every day passed on the way in the order of counting."""

    date: date
    provisional: bool
    passed: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True)
class CountedMoment:
    """A moment (UTC) found by counting working time, with every day passed on the way."""

    at: datetime
    provisional: bool
    passed: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """An amount of working time."""

    duration: timedelta
    provisional: bool


HoursOn = Callable[[date], tuple[time, time]]


@dataclass(frozen=True)
class WorkingCalendar:
    """The calendar of one country: its years, and the hours of work in force on each day."""

    years: Mapping[int, CalendarYear]
    hours_on: HoursOn
    _days: dict[date, CalendarDay] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the listed days; all others follow from the day of the week."""
        for year in self.years.values():
            for holiday in year.holidays:
                self._days[holiday.day] = _make_day(holiday.day, DayKind.HOLIDAY, year, holiday.label)
            for moved in year.moved_days_off:
                self._days[moved.day] = _make_day(moved.day, DayKind.MOVED_OFF, year)
            for worked in year.working_weekend_days:
                self._days[worked.day] = _make_day(worked.day, DayKind.WORKING_WEEKEND, year)

    def day(self, day: date) -> CalendarDay:
        """Return what is known of the day."""
        listed = self._days.get(day)
        if listed is not None:
            return listed
        kind = DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKING
        return _make_day(day, kind, self.years.get(day.year))

    def is_working_day(self, day: date) -> bool:
        """Return whether the day is worked; `day(...)` says why and how surely."""
        return self.day(day).working

    def add_working_days(self, day: date, count: int) -> CountedDay:
        """Return the `count`-th working day after `day`; before it when `count` is negative.

        `day` itself is never counted. With zero: `day` when it is worked, else the next working day.
        """
        step = -_DAY if count < 0 else _DAY
        if count == 0:
            day, count = day - _DAY, 1
        passed: list[CalendarDay] = []
        remaining = abs(count)
        while remaining:
            day += step
            found = self.day(day)
            passed.append(found)
            remaining -= found.working
        return CountedDay(day, any(entry.provisional for entry in passed), tuple(passed))

    def opening(self, day: date) -> datetime:
        """Return in UTC the moment when work begins on the day, were it a working day."""
        return local_moment(day, self.hours_on(day)[0])

    def closing(self, day: date) -> datetime:
        """Return in UTC the moment when work ends on the day, were it a working day."""
        return local_moment(day, self.hours_on(day)[1])

    def add_working_hours(self, at: datetime, hours: int) -> CountedMoment:
        """Return the moment `hours` working hours after `at` (before it when negative).

        Time outside the hours of work does not run. A count that ends exactly with the working day ends
        at its closing hour, not at the next opening (counted backwards: at the opening hour).
        """
        return self.add_working_time(at, timedelta(hours=hours))

    def add_working_time(self, at: datetime, amount: timedelta) -> CountedMoment:
        """Return the moment `amount` of working time after `at`, or before it when negative."""
        moment = to_utc(at)
        forward = amount >= _NO_TIME
        remaining = abs(amount)
        day = to_local(moment).date()
        passed: list[CalendarDay] = []
        while remaining:
            found = self.day(day)
            passed.append(found)
            if found.working:
                opens, closes = self.opening(day), self.closing(day)
                start = max(moment, opens) if forward else min(moment, closes)
                available = closes - start if forward else start - opens
                if available >= remaining:
                    moment = start + remaining if forward else start - remaining
                    break
                remaining -= max(available, _NO_TIME)
            day += _DAY if forward else -_DAY
        return CountedMoment(moment, any(entry.provisional for entry in passed), tuple(passed))

    def working_time_between(self, start: datetime, end: datetime) -> WorkingTime:
        """Return the working time from `start` to `end`; negative when `end` is the earlier one."""
        first, last = to_utc(start), to_utc(end)
        if last < first:
            reverse = self.working_time_between(last, first)
            return WorkingTime(-reverse.duration, reverse.provisional)
        total, provisional = _NO_TIME, False
        for found in self._days_between(to_local(first).date(), to_local(last).date()):
            provisional = provisional or found.provisional
            if found.working:
                opens, closes = max(first, self.opening(found.date)), min(last, self.closing(found.date))
                total += max(closes - opens, _NO_TIME)
        return WorkingTime(total, provisional)

    def _days_between(self, first: date, last: date) -> Iterator[CalendarDay]:
        day = first
        while day <= last:
            yield self.day(day)
            day += _DAY


def _make_day(day: date, kind: DayKind, year: CalendarYear | None, label: Label | None = None) -> CalendarDay:
    """Mark the day provisional when its year was not compared that far, or has no file at all."""
    known = year is not None and year.verified_through is not None and day <= year.verified_through
    return CalendarDay(day, kind, label, year.status if year else None, not known)
