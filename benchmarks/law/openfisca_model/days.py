"""Days in arrays: terms that end on the first of the next month where the month has no such day."""

from typing import Any

import numpy as np


def months_after(day: Any, months: int) -> Any:
    """Return the days on which so many months after `day` are reached."""
    month = day.astype("datetime64[M]")
    into_the_month = day - month.astype("datetime64[D]")
    reached = (month + months).astype("datetime64[D]") + into_the_month
    return np.minimum(reached, (month + months + 1).astype("datetime64[D]"))


def first_day(period: Any) -> Any:
    """Return the first day of a period: the day the question is about."""
    return np.datetime64(str(period.start), "D")


def quarter_before(period: Any) -> list[Any]:
    """Return the three months of the calendar quarter before the one that the month lies in."""
    into_the_quarter = (period.start.month - 1) % 3
    return [period.offset(-into_the_quarter - 3 + month) for month in range(3)]


def whole_months(born: Any, on: Any) -> Any:
    """Return the age in whole months; who was born on a day that the month lacks is older from the next month on."""
    month_born, month_on = born.astype("datetime64[M]"), on.astype("datetime64[M]")
    day_born = (born - month_born.astype("datetime64[D]")).astype(np.int64)
    not_yet = day_born > (on - month_on.astype("datetime64[D]")).astype(np.int64)
    return (month_on - month_born).astype(np.int64) - not_yet
