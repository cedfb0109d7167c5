"""What a question reads: the rules below a benefit, and the facts that a case may be asked for."""

from collections.abc import Iterator

from rules.graph.graph import Graph, Rule
from rules.graph.nodes import FactNode, GatherNode, Node, RankNode, walk
from rules.graph.reader import asked_rules


def rules_of(graph: Graph, benefit: str) -> tuple[str, ...]:
    """Return the rules that a benefit asks, in any of their wordings, itself first. Raises UnknownNameError."""
    asked = graph.benefit(benefit)
    found: dict[str, None] = {}
    waiting = [asked.entitled, *([asked.amount] if asked.amount else [])]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting.extend(asked_rules(graph.rules[name]))
    return tuple(found)


def facts_of(graph: Graph, benefit: str) -> frozenset[str]:
    """Return the facts and lists that a benefit may read. Raises UnknownNameError."""
    found: set[str] = set()
    for name in rules_of(graph, benefit):
        for node in _nodes(graph.rules[name]):
            for part in walk(node):
                if isinstance(part, FactNode):
                    found.add(part.name)
                elif isinstance(part, GatherNode | RankNode):
                    found.add(part.group)
    return frozenset(found)


def _nodes(rule: Rule) -> Iterator[Node]:
    yield rule.as_of
    yield from (wording.node for wording in rule.wordings)
