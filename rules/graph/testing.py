"""Runs cases and compares without any margin; where answer and expectation differ, finds the step where they part."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from rules.documents import Location
from rules.errors import LawFilesError, RuleError
from rules.faults import suggest
from rules.graph.answers import Answered, ask
from rules.graph.cases import Case, Expected, Placed
from rules.graph.domain import Answer, Days, Value, contains, number
from rules.graph.evaluator import evaluate_rule, node_of
from rules.graph.facts import FactsError
from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.graph.reach import rules_below
from rules.graph.records import Path, Record, walk_records
from rules.graph.run import Run
from rules.graph.show import put_in, show_value
from rules.graph.words import Language

_FRACTION = re.compile(r"-?[0-9]+/[1-9][0-9]*")
# A rule at one place of a case.
Spot = tuple[str, Path]


@dataclass(frozen=True, slots=True)
class Difference:
    """One point in which the answer is not the expected one; the step where the two part, and how it was computed."""

    benefit: str
    what: str
    expected: str
    got: str
    step: str
    told: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case that was run: all is as expected where there is no difference."""

    case: str
    where: str
    differences: tuple[Difference, ...]


def run_case(graph: Graph, placed: Placed, benefits: Sequence[str] = ()) -> Outcome:
    """Run one case and compare each of its answers, or only those of the named benefits.

    Raises LawFilesError where the case itself has a fault.
    """
    case = placed.case
    if case.on is None or not case.questions:
        lacks = {"on": case.on is None, "benefit and expected (or answers)": not case.questions}
        text = f"a case to be tested needs {' and '.join(key for key, lacking in lacks.items() if lacking)}"
        raise LawFilesError([placed.document.problem(placed.location, text)])
    asked = {name: wanted for name, wanted in case.questions.items() if not benefits or name in benefits}
    try:
        record = placed.facts(graph, case.on)
    except FactsError as error:
        if not all(problem.check for problem in error.problems) or any(not one.refused for one in asked.values()):
            raise placed.fault(error) from error
        found = [_compare_refusal(name, wanted, str(error)) for name, wanted in asked.items()]
        return Outcome(case.name, placed.where, tuple(difference for difference in found if difference))
    comparer = _Comparer(graph, placed, record, case.on)
    comparer.check_names(asked)
    differences = tuple(part for name, wanted in asked.items() for part in comparer.compare(name, wanted))
    return Outcome(case.name, placed.where, differences)


def _compare_refusal(benefit: str, wanted: Expected, got: str) -> Difference | None:
    if wanted.refused is not None and wanted.refused in got:
        return None
    return Difference(benefit, "answer", wanted.refused or "an answer", f"refused: {got}", benefit, "")


@dataclass
class _Comparer:
    graph: Graph
    placed: Placed
    record: Record
    on: date

    @cached_property
    def spots(self) -> Mapping[str, Spot]:
        """Every rule at every place of the case, by its name there: `asp.members`, `members.anna.asp.child`."""
        return dict(all_spots(self.graph, self.record))

    def check_names(self, asked: Mapping[str, Expected]) -> None:
        """Raise LawFilesError for every benefit, rule and fact in what is expected that does not exist."""
        document, case = self.placed.document, self.placed.case
        problems = []
        for name, expected in asked.items():
            place = self._location(case, name)
            if name not in self.graph.benefits:
                names = ", ".join(self.graph.benefits)
                hint = suggest(name, self.graph.benefits) or f"; there are {names}"
                at = place if case.answers else (*self.placed.location, "benefit")
                problems.append(document.problem(at, f"no benefit is called {name!r}{hint}"))
                continue
            if expected.amount is not None and self.graph.benefits[name].amount is None:
                text = f"{name} gives a right and no amount: leave the amount out"
                problems.append(document.problem((*place, "amount"), text))
            for key in expected.values:
                if key not in self.spots:
                    text = f"no rule is called {key!r} in this case{suggest(key, self.spots)}"
                    problems.append(document.problem((*place, "values", key), text))
            known = set(_all_facts(self.graph, self.record))
            for index, fact in enumerate(expected.missing or ()):
                if fact not in known:
                    text = f"no fact is called {fact!r} in this case{suggest(fact, sorted(known))}"
                    problems.append(document.problem((*place, "missing", index), text))
        if problems:
            raise LawFilesError(problems)

    def _location(self, case: Case, benefit: str) -> Location:
        return (*self.placed.location, *(("answers", benefit) if case.answers else ("expected",)))

    def compare(self, benefit: str, expected: Expected) -> list[Difference]:
        try:
            answered = ask(self.graph, benefit, self.record, self.on, self.placed.case.known_on)
            return list(self._differences(answered, expected))
        except RuleError as error:
            found = _compare_refusal(benefit, expected, str(error))
            return [found] if found else []

    def _differences(self, answered: Answered, expected: Expected) -> Iterator[Difference]:
        benefit = self.graph.benefits[answered.benefit]
        differing = self._differing(answered.run, expected)
        tell = _Teller(answered, [self.spots[key] for key in differing])
        if expected.refused is not None:
            yield tell.about("answer", f"refused: {expected.refused}", str(answered.entitled), benefit.entitled)
        if expected.entitled is not None and expected.entitled is not answered.entitled:
            yield tell.about("entitled", str(expected.entitled), str(answered.entitled), benefit.entitled)
        if expected.amount is not None and benefit.amount is not None and answered.amount is not None:
            exact = number(exact_of_stated(expected.amount))
            if not contains(exact, answered.amount):
                shown = show_value(answered.amount, Language.EN)
                yield tell.about("amount", show_value(exact, Language.EN), shown, benefit.amount)
        for key, (wanted, got) in differing.items():
            yield tell.about(key, wanted, got, *self.spots[key])
        for what, listed, found in (
            ("missing", expected.missing, [str(ref) for ref in answered.missing]),
            ("notices", expected.notices, [notice.name for notice in answered.notices]),
        ):
            if listed is not None and sorted(listed) != sorted(found):
                yield tell.about(what, _listed(listed), _listed(found), benefit.entitled)

    def _differing(self, run: Run, expected: Expected) -> dict[str, tuple[str, str]]:
        """Return the stated values that differ: as stated, and as computed."""
        found = {}
        for key, wanted in expected.values.items():
            name, path = self.spots[key]
            got = evaluate_rule(run, name, path)
            if not is_same(wanted, got):
                found[key] = _show_wanted(wanted), show_value(got, Language.EN)
        return found


