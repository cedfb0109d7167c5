"""Which small changes of the law the cases would notice: what survives every case is a norm that nothing tests.

Each answer of each case is asked once with a trace, which tells the values and the parts of formulas it hangs on. A
mutant is tried only on those answers, and only until one of them differs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from rules.documents import read_document
from rules.errors import RuleError
from rules.graph.answers import Answered
from rules.graph.basis import Mode
from rules.graph.cases import Expected, Placed
from rules.graph.conditions import find_broken
from rules.graph.domain import Answer, Days, Span, contains, is_settled, number
from rules.graph.evaluator import evaluate_rule
from rules.graph.facts import FactsError
from rules.graph.graph import Graph
from rules.graph.models import Dotted
from rules.graph.mutants import Mutant
from rules.graph.records import Record
from rules.graph.run import Run
from rules.graph.settle import Settling
from rules.graph.testing import Spot, all_spots, exact_of_stated, is_same
from rules.loader import parse_document
from rules.parameters import Entry, Text


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNREACHED = "unreached"


@dataclass(frozen=True)
class Question:
    """One answer that a case expects."""

    benefit: str
    expected: Expected
    record: Record
    on: date
    known_on: date | None
    spots: Mapping[str, Spot]

    def agrees(self, graph: Graph) -> bool:
        """Return whether this law gives the expected answer."""
        run = Run(graph, self.record, Days(self.on, self.on), self.known_on)
        expected = self.expected
        try:
            return self._is_expected(run) and expected.refused is None
        except RuleError as error:
            return expected.refused is not None and expected.refused in str(error)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return False  # a mutant can ask what no law asks, such as to divide by a flag

    def _is_expected(self, run: Run) -> bool:
        benefit, expected = run.graph.benefits[self.benefit], self.expected
        entitled = evaluate_rule(run, benefit.entitled)
        amount = evaluate_rule(run, benefit.amount) if benefit.amount else None
        if not isinstance(entitled, Answer) or not (amount is None or isinstance(amount, Span)):
            raise TypeError(self.benefit)
        if expected.entitled not in {None, entitled}:
            return False
        if expected.amount is not None and amount is not None:
            exact = number(exact_of_stated(expected.amount))
            if not contains(exact, amount):
                return False
        is_open = not is_settled(entitled) or not (amount is None or amount.settled)
        missing = tuple(run.missing.values()) if is_open else ()
        if expected.missing is not None and sorted(expected.missing) != sorted(map(str, missing)):
            return False
        if expected.notices is not None:
            answered = Answered(self.benefit, self.on, self.known_on, Mode.ESTIMATE, entitled, amount,
                                Settling(missing), (), (), run)  # fmt: skip
            if sorted(expected.notices) != sorted(notice.name for notice in answered.notices):
                return False
        return all(is_same(wanted, evaluate_rule(run, *self.spots[key])) for key, wanted in expected.values.items())

    def touched(self, graph: Graph) -> frozenset[int]:
        """Return the values of the law and the parts of formulas that the answer hangs on, by identity."""
        run = Run(graph, self.record, Days(self.on, self.on), self.known_on, traced=True)
        benefit = graph.benefits[self.benefit]
        try:
            evaluate_rule(run, benefit.entitled)
            if benefit.amount:
                evaluate_rule(run, benefit.amount)
            for key in self.expected.values:
                evaluate_rule(run, *self.spots[key])
            if self.expected.notices is not None:
                tuple(find_broken(run, graph.notices.get(self.benefit, ())))
        except RuleError:
            pass  # a refused question hangs on what it asked before the refusal
        return frozenset({id(use.value) for use in run.used.values()} | {node for node, _ in run.values})


def prepare(graph: Graph, cases: Iterable[Placed]) -> Iterator[Question]:
    """Yield every answer that confirmed cases expect; not those refused for facts that contradict each other."""
    for placed in cases:
        case = placed.case
        if case.on is None or case.is_proposed:
            continue
        try:
            record = placed.facts(graph, case.on)
        except FactsError:
            continue
        for benefit, expected in case.questions.items():
            spots = dict(all_spots(graph, record)) if expected.values else {}
            yield Question(benefit, expected, record, case.on, case.known_on, spots)


@dataclass
class Coverage:
    """Tries mutants on the answers that could notice them."""

    graph: Graph
    questions: Sequence[Question]
    users: dict[int, list[int]] = field(default_factory=dict)
    kills: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kills = [0] * len(self.questions)
        for index, question in enumerate(self.questions):
            for touched in question.touched(self.graph):
                self.users.setdefault(touched, []).append(index)

    def attempt(self, mutant: Mutant) -> Fate:
        """Return whether some answer notices the mutant; those that noticed most before are asked first."""
        users = self.users.get(mutant.touches)
        if not users:
            return Fate.UNREACHED
        graph = mutant.apply(self.graph)
        for index in sorted(users, key=lambda index: -self.kills[index]):
            if not self.questions[index].agrees(graph):
                self.kills[index] += 1
                return Fate.KILLED
        return Fate.SURVIVED


class Survivor(Entry):
    """Why nothing can or need notice a mutant; without `mutation`, every mutant of that value or wording."""

    name: Dotted
    in_force_from: date
    mutation: Text | None = None
    reason: Text

    def __str__(self) -> str:
        return f"{self.name} from {self.in_force_from.isoformat()}: {self.mutation or 'every change'}"

    def covers(self, mutant: Mutant) -> bool:
        """Return whether the reason is about this mutant."""
        same = (self.name, self.in_force_from) == (mutant.name, mutant.start)
        return same and self.mutation in {None, mutant.text}


class SurvivorFile(Entry):
    """The file of reasons."""

    survivors: Annotated[tuple[Survivor, ...], Field(default=())]


def read_survivors(path: str, content: bytes) -> SurvivorFile:
    """Read the file of reasons. Raises LawFilesError with file and line."""
    keys = sorted({*SurvivorFile.model_fields, *Survivor.model_fields})
    return parse_document(read_document(path, content), SurvivorFile, keys)
