"""The law changed in one small place: a figure by one unit of its last digit, a comparison or a word turned over."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from rules.graph.dates import MissingDay, Reached
from rules.graph.graph import Graph, Rule, Wording
from rules.graph.models import ConventionVersion
from rules.graph.nodes import (
    Arithmetic,
    Compare,
    Extreme,
    GatherNode,
    Logic,
    Node,
    Not,
    OneOf,
    StartNode,
    parts,
    walk,
)
from rules.graph.reach import rules_of
from rules.graph.reader import used_parameters
from rules.graph.wording import write_formula
from rules.parameters import DatedValue, Parameter, RoundingDirection, Unit

_SIGNS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<="}
_LONGEST_PART = 48
_OTHER_WAY = {"+": "-", "-": "+", "*": "/", "/": "*", "and": "or", "or": "and", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One small change: of the value of `name` in force from a day, or of a part of a wording in force from it.

    `touches` is what an answer must have used to notice: the value, or the part of the formula.
    """

    name: str
    start: date
    text: str
    touches: int
    apply: Callable[[Graph], Graph]

    def __str__(self) -> str:
        return f"{self.name} from {self.start.isoformat()}: {self.text}"


def find_mutants(graph: Graph) -> Iterator[Mutant]:
    """Yield every mutant of the values and wordings that questions about benefits can ask."""
    asked = {rule for benefit in graph.benefits for rule in rules_of(graph, benefit)}
    used = used_parameters(graph)
    for name, parameter in graph.law.parameters.items():
        if name in used:
            for index, value in enumerate(parameter.values):
                yield from _of_value(name, index, value)
    for name, convention in graph.conventions.items():
        for index, version in enumerate(convention.values):
            yield from _of_convention(name, index, version)
    for name, rule in graph.rules.items():
        if name in asked:
            yield from _of_rule(rule)


def _of_value(name: str, index: int, value: DatedValue) -> Iterator[Mutant]:
    def changed(to: object) -> Mutant:
        def apply(graph: Graph) -> Graph:
            parameter = graph.law.parameters[name]
            values = list(parameter.values)
            values[index] = value.model_copy(update={"value": to})  # type: ignore[call-overload]  # the index is of what stands there
            return _with_parameter(graph, name, parameter.model_copy(update={"values": tuple(values)}))

        return Mutant(name, value.in_force_from, f"{value.value} -> {to}", id(value), apply)

    yield from (changed(to) for to in _neighbours(value))


def _with_parameter(graph: Graph, name: str, parameter: Parameter) -> Graph:
    law = replace(graph.law, parameters={**graph.law.parameters, name: parameter})
    return replace(graph, law=law)


def _neighbours(value: DatedValue) -> Iterator[object]:
    """Yield the values one unit of the last digit away; the other words where the value is a word."""
    figure = value.value
    if isinstance(figure, str):
        yield from (word for word in RoundingDirection if word != figure)
    elif value.unit == Unit.FLAG:
        yield 1 - figure
    else:
        digits = figure.as_tuple().exponent if isinstance(figure, Decimal) else 0
        unit = Decimal(1).scaleb(int(digits)) if isinstance(figure, Decimal) else 1
        yield figure + unit
        if figure - unit > 0 or (figure - unit == 0 and value.unit == Unit.COUNT):
            yield figure - unit


def _of_convention(name: str, index: int, version: ConventionVersion) -> Iterator[Mutant]:
    def changed(key: str, before: str, to: str) -> Mutant:
        def apply(graph: Graph) -> Graph:
            convention = graph.conventions[name]
            values = list(convention.values)
            values[index] = version.model_copy(update={key: to})
            other = convention.model_copy(update={"values": tuple(values)})
            return replace(graph, conventions={**graph.conventions, name: other})

        return Mutant(name, version.in_force_from, f"{before} -> {to}", id(version), apply)

    yield from (changed("value", str(version.value), day) for day in MissingDay if day != version.value)
    yield from (changed("reached", version.reached, reached) for reached in Reached if reached != version.reached)


