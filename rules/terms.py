"""What a file of deadlines may say: a dated term, when to warn, and what a day off at the end does."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from rules.parameters import DatedValue, Entry, Label, Text


class TermUnit(StrEnum):
    """The unit of a term. Calendar minutes and hours run at night and on days off; working ones do not."""

    CALENDAR_MINUTES = "calendar_minutes"
    CALENDAR_HOURS = "calendar_hours"
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_MONTHS = "calendar_months"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"

    @property
    def counts_whole_days(self) -> bool:
        """Whether the term ends with a day, not at a moment."""
        return self in {TermUnit.CALENDAR_DAYS, TermUnit.CALENDAR_MONTHS, TermUnit.WORKING_DAYS}

    @property
    def may_end_on_a_day_off(self) -> bool:
        """Whether the file must say what happens when the last day is a day off."""
        return self in {TermUnit.CALENDAR_DAYS, TermUnit.CALENDAR_MONTHS}


Amount = Annotated[int, Field(ge=1, le=1000)]


class TermValue(DatedValue):
    """The length of a term in its unit, in force on some days."""

    value: Amount
    unit: Annotated[TermUnit, Field(strict=False)]


class Warn(Entry):
    """When to warn: after a share of the term, or some time before its end. Always the house's choice."""

    after_percent: Annotated[int, Field(ge=1, le=99)] | None = None
    before: Amount | None = None
    unit: Annotated[TermUnit, Field(strict=False)] | None = None

    @model_validator(mode="after")
    def check_one_way(self) -> Self:
        """Refuse a warning that says both ways, none, or counts back in months."""
        if (self.after_percent is None) == (self.before is None):
            raise ValueError("warn needs either after_percent, or before with its unit")
        if (self.before is None) != (self.unit is None):
            raise ValueError("before and unit belong together")
        if self.unit is TermUnit.CALENDAR_MONTHS:
            raise ValueError("a warning is not counted back in months: months differ in length")
        return self


class DayOff(StrEnum):
    """What a last day that is not worked does to a term of calendar days or months."""

    NEXT_WORKING_DAY = "next_working_day"
    KEEP = "keep"


class Deadline(Entry):
    """A term that runs from a named event."""

    label: Label
    runs_from: Text
    values: Annotated[tuple[TermValue, ...], Field(min_length=1)]
    warn: Warn
    last_day_off: Annotated[DayOff, Field(strict=False)] | None = None

    @model_validator(mode="after")
    def check_last_day(self) -> Self:
        """Require `last_day_off` exactly where a term can end on a day off, and a warning that fits."""
        needed = any(value.unit.may_end_on_a_day_off for value in self.values)
        if needed and self.last_day_off is None:
            raise ValueError("a term of calendar days or months needs last_day_off: next_working_day or keep")
        if not needed and self.last_day_off is not None:
            raise ValueError("last_day_off belongs to terms of calendar days or months only")
        if self.warn.unit is TermUnit.WORKING_DAYS and not all(value.unit.counts_whole_days for value in self.values):
            raise ValueError("a warning in working days needs a term of days or months")
        return self


Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class DeadlineFile(Entry):
    """A file in a folder `deadlines`."""

    deadlines: dict[Code, Deadline]
