"""Facts as they come over HTTP: read by the rules, with faults that name the field and never repeat what was sent."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from itertools import islice
from typing import NoReturn

from casemgmt.benefits.wording import Fault, say_fault
from casemgmt.errors import FieldFault, Invalid
from casemgmt.reference.languages import Language
from rules.documents import Location
from rules.graph.facts import FactProblem, FactsError, read_facts
from rules.graph.graph import Graph
from rules.graph.models import FAMILY, Fact
from rules.graph.nodes import Type
from rules.graph.records import ID, Record

POINTER = "/facts"
MOST_OF_ANYBODY = 100
"""Members and their records together, of a question that anybody asks: answered within seconds."""
MOST_OF_AN_OFFICER = 1000
"""The same of a family on record, with a year of incomes of each."""
_VALUES_A_RECORD = 30
_MOST_FAULTS = 50
_LONGEST_WORD = 40
_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")
_TOO_MANY = "facts-too-many"


def read_given(graph: Graph, facts: Mapping[str, object], on: date, language: Language) -> Record:
    """Return the facts as the rules take them; `Invalid` with every fault found."""
    refuse_size(facts, MOST_OF_ANYBODY)
    if faults := list(islice(word_faults(graph, facts), _MOST_FAULTS)):
        _refuse([_field(location, fault, language) for location, fault in faults])
    try:
        return read_facts(graph, exact(facts), on)
    except FactsError as error:
        _refuse_problems(graph, error, language)


def _refuse_problems(graph: Graph, error: FactsError, language: Language) -> NoReturn:
    if any(problem.check is None for problem in error.problems):
        _refuse(_fields(graph, error, language))
    faults = tuple(_fields(graph, error, language))
    raise Invalid("The facts contradict each other.", code="facts-contradict", faults=faults)


def _fields(graph: Graph, error: FactsError, language: Language) -> list[FieldFault]:
    return [
        _field(problem.location, fault_of(graph, problem, language), language)
        for problem in error.problems[:_MOST_FAULTS]
    ]


def _refuse(faults: list[FieldFault]) -> NoReturn:
    raise Invalid("Some facts can't be used.", code="facts-invalid", faults=tuple(faults))


def refuse_size(facts: Mapping[str, object], most_records: int) -> None:
    """Refuse what no family is, before anything goes through it."""
    values = records = 0
    rest: list[tuple[object, int]] = [(facts, 0)]
    while rest:
        found, depth = rest.pop()
        values += 1
        if values > most_records * _VALUES_A_RECORD or depth > len(("members", "member", "records", "record", "value")):
            raise Invalid("These are more facts, or deeper ones, than a family has.", code=_TOO_MANY)
        if isinstance(found, Mapping):
            records += depth > 0
            rest.extend((inner, depth + 1) for inner in found.values())
        elif isinstance(found, list):
            rest.extend((inner, depth + 1) for inner in found)
    if records > most_records:
        raise Invalid("These are more facts, or deeper ones, than a family has.", code=_TOO_MANY)


def word_faults(graph: Graph, facts: Mapping[str, object]) -> Iterator[tuple[Location, Fault]]:
    """Yield unknown words and unfit ids; the words are the caller's own and are not repeated."""
    rest: list[tuple[str, Location, Mapping[str, object]]] = [(FAMILY, (), facts)]
    while rest:
        scope, location, record = rest.pop()
        groups = graph.groups_of(scope)
        known = {*graph.facts_of(scope), *groups}
        for key, value in record.items():
            if key == ID and scope != FAMILY:
                if not isinstance(value, str) or not _ID.fullmatch(value):
                    yield (*location, ID), Fault("fact-id")
            elif key not in known:
                yield (*location, "?"), _unknown(key, known)
            elif key in groups and isinstance(value, list):
                rest.extend(
                    (key, (*location, key, index), inner)
                    for index, inner in enumerate(value)
                    if isinstance(inner, Mapping)
                )


def _unknown(word: str, known: set[str]) -> Fault:
    near = get_close_matches(word[:_LONGEST_WORD], sorted(known), n=1)
    return Fault("fact-unknown-near", {"near": near[0]}) if near else Fault("fact-unknown")


def exact(value: object) -> object:
    """Return the facts with decimals as they were written: a binary fraction is never a sum of money."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {key: exact(inner) for key, inner in value.items()}
    return [exact(inner) for inner in value] if isinstance(value, list) else value


def fault_of(graph: Graph, problem: FactProblem, language: Language) -> Fault:
    """Return what the place of a problem takes, or what contradicts there."""
    if problem.text is not None:
        return Fault("fact-contradiction", {"text": getattr(problem.text, language)})
    last = str(problem.location[-1]) if problem.location else ""
    if last == ID:
        return Fault("fact-id")
    if last in graph.facts:
        return _needed(graph.facts[last])
    if last in graph.groups:
        return Fault("fact-list", {"least": graph.groups[last].least, "most": graph.groups[last].most})
    return Fault("fact-record")


def _needed(fact: Fact) -> Fault:
    """Return what the fact takes: said of the fact, not of what was sent."""
    if fact.type is Type.NUMBER:
        code = "fact-decimal" if fact.decimals else "fact-number"
        return Fault(code, {"least": fact.least, "most": fact.most, "decimals": fact.decimals})
    if fact.type is Type.DAY and fact.earliest and fact.latest:
        kind = "fact-day-past" if fact.past else "fact-day"
        return Fault(kind, {"earliest": fact.earliest.isoformat(), "latest": fact.latest.isoformat()})
    if fact.type is Type.CODE:
        return Fault("fact-code", {"codes": ", ".join(fact.codes or {})})
    return Fault("fact-truth")


def _field(location: Location, fault: Fault, language: Language) -> FieldFault:
    return FieldFault(_pointer(location), fault.code, say_fault(fault, language))


def _pointer(location: Location) -> str:
    return "/".join([POINTER, *map(str, location)])
