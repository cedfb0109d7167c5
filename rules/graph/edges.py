"""Finds the edges of the law: for each condition, the cases just on either side of where its answer turns over.

Nothing is listed by hand. A condition, a row of a table, a period or a dated value tells what it hangs on; a case that
reaches it is moved, one input at a time, until the two sides of the condition meet.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from rules.errors import RuleError
from rules.graph.dates import start_of
from rules.graph.domain import Days, Exact, Span, Value
from rules.graph.evaluator import evaluate, evaluate_rule
from rules.graph.graph import Graph, Rule
from rules.graph.models import FAMILY
from rules.graph.moves import (
    Move,
    Situation,
    move_in_time,
    move_of_question,
    moves_of_fact,
    moves_of_list,
    stated_places,
)
from rules.graph.nodes import (
    Asked,
    Compare,
    FactNode,
    GatherNode,
    Node,
    ParameterNode,
    RankNode,
    RoundNode,
    RuleNode,
    ShiftNode,
    StartNode,
    TableNode,
    Type,
    walk,
)
from rules.graph.reach import nodes_of, rules_below, rules_of
from rules.graph.records import Path
from rules.graph.run import Run
from rules.graph.wording import write_formula
from rules.parameters import DatedValue

BELOW, AT, ABOVE = -1, 0, 1
# The sides of an edge that are worth a case, in words.
_COMPARED = {BELOW: "just below the edge of", AT: "exactly at the edge of", ABOVE: "just above the edge of"}
_CHANGED = {BELOW: "the day before the change of", AT: "the day of the change of"}
_MOST_MOVES = 8
_ENDED = {AT: "the last day of", ABOVE: "the first day after"}
# How far the two sides of an edge are apart in a situation, at a record; None where that is not known.
Distance = Callable[[Situation, Path], Exact | None]
Moves = Callable[[Situation, Path], Iterator[Move]]


@dataclass(frozen=True)
class Edge:
    """Where two sides of a condition meet: its rule and wording, its text, and how a case is moved to it.

    `seen_at` is the part of the formula that a case must reach; `sides` says which sides are shown, and how they are
    called.
    """

    rule: str
    ground: DatedValue
    text: str
    seen_at: int
    distance: Distance
    moves: Moves
    sides: Mapping[int, str]


@dataclass(frozen=True)
class Found:
    """A situation at an edge: which input was moved there, and on which side of the edge it lies."""

    edge: Edge
    place: str
    side: int
    situation: Situation

    @property
    def told(self) -> str:
        """The side and the edge in words."""
        return f"{self.edge.sides[self.side]} {self.edge.text}"


def run_question(graph: Graph, benefit: str, situation: Situation) -> Run:
    """Return the traced run of a question, as far as the law of its day gives an answer."""
    run = Run(graph, situation.case, Days(situation.on, situation.on), traced=True)
    asked = graph.benefits[benefit]
    for rule in (asked.entitled, asked.amount):
        try:
            if rule is not None:
                evaluate_rule(run, rule)
        except (RuleError, ZeroDivisionError):
            continue
    return run


def reach_edge(edge: Edge, start: Situation, run: Run) -> list[Found]:
    """Return the situations around an edge that a move of the case leads to: of several moves, the most sides."""
    best: list[Found] = []
    paths = (path for node, path in run.values if node == edge.seen_at)
    moves = ((path, move) for path in paths for move in edge.moves(start, path))
    for path, move in islice(moves, _MOST_MOVES):
        found = _cross(edge, path, move)
        if len(found) > len(best):
            best = found
        if len(best) == len(edge.sides):
            break
    return best


def _cross(edge: Edge, path: Path, move: Move) -> list[Found]:
    def side(steps: int) -> int | None:
        situation = move.at(steps) if move.least <= steps <= move.most else None
        apart = edge.distance(situation, path) if situation is not None else None
        return None if apart is None else (apart > 0) - (apart < 0)

    here = side(0)
    for direction in (1, -1) if here is not None else ():
        near = _search(side, here, direction)
        if near is not None:
            return _around(edge, move, side, near, direction)
    return []


def _search(side: Callable[[int], int | None], here: int | None, direction: int) -> int | None:
    """Return the last place on this side of the edge, in one direction; None where the edge does not lie there."""
    near, far = 0, 1
    while (found := side(far * direction)) in {here, None}:
        if found is None and far - near == 1:
            return None
        near, far = (near, near + (far - near) // 2) if found is None else (far, far + far)
    while far - near > 1:
        middle = (near + far) // 2
        near, far = (middle, far) if side(middle * direction) == here else (near, middle)
    return near * direction


def _around(
    edge: Edge, move: Move, side: Callable[[int], int | None], near: int, direction: int
) -> list[Found]:  # fmt: skip
    """Return the situations next to a crossing: the last below the edge, the one exactly at it, the first above."""
    found: dict[int, Found] = {}
    beside = near + near + direction
    for steps in sorted(range(near - 2, near + 3), key=lambda steps: abs(steps + steps - beside)):
        at, situation = side(steps), move.at(steps)
        if at is not None and situation is not None:
            found.setdefault(at, Found(edge, move.place, at, situation))
    return [found[at] for at in edge.sides if at in found]


def find_edges(graph: Graph, benefit: str) -> list[Edge]:
    """Return every edge of the rules that a question about the benefit can ask."""
    finder = _EdgeFinder(graph, benefit)
    return [*finder.conditions(), *finder.days_of_change()]


class _EdgeFinder:
    def __init__(self, graph: Graph, benefit: str) -> None:
        self.graph = graph
        self.benefit = benefit

    def conditions(self) -> Iterator[Edge]:
        """Yield the edges of comparisons, of rows of tables that are read by a number, and of periods."""
        for name in rules_of(self.graph, self.benefit):
            rule = self.graph.rules[name]
            for wording in rule.wordings:
                for node in {id(node): node for node in walk(wording.node)}.values():
                    yield from self._of_node(rule, wording.ground, node)

    def _of_node(self, rule: Rule, ground: DatedValue, node: Node) -> Iterator[Edge]:
        text = write_formula(node, rule.as_of)
        moves = self._moves(node)
        if isinstance(node, Compare):
            yield Edge(rule.name, ground, text, id(node), self._between(node), moves, _COMPARED)
        elif isinstance(node, StartNode):
            yield Edge(rule.name, ground, f"the {node.period}", id(node), self._end(node), moves, _ENDED)
        elif isinstance(node, TableNode) and node.key.type is Type.NUMBER:
            for row in _rows(self.graph, node.table):
                yield Edge(rule.name, ground, f"{node.table}[{row}]", id(node), self._row(node, row), moves, _COMPARED)

    def _between(self, node: Compare) -> Distance:
        def distance(situation: Situation, path: Path) -> Exact | None:
            run = run_question(self.graph, self.benefit, situation)
            return _apart(run.values.get((id(node.left), path)), run.values.get((id(node.right), path)))

        return distance

    def _row(self, node: TableNode, row: int) -> Distance:
        def distance(situation: Situation, path: Path) -> Exact | None:
            run = run_question(self.graph, self.benefit, situation)
            return _apart(run.values.get((id(node.key), path)), Span(row, row))

        return distance

    def _end(self, node: StartNode) -> Distance:
        """Measure from the last day of the period that the day lies in at first."""
        last: list[date] = []

        def distance(situation: Situation, path: Path) -> Exact | None:
            run = run_question(self.graph, self.benefit, situation)
            found = run.values.get((id(node.day), path))
            if not isinstance(found, Days) or not found.settled:
                return None
            if not last:
                last.append(start_of(node.period, found.low, 1) - timedelta(days=1))
            return (found.low - last[0]).days

        return distance

    def _moves(self, node: Node) -> Moves:
        """Return the moves that can change the sides: facts of the record first, then of others, lists, the day."""
        graph, cone = self.graph, list(_cone(self.graph, node))
        facts = {part.name for part in cone if isinstance(part, FactNode)}
        groups = sorted({part.group for part in cone if isinstance(part, GatherNode | RankNode)})

        def moves(start: Situation, path: Path) -> Iterator[Move]:
            places = [entry for entry in stated_places(graph, start.case) if entry[1] in facts]
            for where, name, place in sorted(places, key=lambda entry: entry[0] != path[: len(entry[0])]):
                yield from moves_of_fact(graph, start, where, name, place)
            for group in groups:
                if graph.groups[group].of == FAMILY:
                    yield from moves_of_list(graph, start, group)
            if any(isinstance(part, Asked) for part in cone):
                yield move_of_question(graph, start)

        return moves

    def days_of_change(self) -> Iterator[Edge]:
        """Yield an edge for each first day of a wording or value, and for the day after the last confirmed one."""
        seen: dict[tuple[str, str, date], int] = {}
        for name in rules_of(self.graph, self.benefit):
            rule = self.graph.rules[name]
            for used, values, at in self._lookups(rule):
                scope = "" if isinstance(at, Asked) else name
                for first in _days(values):
                    key = (scope, write_formula(at, rule.as_of), first)
                    if key not in seen:
                        seen[key] = id(at)
                        text = f"{used} on {first.isoformat()}"
                        ground = rule.wordings[-1].ground
                        yield Edge(name, ground, text, id(at), self._day(at, first), self._in_time, _CHANGED)

    def _lookups(self, rule: Rule) -> Iterator[tuple[str, Sequence[DatedValue], Node]]:
        """Yield what a rule looks up in the law, with the expression of the day it is looked up for."""
        yield rule.name, [wording.ground for wording in rule.wordings], rule.as_of
        law = self.graph.law
        for wording in rule.wordings:
            for node in walk(wording.node):
                if isinstance(node, ParameterNode):
                    yield node.name, law.parameter(node.name).values, node.at
                elif isinstance(node, RoundNode):
                    yield node.direction, law.parameter(node.direction).values, node.at
                elif isinstance(node, ShiftNode):
                    yield node.convention, self.graph.conventions[node.convention].values, node.at
                elif isinstance(node, TableNode):
                    for name, parameter in law.parameters.items():
                        if name.startswith(f"{node.table}."):
                            yield name, parameter.values, node.at

    def _day(self, at: Node, first: date) -> Distance:
        def distance(situation: Situation, path: Path) -> Exact | None:
            run = Run(self.graph, situation.case, Days(situation.on, situation.on))
            try:
                found = evaluate(run, at, path)
            except RuleError:
                return None
            return (found.low - first).days if isinstance(found, Days) and found.settled else None

        return distance

    def _in_time(self, start: Situation, _: Path) -> Iterator[Move]:
        yield move_in_time(self.graph, start)


def _rows(graph: Graph, table: str) -> list[int]:
    keys = (name.removeprefix(f"{table}.") for name in graph.law.parameters if name.startswith(f"{table}."))
    return sorted(int(key) for key in keys if key.isdecimal())


def _days(values: Sequence[DatedValue]) -> list[date]:
    """Return each day on which a value begins, ends, or is no longer confirmed."""
    found = {value.in_force_from for value in values}
    found |= {value.in_force_before for value in values if value.in_force_before is not None}
    found |= {value.confirmed_through + timedelta(days=1) for value in values if value.confirmed_through is not None}
    return sorted(found)


def _cone(graph: Graph, node: Node) -> Iterator[Node]:
    """Yield everything that a part of a formula hangs on, through all rules."""
    yield from walk(node)
    named = {part.name for part in walk(node) if isinstance(part, RuleNode)}
    for rule in {name for top in named for name in (top, *rules_below(graph, top))}:
        yield from nodes_of(graph, rule)


def _apart(left: Value | None, right: Value | None) -> Exact | None:
    if isinstance(left, Span) and isinstance(right, Span) and left.settled and right.settled:
        return left.low - right.low
    if isinstance(left, Days) and isinstance(right, Days) and left.settled and right.settled:
        return (left.low - right.low).days
    return None
