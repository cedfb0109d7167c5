"""Adds up answers by region: families, persons, who is entitled, and how much it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.graph.nodes import Type
from rules.kernel.columns import EPOCH, Columns
from rules.kernel.national import CANNOT_TELL_YET, NO_LAW, YES
from rules.parameters import Label
from rules.population.answering import Answers
from rules.population.profile import load_profile
from rules.population.sums import sums_by, sums_of_records
from rules.population.wording import label

REGION = "region"
NOT_STATED = "not_stated"
ALL = "all"
# A child, in counts of people: what each benefit calls a child is said by its own rules.
CHILD_BEFORE = 18
# The facts and lists that counts of people and regions need.
COUNTED = frozenset({REGION, "members", "role", "birth_date"})
_COUNTRY = Label(kk="Қазақстан", ru="Казахстан", en="Kazakhstan")
_COUNTS = ("entitled", "amount", "cannot_tell", "no_law", "persons", "children")


@dataclass(frozen=True, slots=True)
class Region:
    """A region by its code in the facts, its ISO 3166-2 code where it has one, and its name."""

    code: str
    iso: str
    label: Label

    @property
    def name(self) -> str:
        """Its name in English."""
        return self.label.en


def regions_of(graph: Graph) -> tuple[Region, ...]:
    """Return the regions that families can live in, and at the end the one for those who state none."""
    fact = graph.facts.get(REGION)
    iso = {region.code: region.iso for region in load_profile().regions}
    found = []
    if fact is not None and fact.of == FAMILY and fact.type is Type.CODE:
        found = [Region(code, iso.get(code, ""), name) for code, name in (fact.codes or {}).items()]
    return (*found, Region(NOT_STATED, "", label("not_stated")))


def region_places(columns: Columns, regions: Sequence[Region]) -> NDArray[np.int64]:
    """Return for each family the place of its region."""
    last = len(regions) - 1
    if REGION not in columns.facts or not last:
        return np.full(columns.families, last, dtype=np.int64)
    places = columns.facts[REGION].astype(np.int64)
    if REGION in columns.missing:
        places[columns.missing[REGION]] = last
    return places


def family_sizes(columns: Columns) -> NDArray[np.int64]:
    """Return how many members each family has; 0 where the list is not stated."""
    if "members" not in columns.offsets:
        return np.zeros(columns.families, dtype=np.int64)
    return np.diff(columns.offsets["members"])


def count_children(graph: Graph, columns: Columns, on: date) -> NDArray[np.int64]:
    """Return how many children under 18 each family has, as far as roles and birth dates are stated."""
    if not {"role", "birth_date"} <= columns.facts.keys() or "members" not in columns.offsets:
        return np.zeros(columns.families, dtype=np.int64)
    codes = list(graph.facts["role"].codes or {})
    child = columns.facts["role"] == (codes.index("child") if "child" in codes else -1)
    child &= columns.facts["birth_date"] > years_before(on, CHILD_BEFORE).toordinal() - EPOCH
    for name in {"role", "birth_date"} & columns.missing.keys():
        child &= ~columns.missing[name]
    return sums_of_records(child.astype(np.int64), columns.offsets["members"])


def years_before(day: date, years: int) -> date:
    """Return the same day so many years before; for 29 February the last day of the month."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=day.day - 1)


@dataclass(frozen=True, slots=True)
class Line:
    """The sums of one benefit in one region, or in all."""

    region: Region
    benefit: str
    families: int
    persons: int
    entitled: int
    amount: int
    cannot_tell: int
    no_law: int
    persons_entitled: int
    children_entitled: int


@dataclass
class Summary:
    """Sums by region, growing batch by batch. `persons` and `children` of a benefit live in entitled families."""

    graph: Graph
    benefits: Sequence[str]
    on: date
    regions: tuple[Region, ...] = ()
    families: NDArray[np.int64] = field(init=False)
    persons: NDArray[np.int64] = field(init=False)
    children: NDArray[np.int64] = field(init=False)
    with_children: NDArray[np.int64] = field(init=False)
    counts: Mapping[str, Mapping[str, NDArray[np.int64]]] = field(init=False)
    reasons: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.regions = self.regions or regions_of(self.graph)
        length = len(self.regions)

        def zeros() -> NDArray[np.int64]:
            return np.zeros(length, dtype=np.int64)

        self.families, self.persons, self.children, self.with_children = (zeros() for _ in range(4))
        self.counts = {benefit: {name: zeros() for name in _COUNTS} for benefit in self.benefits}

    def add(self, columns: Columns, places: NDArray[np.int64], answers: Answers) -> None:
        """Take the answers of one batch in."""
        length = len(self.regions)
        sizes, children = family_sizes(columns), count_children(self.graph, columns, self.on)
        self.families += np.bincount(places, minlength=length)
        self.persons += sums_by(places, sizes, length)
        self.children += sums_by(places, children, length)
        self.with_children += np.bincount(places[children > 0], minlength=length)
        for benefit, counts in self.counts.items():
            codes = answers.entitled[benefit]
            for name, code in (("entitled", YES), ("cannot_tell", CANNOT_TELL_YET), ("no_law", NO_LAW)):
                counts[name] += np.bincount(places[codes == code], minlength=length)
            yes = codes == YES
            counts["amount"] += sums_by(places[yes], answers.amount[benefit][yes], length)
            counts["persons"] += sums_by(places[yes], sizes[yes], length)
            counts["children"] += sums_by(places[yes], children[yes], length)
        for benefit, reason in answers.reasons.items():
            self.reasons.setdefault(benefit, reason)

    def line(self, benefit: str, place: int | None = None) -> Line:
        """Return the sums of a benefit in one region, or in all."""

        def take(values: NDArray[np.int64]) -> int:
            return int(values.sum() if place is None else values[place])

        counts = {name: take(values) for name, values in self.counts[benefit].items()}
        return Line(
            Region(ALL, "KZ", _COUNTRY) if place is None else self.regions[place],
            benefit,
            take(self.families),
            take(self.persons),
            counts["entitled"],
            counts["amount"],
            counts["cannot_tell"],
            counts["no_law"],
            counts["persons"],
            counts["children"],
        )

    def lines(self) -> Iterator[Line]:
        """Yield the sums of every benefit in every region where families live, and in all."""
        for benefit in self.benefits:
            for place in np.flatnonzero(self.families).tolist():
                yield self.line(benefit, place)
            yield self.line(benefit)
