"""How many nodes the graph has on a day, and how many of them one family needs."""

from collections.abc import Iterable, Iterator
from datetime import date

from rules.dated import value_on
from rules.errors import RuleError
from rules.graph.domain import Days
from rules.graph.evaluator import evaluate_rule, node_of
from rules.graph.graph import Graph, Rule
from rules.graph.nodes import Node, walk
from rules.graph.records import Record
from rules.graph.run import Run


def nodes_in_force(graph: Graph, on: date, rules: Iterable[str]) -> int:
    """Return how many nodes the rules' wordings of a day have; a node that several places share counts once."""
    return len({id(node) for root in _roots(graph, on, rules) for node in walk(root)})


def _roots(graph: Graph, on: date, rules: Iterable[str]) -> Iterator[Node]:
    for rule in (graph.rules[name] for name in rules):
        if _has_law(rule, on):
            yield rule.as_of
            yield node_of(rule, value_on(rule.name, [wording.ground for wording in rule.wordings], on))


def asked_on(graph: Graph, on: date) -> list[str]:
    """Return the benefits about which the law says something on the day; some are history."""
    return [name for name, benefit in graph.benefits.items() if _has_law(graph.rules[benefit.entitled], on)]


def _has_law(rule: Rule, on: date) -> bool:
    try:
        value_on(rule.name, [wording.ground for wording in rule.wordings], on)
    except RuleError:
        return False
    return True


def values_of(graph: Graph, record: Record, on: date, benefits: Iterable[str]) -> int:
    """Return how many values of nodes the answers to the benefits rest on: a node counts once for each record."""
    run = Run(graph, record, Days(on, on), traced=True)
    for benefit in (graph.benefits[name] for name in benefits):
        for name in filter(None, (benefit.entitled, benefit.amount)):
            evaluate_rule(run, name)
    return len(run.values)
