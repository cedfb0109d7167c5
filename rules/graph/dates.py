"""Ages, months and quarters, with the edge rules stated by name and never left to a library."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

MONTHS_A_YEAR = 12
MONTHS_A_QUARTER = 3


class MissingDay(StrEnum):
    """Which day stands for a day that the month does not have, such as 29 February in a common year."""

    LAST_DAY_OF_MONTH = "last_day_of_month"
    FIRST_OF_NEXT_MONTH = "first_of_next_month"


class Reached(StrEnum):
    """Whether an age or term is reached on the matching day itself or only on the next one."""

    ON_THE_DAY = "on_the_day"
    NEXT_DAY = "next_day"


class Period(StrEnum):
    """A part of the calendar year that a date lies in."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_LENGTH = {Period.MONTH: 1, Period.QUARTER: MONTHS_A_QUARTER, Period.YEAR: MONTHS_A_YEAR}


def months_after(start: date, months: int, missing: MissingDay, reached: Reached) -> date:
    """Return the day on which `months` months after `start` are reached."""
    year, month = divmod(start.year * MONTHS_A_YEAR + start.month - 1 + months, MONTHS_A_YEAR)
    last = monthrange(year, month + 1)[1]
    if start.day <= last:
        found = date(year, month + 1, start.day)
    else:
        found = date(year, month + 1, last)
        if missing is MissingDay.FIRST_OF_NEXT_MONTH:
            found += timedelta(days=1)
    return found + timedelta(days=1) if reached is Reached.NEXT_DAY else found


def start_of(period: Period, day: date, shift: int = 0) -> date:
    """Return the first day of the period that `day` lies in, or of the one `shift` periods later."""
    length = _LENGTH[period]
    index = (day.year * MONTHS_A_YEAR + day.month - 1) // length + shift
    year, month = divmod(index * length, MONTHS_A_YEAR)
    return date(year, month + 1, 1)
