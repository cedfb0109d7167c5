"""How ages and terms are counted, and what a quarter is. Nothing of it was read in an act; it is the house's reading.

An age is reached on the birthday. Who is born on a day that the month of the birthday does not have, as on 29
February, reaches it on the first of the next month.
"""

from calendar import monthrange
from datetime import date


def months_after(start: date, months: int) -> date:
    """The same day so many months later; where that month is too short, the first of the month after it."""
    year, month = start.year, start.month + months
    while month > 12:
        year, month = year + 1, month - 12
    while month < 1:
        year, month = year - 1, month + 12
    if start.day <= monthrange(year, month)[1]:
        return date(year, month, start.day)
    return date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches an age."""
    return months_after(born, 12 * age)


def under(born: date, age: int, on: date) -> bool:
    """Whether somebody is younger than the age: up to the day before the birthday."""
    return on < birthday(born, age)


def quarter(day: date) -> tuple[int, int]:
    """The year and the number of the quarter, from 1 to 4."""
    return day.year, (day.month - 1) // 3 + 1


def quarter_before(day: date) -> tuple[int, int]:
    """The quarter before the one that the day lies in."""
    year, number = quarter(day)
    return (year - 1, 4) if number == 1 else (year, number - 1)
