"""What a question can ask: the rules under a rule, and the facts they need."""

from collections.abc import Iterator

from rules.graph.graph import Graph
from rules.graph.nodes import FactNode, GatherNode, Node, RankNode, walk
from rules.graph.reader import asked_rules, named_values


def rules_below(graph: Graph, rule: str) -> frozenset[str]:
    """Return all rules that a rule asks, directly or through others."""
    found: set[str] = set()
    waiting = [rule]
    while waiting:
        for name in asked_rules(graph.rules[waiting.pop()]):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found)


def rules_of(graph: Graph, benefit: str) -> tuple[str, ...]:
    """Return all rules that a question about the benefit can ask. Raises UnknownNameError."""
    asked = graph.benefit(benefit)
    tops = [name for name in (asked.entitled, asked.amount) if name is not None]
    found = {name for top in tops for name in (top, *rules_below(graph, top))}
    return tuple(name for name in graph.rules if name in found)


def tops_of(graph: Graph, rule: str) -> Iterator[Node]:
    """Yield the day that a rule is taken for, and what each of its wordings means."""
    entry = graph.rules[rule]
    yield entry.as_of
    yield from (wording.node for wording in entry.wordings)


def nodes_of(graph: Graph, rule: str) -> Iterator[Node]:
    """Yield every expression of a rule, in all its wordings and in the day it is taken for."""
    for node in tops_of(graph, rule):
        yield from walk(node)


def law_of_question(graph: Graph, benefit: str) -> frozenset[str]:
    """Return the names of the rules, parameters and conventions that a question about the benefit can ask."""
    rules = rules_of(graph, benefit)
    tops = (node for name in rules for node in tops_of(graph, name))
    return frozenset(rules) | {name for node in tops for name in named_values(node, graph.law.parameters)}


def facts_of_question(graph: Graph, benefit: str) -> tuple[str, ...]:
    """Return the facts and the lists that a question about the benefit can ask, in the order of the files."""
    found: set[str] = set()
    for rule in rules_of(graph, benefit):
        for node in nodes_of(graph, rule):
            if isinstance(node, FactNode):
                found.add(node.name)
            elif isinstance(node, GatherNode | RankNode):
                found.add(node.group)
        found.update(graph.rules[rule].scope)
    return tuple(name for name in (*graph.facts, *graph.groups) if name in found)
