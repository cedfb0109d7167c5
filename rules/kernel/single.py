"""All rules for one family at once: the lowered rules as one Python function, exact, and the graph is left alone."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import prod
from typing import Any

from rules.graph.domain import Answer, Span, Value, day, number
from rules.graph.graph import Graph
from rules.graph.models import FAMILY, Fact
from rules.graph.nodes import Type
from rules.graph.records import Record
from rules.kernel.daycount import EPOCH, months_after, period_start, to_date
from rules.kernel.emit import Block, Code, count_uses
from rules.kernel.expressions import Builder, Scope, X
from rules.kernel.lower import Lowering

_INDENT = "    "
Results = tuple[Any, ...]
Shown = Value | None


@dataclass(frozen=True, slots=True)
class Lists:
    """The facts of one family by name, a list with an entry a record, and where each holder's records begin.

    `missing` marks what is not stated: by fact for each record, by group for each holder. Its entry stands as 0.
    """

    facts: dict[str, list[int]]
    begins: dict[str, list[int]]
    missing: dict[str, list[bool]]


@dataclass(frozen=True, slots=True)
class Column:
    """Where one rule's results stand in what the function returns."""

    type: Type
    scope: Scope
    scale: int
    top: int
    factors: tuple[int, ...]
    fault: int
    shown: Callable[[int], Value]


@dataclass(frozen=True, slots=True)
class Function:
    """The compiled rules: their text, and where each rule's results stand."""

    text: str
    columns: Mapping[str, Column]
    call: Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]], Results]


class Single:
    """The rules of a graph for one day, ready for any number of families.

    The code is made once for each set of facts that families leave out: most leave out the same few.
    """

    def __init__(self, graph: Graph, on: date, known_on: date | None = None) -> None:
        """Lower every rule and compile the function. Raises NotCompiledError, TooLargeError."""
        self.graph, self.on, self.known_on = graph, on, known_on
        self.functions: dict[frozenset[str], Function] = {}
        self.reader = Reader(graph, tuple(graph.facts))
        self.whole = self.function(frozenset())

    def function(self, nullable: frozenset[str]) -> Function:
        """Return the code for families that may leave out these facts and lists."""
        if nullable not in self.functions:
            lowering = Lowering(self.graph, self.on, self.known_on, nullable)
            roots: list[X] = []
            columns = {name: _column(lowering, name, roots) for name in self.graph.rules}
            code = Code(inline=True)
            results = Block(code, count_uses(roots), (), "0", _INDENT).run(roots)
            text = write_function(code, results)
            names = known_names(code, lowering.build)
            exec(compile(text, f"<rules on {self.on.isoformat()}>", "exec"), names)  # noqa: S102 - the text is our own
            self.functions[nullable] = Function(text, columns, names["single"])
        return self.functions[nullable]

    def run(self, lists: Lists) -> Results:
        """Return the whole numbers of all rules."""
        function = self.function(frozenset(lists.missing)) if lists.missing else self.whole
        return function.call(lists.facts, lists.begins, lists.missing)

    def values(self, record: Record) -> dict[str, Shown | tuple[Shown, ...]]:
        """Return the exact result of each rule, one for each record where it is a rule of a group.

        None where the law gives no figure, or where a fact is left out that the rule read.
        """
        lists = self.reader.read(record)
        columns = self.function(frozenset(lists.missing)).columns
        found = self.run(lists)
        return {
            name: result_of(column, found, lists.begins[column.scope[-1]][-1] if column.scope else 1)
            for name, column in columns.items()
        }


class Reader:
    """Reads the facts of a record into lists."""

    def __init__(self, graph: Graph, wanted: Sequence[str]) -> None:
        """Prepare for the wanted facts."""
        self.graph = graph
        facts = {name: graph.facts[name] for name in wanted}
        self.facts = {
            scope: [(name, encoder(fact)) for name, fact in facts.items() if fact.of == scope]
            for scope in (FAMILY, *graph.groups)
        }
        self.groups = {scope: tuple(graph.groups_of(scope)) for scope in (FAMILY, *graph.groups)}

    def read(self, record: Record) -> Lists:
        """Return the facts of the family."""
        found = Lists({}, {}, {})
        self._scope(FAMILY, (record,), found)
        return found

    def _scope(self, scope: str, records: Sequence[Record], found: Lists) -> None:
        for name, encode in self.facts[scope]:
            try:
                found.facts[name] = [encode(record.facts[name]) for record in records]
            except KeyError:
                stated = [record.facts.get(name) for record in records]
                found.missing[name] = [value is None for value in stated]
                found.facts[name] = [0 if value is None else encode(value) for value in stated]
        for group in self.groups[scope]:
            below: list[Record] = []
            begins = [0]
            for record in records:
                below.extend(record.groups.get(group, ()))
                begins.append(len(below))
            if any(group not in record.groups for record in records):
                found.missing[group] = [group not in record.groups for record in records]
            found.begins[group] = begins
            self._scope(group, below, found)


