"""Days in arrays: terms that end on the first of the next month where the month has no such day."""

from typing import Any

import numpy as np

MONTHS_A_YEAR = 12


def months_after(day: Any, months: int) -> Any:
    """Return the days on which so many months after `day` are reached."""
    month = day.astype("datetime64[M]")
    into_the_month = day - month.astype("datetime64[D]")
    reached = (month + months).astype("datetime64[D]") + into_the_month
    return np.minimum(reached, (month + months + 1).astype("datetime64[D]"))


def by_code(sizes: Any, codes: Any) -> Any:
    """Return the parameter of each code; zero where the law has none for it."""
    names = list(sizes)
    return np.select([codes == codes.possible_values[name] for name in names], [sizes[name] for name in names], 0)


def first_day(period: Any) -> Any:
    """Return the first day of a period: the day the question is about."""
    return np.datetime64(str(period.start), "D")


def quarter_start(period: Any) -> Any:
    """Return the first month of the calendar quarter that the month lies in."""
    return period.offset(-((period.start.month - 1) % 3))


def quarter_before(period: Any) -> list[Any]:
    """Return the three months of the calendar quarter before the one that the month lies in."""
    return [quarter_start(period).offset(month - 3) for month in range(3)]


def whole_months(born: Any, on: Any) -> Any:
    """Return the age in whole months; who was born on a day that the month lacks is older from the next month on."""
    month_born, month_on = born.astype("datetime64[M]"), on.astype("datetime64[M]")
    day_born = (born - month_born.astype("datetime64[D]")).astype(np.int64)
    not_yet = day_born > (on - month_on.astype("datetime64[D]")).astype(np.int64)
    return (month_on - month_born).astype(np.int64) - not_yet
