"""What `python -m rules check` asks beyond loading: that every parameter is used, and what still waits."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from rules.errors import FileProblem
from rules.graph.graph import Graph
from rules.loader import Law
from rules.parameters import DatedValue, Status


@dataclass(frozen=True, slots=True)
class Summary:
    """What the files hold, in figures for a reader."""

    parameters: int
    deadlines: int
    years: tuple[int, ...]
    by_status: dict[Status, int]
    disputed: int
    awaiting: int
    version: str


def find_unused(law: Law, words: frozenset[str] | None = None) -> list[FileProblem]:
    """Return each parameter whose name stands in no module of this package, and that awaits no rule.

    `words` are the texts in the code; by default they are read from the package itself.
    """
    named = words if words is not None else words_in_code()
    return [
        FileProblem(law.places[name].path, law.places[name].line, f"the parameter {name} is used nowhere")
        for name, parameter in law.parameters.items()
        if name not in named and parameter.awaits is None
    ]


def find_awaited(law: Law, used: frozenset[str]) -> list[FileProblem]:
    """Return each parameter that a rule uses while it still says that it awaits its rule."""
    return [
        FileProblem(law.places[name].path, law.places[name].line, f"{name} is used by a rule now: take out `awaits`")
        for name, parameter in law.parameters.items()
        if name in used and parameter.awaits is not None
    ]


def words_in_code() -> frozenset[str]:
    """Return every text that stands in the code of this package."""
    found: set[str] = set()
    for source in _modules(files("rules")):
        tree = ast.parse(source.read_bytes())
        constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        found.update(value for value in constants if isinstance(value, str))
    return frozenset(found)


def _modules(folder: Traversable) -> Iterable[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _modules(entry)
        elif entry.name.endswith(".py"):
            yield entry


def find_untitled(graph: Graph) -> list[FileProblem]:
    """Return each act, and each reason of the house behind a rule, that has no title in the three languages.

    Also each title that nothing cites any more.
    """
    law = graph.law
    named: dict[str, str] = {}
    for name, values in _grounded(graph):
        for value in values:
            if value.citation is not None:
                named.setdefault(value.citation.act, name)
            if value.reason is not None and name not in law.deadlines and name in graph.places:
                named.setdefault(value.reason, name)
    for name, fact in graph.facts.items():
        if fact.judgement is not None:
            named.setdefault(fact.judgement.citation.act, name)
    places = {**law.places, **graph.places}
    return [
        FileProblem(places[name].path, places[name].line, f"{name}: give {text!r} its titles in the folder acts")
        for text, name in named.items()
        if text not in law.acts
    ] + [
        FileProblem(places[text].path, places[text].line, f"no value cites {text!r} any more")
        for text in law.acts
        if text not in named
    ]


def _grounded(graph: Graph) -> Iterable[tuple[str, Sequence[DatedValue]]]:
    yield from ((name, parameter.values) for name, parameter in graph.law.parameters.items())
    yield from ((name, deadline.values) for name, deadline in graph.law.deadlines.items())
    yield from ((name, [wording.ground for wording in rule.wordings]) for name, rule in graph.rules.items())
    yield from ((name, convention.values) for name, convention in graph.conventions.items())


def summarise(law: Law) -> Summary:
    """Return how much the law holds and how well it is grounded."""
    values: list[DatedValue] = [value for parameter in law.parameters.values() for value in parameter.values]
    values += [value for deadline in law.deadlines.values() for value in deadline.values]
    counts = {status: sum(value.status is status for value in values) for status in Status}
    return Summary(
        parameters=len(law.parameters),
        deadlines=len(law.deadlines),
        years=tuple(sorted(law.calendar.years)),
        by_status=counts,
        disputed=sum(bool(value.alternatives) for value in values),
        awaiting=sum(parameter.awaits is not None for parameter in law.parameters.values()),
        version=law.version,
    )