def encoder(fact: Fact) -> Callable[[Any], int]:
    """Return what turns an exactly known value of the fact into a whole number."""
    if fact.type is Type.TRUTH:
        return lambda value: value is Answer.YES
    if fact.type is Type.DAY:
        return lambda value: value.low.toordinal() - EPOCH
    if fact.type is Type.CODE:
        places = {frozenset({code}): index for index, code in enumerate(fact.codes or {})}
        return lambda value: places[value.codes]
    scale = 10**fact.decimals
    return lambda value: int(value.low * scale)


def look(starts: Sequence[int], values: Sequence[int], day: int) -> int:
    """Return the value of a series on a day."""
    return values[bisect_right(starts, day) - 1]


def listed(build: Builder, x: X, scope: Scope) -> X:
    """Return an expression of a group's records as one list for the family, in the order of the records."""
    if x.fixed:
        return x
    yes, found = build.verdict(yes=True), x
    for depth in range(len(scope) - 1, -1, -1):
        kind = "list" if depth == len(scope) - 1 else "lists"
        found = build.gather(kind, scope[depth], scope[:depth], yes, found, 1)
    return found


def _column(lowering: Lowering, name: str, roots: list[X]) -> Column:
    rule, low = lowering.graph.rules[name], lowering.rule(name)

    def place(x: X) -> int:
        roots.append(listed(lowering.build, x, rule.scope))
        return len(roots) - 1

    places = place(low.top), tuple(map(place, low.factors)), place(low.fault)
    return Column(rule.type, rule.scope, low.scale, *places, _shower(rule.type, low.scale))


def write_function(code: Code, results: Sequence[str]) -> str:
    """Return the text of the function: facts and groups by name first, then the body."""
    heads = [f'F_{name} = F["{name}"]' for name in code.facts]
    heads += [f'N_{name} = N["{name}"]' for name in code.groups]
    heads += [f'M_{name} = M["{name}"]' for name in code.missing]
    lines = [*(_INDENT + head for head in heads), *code.lines, f"{_INDENT}return ({', '.join(results)},)"]
    return "\n".join(["def single(F, N, M):", *lines, ""])


def known_names(code: Code, build: Builder) -> dict[str, Any]:
    """Return the functions, tables and series that the text names."""
    names: dict[str, Any] = {"months_after": months_after, "period_start": period_start, "look": look}
    names |= {short: build.tables[name] for name, short in code.tables.items()}
    for name, short in code.series.items():
        series = build.series[name]
        names |= {f"{short}s": series.starts, f"{short}v": series.values, f"{short}m": series.missing}
    return names


def result_of(column: Column, found: Results, count: int) -> Shown | tuple[Shown, ...]:
    """Return a rule's results as values of the graph, for so many records."""
    top, fault = found[column.top], found[column.fault]
    if not column.factors and not column.scope:
        return None if fault else column.shown(top)
    if not column.factors and not (any(fault) if isinstance(fault, list) else fault):
        return tuple(map(column.shown, top)) if isinstance(top, list) else (column.shown(top),) * count
    factors = [found[place] for place in column.factors]
    if not column.scope:
        return _value(column, top, factors, fault)
    parts = (top, fault, *factors)
    spread = [part if isinstance(part, list) else [part] * count for part in parts]
    return tuple(_value(column, row[0], row[2:], row[1]) for row in zip(*spread, strict=True))


def _value(column: Column, top: int, factors: Sequence[int], fault: int) -> Shown:
    if fault:
        return None
    return number(Fraction(top, column.scale * prod(factors))) if factors else column.shown(top)


def _shower(kind: Type, scale: int) -> Callable[[int], Value]:
    """Return what turns one whole number into a value; a fraction is made only where there is one."""
    if kind is Type.TRUTH:
        return lambda top: Answer.YES if top else Answer.NO
    if kind is Type.DAY:
        return lambda top: day(to_date(top))
    if scale == 1:
        return lambda top: Span(top, top)

    def over_scale(top: int) -> Value:
        whole, rest = divmod(top, scale)
        return number(Fraction(top, scale)) if rest else Span(whole, whole)

    return over_scale
