"""Turns rules into whole-number expressions, as `rules.graph.bounds` proves them to fit 64 bits.

A number is `top / (scale * product of the factors)`; nothing is divided but in a rounding. Every part is worked out,
also behind an `if`: what the law does not give is carried beside the value as `fault`, true where a family meets it.
What each kind of node becomes stands in `rules.kernel.lower`, which is imported to use this.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from math import lcm

from rules.errors import RuleError
from rules.graph.graph import Graph, Rule, Wording
from rules.graph.nodes import Node, Type
from rules.kernel import figures
from rules.kernel.daycount import to_date, to_number
from rules.kernel.expressions import Builder, Scope, Series, X
from rules.parameters import Parameter


class NotCompiledError(RuleError):
    """A rule uses what has no whole-number form."""


@dataclass(frozen=True, slots=True)
class Low:
    """A lowered expression. `scale` and `factors` belong to numbers: the denominator of `top`."""

    top: X
    fault: X
    scale: int = 1
    factors: tuple[X, ...] = ()


Handler = Callable[..., "Low"]
HANDLERS: dict[type[Node], Handler] = {}


@dataclass
class Lowering:
    """Lowers the rules of one graph for the day a question is about, as known on another.

    A fact or list that is `nullable` may be left out; a result that reads it where it is has a fault. So has one whose
    answer the other facts would settle: whoever meets a fault asks the evaluator of partly known cases.
    """

    graph: Graph
    on: date
    known_on: date | None = None
    nullable: frozenset[str] = frozenset()
    build: Builder = field(default_factory=Builder)
    rules: dict[str, Low] = field(default_factory=dict)
    nodes: dict[int, Low] = field(default_factory=dict)
    divided: set[str] = field(default_factory=set)
    current: str = ""

    def __post_init__(self) -> None:
        """Make the day asked about the first argument."""
        self.never = self.build.verdict(yes=False)
        self.asked = self.build.given("on", to_number(self.on))

    def rule(self, name: str) -> Low:
        """Return a rule's result. Raises NotCompiledError, TooLargeError."""
        if name not in self.rules:
            before, self.current = self.current, name
            self.build.rule = name
            self.rules[name] = self._worded(self.graph.rules[name])
            self.current = self.build.rule = before
        return self.rules[name]

    def wordings_of(self, rule: Rule) -> list[tuple[X, Wording]]:
        """Return each wording that may be in force, and for which families it is."""
        day = self.node(rule.as_of).top
        grounds = [wording.ground for wording in rule.wordings]
        always = self.build.verdict(yes=True)
        if day.value is not None:
            chosen = figures.taken(rule.name, grounds, to_date(day.value), self.known_on)
            return [(always, wording) for wording in rule.wordings if wording.ground is chosen]
        series = self._wordings_by_day(rule)
        used = sorted({place for place, lacks in zip(series.values, series.missing, strict=True) if not lacks})
        if len(used) <= 1:
            return [(always, rule.wordings[place]) for place in used]
        place = self.build.by_day(f"rule {rule.name}", series, day)
        return [(self.build.compare("==", place, self.build.literal(here)), rule.wordings[here]) for here in used]

    def _wordings_by_day(self, rule: Rule) -> Series:
        grounds = [wording.ground for wording in rule.wordings]
        return figures.by_day(
            rule.name, grounds, self.known_on, lambda value: next(i for i, g in enumerate(grounds) if g is value)
        )

    def _worded(self, rule: Rule) -> Low:
        day, wordings = self.node(rule.as_of), self.wordings_of(rule)
        if not wordings:
            return self.nothing(rule.type, day.fault, yes=True)
        found = self.node(wordings[0][1].node)
        for here, wording in wordings[1:]:
            found = self.choose(here, self.node(wording.node), found)
        outside = self.never
        if day.top.value is None:
            outside = self.build.missing_by_day(f"rule {rule.name}", self._wordings_by_day(rule), day.top)
        return self.with_fault(found, day.fault, outside)

    def nothing(self, kind: Type, *faults: X, yes: bool) -> Low:
        """Return a stand-in for what the law does not give."""
        value = self.never if kind is Type.TRUTH else self.build.literal(0)
        return Low(value, self.either(*faults, self.build.verdict(yes=yes)))

    def node(self, node: Node) -> Low:
        """Return a lowered expression of the rule at hand."""
        if id(node) not in self.nodes:
            handle = HANDLERS.get(type(node))
            if handle is None:
                raise NotCompiledError(f"{self.current}: {type(node).__name__} has no whole-number form")
            self.nodes[id(node)] = handle(self, node)
        return self.nodes[id(node)]

    def either(self, *faults: X) -> X:
        """Return whether any of the faults is met."""
        return self.build.logic("or", list(faults))

    def both(self, *parts: X) -> X:
        """Return whether all hold."""
        return self.build.logic("and", list(parts))

    def with_fault(self, low: Low, *faults: X) -> Low:
        """Return the same with further faults."""
        return Low(low.top, self.either(low.fault, *faults), low.scale, low.factors)

    def level(self, lows: list[Low]) -> list[Low]:
        """Bring numbers to one denominator."""
        build = self.build
        scale = lcm(*(low.scale for low in lows))
        factors: tuple[X, ...] = ()
        for low in lows:
            factors += without(low.factors, factors)
        found = []
        for low in lows:
            top = build.binary("*", low.top, build.literal(scale // low.scale))
            for factor in without(factors, low.factors):
                top = build.binary("*", top, factor)
            found.append(Low(top, low.fault, scale, factors))
        return found

    def choose(self, condition: X, chosen: Low, otherwise: Low) -> Low:
        """Return one of two; the fault of the one not taken does not count."""
        first, second = self.level([chosen, otherwise])
        fault = self.either(self.both(condition, first.fault), self.both(self.build.opposite(condition), second.fault))
        return Low(self.build.choose(condition, first.top, second.top), fault, first.scale, first.factors)

    def bottom(self, low: Low) -> X:
        """Return the denominator."""
        found = self.build.literal(low.scale)
        for factor in low.factors:
            found = self.build.binary("*", found, factor)
        return found

    def any_fault(self, group: str, where: X, fault: X) -> X:
        """Return whether one of the records that count has a fault."""
        if fault is self.never:
            return self.never
        return self.build.gather("any", group, self.scope_of(group)[:-1], where, fault, self.graph.groups[group].most)

    def missing(self, name: str, scope: Scope) -> X:
        """Return whether a fact or list is not stated."""
        return self.build.missing(name, scope) if name in self.nullable else self.never

    def scope_of(self, group: str) -> Scope:
        """Return the groups from the family down to this one."""
        found: list[str] = []
        while group in self.graph.groups:
            found.insert(0, group)
            group = self.graph.groups[group].of
        return tuple(found)

    def parameter(self, parameters: tuple[Parameter, str], day: Low, scale: int) -> Low:
        """Return a figure of the law on a day, as a whole number over `scale`."""
        parameter, name = parameters
        build = self.build
        if day.top.value is not None:
            value = figures.taken(name, parameter.values, to_date(day.top.value), self.known_on)
            lacks = build.verdict(yes=value is None)
            figure = 0 if value is None else figures.scaled(value, scale)
            return Low(build.given(f"{name} {key_of(day.top)}", figure), self.either(day.fault, lacks), scale)
        series = figures.by_day(name, parameter.values, self.known_on, lambda value: figures.scaled(value, scale))
        lacks = build.missing_by_day(name, series, day.top)
        given = {v for v, lacking in zip(series.values, series.missing, strict=True) if not lacking}
        top = build.given(f"{name} always", given.pop()) if len(given) == 1 else build.by_day(name, series, day.top)
        return Low(top, self.either(day.fault, lacks), scale)


def key_of(x: X) -> str:
    """Return a name for a day that is the same for every family: what it was made of, not what it is."""
    return str(x.args[0]) if x.op == "given" else f"{x.op}({','.join(map(_name, x.args))})"


def _name(arg: X | str | int) -> str:
    return key_of(arg) if isinstance(arg, X) else str(arg)


def without(factors: tuple[X, ...], taken: tuple[X, ...]) -> tuple[X, ...]:
    """Return the factors without those taken, each as often as it was taken."""
    left = list(factors)
    for factor in taken:
        if factor in left:
            left.remove(factor)
    return tuple(left)
