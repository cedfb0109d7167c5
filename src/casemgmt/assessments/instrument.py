"""Instruments of assessment: versioned data in `instruments/*.yaml`, read once and never changed at run time."""

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from casemgmt.reference.data_files import ReferenceDataError, read_document
from casemgmt.reference.lists import Code, Text, code_list


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Texts(_Frozen):
    """A text in the three languages."""

    kk: Text
    ru: Text
    en: Text


class ScaleValue(_Frozen):
    """What an item may be answered with. More means more concern."""

    score: int
    text: Texts


class CutOff(_Frozen):
    """From which total on a level of risk is suggested."""

    level: Code
    from_total: int


class Item(_Frozen):
    """One question. A critical one forces a level of its own, whatever the total."""

    code: Code
    text: Texts
    critical: bool = False


class Domain(_Frozen):
    """A domain of the code list `assessment_domain` with its items."""

    domain: Code
    items: Annotated[tuple[Item, ...], Field(strict=False, min_length=1)]


class Instrument(_Frozen):
    """One version of an instrument. Once used it keeps its meaning: a change is a new version in a new file."""

    code: Code
    version: Annotated[int, Field(ge=1)]
    validated: bool
    """Whether its measuring was tested; the notice says so to whoever fills it in."""
    kk_status: Literal["source", "proposed"]
    title: Texts
    notice: Texts
    scale: Annotated[tuple[ScaleValue, ...], Field(strict=False, min_length=2)]
    critical_from: int
    """A critical item answered with this score or a higher one forces `high` at least."""
    cut_offs: Annotated[tuple[CutOff, ...], Field(strict=False)]
    domains: Annotated[tuple[Domain, ...], Field(strict=False, min_length=1)]

    @property
    def items(self) -> dict[str, Item]:
        """The items of all domains by their codes."""
        return {item.code: item for each in self.domains for item in each.items}

    @property
    def highest_score(self) -> int:
        """The highest score of one item."""
        return self.scale[-1].score

    @model_validator(mode="after")
    def _check(self) -> Self:
        domains = [each.domain for each in self.domains]
        if len(set(domains)) != len(domains) or not set(domains) <= set(code_list("assessment_domain").codes):
            raise ValueError("domains: each is a code of assessment_domain, and stands once")
        if len(self.items) != sum(len(each.items) for each in self.domains):
            raise ValueError("items: a code occurs twice")
        if [value.score for value in self.scale] != list(range(len(self.scale))):
            raise ValueError("scale: the scores count up from 0")
        if not 0 < self.critical_from <= self.highest_score:
            raise ValueError("critical_from: not a score above 0 of the scale")
        totals = [each.from_total for each in self.cut_offs]
        if tuple(each.level for each in self.cut_offs) != code_list("risk_level").codes:
            raise ValueError("cut_offs: every risk_level once, from light to heavy")
        if totals[0] != 0 or any(a >= b for a, b in pairwise(totals)):
            raise ValueError("cut_offs: the totals rise from 0")
        if totals[-1] > self.highest_score * len(self.items):
            raise ValueError("cut_offs: the highest level can't be reached")
        return self


@cache
def instruments() -> tuple[Instrument, ...]:
    """Return all instruments by code and version. ReferenceDataError where a file is wrong."""
    folder = resources.files("casemgmt.assessments") / "instruments"
    found = [parse_instrument(file) for file in folder.iterdir() if file.name.endswith(".yaml")]
    return tuple(sorted(found, key=lambda each: (each.code, each.version)))


def parse_instrument(file: Traversable) -> Instrument:
    """Read one file, whose name says code and version. ReferenceDataError for anything that does not fit."""
    try:
        parsed = Instrument.model_validate(read_document(file))
    except ValidationError as fault:
        raise ReferenceDataError(f"{file.name}: {fault}") from fault
    if file.name != f"{parsed.code}.{parsed.version}.yaml":
        raise ReferenceDataError(f"{file.name}: the file holds {parsed.code}, version {parsed.version}")
    return parsed


def find_instrument(code: str, version: int) -> Instrument | None:
    """Return one version of an instrument, or None."""
    return next((each for each in instruments() if (each.code, each.version) == (code, version)), None)
