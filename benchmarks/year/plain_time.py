"""Terms and working time, counted anew from the declared data: nothing here comes from the code of the service.

Working time is one number that grows: the working microseconds since the first day of the calendar. A term in working
time ends where that number has grown by the term, so nothing is walked through hour by hour, as the service does.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_LAW = Path(__file__).parents[2] / "rules" / "law" / "kz"
ZONE = timezone(timedelta(hours=5))
"""The whole country since 1 March 2024."""
_FIRST, _DAYS = date(2024, 3, 4), 365 * 5
"""The days that are laid out: a year that nobody declared counts Monday to Friday."""
_SATURDAY = 5
_PLAIN = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


@dataclass(frozen=True)
class Term:
    """A declared term, in force on a day."""

    value: int
    unit: str
    warn: dict[str, Any]
    next_working_day: bool

    @property
    def working(self) -> bool:
        """Whether it runs in working time alone."""
        return self.unit.startswith("working_")

    @property
    def urgent(self) -> bool:
        """Whether it is counted in minutes or hours of the calendar."""
        return self.unit in {"calendar_minutes", "calendar_hours"}


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@cache
def _terms() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for file in sorted((_LAW / "deadlines").glob("*.yaml")):
        found |= _yaml(file)["deadlines"]
    return found


def is_declared(kind: str) -> bool:
    """Answer whether a term of this name is declared."""
    return kind in _terms()


@cache
def term_on(kind: str, day: date) -> Term:
    """Return the term of a name that is in force on a day."""
    declared = _terms()[kind]
    value = max((v for v in declared["values"] if v["in_force_from"] <= day), key=lambda v: v["in_force_from"])
    moves = declared.get("last_day_off") == "next_working_day"
    return Term(int(value["value"]), str(value["unit"]), declared["warn"], moves)


def _microseconds(length: timedelta) -> int:
    return length // timedelta(microseconds=1)


def local(moment: datetime) -> datetime:
    """Return the moment on the clocks of Kazakhstan."""
    return moment.astimezone(ZONE)


class _Calendar:
    """Every day that is worked, from when to when, and the working time that had passed before it."""

    def __init__(self) -> None:
        hours = _yaml(_LAW / "parameters" / "working_hours.yaml")["parameters"]
        opens, closes = (
            [(v["in_force_from"], time.fromisoformat(str(v["value"]))) for v in hours[name]["values"]]
            for name in ("working_day.opens", "working_day.closes")
        )
        off, weekend_worked = self._special_days()
        self.days: list[date] = []
        self.opening: list[datetime] = []
        self.closing: list[datetime] = []
        self.before: list[int] = []
        passed = 0
        self._opens, self._closes = opens, closes
        for number in range(_DAYS):
            day = _FIRST + timedelta(days=number)
            if day not in weekend_worked and (day in off or day.weekday() >= _SATURDAY):
                continue
            self.days.append(day)
            self.opening.append(self.at(day, opens))
            self.closing.append(self.closes(day))
            self.before.append(passed)
            passed += _microseconds(self.closing[-1] - self.opening[-1])

    @staticmethod
    def _special_days() -> tuple[set[date], set[date]]:
        off, worked = set(), set()
        for file in sorted((_LAW / "calendar").glob("*.yaml")):
            year = _yaml(file)
            off |= {entry["day"] for entry in (*year["holidays"], *year["moved_days_off"])}
            worked |= {entry["day"] for entry in year["working_weekend_days"]}
        return off, worked

    @staticmethod
    def at(day: date, hours: list[tuple[date, time]]) -> datetime:
        hour = max((each for each in hours if each[0] <= day), key=lambda each: each[0])[1]
        return datetime.combine(day, hour, ZONE).astimezone(UTC)

    def closes(self, day: date) -> datetime:
        return self.at(day, self._closes)

    def worked(self, moment: datetime) -> int:
        """Return the working time that has passed by a moment."""
        place = bisect_right(self.opening, moment) - 1
        return self.before[place] + _microseconds(min(moment, self.closing[place]) - self.opening[place])

    def first(self, amount: int) -> datetime:
        """Return the first moment by which so much working time has passed."""
        place = bisect_left(self.before, amount) - 1
        return self.opening[place] + timedelta(microseconds=amount - self.before[place])

    def last(self, amount: int) -> datetime:
        """Return the last moment by which no more has passed."""
        place = bisect_right(self.before, amount) - 1
        return self.opening[place] + timedelta(microseconds=amount - self.before[place])


@cache
def calendar() -> _Calendar:
    """Return the calendar, laid out once."""
    return _Calendar()


def is_worked(day: date) -> bool:
    """Answer whether a day is worked."""
    days = calendar().days
    place = bisect_left(days, day)
    return days[place] == day


def opening(day: date) -> datetime:
    """Return when work begins on a day, were it worked."""
    return calendar().at(day, calendar()._opens)  # noqa: SLF001 - of the same module


def closing(day: date) -> datetime:
    """Return when work ends on a day, were it worked."""
    return calendar().closes(day)


def next_worked(moment: datetime) -> datetime:
    """Return the moment, or the next opening where nobody is at work then."""
    days = calendar()
    place = bisect_right(days.closing, moment)
    return max(moment, days.opening[place])


def days_worked_after(day: date, number: int) -> date:
    """Return the day that is so many worked days later."""
    days = calendar().days
    return days[bisect_right(days, day) + number - 1]


def due_of(kind: str, start: datetime) -> datetime:
    """Return when a term that begins at a moment is over."""
    term, days, day = term_on(kind, local(start).date()), calendar(), local(start).date()
    if term.unit == "working_hours":
        return days.first(days.worked(start) + _microseconds(timedelta(hours=term.value)))
    if term.unit == "working_days":
        return days.closing[bisect_right(days.days, day) + term.value - 1]
    if term.unit in {"calendar_minutes", "calendar_hours"}:
        return start + _PLAIN[term.unit.removeprefix("calendar_")] * term.value
    if term.unit == "calendar_months":
        year, month = divmod(day.year * 12 + day.month - 1 + term.value, 12)
        day = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    else:
        day += timedelta(days=term.value)
    if term.next_working_day:
        day = days.days[bisect_left(days.days, day)]
    return closing(day)


def warning_of(kind: str, start: datetime, due: datetime) -> datetime:
    """Return when a term warns that began at a moment and is over at another."""
    term, days = term_on(kind, local(start).date()), calendar()
    if (percent := term.warn.get("after_percent")) is not None:
        if term.working:
            whole = days.worked(due) - days.worked(start)
            return start if whole == 0 else days.first(days.worked(start) + whole * percent // 100)
        return start + timedelta(microseconds=_microseconds(due - start) * percent // 100)
    amount, unit = term.warn["before"], term.warn["unit"]
    if unit == "working_days":
        at = days.opening[bisect_right(days.days, local(due).date()) - amount]
    elif unit == "working_hours":
        at = days.last(days.worked(due) - _microseconds(timedelta(hours=amount)))
    else:
        at = due - _PLAIN[unit.removeprefix("calendar_")] * amount
    return max(start, at)


def put_off(moment: datetime, since: datetime, until: datetime, *, working: bool) -> datetime:
    """Return when a moment comes if time stands still from `since` to `until`: what was left then is left after it."""
    if moment <= since:
        return moment
    if not working:
        return until + (moment - since)
    days = calendar()
    left = days.worked(moment) - days.worked(since)
    return until if left == 0 else days.first(days.worked(until) + left)
