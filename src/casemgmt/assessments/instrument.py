"""Instruments of assessment and screening: versioned data that says by itself how it is scored and who may use it.

The project ships one free example in `instruments/`. Every other instrument belongs to somebody: an operator who holds
its licence loads it as data (`casemgmt instruments load`). What was loaded once is never changed: see `library.py`.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from casemgmt.access.permissions import Permission
from casemgmt.access.roles import ROLES
from casemgmt.reference.data_files import ReferenceDataError, read_document
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import Code, Text, code_list

Purpose = Literal["assessment", "screening"]
_NEEDED: dict[Purpose, Permission] = {
    "assessment": Permission.ASSESSMENTS_WRITE,
    "screening": Permission.SCREENINGS_WRITE,
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Texts(_Frozen):
    """What staff read of an instrument, in the three languages of the house."""

    kk: Text
    ru: Text
    en: Text


class Wording(_Frozen):
    """What is put to the person: only in the languages for which the instrument was made or adapted."""

    kk: Text | None = None
    ru: Text | None = None
    en: Text | None = None


class ScaleValue(_Frozen):
    """What an item may be answered with. More means more concern, but for reversed items."""

    score: int
    text: Wording


class CutOff(_Frozen):
    """From which total on a level of risk is suggested, what that means and what to do next."""

    level: Code
    from_total: int
    meaning: Texts
    next_step: Texts


class Item(_Frozen):
    """One question. A critical one forces a level of its own, whatever the total; a reversed one counts backwards."""

    code: Code
    text: Wording
    critical: bool = False
    reversed: bool = False


class ReliableChange(_Frozen):
    """How many points of a domain are more than chance, and who found that out."""

    points: Annotated[int, Field(ge=1)]
    source: Text


class Domain(_Frozen):
    """A domain of the instrument's list with its items."""

    domain: Code
    items: Annotated[tuple[Item, ...], Field(strict=False, min_length=1)]
    reliable_change: ReliableChange | None = None
    """Absent where the instrument's own data gives none: none is made up."""


class UsedBy(_Frozen):
    """Who may use it: one of these roles, and, where kinds of help are named, only as one who gives one of them."""

    roles: Annotated[tuple[Code, ...], Field(strict=False, min_length=1)]
    help_kinds: Annotated[tuple[Code, ...], Field(strict=False)] = ()


class Licence(_Frozen):
    """Whose it is, and on what ground it is used here."""

    holder: Text
    terms: Text
    evidence: Text | None = None
    """The contract or letter that gives the right; absent where the instrument is free."""
    until: Annotated[date | None, Field(strict=False)] = None
    """The last day on which an assessment may begin with it; absent: no end."""


class Missing(_Frozen):
    """How many answers of a domain may be missing, and what then counts: nothing, or the mean of those given."""

    most_per_domain: Annotated[int, Field(ge=0)]
    counts_as: Literal["nothing", "mean_of_domain"]


