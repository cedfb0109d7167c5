"""The terms: how long each class of record is kept, since when that term is in force, and whether it is law."""

import hashlib
from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from casemgmt.reference.data_files import read_document

Act = Literal["erase_content", "pseudonymise", "destroy", "keep"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wording(_Part):
    """A text in the three languages."""

    kk: str
    ru: str
    en: str


class Term(_Part):
    """A term, from its first day on."""

    value: int = Field(ge=0)
    unit: Literal["days", "years"]
    in_force_from: date
    status: Literal["house_default", "unverified", "published", "verified"]
    reason: str
    citation: str | None = None

    @model_validator(mode="after")
    def cite_law_only(self) -> Self:
        """Refuse what claims to be law and names none, and a house default that names one."""
        if (self.status == "house_default") != (self.citation is None):
            raise ValueError("a citation belongs to every status but house_default, and never to that")
        return self

    def before(self, moment: datetime) -> datetime:
        """Return the moment at which what is over at `moment` began. 29 February counts as the 28th."""
        if self.unit == "days":
            return moment - timedelta(days=self.value)
        year = moment.year - self.value
        return moment.replace(year=year, day=min(moment.day, monthrange(year, moment.month)[1]))


class RecordClass(_Part):
    """One class of record."""

    label: Wording
    runs_from: Wording
    act: Act
    withstands_request: bool
    values: tuple[Term, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def order_values(self) -> Self:
        """Refuse values that do not stand in the order of their first days."""
        days = [v.in_force_from for v in self.values]
        if days != sorted(set(days)):
            raise ValueError("values stand in the order of in_force_from, each day once")
        return self

    def term_on(self, day: date) -> Term:
        """Return the term in force on a day; ValueError before the first."""
        found = [v for v in self.values if v.in_force_from <= day]
        if not found:
            raise ValueError(f"no term is in force on {day}")
        return found[-1]


class _File(_Part):
    classes: dict[str, RecordClass]


@cache
def schedule() -> dict[str, RecordClass]:
    """Return all classes by their name."""
    return _File.model_validate(read_document(resources.files("casemgmt.retention") / "schedule.yaml")).classes


def cutoff(name: str, at: datetime) -> datetime:
    """Return the moment before which a record of the class must have ended for its term to be over `at`."""
    return schedule()[name].term_on(at.date()).before(at)


def applied(at: datetime) -> list[dict[str, object]]:
    """Return the terms as they apply at a moment: what a plan and its certificate show."""
    rows: list[dict[str, object]] = []
    for name, record_class in schedule().items():
        term = record_class.term_on(at.date())
        rows.append(
            {
                "class": name,
                "act": record_class.act,
                "value": term.value,
                "unit": term.unit,
                "in_force_from": term.in_force_from.isoformat(),
                "status": term.status,
                "citation": term.citation,
                "cutoff": term.before(at).isoformat(),
            }
        )
    return rows


def digest(document: object) -> str:
    """Return the SHA-256 of a document in its canonical form, as hexadecimal."""
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
