"""What a file of the working calendar may say: one year, with its source and how far it was compared."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from rules.parameters import Entry, FileStatus, Label, Text

SATURDAY = 5


class Holiday(Entry):
    """A holiday on its own date."""

    day: date
    label: Label


class MoveCause(StrEnum):
    """Why a working day became a day off."""

    HOLIDAY_ON_WEEKEND = "holiday_on_weekend"
    SWAPPED = "swapped"


class MovedDayOff(Entry):
    """A day of the working week that became a day off."""

    day: date
    cause: Annotated[MoveCause, Field(strict=False)]
    instead_of: date


class WorkingWeekendDay(Entry):
    """A Saturday or Sunday on which work is done, because another day became a day off."""

    day: date
    instead_of: date


class CalendarYear(Entry):
    """The days of one year that differ from Monday to Friday.

    `verified_through` is the last day for which all differences, moved days included, were compared with
    the named source; null when they are not known. What it is worth is said by `status`, not by its name.
    """

    year: int
    status: FileStatus
    source: Text
    note: Text
    verified_through: date | None
    left_out: tuple[Text, ...]
    holidays: Annotated[tuple[Holiday, ...], Field(min_length=1)]
    moved_days_off: tuple[MovedDayOff, ...]
    working_weekend_days: tuple[WorkingWeekendDay, ...]

    @model_validator(mode="after")
    def check_days(self) -> Self:
        """Refuse days of another year, days named twice, and moves that do not fit together."""
        if not self.status.is_law:
            raise ValueError("a calendar needs a source; house_default is not a status for it")
        listed = [holiday.day for holiday in self.holidays]
        listed += [moved.day for moved in self.moved_days_off]
        listed += [worked.day for worked in self.working_weekend_days]
        for day in listed:
            if day.year != self.year:
                raise ValueError(f"{day.isoformat()} is not a day of {self.year}")
            if listed.count(day) > 1:
                raise ValueError(f"{day.isoformat()} is named twice")
        if self.verified_through is not None and self.verified_through.year != self.year:
            raise ValueError(f"verified_through must be a day of {self.year}, or null")
        self._check_moves()
        return self

    def _check_moves(self) -> None:
        holidays = {entry.day for entry in self.holidays}
        swaps = {(entry.instead_of, entry.day) for entry in self.working_weekend_days}
        for moved in self.moved_days_off:
            if _is_weekend(moved.day):
                raise ValueError(f"{moved.day.isoformat()} is a weekend day already: nothing is moved to it")
            if moved.cause is MoveCause.HOLIDAY_ON_WEEKEND:
                if moved.instead_of not in holidays or not _is_weekend(moved.instead_of):
                    raise ValueError(f"{moved.instead_of.isoformat()} is not a holiday on a weekend")
            elif moved.instead_of.year == self.year and (moved.day, moved.instead_of) not in swaps:
                raise ValueError(f"{moved.instead_of.isoformat()} is missing in working_weekend_days")
        for worked in self.working_weekend_days:
            if not _is_weekend(worked.day):
                raise ValueError(f"{worked.day.isoformat()} is not a Saturday or Sunday")


def _is_weekend(day: date) -> bool:
    return day.weekday() >= SATURDAY
