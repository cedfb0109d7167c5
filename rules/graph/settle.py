"""Finds the smallest sets of missing facts that could settle an answer.

A set could settle it when some values of exactly these facts make the answer definite, whatever the other
missing facts are. The values tried are the ends of what each fact may be and some between them, so a set
that is found is right, and one that only an unusual value would settle can be missed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, product

from rules.errors import RuleError
from rules.graph.dates import MONTHS_A_YEAR, MissingDay, Reached, months_after
from rules.graph.domain import Answer, Codes, Days, Span, Value, day, is_settled, number, truth
from rules.graph.evaluator import evaluate_rule
from rules.graph.graph import Graph
from rules.graph.models import Benefit
from rules.graph.nodes import Type
from rules.graph.records import FactRef, Record, replace_fact, walk_records, widest
from rules.graph.run import Run

_MOST_TRIALS = 3000
# Trials times records: every trial evaluates the whole case, so a large one gets fewer and nobody waits for minutes.
MOST_WORK = 6000
_LARGEST_SET = 4
_AGES = (1, 4, 10, 19, 30, 70)

Filling = Value | tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class SettlingSet:
    """Facts that together could settle the answer, and the answers they could give."""

    facts: tuple[FactRef, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settling:
    """All missing facts (knowing them all settles the answer), and the smallest sets that could do so alone.

    `complete` is false where the search stopped early for its length.
    """

    missing: tuple[FactRef, ...] = ()
    smallest: tuple[SettlingSet, ...] = ()
    complete: bool = True


@dataclass
class _Search:
    run: Run
    benefit: Benefit
    whole: bool
    most: int = _MOST_TRIALS
    trials: int = 0
    choices: dict[FactRef, tuple[Filling, ...]] = field(default_factory=dict)

    def outcome(self, case: Record) -> str | None:
        """Return the definite answer of the case, or None. With `whole` the amount must be definite too."""
        self.trials += 1
        trial = Run(self.run.graph, case, self.run.on, self.run.known_on)
        try:
            entitled = evaluate_rule(trial, self.benefit.entitled)
            if not is_settled(entitled):
                return None
            if self.whole and self.benefit.amount and not is_settled(evaluate_rule(trial, self.benefit.amount)):
                return None
        except RuleError:
            return None
        return str(entitled)

    def answers(self, refs: Sequence[FactRef]) -> list[str]:
        """Return the answers that values of exactly these facts could give."""
        found: list[str] = []
        case = self.run.case
        for values in product(*(self.choices[ref] for ref in refs)):
            filled = case
            for ref, value in zip(refs, values, strict=True):
                filled = replace_fact(filled, ref, value) if filled is not None else None
            outcome = self.outcome(filled) if filled is not None else None
            if outcome is not None and outcome not in found:
                found.append(outcome)
            if self.trials >= self.most:
                break
        return sorted(found)


def find_settling(run: Run, benefit: Benefit, most_work: int = MOST_WORK) -> Settling:
    """Return which facts are missing and which few of them could settle the answer of this run."""
    missing = tuple(sorted(run.missing.values(), key=lambda ref: (ref.path, ref.name)))
    entitled = evaluate_rule(run, benefit.entitled)
    records = sum(1 for _ in walk_records(run.case)) if run.case else 1
    most = min(_MOST_TRIALS, most_work // records)
    if most == 0:
        return Settling(missing, complete=not missing)
    search = _Search(run, benefit, whole=is_settled(entitled), most=most)
    search.choices = {ref: tuple(_choices(run.graph, ref, run.on.low)) for ref in missing}
    for size in range(1, min(len(missing), _LARGEST_SET) + 1):
        found = []
        for refs in combinations(missing, size):
            answers = search.answers(refs)
            if answers:
                found.append(SettlingSet(refs, tuple(answers)))
            if search.trials >= search.most:
                return Settling(missing, tuple(found), complete=False)
        if found:
            return Settling(missing, tuple(found))
    return Settling(missing, (), complete=len(missing) <= _LARGEST_SET)


def _choices(graph: Graph, ref: FactRef, on: date) -> Iterator[Filling]:
    if ref.name in graph.groups:
        yield ()
        return
    fact = graph.facts[ref.name]
    wide = widest(fact, Days(on, on))
    if fact.type is Type.TRUTH:
        yield from (truth(True), truth(False))
    elif isinstance(wide, Codes):
        yield from (Codes(frozenset({code})) for code in sorted(wide.codes))
    elif isinstance(wide, Span):
        middles = {wide.low, wide.high, 0, 1, (int(wide.low) + int(wide.high)) // 2}
        yield from (number(value) for value in sorted(middles) if wide.low <= value <= wide.high)
    elif not isinstance(wide, Answer):
        ages = [
            months_after(on, -years * MONTHS_A_YEAR, MissingDay.LAST_DAY_OF_MONTH, Reached.ON_THE_DAY)
            for years in _AGES
        ]
        yield from (day(value) for value in sorted({wide.low, wide.high, *ages}) if wide.low <= value <= wide.high)
