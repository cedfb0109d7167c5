"""One case as it was told: the family, its members and their records, with the facts stated of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rules.graph.domain import Answer, Codes, Days, Span, Value
from rules.graph.models import FAMILY, Fact
from rules.graph.nodes import Type

# Each step names the group and the index of the record in it; an empty path is the family.
Path = tuple[tuple[str, int], ...]
ID = "id"


@dataclass(frozen=True, slots=True)
class Record:
    """The family, a member, or a record of a member, with the facts stated of it. A list not stated is missing."""

    id: str
    facts: Mapping[str, Value] = field(default_factory=dict)
    groups: Mapping[str, tuple["Record", ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactRef:
    """One fact of one record: where it belongs, in words and as a path."""

    path: Path
    name: str
    shown: str

    def __str__(self) -> str:
        return self.shown


def widest(fact: Fact, on: Days) -> Value:
    """Return all that a fact could be while it is not known."""
    if fact.type is Type.NUMBER and fact.least is not None and fact.most is not None:
        return Span(fact.least, fact.most)
    if fact.type is Type.DAY and fact.earliest is not None and fact.latest is not None:
        latest = min(fact.latest, on.high) if fact.past else fact.latest
        return Days(fact.earliest, max(latest, fact.earliest))
    return Codes(frozenset(fact.codes or {})) if fact.type is Type.CODE else Answer.OPEN


def plain(value: Value) -> object:
    """Return a settled value as plain data: yes or no, a number as text, an ISO date, or a code."""
    if isinstance(value, Answer):
        return str(value)
    if isinstance(value, Codes):
        return min(value.codes)
    return value.low.isoformat() if isinstance(value, Days) else str(value.low)


def plain_record(record: Record) -> dict[str, object]:
    """Return the stated facts as plain data, in a fixed order."""
    found: dict[str, object] = {name: plain(value) for name, value in sorted(record.facts.items())}
    for name, records in sorted(record.groups.items()):
        found[name] = [{ID: entry.id, **plain_record(entry)} for entry in records]
    return found


def replace_fact(record: Record, ref: FactRef, value: Value | tuple[Record, ...]) -> Record:
    """Return the record with one fact, or one list, put in."""
    if ref.path:
        (group, index), *rest = ref.path
        records = list(record.groups[group])
        records[index] = replace_fact(records[index], FactRef(tuple(rest), ref.name, ref.shown), value)
        return Record(record.id, record.facts, {**record.groups, group: tuple(records)})
    if isinstance(value, tuple):
        return Record(record.id, record.facts, {**record.groups, ref.name: value})
    return Record(record.id, {**record.facts, ref.name: value}, record.groups)


def walk_records(record: Record, scope: str = FAMILY, path: Path = ()) -> Iterator[tuple[Path, str, Record]]:
    """Yield every record of the case with its path and the group it belongs to."""
    yield path, scope, record
    for group, records in record.groups.items():
        for index, entry in enumerate(records):
            yield from walk_records(entry, group, (*path, (group, index)))