def _of_rule(rule: Rule) -> Iterator[Mutant]:
    for index, wording in enumerate(rule.wordings):
        seen: dict[int, Node] = {id(node): node for node in walk(wording.node)}
        told: dict[str, int] = {}
        for node in seen.values():
            for other in _turned(node):
                text = f"{_shortly(node, node, rule)} -> {_shortly(other, node, rule)}"
                told[text] = told.get(text, 0) + 1
                number = f" (place {told[text]})" if told[text] > 1 else ""
                start = wording.ground.in_force_from
                yield Mutant(rule.name, start, f"{text}{number}", id(node), _replacing(rule, index, node, other))


def _shortly(node: Node, original: Node, rule: Rule) -> str:
    """Return the text of a node in which long parts, that are the same before and after, are cut."""
    text = write_formula(node, rule.as_of)
    for part in parts(original):
        told = write_formula(part, rule.as_of)
        if len(told) > _LONGEST_PART:
            text = text.replace(told, f"{told[:_LONGEST_PART].rstrip()}…")
    return text


def _replacing(rule: Rule, index: int, node: Node, other: Node) -> Callable[[Graph], Graph]:
    def apply(graph: Graph) -> Graph:
        wordings = list(rule.wordings)
        wordings[index] = Wording(wordings[index].ground, _substitute(wordings[index].node, node, other))
        return replace(graph, rules={**graph.rules, rule.name: replace(rule, wordings=tuple(wordings))})

    return apply


def _substitute(tree: Node, node: Node, other: Node) -> Node:
    """Return the tree with one of its parts, told by identity, replaced wherever it stands."""
    if tree is node:
        return other
    changed: dict[str, object] = {}
    for entry in fields(tree):
        value = getattr(tree, entry.name)
        if isinstance(value, Node):
            found: object = _substitute(value, node, other)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            found = tuple(_substitute(part, node, other) for part in value)
            found = value if all(one is two for one, two in zip(found, value, strict=True)) else found
        else:
            continue
        if found is not value:
            changed[entry.name] = found
    return replace(tree, **changed) if changed else tree


def _turned(node: Node) -> Iterator[Node]:
    """Yield what a node says when one word or sign of it is another."""
    turn = _TURNS.get(type(node))
    if turn is not None:
        yield from turn(node)


def _compare(node: Compare) -> Iterator[Node]:
    yield replace(node, sign=_SIGNS[node.sign])
    if node.sign == "=":
        yield replace(node, sign=">=")


def _arithmetic(node: Arithmetic) -> Iterator[Node]:
    yield replace(node, sign=_OTHER_WAY[node.sign])


def _logic(node: Logic) -> Iterator[Node]:
    yield replace(node, word=_OTHER_WAY[node.word])


def _not(node: Not) -> Iterator[Node]:
    yield node.part


def _one_of(node: OneOf) -> Iterator[Node]:
    yield replace(node, negated=not node.negated)
    if len(node.codes) > 1:
        for code in node.codes:
            yield replace(node, codes=tuple(other for other in node.codes if other != code))


def _extreme(node: Extreme) -> Iterator[Node]:
    yield replace(node, larger=not node.larger)


def _gather(node: GatherNode) -> Iterator[Node]:
    if node.kind in _OTHER_WAY:
        yield replace(node, kind=_OTHER_WAY[node.kind])


def _start(node: StartNode) -> Iterator[Node]:
    yield replace(node, shift=0 if node.shift else -1)


_TURNS: Mapping[type[Node], Callable[..., Iterator[Node]]] = {
    Compare: _compare,
    Arithmetic: _arithmetic,
    Logic: _logic,
    Not: _not,
    OneOf: _one_of,
    Extreme: _extreme,
    GatherNode: _gather,
    StartNode: _start,
}
