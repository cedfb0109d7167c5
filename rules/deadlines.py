"""When a thing is due: the term in force, counted step by step, with its warning and its ground.

The rules of counting (they are the house's reading, stated here once; change one, raise COUNTING_VERSION):

- Calendar minutes and hours run without a stop from the event.
- Working hours run only within the hours of work; an event outside them starts at the next opening.
- Days and months: the day of the event is not counted. The term ends at the closing hour of its last day.
- Working days: only days worked are counted.
- Months: the last day has the same number as the day of the event; where the month has no such day, it
  is the month's last day (31 January and one month: 28 or 29 February).
- A term of calendar days or months whose last day is a day off ends on the next working day, or stays on
  that day: `last_day_off` in the file says which.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from rules.calendar import CalendarDay, WorkingCalendar
from rules.loader import Law, load_law
from rules.parameters import NOT_SEEN, Citation, Status
from rules.terms import DayOff, Deadline, TermUnit, TermValue
from rules.zone import to_local, to_utc

_FIXED = {
    TermUnit.CALENDAR_MINUTES: timedelta(minutes=1),
    TermUnit.CALENDAR_HOURS: timedelta(hours=1),
    TermUnit.CALENDAR_DAYS: timedelta(days=1),
}
_WORKING = {TermUnit.WORKING_DAYS, TermUnit.WORKING_HOURS}
_MONTHS_IN_YEAR = 12
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # strftime would follow the host's locale


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the computation: a stable code for programs, a sentence for people, the moment reached."""

    code: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    at: datetime
    passed: tuple[CalendarDay, ...] = ()

    @property
    def provisional(self) -> bool:
        return any(day.provisional for day in self.passed)


class _Way(NamedTuple):
    """From what it was computed."""

    calendar: WorkingCalendar
    deadline: Deadline
    term: TermValue
    counted: _Counted


@dataclass(frozen=True, slots=True)
class Due:
    """A computed due time. All moments are in UTC.

    `parameter` names the value used (code @ first day in force). `provisional`: a day was counted whose
    moved days off are not known yet, so the due time may shift when they are. `calendar_status` is the
    weakest status among the calendar days counted, None when none was counted. `status` house_default
    means: not law, and to be shown so.
    """

    code: str
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    provisional: bool
    status: Status
    calendar_status: Status | None
    citation: Citation | None
    parameter: str
    rules_version: str
    _way: _Way = field(repr=False)

    @property
    def is_law(self) -> bool:
        """Whether the term claims to be law."""
        return self.status.is_law

    @property
    def steps(self) -> tuple[Step, ...]:
        """How it was computed, told when asked for: most who need the moment don't."""
        return tuple(_describe(self, self._way))


def compute_due(
    code: str,
    started_at: datetime,
    *,
    on: date | None = None,
    known_on: date | None = None,
    law: Law | None = None,
) -> Due:
    """Return when the deadline `code` is due for an event at `started_at`.

    The term in force on `on` is used (default: the day of the event in Kazakhstan), as known at the end
    of `known_on` (default: all that is known); counting follows the docstring of this module. Raises
    UnknownNameError, NaiveTimeError, NotInForceError, NotKnownYetError, and for a term of law
    BeyondConfirmedError past the last day that its source confirms; house defaults never raise the last.
    """
    law = law or load_law()
    deadline = law.deadline(code)
    started = to_utc(started_at)
    term = law.term(code, on or to_local(started).date(), known_on)
    counted = _count(law.calendar, deadline, term, started)
    return Due(
        code=code,
        started_at=started,
        warn_at=_find_warning(law.calendar, deadline, term, started, counted.at),
        due_at=counted.at,
        provisional=counted.provisional,
        status=term.status,
        calendar_status=_weakest(counted.passed),
        citation=term.citation,
        parameter=f"{code}@{term.in_force_from.isoformat()}",
        rules_version=law.version,
        _way=_Way(law.calendar, deadline, term, counted),
    )


def _count(calendar: WorkingCalendar, deadline: Deadline, term: TermValue, started: datetime) -> _Counted:
    if term.unit is TermUnit.WORKING_HOURS:
        moment = calendar.add_working_hours(started, term.value)
        return _Counted(moment.at, moment.passed)
    if not term.unit.counts_whole_days:
        return _Counted(started + _FIXED[term.unit] * term.value)
    first = to_local(started).date()
    if term.unit is TermUnit.WORKING_DAYS:
        counted = calendar.add_working_days(first, term.value)
        return _Counted(calendar.closing(counted.date), counted.passed)
    last = _last_day(term, first)
    passed: tuple[CalendarDay, ...] = ()
    if deadline.last_day_off is DayOff.NEXT_WORKING_DAY:
        counted = calendar.add_working_days(last, 0)
        passed, last = counted.passed, counted.date
    return _Counted(calendar.closing(last), passed)


def _last_day(term: TermValue, first: date) -> date:
    """Return the last day of a term of calendar days or months, which may be a day off."""
    return add_months(first, term.value) if term.unit is TermUnit.CALENDAR_MONTHS else first + timedelta(term.value)


