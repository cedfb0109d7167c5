"""An empty case of a benefit, with every fact that its rules can ask: as YAML, or as a table for a spreadsheet."""

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO

from rules.graph.answers import ask
from rules.graph.graph import Graph
from rules.graph.models import FAMILY, Fact
from rules.graph.nodes import Type
from rules.graph.reach import facts_of_question
from rules.graph.records import ID, Record
from rules.graph.words import Language, say

_INDENT = "  "
_UNKNOWN = "unknown"
_FIRST_ID = "person_1"


def last_day(graph: Graph, benefit: str) -> date:
    """Return the last day for which the wording of the right is confirmed: a template needs some day."""
    entitled = graph.rules[graph.benefit(benefit).entitled]
    return max(
        wording.ground.confirmed_through or wording.ground.in_force_from
        for wording in entitled.wordings
    )  # fmt: skip


def yaml_template(graph: Graph, benefit: str, on: date, language: Language) -> Iterator[str]:
    """Yield the lines of an empty case. It can be run as it stands: nothing is known yet."""
    label = say(graph.benefit(benefit).label, language)
    yield f"# {label}: an empty case. Fill in what is known; what stays `unknown` may be left out."
    yield 'name: "what this case shows"'
    yield f"benefit: {benefit}"
    yield f"on: {on.isoformat()}"
    yield 'article: "act and article that this case tests"'
    yield f"{FAMILY}:"
    yield from _scope(graph, FAMILY, facts_of_question(graph, benefit), language, _INDENT)
    yield "expected:"
    yield f"{_INDENT}entitled: {_answer(graph, benefit, on)}  # yes, no or cannot_tell_yet"
    if graph.benefits[benefit].amount is not None:
        yield f"{_INDENT}# amount: the exact sum, when the answer is known"


def _answer(graph: Graph, benefit: str, on: date) -> str:
    """Return what the law says of a case of which nothing is known but that there is one of each record asked for."""
    asked = facts_of_question(graph, benefit)

    def blank(scope: str, name: str) -> Record:
        inner = [group for group in graph.groups_of(scope) if group in asked]
        return Record(name, {}, {group: (blank(group, _FIRST_ID),) for group in inner})

    return str(ask(graph, benefit, blank(FAMILY, FAMILY), on).entitled)


def _scope(graph: Graph, scope: str, asked: tuple[str, ...], language: Language, indent: str) -> Iterator[str]:
    for name, fact in graph.facts_of(scope).items():
        if name in asked:
            yield f"{indent}{name}: {_UNKNOWN}  # {say(fact.label, language)}: {_form(fact)}"
    for name, group in graph.groups_of(scope).items():
        if name in asked:
            yield f"{indent}{name}:  # {say(group.label, language)}; [] when there are none"
            lines = list(_scope(graph, name, asked, language, f"{indent}{_INDENT}{_INDENT}"))
            first = f"{indent}{_INDENT}- {ID}: {_FIRST_ID if scope == FAMILY else name.rstrip('s') + '_1'}"
            yield from (first, *lines)


def _form(fact: Fact) -> str:
    """Return how a value of the fact is written."""
    if fact.type is Type.TRUTH:
        return "yes or no"
    if fact.type is Type.DAY:
        return "a date such as 2026-11-20"
    if fact.type is Type.CODE:
        return f"one of {', '.join(fact.codes or {})}"
    digits = f" with up to {fact.decimals} digits behind the point" if fact.decimals else ""
    return f"a number{digits}, in {fact.unit}"


def table_template(graph: Graph, benefit: str, on: date, language: Language | None) -> str:
    """Return an empty table of cases with one row: headings as codes, or in a language where they stay plain."""
    asked = facts_of_question(graph, benefit)
    headings = {"case": "what this case shows", "benefit": benefit, "on": on.isoformat()}
    headings |= {_heading(graph, name, language): _UNKNOWN for name in graph.facts_of(FAMILY) if name in asked}
    for group in _groups(graph, FAMILY, asked):
        outer = graph.groups[group].of == FAMILY
        headings |= {f"{group}.{ID}": _FIRST_ID} if outer else {}
        headings |= {_heading(graph, name, language): _UNKNOWN for name in graph.facts_of(group) if name in asked}
    headings |= {"entitled": _answer(graph, benefit, on)}
    if graph.benefits[benefit].amount is not None:
        headings |= {"amount": ""}
    return write_table([list(headings), list(headings.values())])


def _groups(graph: Graph, scope: str, asked: tuple[str, ...]) -> Iterator[str]:
    for group in graph.groups_of(scope):
        if group in asked:
            yield group
            yield from _groups(graph, group, asked)


def _heading(graph: Graph, name: str, language: Language | None) -> str:
    if language is None:
        return name
    label = say(graph.facts[name].label, language)
    twins = sum(say(fact.label, language) == label for fact in graph.facts.values())
    return label if twins == 1 else name


def write_table(rows: list[list[str]]) -> str:
    """Return rows as a spreadsheet of the region opens them: separated by semicolons."""
    out = StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(rows)
    return out.getvalue()
