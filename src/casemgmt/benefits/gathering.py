"""Puts the facts of the record and the officer's statements together; what contradicts stops with a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn
from uuid import UUID

from casemgmt.benefits.catalogue import Needed
from casemgmt.benefits.commands import StateFact
from casemgmt.benefits.facts import MOST_OF_AN_OFFICER, exact, fault_of, refuse_size, word_faults
from casemgmt.benefits.record import MEMBERS, Source, TellsFact
from casemgmt.benefits.wording import Fault, say_fault
from casemgmt.errors import Conflict, FieldFault, Invalid
from casemgmt.reference.languages import Language
from rules.documents import Location
from rules.graph.facts import FactsError, read_facts
from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.graph.records import ID, Record
from rules.graph.words import Language as RuleLanguage
from rules.graph.words import say

_STATED = "/stated"


@dataclass(frozen=True)
class Gathered:
    """The facts as the rules take them, and where each comes from: never what it says."""

    record: Record
    sources: list[dict[str, Any]]


def statements(
    graph: Graph, needed: Needed, stated: Sequence[StateFact], members: Sequence[UUID], today: date
) -> list[TellsFact]:
    """Return the officer's statements; refuse what the benefit doesn't ask, strangers, and papers of tomorrow."""
    faults: list[FieldFault] = []
    for index, each in enumerate(stated):
        scope = FAMILY if each.person_id is None else MEMBERS
        if each.person_id is not None and each.person_id not in members:
            detail = "On that day this is no member of the family."
            faults.append(FieldFault(f"{_STATED}/{index}/person_id", "not-of-family", detail))
        words = ({*graph.facts_of(scope), *graph.groups_of(scope)} - {MEMBERS}) & (needed.facts | needed.groups)
        if each.fact not in words:
            detail = "The benefit asks no such fact of this: GET /v1/benefits lists those it asks."
            faults.append(FieldFault(f"{_STATED}/{index}/fact", "fact-not-asked", detail))
        if each.on > today:
            faults.append(FieldFault(f"{_STATED}/{index}/on", "source-in-future", "The source is of a day to come."))
    if faults:
        _refuse_statements(faults)
    return [
        TellsFact(each.person_id, each.fact, each.value, Source("stated", None, each.on, each.source), index)
        for index, each in enumerate(stated)
    ]


def gather(
    graph: Graph, needed: Needed, told: Sequence[TellsFact], members: Sequence[UUID], on: date, language: Language
) -> Gathered:
    """Return the facts of a family with their sources; `Conflict` where two of them can't both be true.

    All that the record tells is compared; kept is what the benefit asks, and no more.
    """
    by_fact: dict[tuple[UUID | None, str], list[TellsFact]] = {}
    for each in told:
        by_fact.setdefault((each.person_id, each.fact), []).append(each)
    contradictions = [
        _contradiction(graph, who, fact, found, language, None)
        for (who, fact), found in by_fact.items()
        if len({_comparable(each.value) for each in found}) > 1
    ]
    if contradictions:
        _refuse(contradictions)
    data: dict[str, Any] = {fact: found[0].value for (who, fact), found in by_fact.items() if who is None}
    data[MEMBERS] = [
        {ID: str(person)} | {fact: found[0].value for (who, fact), found in by_fact.items() if who == person}
        for person in members
    ]
    refuse_size(data, MOST_OF_AN_OFFICER)
    told_by = _ToldBy(by_fact, members)
    if wrong := list(word_faults(graph, data)):
        _refuse_statements([told_by.fault(location, fault, language) for location, fault in wrong])
    try:
        record = read_facts(graph, exact(data), on)
    except FactsError as error:
        _refuse_problems(graph, error, told_by, language)
    asked = needed.facts | needed.groups
    return Gathered(_only(record, asked), [_sourced(found) for (_, fact), found in by_fact.items() if fact in asked])


def _only(record: Record, asked: frozenset[str]) -> Record:
    """Return the record with the facts and lists that are asked for."""
    return Record(
        record.id,
        {name: value for name, value in record.facts.items() if name in asked},
        {
            name: tuple(_only(each, asked) for each in records)
            for name, records in record.groups.items()
            if name in asked
        },
    )


@dataclass(frozen=True)
class _ToldBy:
    """Finds who told the fact at a place among the facts."""

    by_fact: Mapping[tuple[UUID | None, str], Sequence[TellsFact]]
    members: Sequence[UUID]

    def place(self, location: Location) -> tuple[UUID | None, str, Location]:
        """Return member, fact, and the rest of the way."""
        if len(location) > 1 and location[0] == MEMBERS and isinstance(location[1], int):
            person, rest = self.members[location[1]], location[2:]
        else:
            person, rest = None, location
        return person, str(rest[0]) if rest else "", rest[1:]

    def tellers(self, location: Location) -> Sequence[TellsFact]:
        person, fact, _ = self.place(location)
        return self.by_fact.get((person, fact), ())

    def fault(self, location: Location, fault: Fault, language: Language) -> FieldFault:
        """Return the fault of the statement that holds the place."""
        stated = next((each.statement for each in self.tellers(location) if each.statement is not None), None)
        where = [_STATED] if stated is None else [_STATED, str(stated), "value", *map(str, self.place(location)[2])]
        return FieldFault("/".join(where), fault.code, say_fault(fault, language))


def _comparable(value: object) -> str:
    """Return a value in one spelling: an officer may write yes for true."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else repr(value) if isinstance(value, list) else str(value)


