"""Reads the facts of one case: what is stated, what is missing, and what can not be.

Refused is what one fact can not be (its type, its limits), and what the facts can not be together: a fact told of
something that did not happen (`only_with`), and every check that the files of facts declare and the case breaks.
All faults are listed, each with its field; a contradiction has its text in three languages. Facts that are missing
contradict nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal
from fractions import Fraction
from itertools import islice

from rules.documents import Location
from rules.errors import MOST_FAULTS
from rules.faults import LONGEST_SHOWN, suggest, suggest_date, suggest_number
from rules.graph.conditions import find_contradictions
from rules.graph.domain import Answer, Codes, Days, Value, day, number, truth
from rules.graph.graph import Graph
from rules.graph.models import FAMILY, Fact
from rules.graph.nodes import Type
from rules.graph.records import ID, Record
from rules.graph.run import Run
from rules.graph.suggest import suggest_code, suggest_fact
from rules.parameters import Label

UNKNOWN = "unknown"
_TRUTHS: Mapping[object, bool] = {True: True, False: False, "yes": True, "no": False}
_DEFAULTS = "defaults"
_LONGEST_ID = 60
# Compares decimals exactly: no limit of a fact has as many digits.
_FINE = Context(prec=100)


@dataclass(frozen=True, slots=True)
class FactProblem:
    """One fault in the facts, with the field it stands in.

    Where facts contradict each other, `text` says it in three languages, and `check` is the name of the check.
    """

    location: Location
    message: str
    check: str | None = None
    text: Label | None = None

    def __str__(self) -> str:
        return f"{'.'.join(str(part + 1) if isinstance(part, int) else part for part in self.location)}: {self.message}"


class FactsError(ValueError):
    """The facts can not be used; all faults found are listed."""

    def __init__(self, problems: list[FactProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def read_facts(graph: Graph, data: object, on: date, location: Location = ()) -> Record:
    """Return the family's facts as of the question's day. Raises FactsError listing every fault."""
    record = read_kept_facts(graph, data, on, location)
    problems = [
        FactProblem((*location, *found.location), found.text.en, found.name, found.text)
        for found in find_contradictions(Run(graph, record, Days(on, on)))
    ]
    if problems:
        raise FactsError(problems)
    return record


def read_kept_facts(graph: Graph, data: object, on: date, location: Location = ()) -> Record:
    """Return facts that were accepted once: a check of a later day must not keep an old answer from being computed."""
    reader = _FactsReader(graph, on)
    record = reader.record(FAMILY, FAMILY, data, location)
    if reader.problems or record is None:
        raise FactsError(reader.problems)
    return record


@dataclass
class _FactsReader:
    graph: Graph
    on: date
    problems: list[FactProblem] = field(default_factory=list)
    defaults: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def complain(self, location: Location, message: str) -> None:
        if len(self.problems) < MOST_FAULTS:
            self.problems.append(FactProblem(location, message))

    def record(self, scope: str, shown: str, data: object, location: Location) -> Record | None:
        if not isinstance(data, Mapping):
            self.complain(location, f"{shown} is written as facts with their values")
            return None
        facts, groups = self.graph.facts_of(scope), self.graph.groups_of(scope)
        if scope == FAMILY:
            self._take_defaults(data.get(_DEFAULTS, {}), (*location, _DEFAULTS))
        known = [*facts, *groups, _DEFAULTS if scope == FAMILY else ID]
        for key in islice((str(key) for key in data if key not in known), MOST_FAULTS):
            told = key[:LONGEST_SHOWN]
            hint = suggest_fact(self.graph, scope, told, known)
            self.complain((*location, told), f"no fact of {scope} is called {told!r}{hint}")
        stated = {**self.defaults.get(scope, {}), **data}
        return Record(
            shown,
            {
                name: value
                for name, fact in facts.items()
                if (value := self.fact(fact, stated.get(name), (*location, name))) is not None
            },
            {
                name: records
                for name in groups
                if (records := self.group(name, stated.get(name), (*location, name))) is not None
            },
        )

    def _take_defaults(self, data: object, location: Location) -> None:
        if not isinstance(data, Mapping):
            self.complain(location, "defaults are written as groups with the facts of each of their records")
            return
        for group, facts in data.items():
            if group not in self.graph.groups or not isinstance(facts, Mapping):
                told = str(group)[:LONGEST_SHOWN]
                hint = suggest(told, self.graph.groups)
                self.complain((*location, told), f"{told!r} is no group with facts{hint}")
                continue
            for key in facts:
                if key not in self.graph.facts_of(group) and key not in self.graph.groups_of(group):
                    told = str(key)[:LONGEST_SHOWN]
                    hint = suggest_fact(self.graph, group, told, self.graph.facts_of(group))
                    self.complain((*location, group, told), f"no fact of {group} is called {told!r}{hint}")
            self.defaults[group] = facts

    def group(self, name: str, data: object, location: Location) -> tuple[Record, ...] | None:
        if data is None or data == UNKNOWN:
            return None
        if not isinstance(data, list | tuple):
            self.complain(location, f"{name} is a list")
            return None
        limits = self.graph.groups[name]
        if not limits.least <= len(data) <= limits.most:
            self.complain(location, f"{name} has {limits.least} to {limits.most} entries, not {len(data)}")
            return None
        found, ids = [], set()
        for index, entry in enumerate(data):
            place = (*location, index)
            shown = str(entry.get(ID, index + 1)) if isinstance(entry, Mapping) else str(index + 1)
            if shown in ids or not 0 < len(shown) <= _LONGEST_ID or not shown.isprintable():
                self.complain((*place, ID), "an id is a short text that no other entry has")
                shown = str(index + 1)
            ids.add(shown)
            record = self.record(name, shown, entry, place)
            if record is not None:
                found.append(record)
        return tuple(found)

    def fact(self, fact: Fact, data: object, location: Location) -> Value | None:
        if data is None or data == UNKNOWN:
            return None
        readers = {Type.TRUTH: _truth, Type.NUMBER: _number, Type.DAY: self._day, Type.CODE: _code}
        found = readers[fact.type](fact, data)
        if isinstance(found, str) and not isinstance(found, Answer):
            self.complain(location, found)
            return None
        return found

    def _day(self, fact: Fact, stated: object) -> Value | str:
        data = _date(stated)
        if data is None or fact.earliest is None or fact.latest is None:
            return f"a date of the calendar is needed here, such as 2026-11-20{suggest_date(stated)}"
        if not fact.earliest <= data <= fact.latest:
            return f"{data.isoformat()} lies outside {fact.earliest.isoformat()} to {fact.latest.isoformat()}"
        if fact.past and data > self.on:
            return f"{data.isoformat()} lies after the day of the question, {self.on.isoformat()}"
        return day(data)


def _date(data: object) -> date | None:
    if not isinstance(data, str):
        return data if isinstance(data, date) and not isinstance(data, datetime) else None
    try:
        return date.fromisoformat(data)
    except ValueError:
        return None


def _truth(_: Fact, data: object) -> Value | str:
    if isinstance(data, bool | str) and data in _TRUTHS:
        return truth(_TRUTHS[data])
    return "yes, no or unknown is needed here"


def _number(fact: Fact, data: object) -> Value | str:
    if isinstance(data, bool) or not isinstance(data, int | Decimal) or fact.least is None or fact.most is None:
        return f"a number is needed here{suggest_number(data)}"
    if isinstance(data, Decimal) and not data.is_finite():
        return "a number is needed here"
    if not fact.least <= data <= fact.most:
        return f"{_shown(data)} lies outside {fact.least} to {fact.most}"
    if isinstance(data, int):
        return number(data)
    if data and data != data.quantize(Decimal(1).scaleb(-fact.decimals), context=_FINE):
        return f"{_shown(data)} has more than {fact.decimals} digits behind the point"
    return number(Fraction(data) if data else 0)


def _shown(data: int | Decimal) -> str:
    """Return a number for a fault: Python writes no number of thousands of digits, and nobody reads one."""
    long = data.bit_length() > LONGEST_SHOWN if isinstance(data, int) else len(data.as_tuple().digits) > LONGEST_SHOWN
    return "the number" if long else str(data)


def _code(fact: Fact, data: object) -> Value | str:
    codes = fact.codes or {}
    if isinstance(data, str) and data in codes:
        return Codes(frozenset({data}))
    return f"one of {', '.join(codes)} is needed here{suggest_code(data, codes)}"
