"""Finds what no passing case shows: a rule is not part of the law here until a case shows what it does.

For each benefit some case shows who is entitled and who is not, and a sum where there is one; each wording of each
rule is used by some case; each check refuses some case, and each notice is told in one. A case that fails shows
nothing, and is a fault itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from rules.errors import FileProblem, LawFilesError, RuleError
from rules.graph.answers import Answered, ask
from rules.graph.cases import Expected, Placed
from rules.graph.domain import Answer
from rules.graph.evaluator import evaluate_rule
from rules.graph.facts import FactsError
from rules.graph.graph import Graph
from rules.graph.run import Kind
from rules.graph.testing import run_case


@dataclass
class _Shown:
    entitled: set[tuple[str, Answer]] = field(default_factory=set)
    sums: set[str] = field(default_factory=set)
    wordings: set[tuple[str, date]] = field(default_factory=set)
    conditions: set[str] = field(default_factory=set)

    def note(self, benefit: str, expected: Expected, answered: Answered) -> None:
        """Note what one answer of a passing case shows."""
        if expected.entitled is not None:
            self.entitled.add((benefit, expected.entitled))
        if expected.amount:
            self.sums.add(benefit)
        if expected.notices:
            self.conditions.update(expected.notices)
        for name in expected.values:
            evaluate_rule(answered.run, name)
        used = (use for use in answered.run.used.values() if use.kind is Kind.RULE)
        self.wordings.update((use.name, use.value.in_force_from) for use in used)


def find_unproven(graph: Graph, cases: Iterable[Placed]) -> list[FileProblem]:
    """Return a fault for each benefit, wording, check and notice that no case shows, and for each failing case."""
    shown = _Shown()
    problems: list[FileProblem] = []
    for placed in cases:
        try:
            if placed.case.is_proposed:
                continue  # what nobody has confirmed shows nothing
            if run_case(graph, placed).differences:
                text = f"the case {placed.case.name!r} fails; `python -m rules test` shows where"
                problems.append(placed.document.problem(placed.location, text))
            else:
                _note_case(graph, placed, shown)
        except LawFilesError as error:
            problems.extend(error.problems)
    return [*problems, *_unproven_benefits(graph, shown), *_unproven_rules(graph, shown)]


def _note_case(graph: Graph, placed: Placed, shown: _Shown) -> None:
    case = placed.case
    if case.on is None:
        return
    try:
        record = placed.facts(graph, case.on)
    except FactsError as error:
        shown.conditions.update(problem.check for problem in error.problems if problem.check)
        return
    for benefit, expected in case.questions.items():
        try:
            shown.note(benefit, expected, ask(graph, benefit, record, case.on, case.known_on))
        except RuleError:
            continue  # expected to be refused, as the case passed


def _unproven_benefits(graph: Graph, shown: _Shown) -> Iterator[FileProblem]:
    for name, benefit in graph.benefits.items():
        lacking = [
            text
            for text, found in (
                ("who is entitled", (name, Answer.YES) in shown.entitled),
                ("who is not", (name, Answer.NO) in shown.entitled),
                ("a sum", benefit.amount is None or name in shown.sums),
            )
            if not found
        ]
        if lacking:
            place = graph.place(name)
            yield FileProblem(place.path, place.line, f"{name}: no passing case shows {', or '.join(lacking)}")


def _unproven_rules(graph: Graph, shown: _Shown) -> Iterator[FileProblem]:
    for name, rule in graph.rules.items():
        place = graph.place(name)
        for wording in rule.wordings:
            start = wording.ground.in_force_from
            if (name, start) not in shown.wordings:
                text = f"{name}: no passing case uses the wording in force from {start.isoformat()}"
                yield FileProblem(place.path, place.line, text)
    for condition in graph.conditions():
        if condition.name not in shown.conditions:
            place = graph.place(condition.name)
            yield FileProblem(place.path, place.line, f"{condition.name}: no passing case breaks it")
