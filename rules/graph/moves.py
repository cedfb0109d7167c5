"""Ways to move a case in whole steps: a day or number it states, the day of the question, all days at once, a list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from rules.graph.domain import Days, Span, day, number
from rules.graph.graph import Graph
from rules.graph.records import FactRef, Path, Record, replace_fact, walk_records

ON = "on"
IN_TIME = "time"
# What a search moves at most: a long life in days, every sum, every list.
_MOST_DAYS = 45_000


@dataclass(frozen=True)
class Situation:
    """A case on the day of a question."""

    case: Record
    on: date


@dataclass(frozen=True)
class Move:
    """One input that can be moved so many steps down or up; `at` gives None where no case can be."""

    place: str
    least: int
    most: int
    at: Callable[[int], Situation | None]


def _within(graph: Graph, situation: Situation) -> Situation | None:
    """Return the situation unless one of its days lies outside what the facts allow."""
    for _, _, record in walk_records(situation.case):
        for name, value in record.facts.items():
            fact = graph.facts[name]
            if isinstance(value, Days) and fact.earliest is not None and fact.latest is not None:
                latest = min(fact.latest, situation.on) if fact.past else fact.latest
                if not fact.earliest <= value.low <= latest:
                    return None
    return situation


def _later(start: date, days: int) -> date:
    ordinal = start.toordinal() + days
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


def moves_of_fact(graph: Graph, start: Situation, path: Path, name: str, place: str) -> Iterator[Move]:
    """Yield the move of one stated day or whole number; nothing where it is not stated or can not be moved."""
    record = start.case
    for group, index in path:
        record = record.groups[group][index]
    value, fact = record.facts.get(name), graph.facts[name]
    ref = FactRef(path, name, place)
    if isinstance(value, Days) and value.settled:
        first = value.low

        def on_day(steps: int) -> Situation | None:
            moved = replace(start, case=replace_fact(start.case, ref, day(_later(first, steps))))
            return _within(graph, moved)

        yield Move(place, -_MOST_DAYS, _MOST_DAYS, on_day)
    elif isinstance(value, Span) and value.settled and fact.least is not None and fact.most is not None:
        figure = value.low
        if not isinstance(figure, int):
            return

        def to_number(steps: int) -> Situation | None:
            return replace(start, case=replace_fact(start.case, ref, number(figure + steps)))

        yield Move(place, fact.least - figure, fact.most - figure, to_number)


def move_of_question(graph: Graph, start: Situation) -> Move:
    """Return the move of the day of the question; the family stays as it is."""
    return Move(
        ON, -_MOST_DAYS, _MOST_DAYS,
        lambda steps: _within(graph, replace(start, on=_later(start.on, steps))),
    )  # fmt: skip


def move_in_time(graph: Graph, start: Situation) -> Move:
    """Return the move of every day of the case and of the question: the same family at another time."""

    def shifted(record: Record, steps: int) -> Record:
        facts = {
            name: day(_later(value.low, steps)) if isinstance(value, Days) and value.settled else value
            for name, value in record.facts.items()
        }
        groups = {name: tuple(shifted(entry, steps) for entry in entries) for name, entries in record.groups.items()}
        return Record(record.id, facts, groups)

    def at(steps: int) -> Situation | None:
        return _within(graph, Situation(shifted(start.case, steps), _later(start.on, steps)))

    return Move(IN_TIME, -_MOST_DAYS, _MOST_DAYS, at)


def moves_of_list(graph: Graph, start: Situation, group: str) -> Iterator[Move]:
    """Yield the moves of the length of a list of the family: more records like one of it, or fewer from its end."""
    records = start.case.groups.get(group, ())
    limits = graph.groups[group]
    for pattern in reversed(records):

        def at(steps: int, pattern: Record = pattern) -> Situation | None:
            more = tuple(replace(pattern, id=f"{pattern.id}_{index + 2}") for index in range(steps))
            kept = records if steps >= 0 else records[:steps]
            return replace(start, case=replace_fact(start.case, FactRef((), group, group), (*kept, *more)))

        yield Move(group, limits.least - len(records), limits.most - len(records), at)


def stated_places(graph: Graph, case: Record) -> Iterator[tuple[Path, str, str]]:
    """Yield path, name and place of every stated fact."""
    for path, scope, record in walk_records(case):
        found, words = case, []
        for group, index in path:
            found = found.groups[group][index]
            words += [group, found.id]
        for name in graph.facts_of(scope):
            if name in record.facts:
                yield path, name, ".".join([*words, name])
