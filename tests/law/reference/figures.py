"""The figures of the notes' section A1, typed in: from which day on, and how much."""

from datetime import date
from fractions import Fraction
from typing import TypeVar

from tests.law.reference.outcome import NoLawError

ValueT = TypeVar("ValueT")
Table = list[tuple[date, ValueT]]

# The pages on which the notes rest reach to March 2026; of a later day nothing is known.
LAST_DAY = date(2026, 3, 31)

# A1, column "MRP (benefits)". In 2022 it rose in April for benefits alone; fines and taxes kept 3 063 (trap 1).
# That of 2018 is derived from two sums of that year (A11).
MRP: Table[int] = [
    (date(2018, 1, 1), 2405),
    (date(2019, 1, 1), 2525),
    (date(2020, 1, 1), 2651),
    (date(2020, 4, 1), 2778),
    (date(2021, 1, 1), 2917),
    (date(2022, 1, 1), 3063),
    (date(2022, 4, 1), 3180),
    (date(2023, 1, 1), 3450),
    (date(2024, 1, 1), 3692),
    (date(2025, 1, 1), 3932),
    (date(2026, 1, 1), 4325),
]

# A1, column "subsistence minimum". That of 2018 is derived from a sum of that year (A11).
SUBSISTENCE_MINIMUM: Table[int] = [
    (date(2018, 1, 1), 28284),
    (date(2019, 1, 1), 29698),
    (date(2020, 1, 1), 31183),
    (date(2020, 4, 1), 32668),
    (date(2021, 1, 1), 34302),
    (date(2022, 1, 1), 36018),
    (date(2022, 4, 1), 37389),
    (date(2023, 1, 1), 40567),
    (date(2024, 1, 1), 43407),
    (date(2025, 1, 1), 46228),
    (date(2026, 1, 1), 50851),
]


def on_day(table: Table[ValueT], day: date) -> ValueT:
    """The last row that has begun. Raises NoLawError before the first row and after the notes end."""
    begun = [value for start, value in table if start <= day]
    if not begun or day > LAST_DAY:
        raise NoLawError
    return begun[-1]


def mrp(coefficient: str, day: date) -> Fraction:
    """So many monthly calculation indexes, in tenge and parts of it."""
    return Fraction(coefficient) * on_day(MRP, day)


def minimums(coefficient: str, day: date) -> Fraction:
    """So many subsistence minimums of the budget law, in tenge and parts of it."""
    return Fraction(coefficient) * on_day(SUBSISTENCE_MINIMUM, day)


def only_between(first: date, day: date) -> None:
    """Raise NoLawError for a day before the benefit began or after the notes end."""
    if not first <= day <= LAST_DAY:
        raise NoLawError
