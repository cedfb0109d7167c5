"""Use case of the catalogue: which benefits may be asked about, for which days, and in which words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from casemgmt.benefits.answer_views import BenefitView, CatalogueView, CodeView, FactView, GroupView, PeriodView
from casemgmt.benefits.answers import sign_off_view
from casemgmt.benefits.engine import Engine, law_graph
from casemgmt.reference.languages import Language
from rules.errors import RuleError
from rules.graph.domain import Days
from rules.graph.evaluator import evaluate_rule
from rules.graph.graph import Graph
from rules.graph.models import Benefit, Fact
from rules.graph.reach import facts_of_question
from rules.graph.records import Record
from rules.graph.run import Run
from rules.graph.signing import find_basis
from rules.graph.words import Language as RuleLanguage
from rules.graph.words import say

_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Needed:
    """What a benefit asks for, whatever the family: days on which there is an answer, groups and facts."""

    askable: tuple[PeriodView, ...]
    groups: frozenset[str]
    facts: frozenset[str]


async def read_catalogue(engine: Engine, language: Language) -> CatalogueView:
    """Return all benefits with the words they need: a client can build a form from it."""
    return await engine.public.run(lambda: _catalogue(engine, language))


def _catalogue(engine: Engine, language: Language) -> CatalogueView:
    graph = engine.graph
    to = RuleLanguage(language)
    needed = {name: needed_by(name) for name in graph.benefits}
    groups = frozenset().union(*(each.groups for each in needed.values()))
    facts = frozenset().union(*(each.facts for each in needed.values()))
    return CatalogueView(
        language=language,
        benefits=[
            BenefitView(
                code=name,
                label=say(benefit.label, to),
                paid=None if benefit.paid is None else benefit.paid.value,
                askable=list(needed[name].askable),
                groups=[group for group in graph.groups if group in needed[name].groups],
                facts=[fact for fact in graph.facts if fact in needed[name].facts],
            )
            for name, benefit in graph.benefits.items()
        ],
        groups=[
            GroupView(code=name, of=group.of, label=say(group.label, to), least=group.least, most=group.most)
            for name, group in graph.groups.items()
            if name in groups
        ],
        facts=[_fact(name, fact, to) for name, fact in graph.facts.items() if name in facts],
        sign_off=sign_off_view(engine.signed, language),
        rules_version=graph.law.version,
    )


def _fact(name: str, fact: Fact, to: RuleLanguage) -> FactView:
    kept = FactView.model_fields.keys() - {"code", "label", "type", "codes", "judged"}
    return FactView(
        code=name,
        label=say(fact.label, to),
        type=fact.type.value,
        codes=None if fact.codes is None else [CodeView(code=c, label=say(t, to)) for c, t in fact.codes.items()],
        judged=None if fact.judgement is None else say(fact.judgement.text, to),
        **fact.model_dump(include=set(kept)),
    )


@cache
def needed_by(name: str) -> Needed:
    """Return what a benefit needs; worked out once in the life of a process, as the rules are read once."""
    graph = law_graph()
    benefit = graph.benefit(name)
    asked = facts_of_question(graph, name)
    facts = frozenset(each for each in asked if each in graph.facts)
    lists = {each for each in asked if each in graph.groups} | {graph.facts[fact].of for fact in facts}
    groups = frozenset(holder for group in lists for holder in _holders(graph, group))
    return Needed(tuple(_periods(graph, name, benefit)), groups, facts)


def _holders(graph: Graph, group: str) -> Iterator[str]:
    """Yield the group and the groups around it."""
    while group in graph.groups:
        yield group
        group = graph.groups[group].of


def _periods(graph: Graph, name: str, benefit: Benefit) -> Iterator[PeriodView]:
    """Yield the days on which a family of whom nothing is known gets an answer: it visits all that could be used."""
    edges = {_FIRST}
    for entry in find_basis(graph, [name], _FIRST, _LAST):
        value = entry.value
        edges.add(max(value.in_force_from, _FIRST))
        edges.update([value.in_force_before] if value.in_force_before else [])
        edges.update([value.confirmed_through + _A_DAY] if value.confirmed_through else [])
    days = sorted(edges)
    since: date | None = None
    for day in days:
        answers = _answers(graph, benefit, day)
        if answers and since is None:
            since = day
        elif not answers and since is not None:
            yield PeriodView(since=since, through=day - _A_DAY)
            since = None
    if since is not None:
        yield PeriodView(since=since, through=None)


def _answers(graph: Graph, benefit: Benefit, on: date) -> bool:
    run = Run(graph, Record("family"), Days(on, on))
    try:
        evaluate_rule(run, benefit.entitled)
        if benefit.amount:
            evaluate_rule(run, benefit.amount)
    except RuleError:
        return False
    return True
