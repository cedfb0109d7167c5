"""What the text of an explanation reads: results of the generated code, at the records it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.graph.nodes import Node, RoundNode
from rules.graph.words import Language
from rules.kernel.days import MOVES
from rules.kernel.expressions import X
from rules.kernel.lower import Low, Lowering, NotCompiledError
from rules.kernel.single import listed
from rules.kernel.texts import Decimals

# The names of the indexes of the records at hand, from the family down: () is the family itself.
Places = tuple[str, ...]


@dataclass
class Reads:
    """Collects the results that texts read, and the constants that they name."""

    lowering: Lowering
    language: Language
    roots: list[X] = field(default_factory=list)
    places: dict[X, int] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    loops: int = 0

    def low(self, node: Node) -> Low:
        """Return a node's lowered form."""
        return self.lowering.node(node)

    def value(self, x: X, at: Places) -> str:
        """Return how a result is read."""
        if x.value is not None:
            return str(bool(x.value)) if x.truth else str(x.value)
        if x.op in MOVES:  # worked out where it is told: most explanations never tell it
            settings = [self.value(arg, at) if isinstance(arg, X) else str(arg) for arg in x.args]
            return f"{x.op}({', '.join(settings)})"
        if x not in self.places:
            self.places[x] = len(self.roots)
            self.roots.append(listed(self.lowering.build, x, x.scope))
        found = f"V[{self.places[x]}]"
        return f"{found}[{at[len(x.scope) - 1]}]" if x.scope else found

    def bottom(self, low: Low, at: Places) -> str:
        """Return how the denominator of a number is read."""
        return " * ".join([str(low.scale), *(self.value(factor, at) for factor in low.factors)])

    def constant(self, value: Any) -> str:
        """Return the name of a constant."""
        known: Mapping[str, Any] = self.constants
        name = next((name for name, other in known.items() if other is value or _same(other, value)), None)
        if name is None:
            name = f"C{len(self.constants)}"
            self.constants[name] = value
        return name

    def decimals(self, scale: int) -> str:
        """Return the name of the texts of numbers over a scale."""
        name = f"D{scale}"
        self.constants.setdefault(name, Decimals(scale, self.language))
        return name

    def loop(self, group: str, at: Places) -> tuple[Places, str]:
        """Return the indexes inside a loop over a group's records, and the numbers of those records."""
        depth = len(self.lowering.scope_of(group))
        holder = at[depth - 2] if depth > 1 else "0"
        self.loops += 1
        self.groups[f"i{self.loops}"] = group
        return (*at[: depth - 1], f"i{self.loops}"), f'range(B["{group}"][{holder}], B["{group}"][{holder} + 1])'

    def direction(self, node: RoundNode) -> str:
        """Return the direction of a rounding, which must be one for every family."""
        directions = {str(value.value) for value in self.lowering.graph.law.parameter(node.direction).values}
        if len(directions) != 1:
            raise NotCompiledError(f"{node.direction}: the direction of a rounding differs by day")
        return directions.pop()


def _same(one: object, other: object) -> bool:
    return isinstance(one, tuple) and one == other and all(isinstance(part, str) for part in one)