def _sourced(found: Sequence[TellsFact]) -> dict[str, Any]:
    person = found[0].person_id
    return {
        "person_id": None if person is None else str(person),
        "fact": found[0].fact,
        "sources": [_source(each) for each in found],
    }


def _source(each: TellsFact) -> dict[str, Any]:
    record_id = each.source.record_id
    return {
        "kind": each.source.kind,
        "record_id": None if record_id is None else str(record_id),
        "on": each.source.on.isoformat(),
        "told": each.source.told,
    }


def _contradiction(
    graph: Graph, person_id: UUID | None, fact: str, found: Sequence[TellsFact], language: Language, text: str | None
) -> dict[str, Any]:
    """Return fact, person and sources. What the sources say is read where they stand."""
    known = fact in graph.facts or fact in graph.groups
    return {
        "fact": fact if known else None,
        "label": say(graph.label(fact), RuleLanguage(language)) if known else None,
        "person_id": None if person_id is None else str(person_id),
        "text": text,
        "sources": [
            {key: value for key, value in _source(each).items() if key != "told"} | {"statement": each.statement}
            for each in found
        ],
    }


def _refuse(contradictions: list[dict[str, Any]]) -> NoReturn:
    raise Conflict(
        "Facts contradict each other: correct the record or the statement.",
        code="record-contradicts",
        data={"contradictions": contradictions},
    )


def _refuse_statements(faults: list[FieldFault]) -> NoReturn:
    raise Invalid("Some statements can't be used.", code="statements-invalid", faults=tuple(faults))


def _refuse_problems(graph: Graph, error: FactsError, told_by: _ToldBy, language: Language) -> NoReturn:
    """Name the statement that a fault stands in; what the record holds wrongly, or can't be together, is listed."""
    faults: list[FieldFault] = []
    contradictions: list[dict[str, Any]] = []
    for problem in error.problems:
        fault = fault_of(graph, problem, language)
        found = told_by.tellers(problem.location)
        if problem.check is None and any(each.statement is not None for each in found):
            faults.append(told_by.fault(problem.location, fault, language))
            continue
        person, fact, _ = told_by.place(problem.location)
        contradictions.append(_contradiction(graph, person, fact, found, language, say_fault(fault, language)))
    if faults:
        _refuse_statements(faults)
    _refuse(contradictions)
