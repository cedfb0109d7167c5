"""One evaluation: the case, the dates, what was used of the law, and what was found missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar, cast

from rules.dated import DateRange, value_on
from rules.errors import NotInForceError, UnknownNameError
from rules.graph.domain import Codes, Days, Exact, Value, hull, number
from rules.graph.graph import Graph
from rules.graph.records import FactRef, Path, Record, widest
from rules.parameters import DatedValue, ParameterValue

DatedT = TypeVar("DatedT", bound=DatedValue)
# The index of a record that stands for any record of a list that is not known.
ANY = -1
# Questions lie between these days; every figure of the law there ever was applies on one of them.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
_MOST_KEPT = 100_000


class Kind(StrEnum):
    """What part of the law a value is."""

    PARAMETER = "parameter"
    RULE = "rule"
    CONVENTION = "convention"


@dataclass(frozen=True, slots=True)
class Used:
    """A dated value of the law that an evaluation rests on, and the day it was taken for."""

    kind: Kind
    name: str
    on: date
    value: DatedValue


@dataclass
class Run:
    """Evaluates over one case. `on` is a range of days only while bounds are computed.

    With `traced`, the value of every node is kept by (id of the node, path of the record).
    """

    graph: Graph
    case: Record | None
    on: Days
    known_on: date | None = None
    traced: bool = False
    values: dict[tuple[int, Path], Value] = field(default_factory=dict)
    results: dict[tuple[str, Path], Value] = field(default_factory=dict)
    missing: dict[tuple[Path, str], FactRef] = field(default_factory=dict)
    used: dict[tuple[Kind, str, date], Used] = field(default_factory=dict)
    uses: dict[tuple[int, Path], Used] = field(default_factory=dict)

    @classmethod
    def of_anything(cls, graph: Graph, *, traced: bool = False) -> "Run":
        """Return the evaluation over any case on any day: each value is all that it could ever be."""
        return cls(graph, None, Days(FIRST_DAY, LAST_DAY), traced=traced)

    def record(self, path: Path) -> Record | None:
        """Return the record at the path; None where it stands for any record of an unknown list."""
        found = self.case
        for group, index in path:
            if found is None or index == ANY:
                return None
            found = found.groups[group][index]
        return found

    def show(self, path: Path, name: str) -> str:
        """Return a fact's place in words: members.aisha.birth_date."""
        words: list[str] = []
        found = self.case
        for group, index in path:
            found = found.groups[group][index] if found is not None and index != ANY else None
            words += [group, found.id if found else "?"]
        return ".".join([*words, name])

    def miss(self, path: Path, name: str) -> None:
        """Note that a fact, or a list, is missing. What an unknown list may hold is not noted beside the list."""
        if self.case is not None and all(index != ANY for _, index in path):
            self.missing[path, name] = FactRef(path, name, self.show(path, name))

    def fact(self, name: str, path: Path) -> Value:
        """Return the stated value of a fact, or all that it could be."""
        record = self.record(path)
        value = record.facts.get(name) if record is not None else None
        if value is not None:
            return value
        self.miss(path, name)
        return widest(self.graph.facts[name], self.on)

    def paths(self, group: str, path: Path) -> list[Path] | None:
        """Return the paths of the group's records below `path`; None when the list is missing."""
        record = self.record(path)
        records = record.groups.get(group) if record is not None else None
        if records is None:
            self.miss(path, group)
            return None
        return [(*path, (group, index)) for index in range(len(records))]

    def choose(self, kind: Kind, name: str, values: Sequence[DatedT], on: Days, at: tuple[int, Path]) -> list[DatedT]:
        """Return the value in force on a day; for a range of days, all that could be in force.

        Raises NotInForceError, NotKnownYetError, BeyondConfirmedError.
        """
        if on.settled:
            chosen = self._chosen(name, values, on.low)
            use = Used(kind, name, on.low, chosen)
            self.used[kind, name, on.low] = use
            if self.traced:
                self.uses[at] = use
            return [chosen]
        found = [value for value in values if self._possible(value, on)]
        if not found:
            raise NotInForceError(name, on.low)
        return found

    def _chosen(self, name: str, values: Sequence[DatedT], on: date) -> DatedT:
        """Return the value in force; names are one to a value of the law, so the name and dates say which."""
        known = self.graph.chosen
        found = known.get((name, on, self.known_on))
        if found is None:
            if len(known) >= _MOST_KEPT:
                known.clear()
            found = known[name, on, self.known_on] = value_on(name, values, on, self.known_on)
        return cast("DatedT", found)

    def _possible(self, value: DatedValue, on: Days) -> bool:
        known = self.known_on is None or value.known_from is None or value.known_from <= self.known_on
        days = DateRange(on.low, date.fromordinal(min(on.high.toordinal() + 1, date.max.toordinal())))
        return known and value.in_force.overlaps(days)

    def parameter(self, name: str, on: Days, at: tuple[int, Path]) -> Value:
        """Return the figure, or the range of figures, on a day or a range of days."""
        values = self.graph.law.parameter(name).values
        return hull(number(exact(value)) for value in self.choose(Kind.PARAMETER, name, values, on, at))

    def table(self, table: str, key: Value, on: Days, at: tuple[int, Path]) -> Value:
        """Return a row of a table; over all rows that an unsettled key could mean."""
        if isinstance(key, Codes):
            names = [f"{table}.{code}" for code in sorted(key.codes)]
        else:
            rows = [name for name in self.graph.law.parameters if name.startswith(f"{table}.")]
            names = [name for name in rows if _may_be(name.removeprefix(f"{table}."), key)]
        if len(names) == 1:
            return self.parameter(names[0], on, at)
        found = []
        for name in names:
            if name not in self.graph.law.parameters:
                continue
            try:
                found.append(self.parameter(name, on, at))
            except NotInForceError:
                continue
        if not found:
            raise UnknownNameError("row of the table", f"{table}[{_shown(key)}]")
        return hull(found)


def _may_be(row: str, key: Value) -> bool:
    return row.isdecimal() and not isinstance(key, str | Codes | Days) and key.low <= int(row) <= key.high


def _shown(key: Value) -> str:
    if isinstance(key, Codes):
        return " or ".join(sorted(key.codes))
    return str(key if isinstance(key, str) else key.low)


def exact(value: DatedValue) -> Exact:
    """Return a figure of the law as the exact number that it multiplies by: a share in percent as hundredths."""
    if isinstance(value, ParameterValue):
        figure = value.exact
        return figure.numerator if figure.denominator == 1 else figure
    raise TypeError(value)
