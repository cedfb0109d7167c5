"""The graph: typed expressions whose names are resolved. Pure data; what is done with them stands elsewhere.

`depth` says how far down a name lives: 0 for the family, 1 for a member, 2 for a record of a member. A
place in a case is a path of as many indexes, so that a name of an outer scope is read with a shorter path.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from rules.graph.dates import Period


class Type(StrEnum):
    """What kind of value an expression has."""

    NUMBER = "number"
    TRUTH = "truth"
    DAY = "day"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Node:
    """One expression."""

    @property
    def type(self) -> Type:
        return Type.NUMBER


@dataclass(frozen=True, slots=True)
class TruthNode(Node):
    @property
    def type(self) -> Type:
        return Type.TRUTH


@dataclass(frozen=True, slots=True)
class DayNode(Node):
    @property
    def type(self) -> Type:
        return Type.DAY


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """0 or 1."""

    value: int


@dataclass(frozen=True, slots=True)
class Verdict(TruthNode):
    yes: bool


@dataclass(frozen=True, slots=True)
class Asked(DayNode):
    """`on`: the day the question is about."""


@dataclass(frozen=True, slots=True)
class FactNode(Node):
    name: str
    depth: int
    kind: Type

    @property
    def type(self) -> Type:
        return self.kind


@dataclass(frozen=True, slots=True)
class RuleNode(Node):
    """The result of another rule."""

    name: str
    depth: int
    kind: Type

    @property
    def type(self) -> Type:
        return self.kind


@dataclass(frozen=True, slots=True)
class ParameterNode(Node):
    """A parameter's value in force on the day `at`."""

    name: str
    at: Node


@dataclass(frozen=True, slots=True)
class TableNode(Node):
    """The parameter whose name is `table` with the key behind a dot, in force on the day `at`."""

    table: str
    key: Node
    at: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`+`, `-`, `*`, `/`; the quotient stays an exact fraction."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Extreme(Node):
    """The smaller or the larger of two numbers."""

    larger: bool
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class RoundNode(Node):
    """The only place where a number loses anything; step and direction are dated parameters of the law."""

    part: Node
    step: Node
    direction: str
    at: Node


@dataclass(frozen=True, slots=True)
class DaysBetween(Node):
    first: Node
    last: Node


@dataclass(frozen=True, slots=True)
class Compare(TruthNode):
    """`<`, `<=`, `>`, `>=`, `=` between two numbers or two days."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(TruthNode):
    """`and` or `or` of two or more parts."""

    word: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(TruthNode):
    part: Node


@dataclass(frozen=True, slots=True)
class OneOf(TruthNode):
    part: Node
    codes: tuple[str, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    chosen: Node
    otherwise: Node

    @property
    def type(self) -> Type:
        return self.chosen.type


@dataclass(frozen=True, slots=True)
class GatherNode(Node):
    """`count`, `sum`, `any` or `all` over the group's records below the path of length `depth`."""

    kind: str
    group: str
    depth: int
    where: Node | None
    body: Node | None

    @property
    def type(self) -> Type:
        return Type.TRUTH if self.kind in {"any", "all"} else Type.NUMBER


@dataclass(frozen=True, slots=True)
class RankNode(Node):
    """The place of this record by day among those of its group; of two equal days the one listed first."""

    group: str
    depth: int
    where: Node | None
    day: Node


@dataclass(frozen=True, slots=True)
class ShiftNode(DayNode):
    """So many years, months or days after a day, by a named convention for the edges."""

    unit: str
    day: Node
    count: Node
    convention: str
    at: Node


@dataclass(frozen=True, slots=True)
class StartNode(DayNode):
    """The first day of the month, quarter or year that a day lies in, or of a neighbouring one."""

    period: Period
    day: Node
    shift: int


def parts(node: Node) -> Iterator[Node]:
    """Yield the expressions directly inside this one."""
    for entry in fields(node):
        value = getattr(node, entry.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Node))


def walk(node: Node) -> Iterator[Node]:
    """Yield the expression and all inside it, outermost first."""
    yield node
    for part in parts(node):
        yield from walk(part)