def add_months(day: date, count: int) -> date:
    """Return the day with the same number `count` months later, or that month's last day if it has none."""
    index = day.year * _MONTHS_IN_YEAR + day.month - 1 + count
    year, month = divmod(index, _MONTHS_IN_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _find_warning(
    calendar: WorkingCalendar, deadline: Deadline, term: TermValue, started: datetime, due: datetime
) -> datetime:
    """Return when to warn: never before the event, never after the due time."""
    warn = deadline.warn
    if warn.after_percent is not None:
        if term.unit in _WORKING:
            total = calendar.working_time_between(started, due).duration
            return calendar.add_working_time(started, total * warn.after_percent // 100).at
        return started + (due - started) * warn.after_percent // 100
    amount = warn.before or 0
    if warn.unit is TermUnit.WORKING_DAYS:
        day = to_local(due).date()
        back = 1 - amount if calendar.is_working_day(day) else -amount
        moment = calendar.opening(calendar.add_working_days(day, back).date)
    elif warn.unit is TermUnit.WORKING_HOURS:
        moment = calendar.add_working_hours(due, -amount).at
    else:
        moment = due - _FIXED[warn.unit or TermUnit.CALENDAR_MINUTES] * amount
    return max(started, moment)


def show_day(day: date) -> str:
    """Return the day for a reader, with its weekday: Fri 2026-11-20."""
    return f"{_WEEKDAYS[day.weekday()]} {day.isoformat()}"


def show_moment(moment: datetime) -> str:
    """Return the moment on the clocks of Kazakhstan: Fri 2026-11-20 16:00 +05:00."""
    local = to_local(moment)
    clock = local.isoformat(timespec="auto").split("T")[1]
    plain = clock.replace(":00+", "+", 1) if local.second == 0 and local.microsecond == 0 else clock
    return f"{show_day(local.date())} {plain[:-6]} {plain[-6:]}"


def show_amount(value: int, unit: TermUnit) -> str:
    """Return the length of a term in words: 3 working days."""
    words = unit.value.replace("_", " ")
    return f"{value} {words.removesuffix('s') if value == 1 else words}"


def show_citation(cited: Citation) -> str:
    """Return where a value stands, in one line; what nobody has seen is named as such."""
    place = f"article {cited.article}, edition {cited.edition}".replace(NOT_SEEN, "not seen")
    return f"{cited.act}; {place}; {cited.source}" + (f", {cited.address}" if cited.address else "")


def _describe(due: Due, way: _Way) -> Iterator[Step]:
    yield _describe_term(due.code, way.term)
    yield Step("started", f"The event: {show_moment(due.started_at)}.", due.started_at)
    yield from _describe_count(way, due.started_at)
    yield Step("due", f"Due: {show_moment(due.due_at)}.", due.due_at)
    yield Step("warn", f"Warning ({_describe_warning(way.deadline)}): {show_moment(due.warn_at)}.", due.warn_at)
    if due.provisional:
        yield Step("provisional", _describe_doubt(way.counted.passed))


def _describe_count(way: _Way, started: datetime) -> Iterator[Step]:
    term, passed = way.term, way.counted.passed
    if term.unit is TermUnit.WORKING_HOURS:
        yield from _describe_hours(way.calendar, passed)
        return
    if not term.unit.counts_whole_days:
        yield Step("elapsed", "Minutes and hours of the calendar run without a stop.")
        return
    first = to_local(started).date()
    yield Step("first_day", f"The day of the event, {show_day(first)}, is not counted.")
    if term.unit is TermUnit.WORKING_DAYS:
        yield from _describe_days(passed)
        return
    last = show_day(_last_day(term, first))
    yield Step("last_day", f"{show_amount(term.value, term.unit).capitalize()} on: {last}.")
    for day in passed:
        if not day.working:
            yield Step("day_off", f"{_why_off(day)}: moved on.")


def _describe_term(code: str, term: TermValue) -> Step:
    ground = f"not law, set by the operator: {term.reason}"
    if term.citation is not None:
        ground = f"{show_citation(term.citation)} ({term.status})"
    text = f"The term {code}: {show_amount(term.value, term.unit)}, in force {term.in_force}; {ground}."
    return Step("term", text.replace("..", "."))


def _describe_warning(deadline: Deadline) -> str:
    warn = deadline.warn
    if warn.unit is None:
        return f"after {warn.after_percent} % of the term"
    return f"{show_amount(warn.before or 0, warn.unit)} before"


def _describe_days(passed: tuple[CalendarDay, ...]) -> list[Step]:
    steps, number = [], 0
    for day in passed:
        if day.working:
            number += 1
            extra = " (a weekend day that is worked)" if day.date.weekday() >= 5 else ""  # noqa: PLR2004 - Saturday
            steps.append(Step("day", f"Working day {number}: {show_day(day.date)}{extra}."))
        else:
            steps.append(Step("day_off", f"{_why_off(day)}: not counted."))
    return steps


def _describe_hours(calendar: WorkingCalendar, passed: tuple[CalendarDay, ...]) -> list[Step]:
    steps = []
    for day in passed:
        if day.working:
            opens, closes = (to_local(at) for at in (calendar.opening(day.date), calendar.closing(day.date)))
            steps.append(Step("hours", f"{show_day(day.date)}: the clock runs {opens:%H:%M} to {closes:%H:%M}."))
        else:
            steps.append(Step("day_off", f"{_why_off(day)}: the clock stands."))
    return steps


def _why_off(day: CalendarDay) -> str:
    name = f" ({day.label.en})" if day.label else ""
    return f"{show_day(day.date)} is a {day.kind}{name}"


def _describe_doubt(passed: tuple[CalendarDay, ...]) -> str:
    days = [day.date for day in passed if day.provisional]
    return (
        f"Provisional: the moved days off are not known for {show_day(min(days))} to {show_day(max(days))}; "
        "the due time may shift when they are."
    )


def _weakest(passed: tuple[CalendarDay, ...]) -> Status | None:
    """Return the weakest status of the days; a day of a year without a file counts as unverified."""
    found = {day.status or Status.UNVERIFIED for day in passed}
    return next((s for s in (Status.UNVERIFIED, Status.PUBLISHED, Status.VERIFIED) if s in found), None)