class Instrument(_Frozen):
    """One version of an instrument. Once used it keeps its meaning: a change is a new version in a new file."""

    code: Code
    version: Annotated[int, Field(ge=1)]
    validated: bool
    """Whether its measuring was tested; the notice says so to whoever fills it in."""
    purposes: Annotated[tuple[Purpose, ...], Field(strict=False, min_length=1)]
    used_by: UsedBy
    languages: Annotated[tuple[Language, ...], Field(strict=False, min_length=1)]
    kk_status: Literal["source", "proposed"] | None = None
    """Whether the Kazakh wording is the source's own; absent where there is none."""
    licence: Licence
    source: Text
    """Author, title, edition, year: what the file was made from."""
    title: Texts
    notice: Texts
    domain_list: Literal["assessment_domain", "diagnostic_domain"] = "assessment_domain"
    scale: Annotated[tuple[ScaleValue, ...], Field(strict=False, min_length=2)]
    critical_from: int | None = None
    """A critical item that counts this much or more forces `high` at least; absent where no item is critical."""
    missing: Missing | None = None
    """Absent: every item needs its answer."""
    cut_offs: Annotated[tuple[CutOff, ...], Field(strict=False, min_length=1)]
    domains: Annotated[tuple[Domain, ...], Field(strict=False, min_length=1)]

    @property
    def items(self) -> dict[str, Item]:
        """The items of all domains by their codes."""
        return {item.code: item for each in self.domains for item in each.items}

    @property
    def highest_score(self) -> int:
        """The highest score of one item."""
        return self.scale[-1].score

    @property
    def digest(self) -> str:
        """The SHA-256 (hex) of the content, whatever the layout and the comments of its file."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @model_validator(mode="after")
    def _check(self) -> Self:
        for fault in (*self._faults_of_use(), *self._faults_of_items(), *self._faults_of_scoring()):
            raise ValueError(fault)
        return self

    def _faults_of_use(self) -> Iterator[str]:
        for role in self.used_by.roles:
            if role not in ROLES:
                yield f"used_by: there is no role {role}"
            elif not {_NEEDED[purpose] for purpose in self.purposes} & ROLES[role].permissions:
                yield f"used_by: the role {role} may do none of {', '.join(self.purposes)}"
        if not set(self.used_by.help_kinds) <= set(code_list("help_kind").codes):
            yield "used_by: help_kinds are codes of help_kind"
        if len(set(self.languages)) != len(self.languages):
            yield "languages: each stands once"
        if (self.kk_status is None) != ("kk" not in self.languages):
            yield "kk_status: said where there is a Kazakh wording, and only there"
        for place, wording in self._wordings():
            if {name for name in ("kk", "ru", "en") if getattr(wording, name)} != set(self.languages):
                yield f"{place}: worded in the languages {', '.join(self.languages)}, no less and no more"

    def _wordings(self) -> Iterator[tuple[str, Wording]]:
        yield from ((f"scale: {value.score}", value.text) for value in self.scale)
        yield from ((f"items: {item.code}", item.text) for item in self.items.values())

    def _faults_of_items(self) -> Iterator[str]:
        domains = [each.domain for each in self.domains]
        if len(set(domains)) != len(domains) or not set(domains) <= set(code_list(self.domain_list).codes):
            yield f"domains: each is a code of {self.domain_list}, and stands once"
        if len(self.items) != sum(len(each.items) for each in self.domains):
            yield "items: a code occurs twice"
        if (self.critical_from is None) == any(item.critical for item in self.items.values()):
            yield "critical_from: said where an item is critical, and only there"
        if self.missing is not None and not 0 < self.missing.most_per_domain < min(len(d.items) for d in self.domains):
            yield "missing: at least one answer of each domain is there, and at least one may be missing"

    def _faults_of_scoring(self) -> Iterator[str]:
        if [value.score for value in self.scale] != list(range(len(self.scale))):
            yield "scale: the scores count up from 0"
        if self.critical_from is not None and not 0 < self.critical_from <= self.highest_score:
            yield "critical_from: not a score above 0 of the scale"
        totals = [each.from_total for each in self.cut_offs]
        levels = [each.level for each in self.cut_offs]
        if levels != [level for level in code_list("risk_level").codes if level in levels]:
            yield "cut_offs: levels of risk_level, from light to heavy, each once"
        if totals[0] != 0 or any(a >= b for a, b in pairwise(totals)):
            yield "cut_offs: the totals rise from 0"
        if totals[-1] > self.highest_score * len(self.items):
            yield "cut_offs: the highest level can't be reached"
        for each in self.domains:
            most = self.highest_score * len(each.items)
            if each.reliable_change is not None and each.reliable_change.points > most:
                yield f"reliable_change: {each.domain} has {most} points in all"


@cache
def shipped_instruments() -> tuple[Instrument, ...]:
    """Return the instruments that come with the program, by code and version. ReferenceDataError for a wrong file."""
    folder = resources.files("casemgmt.assessments") / "instruments"
    found = [parse_instrument(file) for file in folder.iterdir() if file.name.endswith(".yaml")]
    return tuple(sorted(found, key=lambda each: (each.code, each.version)))


def parse_instrument(file: Traversable) -> Instrument:
    """Read one file, whose name says code and version. ReferenceDataError for anything that does not fit."""
    try:
        parsed = Instrument.model_validate(read_document(file))
    except ValidationError as fault:
        raise ReferenceDataError("\n".join(told(file.name, fault))) from fault
    if file.name != f"{parsed.code}.{parsed.version}.yaml":
        raise ReferenceDataError(f"{file.name}: the file holds {parsed.code}, version {parsed.version}")
    return parsed


def told(name: str, error: ValidationError) -> Iterator[str]:
    """Yield a line for each fault: the file, the place in it, what is wrong."""
    for fault in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in fault["loc"])
        yield f"{name}: {f'{place}: ' if place else ''}{fault['msg'].removeprefix('Value error, ')}"
