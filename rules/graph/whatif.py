"""What would change an answer: the smallest change of one input that flips it, and cliffs along the way.

The input is moved in whole steps (one tenge, one child, one day). The search halves the way between two
different answers, so it finds the nearest flip where the answer goes over once, as it does for inputs
that only ever help or only ever hurt. Every flip found is checked on both sides.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rules.graph.domain import Answer, Days, Exact, Span, Value, number
from rules.graph.evaluator import evaluate_rule
from rules.graph.facts import FactsError
from rules.graph.graph import Graph
from rules.graph.models import Benefit
from rules.graph.records import FactRef, Path, Record, replace_fact
from rules.graph.run import Run

_MOST_FLIPS = 64


@dataclass(frozen=True)
class Lever:
    """One input that can be moved from `start` between `least` and `most`: its case and day for each place."""

    name: str
    unit: str
    start: int
    least: int
    most: int
    at: Callable[[int], tuple[Record, date]]


@dataclass(frozen=True, slots=True)
class Flip:
    """Where the answer changes: at `value` it is `after`, one step nearer to the start it is `before`."""

    lever: str
    unit: str
    value: int
    change: int
    before: Answer
    after: Answer


@dataclass(frozen=True, slots=True)
class Cliff:
    """From `value - 1` to `value` more is lost than the one step that was gained."""

    lever: str
    value: int
    amount_before: Exact
    amount_at: Exact


class NoSuchFactError(FactsError):
    """The fact that should be moved is not stated as a whole number."""


def number_lever(graph: Graph, case: Record, on: date, path: Path, name: str) -> Lever:
    """Move a whole number of the case, such as an income. Raises NoSuchFactError."""
    record = case
    for group, index in path:
        record = record.groups[group][index]
    value, fact = record.facts.get(name), graph.facts.get(name)
    if fact is None or fact.least is None or fact.most is None or not isinstance(value, Span):
        raise NoSuchFactError([])
    if not isinstance(value.low, int):
        raise NoSuchFactError([])
    ref = FactRef(path, name, name)
    return Lever(
        name, fact.unit or "", value.low, fact.least, fact.most, lambda x: (replace_fact(case, ref, number(x)), on)
    )


def date_lever(case: Record, on: date, days: int) -> Lever:
    """Move the day of the question up to so many days back and forth."""
    return Lever("on", "days", 0, -days, days, lambda x: (case, on + timedelta(days=x)))


def records_lever(graph: Graph, case: Record, on: date, group: str, facts: Mapping[str, Value]) -> Lever:
    """Add records with the given facts to a list of the family, such as further children."""
    there = case.groups.get(group, ())
    room = graph.groups[group].most - len(there)

    def grown(count: int) -> tuple[Record, date]:
        added = tuple(Record(f"new_{index + 1}", facts) for index in range(count))
        return Record(case.id, case.facts, {**case.groups, group: (*there, *added)}), on

    return Lever(group, "count", 0, 0, room, grown)


@dataclass(frozen=True)
class _Asker:
    graph: Graph
    benefit: Benefit
    lever: Lever
    known_on: date | None

    def run(self, place: int) -> Run:
        case, on = self.lever.at(place)
        return Run(self.graph, case, Days(on, on), self.known_on, traced=True)

    def answer(self, place: int) -> Answer:
        found = evaluate_rule(self.run(place), self.benefit.entitled)
        return found if isinstance(found, Answer) else Answer.OPEN

    def look(self, place: int) -> tuple[Exact, tuple[object, ...]]:
        """Return the amount, and all answers and wordings on the way to it, which tell its pieces apart."""
        run = self.run(place)
        amount = evaluate_rule(run, self.benefit.amount) if self.benefit.amount else None
        low = amount.low if isinstance(amount, Span) and amount.settled else 0
        answers = tuple(value for value in run.values.values() if isinstance(value, Answer))
        return low, (answers, tuple(run.used))


def find_flip(graph: Graph, benefit: str, lever: Lever, known_on: date | None = None) -> Flip | None:
    """Return the smallest change of the input that changes the answer to yes or no; None where none does.

    Raises what asking raises, for example when the law of a day is not known.
    """
    asker = _Asker(graph, graph.benefit(benefit), lever, known_on)
    before = asker.answer(lever.start)
    flips = [
        _halve(asker, before, end)
        for end in (lever.least, lever.most)
        if end != lever.start and _flips(asker, before, end)
    ]
    return min(flips, key=lambda flip: abs(flip.change), default=None)


def _flips(asker: _Asker, before: Answer, end: int) -> bool:
    after = asker.answer(end)
    return after is not before and after is not Answer.OPEN


def _halve(asker: _Asker, before: Answer, end: int) -> Flip:
    lever = asker.lever
    same, other = lever.start, end
    while abs(other - same) > 1:
        middle = (same + other) // 2
        if asker.answer(middle) is before:
            same = middle
        else:
            other = middle
    return Flip(lever.name, lever.unit, other, other - lever.start, before, asker.answer(other))


def find_cliffs(graph: Graph, benefit: str, lever: Lever, known_on: date | None = None) -> list[Cliff]:
    """Return each place where one step more of the input loses more than one step of the amount.

    Between two places with the same answers on the way nothing can jump but by a rounding, so the search
    looks only where some answer changes.
    """
    asker = _Asker(graph, graph.benefit(benefit), lever, known_on)
    found = []
    for place in _changes(asker, lever.least, lever.most):
        before, after = asker.look(place - 1)[0], asker.look(place)[0]
        if before - after > 1:
            found.append(Cliff(lever.name, place, before, after))
    return found


def _changes(asker: _Asker, low: int, high: int) -> Iterator[int]:
    waiting = [(low, high, asker.look(low)[1], asker.look(high)[1])]
    told = 0
    while waiting and told < _MOST_FLIPS:
        low, high, first, last = waiting.pop()
        if first == last:
            continue
        if high - low == 1:
            told += 1
            yield high
            continue
        middle = (low + high) // 2
        seen = asker.look(middle)[1]
        waiting += [(middle, high, seen, last), (low, middle, first, seen)]
