"""Puts what was published about the country beside what a run adds up: a check of plausibility, not of exactness."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from rules.documents import read_document
from rules.graph.models import Paid
from rules.loader import parse_document
from rules.parameters import Entry, Text
from rules.population.layout import Note
from rules.population.summary import Summary

_FILE = "published.yaml"
_MONTHS_A_YEAR = 12
_PER_CENT = 100
RUN = "run"


class Period(StrEnum):
    """The time in which a published sum was paid."""

    YEAR = "year"
    MONTH = "month"


class Counts(StrEnum):
    """What of a run stands beside the recipients."""

    FAMILIES = "families"
    PERSONS = "persons"
    CHILDREN = "children"


class Origin(Entry):
    """Where the figures stand."""

    act: Text
    year: int
    status: Text
    note: Text


class Figure(Entry):
    """One figure of the country."""

    value: int
    lines: Text
    note: Text


class Published(Entry):
    """One benefit as it was published."""

    id: Text
    benefit: Text
    counts: Annotated[Counts, Field(strict=False)]
    recipients: int
    sum: int | None = None
    period: Annotated[Period, Field(strict=False)]
    lines: Text
    note: Text


class PublishedFile(Entry):
    """The whole file."""

    source: Origin
    families: Figure
    country: dict[str, Figure]
    benefits: tuple[Published, ...]


@cache
def load_published() -> PublishedFile:
    """Return the figures that come with this package."""
    path = files("rules").joinpath("population", "data", _FILE)
    return parse_document(read_document(_FILE, path.read_bytes()), PublishedFile)


@dataclass(frozen=True, slots=True)
class Beside:
    """One published figure, and the run's own scaled to as many families as the country has."""

    id: str
    what: str
    unit: str
    published: int
    run: int | None
    scaled: int | None
    lines: str
    note: str

    @property
    def percent(self) -> int | None:
        """The run's figure in percent of the published one."""
        return None if self.scaled is None else (self.scaled * _PER_CENT + self.published // 2) // self.published


def compare_published(summary: Summary) -> Iterator[Beside]:
    """Yield every published figure with what the run has beside it; nothing where no rule answers."""
    published = load_published()
    families = int(summary.families.sum())

    def beside(figure_id: str, what: str, unit: str, value: int, run: int | None, lines: str, note: str) -> Beside:
        scaled = None if run is None or not families else run * published.families.value // families
        return Beside(figure_id, what, unit, value, run, scaled, lines, note)

    run_has = {"persons": summary.persons, "children": summary.children, "with_children": summary.with_children}
    for name, figure in published.country.items():
        yield beside("", f"country: {name}", "count", figure.value, int(run_has[name].sum()), figure.lines, figure.note)
    for entry in published.benefits:
        line = summary.line(entry.benefit) if entry.benefit in summary.counts else None
        if line is not None and line.no_law and not line.entitled:
            line = None
        counted = None
        if line is not None:
            by_unit = {Counts.FAMILIES: line.entitled, Counts.PERSONS: line.persons_entitled}
            counted = by_unit.get(entry.counts, line.children_entitled)
        what = f"{entry.benefit}: {entry.counts}"
        yield beside(entry.id, what, "count", entry.recipients, counted, entry.lines, entry.note)
        if entry.sum is not None:
            total = None if line is None else line.amount
            if total is not None and entry.period is Period.YEAR:
                total *= _MONTHS_A_YEAR if summary.graph.benefits[entry.benefit].paid is Paid.MONTHLY else 1
            what = f"{entry.benefit}: sum a {entry.period}"
            yield beside(entry.id, what, "tenge", entry.sum, total, entry.lines, entry.note)


def beside_rows(summary: Summary, note: Note) -> list[dict[str, object]]:
    """Return the comparison as rows of a table; each says which figure is published and which is the run's."""
    source = load_published().source
    return [
        {
            "id": row.id,
            "what": row.what,
            "unit": row.unit,
            "published": row.published,
            "published_source": f"{source.act}, {row.lines}",
            f"{RUN}_population": str(note.source),
            RUN: row.run,
            f"{RUN}_scaled_to_the_country": row.scaled,
            "percent_of_published": row.percent,
            "note": row.note,
        }
        for row in compare_published(summary)
    ]
