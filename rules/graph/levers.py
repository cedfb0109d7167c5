"""The inputs of a case that can be moved: every stated whole number, the number of children, the day asked about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rules.errors import RuleError
from rules.faults import suggest
from rules.graph.conditions import find_contradictions
from rules.graph.domain import Answer, Codes, Days, Exact, Span
from rules.graph.evaluator import evaluate_rule
from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.graph.nodes import Type
from rules.graph.reach import facts_of_question
from rules.graph.records import Path, Record, walk_records
from rules.graph.run import Run
from rules.graph.whatif import Cliff, Flip, Lever, find_cliffs, find_flip, number_lever

CHILD = "child"
TENGE = "tenge"
# A search for another day goes so far back and so far ahead.
MOST_DAYS = 366


class NoLeverError(RuleError):
    """The input that should be moved is not there."""


@dataclass(frozen=True)
class Question:
    """A case, its day, and the benefit that is asked about."""

    graph: Graph
    benefit: str
    case: Record
    on: date
    known_on: date | None = None

    def ask(self, case: Record, on: date) -> tuple[Answer, Span | None]:
        """Return right and amount. Raises what asking raises."""
        run = Run(self.graph, case, Days(on, on), self.known_on)
        benefit = self.graph.benefits[self.benefit]
        entitled = evaluate_rule(run, benefit.entitled)
        amount = evaluate_rule(run, benefit.amount) if benefit.amount else None
        if not isinstance(entitled, Answer) or not (amount is None or isinstance(amount, Span)):
            raise TypeError(self.benefit)
        return entitled, amount


@dataclass(frozen=True)
class Moved:
    """What moving one input does: the nearest flip with the amount behind it, cliffs on the way, how far was looked."""

    lever: Lever
    flip: Flip | None
    amount: Span | None
    cliffs: tuple[Cliff, ...]
    contradicted: bool = False
    first: int | None = None
    last: int | None = None


def stated_numbers(question: Question) -> dict[str, tuple[Path, str]]:
    """Return every whole number that is stated and that the question can ask, by its place in the case."""
    asked = facts_of_question(question.graph, question.benefit)
    run = Run(question.graph, question.case, Days(question.on, question.on))
    return {
        run.show(path, name): (path, name)
        for path, scope, record in walk_records(question.case)
        for name, fact in question.graph.facts_of(scope).items()
        if name in asked and fact.type is Type.NUMBER and _is_whole(record.facts.get(name))
    }


def _is_whole(value: object) -> bool:
    return isinstance(value, Span) and value.settled and isinstance(value.low, int)


def move_number(question: Question, place: str) -> Moved:
    """Move a stated number to where the answer flips. Raises NoLeverError."""
    numbers = stated_numbers(question)
    if place not in numbers:
        there = ", ".join(numbers) or "none"
        hint = suggest(place, numbers) or f"; there are: {there}"
        raise NoLeverError(f"no whole number that {question.benefit} asks stands in this case as {place!r}{hint}")
    path, name = numbers[place]
    lever = number_lever(question.graph, question.case, question.on, path, name)
    return _move(question, lever)


def move_children(question: Question) -> Moved:
    """Add children like the one listed last, or take children away from the end of the list. Raises NoLeverError."""
    found = _children(question.graph, question.case)
    if found is None:
        raise NoLeverError("no child stands in this case to take as a pattern for another one")
    group, places = found
    members = question.case.groups[group]
    pattern = members[places[-1]]

    def at(count: int) -> tuple[Record, date]:
        gone = set(places[count:])
        kept = tuple(member for index, member in enumerate(members) if index not in gone)
        more = range(count - len(places))
        added = tuple(Record(f"{pattern.id}_{number + 2}", pattern.facts, pattern.groups) for number in more)
        case = question.case
        return Record(case.id, case.facts, {**case.groups, group: (*kept, *added)}), question.on

    others, limits = len(members) - len(places), question.graph.groups[group]
    least, most = max(limits.least - others, 0), limits.most - others
    return _move(question, Lever(f"children like {pattern.id}", "count", len(places), least, most, at))


def _children(graph: Graph, case: Record) -> tuple[str, list[int]] | None:
    """Return the list that holds children, and their places in it: whose code says `child`."""
    for name, fact in graph.facts.items():
        if CHILD not in (fact.codes or {}) or fact.of not in graph.groups_of(FAMILY):
            continue
        child = Codes(frozenset({CHILD}))
        places = [index for index, record in enumerate(case.groups.get(fact.of, ())) if record.facts.get(name) == child]
        if places:
            return fact.of, places
    return None


def _move(question: Question, lever: Lever) -> Moved:
    flip = find_flip(question.graph, question.benefit, lever, question.known_on)
    cliffs = _cliffs(question, lever)
    if flip is None:
        return Moved(lever, None, None, cliffs)
    case, on = lever.at(flip.value)
    run = Run(question.graph, case, Days(on, on))
    amount = question.ask(case, on)[1]
    return Moved(lever, flip, amount, cliffs, contradicted=any(True for _ in find_contradictions(run)))


def _cliffs(question: Question, lever: Lever) -> tuple[Cliff, ...]:
    """Return where one tenge more loses more than one tenge; only sums can be compared with sums."""
    amount = question.graph.benefits[question.benefit].amount
    if lever.unit != TENGE or amount is None or question.graph.rules[amount].unit != TENGE:
        return ()
    return tuple(find_cliffs(question.graph, question.benefit, lever, question.known_on))


def move_date(question: Question, days: int = MOST_DAYS) -> Moved:
    """Look day by day for the nearest day with another answer, as far as the law of the day is known."""

    def at(count: int) -> tuple[Record, date]:
        return question.case, question.on + timedelta(days=count)

    before = question.ask(question.case, question.on)[0]
    reached = {-1: 0, 1: 0}
    flips = []
    for step in (1, -1):
        for count in range(step, step * (days + 1), step):
            answer = _answer_on(question, at(count)[1])
            if answer is None:
                break
            reached[step] = count
            if answer not in {before, Answer.OPEN}:
                flips.append(Flip("on", "days", count, count, before, answer))
                break
    lever = Lever("on", "days", 0, -days, days, at)
    flip = min(flips, key=lambda found: abs(found.change), default=None)
    amount = question.ask(*at(flip.value))[1] if flip else None
    return Moved(lever, flip, amount, (), first=reached[-1], last=reached[1])


def _answer_on(question: Question, on: date) -> Answer | None:
    """Return the answer on a day; None where the law of the day is not known, or a fact would lie after it."""
    if any(day > on for day in _past_days(question.graph, question.case)):
        return None
    try:
        return question.ask(question.case, on)[0]
    except RuleError:
        return None


def _past_days(graph: Graph, case: Record) -> Iterator[date]:
    for _, _, record in walk_records(case):
        for name, value in record.facts.items():
            if graph.facts[name].past and isinstance(value, Days):
                yield value.high


def amount_at(moved: Moved) -> Exact | None:
    """Return the amount behind a flip where it is known exactly."""
    return moved.amount.low if moved.amount is not None and moved.amount.settled else None


def levers_of(question: Question, places: Sequence[str], *, children: bool, on: bool) -> Mapping[str, Moved]:
    """Move each named input; all that there are where none is named."""
    every = not places and not children and not on
    found = {place: move_number(question, place) for place in (stated_numbers(question) if every else places)}
    if children or (every and _children(question.graph, question.case)):
        found["children"] = move_children(question)
    if on or every:
        found["date"] = move_date(question)
    return found
