"""Days as whole numbers since 1970-01-01, and the calendar arithmetic on them.

Written with whole numbers alone, so that the same functions serve Python and, compiled, the kernel.
"""

from datetime import date

EPOCH = date(1970, 1, 1).toordinal()


def to_number(day: date) -> int:
    """Return the days since 1970-01-01."""
    return day.toordinal() - EPOCH


def to_date(number: int) -> date:
    """Return the day so many days after 1970-01-01."""
    return date.fromordinal(number + EPOCH)


def first_of_month(index: int) -> int:
    """Return the first day of a month counted from January of year 0. Days are counted in years from March on."""
    year, month = index // 12, index % 12 + 1
    if month <= 2:  # noqa: PLR2004 - a year that begins in March ends with February
        year -= 1
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def month_of(day: int) -> int:
    """Return the month of a day, counted from January of year 0."""
    shifted = day + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    part = (5 * of_year + 2) // 153
    month = part + 2 if part < 10 else part - 10  # noqa: PLR2004 - counted from March, back to January as 0
    whole = year + era * 400
    if month <= 1:
        whole += 1
    return whole * 12 + month


def months_after(day: int, months: int, to_next_month: int, next_day: int) -> int:
    """Return the day on which so many months after `day` are reached; both edges as `rules.graph.dates` names them."""
    here = month_of(day)
    start = first_of_month(here + months)
    last = first_of_month(here + months + 1) - 1
    found = start + (day - first_of_month(here))
    if found > last:
        found = last + to_next_month
    return found + next_day


def period_start(day: int, length: int, shift: int) -> int:
    """Return the first day of the period of `length` months that `day` lies in, or of one `shift` periods later."""
    return first_of_month((month_of(day) // length + shift) * length)