def all_spots(graph: Graph, record: Record) -> Iterator[tuple[str, Spot]]:
    """Yield every rule of the family and of each record of the case, by its name in the case."""
    for path, scope, shown in _places(record):
        for name, rule in graph.rules.items():
            if (rule.scope[-1] if rule.scope else FAMILY) == scope:
                yield f"{shown}{name}", (name, path)


def _all_facts(graph: Graph, record: Record) -> Iterator[str]:
    for _, scope, shown in _places(record):
        for name in (*graph.facts_of(scope), *graph.groups_of(scope)):
            yield f"{shown}{name}"


def _places(record: Record) -> Iterator[tuple[Path, str, str]]:
    """Yield the path, the group, and the beginning of each name of every record of a case."""
    for path, scope, _ in walk_records(record):
        words, found = [], record
        for group, index in path:
            found = found.groups[group][index]
            words += [group, found.id]
        yield path, scope, "".join(f"{text}." for text in words)


def exact_of_stated(stated: int | Decimal) -> int | Fraction:
    """Return a number of a case as an exact one."""
    return stated if isinstance(stated, int) else Fraction(stated)


def is_same(wanted: object, got: Value) -> bool:
    """Return whether a value is exactly the stated one."""
    if isinstance(got, Answer | Days):
        return str(wanted) == (str(got) if isinstance(got, Answer) else show_value(got, Language.EN))
    if isinstance(wanted, str) and _FRACTION.fullmatch(wanted):
        return contains(number(Fraction(wanted)), got)
    if isinstance(wanted, int | Decimal):
        return contains(number(exact_of_stated(wanted)), got)
    return False


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _show_wanted(wanted: object) -> str:
    if isinstance(wanted, str) and _FRACTION.fullmatch(wanted):
        return show_value(number(Fraction(wanted)), Language.EN)
    return (
        show_value(number(exact_of_stated(wanted)), Language.EN) if isinstance(wanted, int | Decimal) else str(wanted)
    )


@dataclass
class _Teller:
    """Tells a difference with the step where answer and expectation part; `differing` are the stated values that do."""

    answered: Answered
    differing: Sequence[Spot]

    def about(self, what: str, expected: str, got: str, rule: str, path: Path = ()) -> Difference:
        name, place = self._parting(rule, path)
        step = self.answered.run.show(place, name)
        return Difference(self.answered.benefit, what, expected, got, step, self._told(name, place))

    def _parting(self, rule: str, path: Path) -> Spot:
        """Return the deepest rule under this one whose stated value differs; the rule itself where none does."""
        graph = self.answered.run.graph
        under = rules_below(graph, rule)
        spots = [spot for spot in self.differing if spot[0] in under]
        deepest = [spot for spot in spots if not any(other in rules_below(graph, spot[0]) for other, _ in spots)]
        return deepest[0] if deepest else (rule, path)

    def _told(self, name: str, path: Path) -> str:
        """Return how the step was computed: its value, its formula with the numbers put in, and its file."""
        run = self.answered.run
        rule = run.graph.rules[name]
        use = run.uses.get((id(rule), path))
        if use is None:
            return ""
        value = show_value(run.results[name, path], Language.EN, rule.unit)
        shown = put_in(run, node_of(rule, use.value), path, Language.EN)
        return f"{run.show(path, name)} = {value}: {shown} ({run.graph.place(name)})"
