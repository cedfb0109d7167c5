"""Dated, cited values: what a file of the law may say, and what it must say."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rules.dated import DateRange

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
NOT_SEEN = "not_seen"


class Entry(BaseModel):
    """The base of all that is read from a file: frozen, strict about types, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Status(StrEnum):
    """How well a value is grounded.

    verified: a named person read the act. published: seen on a page that the citation names; the act itself was
    not read. unverified: general knowledge, or contradicted, or without a sure date. house_default: set by the
    operator, not law at all.
    """

    VERIFIED = "verified"
    PUBLISHED = "published"
    UNVERIFIED = "unverified"
    HOUSE_DEFAULT = "house_default"

    @property
    def is_law(self) -> bool:
        """Whether the value claims to be law. A house default never does."""
        return self is not Status.HOUSE_DEFAULT


FileStatus = Annotated[Status, Field(strict=False)]


class Label(Entry):
    """A name in Kazakh, Russian and English."""

    kk: Text
    ru: Text
    en: Text


class Citation(Entry):
    """Where a value stands. `not_seen` is allowed for article and edition until somebody read the act."""

    act: Text
    article: Text
    edition: Text
    source: Text
    address: Text | None = None


class Alternative(Entry):
    """Another value that a source gives for the same days, and why it was not taken."""

    value: int | Decimal | Text
    source: Text
    why_not: Text


class DatedValue(Entry):
    """One value with its unit, the days it applies to, and its ground.

    In force from `in_force_from` up to, but without, `in_force_before`. A value of law needs a citation
    and an end: either `in_force_before`, or `confirmed_through`, the last day its source speaks for.
    A house default needs a reason, may be open-ended, and must not look like law. Where sources contradict
    each other, the other readings stand in `alternatives`, and the value stays unverified.
    """

    value: int | Decimal | Text
    unit: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_/]*$")]
    in_force_from: date
    in_force_before: date | None = None
    known_from: date | None = None
    confirmed_through: date | None = None
    status: FileStatus
    citation: Citation | None = None
    reason: Text | None = None
    note: Text | None = None
    verified_by: Text | None = None
    verified_on: date | None = None
    alternatives: tuple[Alternative, ...] = ()

    @property
    def in_force(self) -> DateRange:
        """The days on which the value applies."""
        return DateRange(self.in_force_from, self.in_force_before)

    @model_validator(mode="after")
    def check_ground(self) -> Self:
        """Refuse a value whose ground does not fit its status."""
        if self.in_force_before is not None and self.in_force_before <= self.in_force_from:
            raise ValueError("in_force_before must be later than in_force_from")
        if self.status.is_law:
            self._check_law()
        else:
            self._check_house_default()
        signed = self.verified_by is not None and self.verified_on is not None
        if self.status is Status.VERIFIED and not signed:
            raise ValueError("a verified value needs verified_by and verified_on")
        if self.status is not Status.VERIFIED and (self.verified_by or self.verified_on):
            raise ValueError("verified_by and verified_on belong to verified values only")
        if self.alternatives and self.status is not Status.UNVERIFIED:
            raise ValueError("a value with alternatives is unverified until a person has read the act")
        return self

    def _check_law(self) -> None:
        if self.citation is None:
            raise ValueError(f"a value with status {self.status} needs a citation")
        if self.reason is not None:
            raise ValueError("reason belongs to house_default only; a value of law has a citation")
        if self.status is Status.VERIFIED and NOT_SEEN in {self.citation.article, self.citation.edition}:
            raise ValueError("a verified value needs the article and the edition that were read")
        if self.confirmed_through is None:
            if self.in_force_before is None:
                raise ValueError("a value of law needs in_force_before or confirmed_through")
        elif self.confirmed_through not in self.in_force:
            raise ValueError("confirmed_through must be a day on which the value is in force")

    def _check_house_default(self) -> None:
        if self.citation is not None:
            raise ValueError("a house_default must not have a citation: it is not law")
        if self.reason is None:
            raise ValueError("a house_default needs a reason")
        if self.confirmed_through is not None:
            raise ValueError("confirmed_through belongs to values of law only")


class Unit(StrEnum):
    """What the figure of a parameter counts. Multiples and shares are exact: whole numbers or decimals."""

    TENGE = "tenge"
    MRP = "mrp"
    SUBSISTENCE_MINIMUM = "subsistence_minimum"
    PERCENT = "percent"
    RATIO = "ratio"
    YEARS = "years"
    MONTHS = "months"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    COUNT = "count"
    FLAG = "flag"
    ROUNDING_DIRECTION = "rounding_direction"
    TIME_OF_DAY = "time_of_day"


class RoundingDirection(StrEnum):
    """Where a rounded sum goes: to the next step above, below, or to the nearest with a half going up."""

    UP = "up"
    DOWN = "down"
    HALF_UP = "half_up"


_WHOLE = {Unit.YEARS, Unit.MONTHS, Unit.DAYS, Unit.WORKING_DAYS, Unit.COUNT}
_EXACT = {Unit.TENGE, Unit.MRP, Unit.SUBSISTENCE_MINIMUM, Unit.PERCENT, Unit.RATIO}
_HUNDRED_PERCENT = 100


class ParameterValue(DatedValue):
    """A value of a parameter, of a kind that fits its unit."""

    unit: Annotated[Unit, Field(strict=False)]

    @property
    def exact(self) -> Fraction:
        """The figure as it multiplies a sum: a share in percent as hundredths. A TypeError when it is no figure."""
        if isinstance(self.value, str):
            raise TypeError(f"{self.value!r} is no figure")
        figure = Fraction(self.value)
        return figure * Fraction(1, _HUNDRED_PERCENT) if self.unit is Unit.PERCENT else figure

    @model_validator(mode="after")
    def check_unit(self) -> Self:
        """Refuse a value that its unit cannot count. A time of day is checked by the loader, with its line."""
        fault = _find_unit_fault(self.unit, self.value)
        if fault:
            raise ValueError(f"{fault}, not {self.value!s}")
        return self


def _find_unit_fault(unit: Unit, value: int | Decimal | str) -> str | None:
    if unit in _EXACT:
        if isinstance(value, str) or value < 0:
            return f"a value in {unit} is an exact number, not negative"
        if unit is Unit.PERCENT and value > _HUNDRED_PERCENT:
            return "a share in percent is at most 100"
    elif unit in _WHOLE and (not isinstance(value, int) or value < 0):
        return f"a value in {unit} is a whole number, not negative"
    elif unit is Unit.FLAG and value not in {0, 1}:
        return "a flag is 0 or 1"
    elif unit is Unit.ROUNDING_DIRECTION and value not in set(RoundingDirection):
        return f"a rounding direction is {', '.join(RoundingDirection)}"
    return None


class Parameter(Entry):
    """One figure of the law or of the house, with all its values through time.

    `awaits` names the rule that will use a figure entered before its rule: until then it is no fault that
    nothing uses it.
    """

    label: Label
    values: Annotated[tuple[ParameterValue, ...], Field(min_length=1)]
    awaits: Text | None = None


class ParameterFile(Entry):
    """A file in a folder `parameters`."""

    parameters: dict[str, Parameter]


class ActFile(Entry):
    """A file in a folder `acts`: the titles of acts, and the reasons of the house, in three languages.

    A citation names an act by its English title, so that the file of a value can be read alone.
    """

    acts: Annotated[tuple[Label, ...], Field(min_length=1)]
