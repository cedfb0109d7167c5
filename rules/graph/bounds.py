"""Proves before any case is seen that whole numbers of 64 bits suffice for a compiled kernel.

The kernel computes every number as a whole numerator over a denominator: a power of ten from the digits of
parameters and facts, times whole numbers that were divided by. Comparisons multiply crosswise, roundings
divide whole numbers. Here each numerator, denominator and cross product gets its range, from the limits of
the facts and from all values that the parameters ever had; `rules check` fails where one could not fit.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, lcm

from rules.errors import FileProblem, RuleError
from rules.graph import domain
from rules.graph.domain import Exact, Span, Value
from rules.graph.evaluator import evaluate, evaluate_rule
from rules.graph.graph import Graph
from rules.graph.nodes import (
    Arithmetic,
    Compare,
    Constant,
    DaysBetween,
    Extreme,
    FactNode,
    GatherNode,
    If,
    Node,
    ParameterNode,
    RankNode,
    RoundNode,
    RuleNode,
    TableNode,
    Type,
    parts,
)
from rules.graph.records import Path
from rules.graph.run import ANY, Run, exact

_LIMIT = 2**63


class BoundsError(RuleError):
    """A rule whose arithmetic can not be proved to fit, or can not be done in whole numbers."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A number as `top / (scale * product of the factors)`. Two factors are one where their nodes are equal."""

    top: Span
    scale: int = 1
    factors: tuple[tuple[Node, Span], ...] = ()

    @property
    def bottom(self) -> Span:
        found = Span(self.scale, self.scale)
        for _, span in self.factors:
            found = domain.multiply(found, span)
        return found


@dataclass(frozen=True, slots=True)
class Bounds:
    """The range of every number rule, and the largest whole number that its kernel could meet."""

    values: Mapping[str, Value]
    largest: Mapping[str, int]

    def bits(self, rule: str) -> int:
        """Return how many bits the largest number of the rule needs, with its sign."""
        return self.largest[rule].bit_length() + 1


def any_path(scope: tuple[str, ...]) -> Path:
    """Return the path that stands for any record of a scope."""
    return tuple((group, ANY) for group in scope)


def find_bounds(graph: Graph) -> Bounds:
    """Return the bounds of all rules. Raises BoundsError naming the rule."""
    run = Run.of_anything(graph, traced=True)
    prover = _Prover(run)
    values = {}
    for name, rule in graph.rules.items():
        try:
            values[name] = evaluate_rule(run, name, any_path(rule.scope))
            prover.rule(name)
        except ZeroDivisionError as error:
            raise BoundsError(f"{name}: a divisor could be zero") from error
        except RuleError as error:
            raise BoundsError(f"{name}: {error}") from error
    return Bounds(values, prover.largest)


def find_bound_faults(graph: Graph) -> list[FileProblem]:
    """Return the fault of the first rule whose arithmetic does not fit, at its place in the files."""
    try:
        find_bounds(graph)
    except BoundsError as error:
        name = str(error).partition(":")[0]
        place = graph.places[name]
        return [FileProblem(place.path, place.line, str(error))]
    return []


