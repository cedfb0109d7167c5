"""Expressions over whole numbers and truths, each kept once, with the range of every number.

What does not depend on a family (figures of the law, the day asked about) is worked out here, once for a run,
and reaches the generated code as an argument. The code is therefore the same for other figures.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rules.errors import RuleError

_LIMIT = 2**63
Scope = tuple[str, ...]


class TooLargeError(RuleError):
    """A whole number could arise that 64 bits do not hold."""


@dataclass(frozen=True, slots=True, eq=False)
class X:
    """One expression. `value` is set where it is the same for every family; `literal` where it is part of the code."""

    op: str
    args: tuple["X | str | int", ...]
    scope: Scope
    low: int
    high: int
    truth: bool = False
    value: int | None = None
    literal: bool = False

    @property
    def parts(self) -> tuple["X", ...]:
        """The expressions inside."""
        return tuple(arg for arg in self.args if isinstance(arg, X))

    @property
    def fixed(self) -> bool:
        """Whether it is the same for every family."""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Series:
    """A figure by day: from each of `starts` on the one at the same place; `missing` where the law gives none."""

    starts: tuple[int, ...]
    values: tuple[int, ...]
    missing: tuple[int, ...]

    def find(self, day: int) -> int:
        """Return the place of the day."""
        found = 0
        for place, start in enumerate(self.starts):
            if start <= day:
                found = place
        return found


@dataclass
class Builder:
    """Makes expressions; equal ones are one object. `rule` names what is being built, for messages."""

    known: dict[object, X] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    tables: dict[str, tuple[int, ...]] = field(default_factory=dict)
    rule: str = ""

    def make(
        self,
        op: str,
        args: tuple[X | str | int, ...],
        low: int,
        high: int,
        *,
        truth: bool = False,
        value: int | None = None,
        scope: Scope | None = None,
        literal: bool = False,
    ) -> X:
        """Return the expression. Raises TooLargeError."""
        key = (op, truth, tuple(id(arg) if isinstance(arg, X) else arg for arg in args))
        if key not in self.known:
            if max(abs(low), abs(high)) >= _LIMIT:
                raise TooLargeError(f"{self.rule}: a whole number of {max(abs(low), abs(high)).bit_length() + 1} bits")
            if scope is None:
                scope = max((part.scope for part in args if isinstance(part, X)), key=len, default=())
            self.known[key] = X(op, args, scope, low, high, truth, value, literal)
        return self.known[key]

    def literal(self, value: int) -> X:
        """Return a number that is part of the code."""
        return self.make("literal", (value,), value, value, value=value, literal=True)

    def verdict(self, *, yes: bool) -> X:
        """Return a truth that is part of the code."""
        return self.make("verdict", (int(yes),), 0, 1, truth=True, value=int(yes), literal=True)

    def given(self, name: str, value: int) -> X:
        """Return a figure of the law, or the day asked about: an argument of the code."""
        return self.make("given", (name,), value, value, value=value)

    def fact(self, name: str, scope: Scope, low: int, high: int, *, truth: bool = False) -> X:
        """Return a fact of a record."""
        return self.make("fact", (name,), low, high, truth=truth, scope=scope)

    def missing(self, name: str, scope: Scope) -> X:
        """Return whether a record does not state a fact, or a holder a list."""
        return self.make("missing", (name,), 0, 1, truth=True, scope=scope)

    def binary(self, sign: str, left: X, right: X) -> X:
        """Return `+ - * //`, or the smaller or larger of both."""
        work = _NUMBERS[sign]
        if left.value is not None and right.value is not None:
            value = work(left.value, right.value)
            if left.literal and right.literal:
                return self.literal(value)
            return self.make(sign, (left, right), value, value, value=value)
        plain = self._plain(sign, left, right)
        if plain is not None:
            return plain
        ends = [work(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
        return self.make(sign, (left, right), min(ends), max(ends))

    def _plain(self, sign: str, left: X, right: X) -> X | None:
        """Return what a step is that changes nothing; None where it changes something."""
        zero, one = self.literal(0), self.literal(1)
        if (sign in {"*", "//"} and right is one) or (sign in {"+", "-"} and right is zero):
            return left
        if (sign == "*" and left is one) or (sign == "+" and left is zero):
            return right
        twice = sign == right.op == "-" and left is right.parts[0] is zero
        return right.parts[1] if twice else None

    def compare(self, sign: str, left: X, right: X) -> X:
        """Return the comparison of two numbers of one denominator."""
        value = None
        if left.value is not None and right.value is not None:
            value = int(COMPARISONS[sign](left.value, right.value))
        return self.make(sign, (left, right), 0, 1, truth=True, value=value)

    def logic(self, word: str, parts: list[X]) -> X:
        """Return `and` or `or` of truths, without those that change nothing."""
        idle, final = (1, 0) if word == "and" else (0, 1)
        kept: list[X] = []
        for part in parts:
            if part.literal and part.value == final:
                return part
            if not (part.literal and part.value == idle) and part not in kept:
                kept.append(part)
        if not kept:
            return self.verdict(yes=bool(idle))
        if len(kept) == 1:
            return kept[0]
        values = [part.value for part in kept]
        value = None
        if None not in values:
            value = int(all(values)) if word == "and" else int(any(values))
        return self.make(word, tuple(kept), 0, 1, truth=True, value=value)

    def opposite(self, part: X) -> X:
        """Return not."""
        if part.literal:
            return self.verdict(yes=not part.value)
        return self.make("not", (part,), 0, 1, truth=True, value=None if part.value is None else 1 - part.value)

    def choose(self, condition: X, chosen: X, otherwise: X) -> X:
        """Return one of two; both are worked out."""
        if condition.literal:
            return chosen if condition.value else otherwise
        if chosen is otherwise:
            return chosen
        value = None
        if condition.value is not None:
            value = chosen.value if condition.value else otherwise.value
            if value is None:
                return chosen if condition.value else otherwise
        low, high = min(chosen.low, otherwise.low), max(chosen.high, otherwise.high)
        return self.make("choose", (condition, chosen, otherwise), low, high, truth=chosen.truth, value=value)

    def gather(self, kind: str, group: str, holder: Scope, where: X, body: X, most: int) -> X:
        """Return a sum, or whether any or all records fit, over the records of a group; or all their values."""
        truth = kind in {"any", "all"}
        low, high = (0, 1) if truth else (min(0, most * body.low), max(0, most * body.high))
        return self.make("gather", (kind, group, where, body), low, high, truth=truth, scope=holder)

    def first_fault(self, kind: str, group: str, holder: Scope, parts: tuple[X, X, X]) -> X:
        """Return whether `any` or `all` (where, body) meets a fault of its body before a record settles it."""
        return self.make("gather", (f"{kind} fault", group, *parts), 0, 1, truth=True, scope=holder)

    def rank(self, group: str, scope: Scope, where: X, day: X, most: int) -> X:
        """Return the place of this record by day among those of its group."""
        return self.make("rank", (group, where, day), 1, most, scope=scope)

    def by_day(self, name: str, series: Series, day: X) -> X:
        """Return the figure of a series on a day that differs between families."""
        self.series[name] = series
        return self.make("series", (name, day), min(series.values), max(series.values))

    def missing_by_day(self, name: str, series: Series, day: X) -> X:
        """Return whether the law gives no figure on the day."""
        if not any(series.missing):
            return self.verdict(yes=False)
        if all(series.missing):
            return self.verdict(yes=True)
        self.series[name] = series
        return self.make("series_missing", (name, day), 0, 1, truth=True)

    def by_key(self, name: str, row: X, values: tuple[int, ...], *, truth: bool = False) -> X:
        """Return the row of a table of figures; `row` counts from 0 and is put back into the table where it is not."""
        self.tables[name] = values
        value = None
        if row.value is not None:
            value = values[min(max(row.value, 0), len(values) - 1)]
        return self.make("table", (name, row, len(values)), min(values), max(values), truth=truth, value=value)


_NUMBERS: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "min": min,
    "max": max,
}
COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
