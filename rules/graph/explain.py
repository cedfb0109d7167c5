"""Tells an answer step by step: value, formula with the numbers put in, law, and what was not met by how much."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from rules.graph.answers import Answered
from rules.graph.basis import digest_of
from rules.graph.domain import Answer, Exact, Value
from rules.graph.evaluator import node_of
from rules.graph.gaps import Gap, Wanted, find_gaps, find_reasons, find_wanted, show_place
from rules.graph.graph import Graph, Rule
from rules.graph.models import Convention
from rules.graph.nodes import GatherNode, Node, RankNode, RuleNode, parts, walk
from rules.graph.records import Path
from rules.graph.run import ANY, Run, Used
from rules.graph.show import SPACE, put_in, show_number, show_value
from rules.graph.words import Language, say, unit_word, word
from rules.parameters import Citation, Label, Parameter, Status


@dataclass(frozen=True)
class Ground:
    """Where a value of the law stands, with the act's title in the language of the reader, and its wording."""

    name: str
    shown: str
    on: date
    in_force_from: date
    known_from: date | None
    status: Status
    citation: Citation | None
    reason: str | None
    digest: str


class Step(NamedTuple):
    """One rule at one place of the case. A step told before is only named again."""

    rule: str
    place: str
    label: Label
    value: Value
    unit: str | None
    formula: str
    numbers: str
    ground: Ground | None
    figures: tuple[Ground, ...] = ()
    gaps: tuple[Gap, ...] = ()
    steps: tuple["Step", ...] = ()
    told_before: bool = False


@dataclass
class _Teller:
    run: Run
    language: Language
    told: set[tuple[str, Path]] = field(default_factory=set)

    def step(self, name: str, path: Path, wanted: Answer = Answer.YES) -> Step:
        """Tell a rule; `wanted` is the answer that helps the whole."""
        rule = self.run.graph.rules[name]
        value = self.run.results[name, path]
        use = self.run.uses.get((id(rule), path))
        place = show_place(self.run, path)
        if use is None or (name, path) in self.told:
            return Step(name, place, rule.label, value, rule.unit, "", "", None, told_before=use is not None)
        self.told.add((name, path))
        node = node_of(rule, use.value)
        seen = list(_evaluated(self.run, node, path))
        return Step(
            rule=name,
            place=place,
            label=rule.label,
            value=value,
            unit=rule.unit,
            formula=" ".join(str(use.value.value).split()),
            numbers=put_in(self.run, node, path, self.language),
            ground=self._ground(use),
            figures=tuple(self._figures(node, seen)),
            gaps=tuple(find_gaps(self.run, node, path, wanted, self.language)) if value is ~wanted else (),
            steps=tuple(self._steps(rule, seen, find_wanted(self.run, node, path, wanted))),
        )

    def _ground(self, use: Used) -> Ground:
        return ground_of(self.run.graph, use, self.language)

    def _figures(self, node: Node, seen: list[tuple[Node, Path]]) -> Iterator[Ground]:
        """Yield each figure that was used once, in the order of the formula."""
        places = {id(part): place for place, part in enumerate(walk(node))}
        found: dict[tuple[str, date], tuple[int, Used]] = {}
        for part, path in seen:
            use = self.run.uses.get((id(part), path))
            if use is not None:
                key, place = (use.name, use.on), places[id(part)]
                found[key] = min(found.get(key, (place, use)), (place, use), key=lambda entry: entry[0])
        for _, use in sorted(found.values(), key=lambda entry: (entry[0], entry[1].on, entry[1].name)):
            yield self._ground(use)

    def _steps(self, rule: Rule, seen: list[tuple[Node, Path]], wanted: Wanted) -> Iterator[Step]:
        asked: set[tuple[str, Path]] = set()
        for node, path in seen:
            if isinstance(node, RuleNode):
                key = (node.name, path[: node.depth])
                if key not in asked and key != (rule.name, path) and all(index != ANY for _, index in key[1]):
                    asked.add(key)
                    yield self.step(*key, wanted.get(key, Answer.YES))


def ground_of(graph: Graph, use: Used, language: Language) -> Ground:
    """Return where a value stands that an answer used."""
    value = use.value
    named: Parameter | Convention | Rule = (
        graph.law.parameters.get(use.name) or graph.conventions.get(use.name) or graph.rules[use.name]
    )
    shown = say(named.label, language)
    if not isinstance(value.value, str):
        figure = f"{show_number(exact_of(value.value), language)}{SPACE}{unit_word(value.unit, language)}"
        shown = f"{shown}: {figure.rstrip(SPACE)}"
    elif value.unit != "formula":
        shown = f"{shown}: {word(value.value, language)}"
    titles, citation, reason = graph.law.acts, value.citation, value.reason
    if citation is not None and citation.act in titles:
        citation = citation.model_copy(update={"act": say(titles[citation.act], language)})
    if reason is not None and reason in titles:
        reason = say(titles[reason], language)
    return Ground(
        use.name, shown, use.on, value.in_force_from, value.known_from, value.status, citation, reason, digest_of(value)
    )


def exact_of(value: object) -> Exact:
    """Return a figure as it stands in a file as an exact number."""
    return value if isinstance(value, int) else Fraction(str(value))


def _evaluated(run: Run, node: Node, path: Path) -> Iterator[tuple[Node, Path]]:
    """Yield what was evaluated of an expression, with the place it was evaluated for; not inside other rules."""
    if (id(node), path) not in run.values:
        return
    yield node, path
    if isinstance(node, GatherNode):
        inner = [part for part in (node.where, node.body) if part is not None]
        for place in run.paths(node.group, path[: node.depth]) or ():
            for part in inner:
                yield from _evaluated(run, part, place)
        return
    if isinstance(node, RankNode):
        return
    for part in parts(node):
        yield from _evaluated(run, part, path)


@dataclass(frozen=True)
class Explanation:
    """An answer with its steps, in one language."""

    answered: Answered
    language: Language
    label: Label
    steps: tuple[Step, ...]

    @cached_property
    def reasons(self) -> tuple[Gap, ...]:
        """Every condition that stands against the right, also those behind the first one that settles the answer."""
        answered = self.answered
        if answered.entitled is not Answer.NO:
            return ()
        run = Run(answered.run.graph, answered.run.case, answered.run.on, answered.known_on, traced=True)
        entitled = run.graph.benefits[answered.benefit].entitled
        return tuple(find_reasons(run, entitled, self.language))


def explain(answered: Answered, language: Language = Language.RU) -> Explanation:
    """Return the steps of an answer."""
    graph = answered.run.graph
    benefit = graph.benefits[answered.benefit]
    teller = _Teller(answered.run, language)
    names = [benefit.entitled, *([benefit.amount] if benefit.amount else [])]
    return Explanation(answered, language, benefit.label, tuple(teller.step(name, ()) for name in names))


def walk_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield every step, outermost first."""
    for step in steps:
        yield step
        yield from walk_steps(step.steps)


def show_step_value(step: Step, language: Language) -> str:
    """Return a step's value in words."""
    return show_value(step.value, language, step.unit)