@dataclass
class _Prover:
    run: Run
    largest: dict[str, int] = field(default_factory=dict)
    done: dict[str, Scaled] = field(default_factory=dict)
    current: str = ""

    def rule(self, name: str) -> Scaled:
        """Return the form of a rule's number, joined over its wordings; of other rules, only prove their parts."""
        if name in self.done:
            return self.done[name]
        before, self.current = self.current, name
        self.largest.setdefault(name, 0)
        rule = self.run.graph.rules[name]
        path = any_path(rule.scope)
        forms = []
        for wording in rule.wordings:
            evaluate(self.run, wording.node, path)
            if rule.type is Type.NUMBER:
                forms.append(self.number(wording.node, path))
            else:
                self.prove_inside(wording.node, path)
        self.done[name] = self.join(forms) if forms else Scaled(Span(0, 0))
        self.current = before
        return self.done[name]

    def fits(self, span: Span) -> Span:
        """Note the size of a whole number. Raises BoundsError when 64 bits can not hold it."""
        size = max(abs(int(span.low)), abs(int(span.high)))
        self.largest[self.current] = max(self.largest[self.current], size)
        if size >= _LIMIT:
            raise BoundsError(f"{self.current}: a whole number of {size.bit_length() + 1} bits could arise")
        return span

    def value(self, node: Node, path: Path) -> Value:
        """Return all values that a node can have."""
        found = self.run.values.get((id(node), path))
        return evaluate(self.run, node, path) if found is None else found

    def span(self, node: Node, path: Path) -> Span:
        found = self.value(node, path)
        if not isinstance(found, Span):
            raise TypeError(node)
        return found

    def prove_inside(self, node: Node, path: Path) -> None:
        """Prove every number and comparison inside an expression that is no number itself."""
        if isinstance(node, RuleNode):
            self.rule(node.name)
        elif isinstance(node, GatherNode):
            place = (*path[: node.depth], (node.group, ANY))
            for part in (node.where, node.body):
                if part is not None:
                    self.prove_inside(part, place)
        elif isinstance(node, Compare) and node.left.type is Type.NUMBER:
            self.level([self.number(node.left, path), self.number(node.right, path)])
        elif node.type is Type.NUMBER:
            self.number(node, path)
        else:
            for part in parts(node):
                self.prove_inside(part, path)

    def number(self, node: Node, path: Path) -> Scaled:
        """Return the whole-number form of an expression."""
        prove = _PROVERS.get(type(node))
        if prove is None:
            raise BoundsError(f"{self.current}: {type(node).__name__} has no whole-number form")
        found = prove(self, node, path)
        self.fits(found.top)
        self.fits(found.bottom)
        return found

    def level(self, forms: list[Scaled]) -> list[Scaled]:
        """Bring numbers to one denominator, as a sum or a comparison of them does."""
        scale = lcm(*(form.scale for form in forms))
        factors = _union([form.factors for form in forms])
        found = []
        for form in forms:
            top = domain.multiply(form.top, Span(scale // form.scale, scale // form.scale))
            for _, span in _without(factors, form.factors):
                top = domain.multiply(top, span)
            found.append(Scaled(self.fits(top), scale, factors))
        return found

    def join(self, forms: list[Scaled]) -> Scaled:
        """Return one form for a number that is one of several."""
        level = self.level(forms)
        first = level[0]
        return Scaled(
            Span(min(form.top.low for form in level), max(form.top.high for form in level)), first.scale, first.factors
        )


_Factors = tuple[tuple[Node, Span], ...]


def _without(factors: _Factors, taken: _Factors) -> _Factors:
    """Return the factors without those taken, each as often as it was taken."""
    left = list(factors)
    for node, _ in taken:
        index = next((index for index, (other, _) in enumerate(left) if other == node), None)
        if index is not None:
            del left[index]
    return tuple(left)


def _union(all_factors: list[_Factors]) -> _Factors:
    """Return the fewest factors that hold each of the given ones."""
    found: _Factors = ()
    for factors in all_factors:
        found += _without(factors, found)
    return found


def whole_scale(figures: Iterator[Exact]) -> int:
    """Return the smallest power of ten over which all the figures are whole; each is a decimal or a percentage."""
    scale, needed = 1, lcm(*(Fraction(figure).denominator for figure in figures))
    while scale % needed:
        scale *= 10
    return scale


def _known(prover: _Prover, node: Node, path: Path) -> Scaled:
    return Scaled(prover.span(node, path))


def _fact(prover: _Prover, node: FactNode, path: Path) -> Scaled:
    scale = 10 ** prover.run.graph.facts[node.name].decimals
    return Scaled(domain.multiply(prover.span(node, path), Span(scale, scale)), scale)


def _parameter(prover: _Prover, node: ParameterNode, path: Path) -> Scaled:
    values = prover.run.graph.law.parameter(node.name).values
    return _figures(prover.span(node, path), (exact(value) for value in values))


def _table(prover: _Prover, node: TableNode, path: Path) -> Scaled:
    prover.prove_inside(node.key, path)
    parameters = prover.run.graph.law.parameters
    rows = (parameter for name, parameter in parameters.items() if name.startswith(f"{node.table}."))
    return _figures(prover.span(node, path), (exact(value) for row in rows for value in row.values))


def _figures(span: Span, figures: Iterator[Exact]) -> Scaled:
    scale = whole_scale(figures)
    return Scaled(domain.multiply(span, Span(scale, scale)), scale)


def _rule(prover: _Prover, node: RuleNode, _: Path) -> Scaled:
    return prover.rule(node.name)


def _arithmetic(prover: _Prover, node: Arithmetic, path: Path) -> Scaled:
    left, right = prover.number(node.left, path), prover.number(node.right, path)
    if node.sign in {"+", "-"}:
        first, second = prover.level([left, right])
        work = domain.add if node.sign == "+" else domain.subtract
        return Scaled(work(first.top, second.top), first.scale, first.factors)
    if node.sign == "*":
        return _product(node, left, right)
    if right.factors or prover.span(node.right, path).low <= 0:
        raise BoundsError(f"{prover.current}: a divisor must be a whole number or parameter above zero")
    top = domain.multiply(left.top, Span(right.scale, right.scale))
    if right.top.settled:
        return Scaled(top, left.scale * int(right.top.low), left.factors)
    return Scaled(top, left.scale, (*left.factors, (node.right, right.top)))


def _product(node: Arithmetic, left: Scaled, right: Scaled) -> Scaled:
    """Multiply; a number that was divided by before cancels against itself."""
    for this, other, factor in ((left, right, node.right), (right, left, node.left)):
        rest = _without(this.factors, ((factor, Span(0, 0)),))
        if len(rest) < len(this.factors) and not other.factors and other.scale == 1:
            return Scaled(this.top, this.scale, rest)
    return Scaled(domain.multiply(left.top, right.top), left.scale * right.scale, (*left.factors, *right.factors))


def _extreme(prover: _Prover, node: Extreme, path: Path) -> Scaled:
    return prover.join([prover.number(node.left, path), prover.number(node.right, path)])


def _choice(prover: _Prover, node: If, path: Path) -> Scaled:
    prover.prove_inside(node.condition, path)
    return prover.join([prover.number(node.chosen, path), prover.number(node.otherwise, path)])


def _rounding(prover: _Prover, node: RoundNode, path: Path) -> Scaled:
    """Bring both sides to one denominator, doubled for a half, as the division of whole numbers will."""
    part, step = prover.number(node.part, path), prover.number(node.step, path)
    if step.factors or step.top.low <= 0:
        raise BoundsError(f"{prover.current}: the step of a rounding must be above zero")
    double = Span(step.scale + step.scale, step.scale + step.scale)
    prover.fits(domain.add(domain.multiply(part.top, double), domain.multiply(part.bottom, step.top)))
    prover.fits(domain.multiply(domain.multiply(part.bottom, step.top), Span(2, 2)))
    top = domain.multiply(prover.span(node, path), Span(step.scale, step.scale))
    return Scaled(Span(floor(top.low), ceil(top.high)), step.scale)


def _gather(prover: _Prover, node: GatherNode, path: Path) -> Scaled:
    place = (*path[: node.depth], (node.group, ANY))
    if node.where is not None:
        prover.prove_inside(node.where, place)
    if node.kind == "count" or node.body is None:
        return Scaled(prover.span(node, path))
    body = prover.number(node.body, place)
    if body.factors:
        raise BoundsError(f"{prover.current}: a sum adds what is divided by a number of each record; round it first")
    most = prover.run.graph.groups[node.group].most
    return Scaled(Span(min(0, most * body.top.low), max(0, most * body.top.high)), body.scale)


def _rank(prover: _Prover, node: RankNode, path: Path) -> Scaled:
    if node.where is not None:
        prover.prove_inside(node.where, (*path[: node.depth], (node.group, ANY)))
    return Scaled(prover.span(node, path))


_PROVERS: Mapping[type[Node], Callable[..., Scaled]] = {
    Constant: _known,
    DaysBetween: _known,
    RankNode: _rank,
    FactNode: _fact,
    ParameterNode: _parameter,
    TableNode: _table,
    RuleNode: _rule,
    Arithmetic: _arithmetic,
    Extreme: _extreme,
    If: _choice,
    RoundNode: _rounding,
    GatherNode: _gather,
}
