"""The facts of many families, column by column, in whole numbers that compiled code can read.

A number is its value times ten to the power of the fact's decimals (int64), a truth 0 or 1 (uint8), a day the
days since 1970-01-01 (int32), a code its place in the list of the fact's codes (int8).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from rules.graph.domain import Answer, Codes, Days, Value, day, number, truth
from rules.graph.graph import Graph
from rules.graph.models import FAMILY, Fact
from rules.graph.nodes import Type
from rules.graph.records import Record

Column = NDArray[np.integer]
Mask = NDArray[np.bool_]
Offsets = NDArray[np.int64]
EPOCH = date(1970, 1, 1).toordinal()
DTYPES: Mapping[Type, type[np.integer]] = {
    Type.NUMBER: np.int64,
    Type.TRUTH: np.uint8,
    Type.DAY: np.int32,
    Type.CODE: np.int8,
}


@dataclass(frozen=True)
class Columns:
    """Facts of many families, column by column.

    `facts`: by name of the fact, one entry a record of its group (or a family), in order. `offsets`: by name of the
    group, the records of holder i are those from offsets[i] up to, but without, offsets[i + 1]. `missing`: by name of
    the fact or group, only where something is not stated: true for each record whose fact, or each holder whose
    list, is not stated; the entry beside it means nothing. A fact or group without a column is stated nowhere.

    A fact that is told only with an event (`only_with`) is not missing where the event did not happen: its entry is
    then any value inside its limits, and no record states it.
    """

    families: int
    facts: Mapping[str, Column]
    offsets: Mapping[str, Offsets]
    missing: Mapping[str, Mask]


def to_columns(graph: Graph, records: Sequence[Record]) -> Columns:
    """Return the families as columns. Every fact in them is stated exactly, or not at all."""
    facts: dict[str, Column] = {}
    offsets: dict[str, Offsets] = {}
    missing: dict[str, Mask] = {}
    pending: list[tuple[str, Sequence[Record]]] = [(FAMILY, records)]
    for scope, found in pending:
        for name, fact in graph.facts_of(scope).items():
            stated = [record.facts.get(name) for record in found]
            encode, filler = _encoder(fact), filler_of(fact)
            cells = [filler if value is None else encode(value) for value in stated]
            facts[name] = np.array(cells, dtype=DTYPES[fact.type])
            _note_missing(
                missing,
                name,
                [value is None and not _untold(fact, record) for value, record in zip(stated, found, strict=True)],
            )
        for group in graph.groups_of(scope):
            lists = [record.groups.get(group) for record in found]
            sizes = (0 if entries is None else len(entries) for entries in lists)
            offsets[group] = np.array(list(accumulate(sizes, initial=0)), dtype=np.int64)
            _note_missing(missing, group, [entries is None for entries in lists])
            pending.append((group, [entry for entries in lists if entries is not None for entry in entries]))
    return Columns(len(records), facts, offsets, missing)


def record_at(graph: Graph, columns: Columns, index: int) -> Record:
    """Return one family as the record that `ask` takes."""
    return _record(graph, columns, FAMILY, FAMILY, index)


def slice_columns(graph: Graph, columns: Columns, first: int, last: int) -> Columns:
    """Return the families from `first` up to, but without, `last`; nothing is copied but the offsets."""
    facts: dict[str, Column] = {}
    offsets: dict[str, Offsets] = {}
    missing: dict[str, Mask] = {}
    pending = [(FAMILY, first, last)]
    for scope, start, stop in pending:
        for name in graph.facts_of(scope):
            if name in columns.facts:
                facts[name] = columns.facts[name][start:stop]
            _slice_missing(columns, missing, name, start, stop)
        for group in graph.groups_of(scope):
            if group not in columns.offsets:
                continue
            bounds = columns.offsets[group][start : stop + 1]
            offsets[group] = bounds - bounds[0]
            _slice_missing(columns, missing, group, start, stop)
            pending.append((group, int(bounds[0]), int(bounds[-1])))
    return Columns(last - first, facts, offsets, missing)


def encode_fact(fact: Fact, value: Value) -> int:
    """Return the cell of one exactly known value."""
    return _encoder(fact)(value)


def filler_of(fact: Fact) -> int:
    """Return a cell inside the limits of the fact, for a record that does not state it."""
    if fact.type is Type.DAY and fact.earliest is not None:
        return fact.earliest.toordinal() - EPOCH
    scale: int = 10**fact.decimals
    return (fact.least or 0) * scale


def untold(fact: Fact, columns: Columns) -> Mask | None:
    """Return for which records a fact is told of an event that did not happen; None where it needs no event."""
    event = fact.only_with
    if event is None or event not in columns.facts:
        return None
    found: Mask = columns.facts[event] == 0
    return found & ~columns.missing[event] if event in columns.missing else found


def _untold(fact: Fact, record: Record) -> bool:
    return fact.only_with is not None and record.facts.get(fact.only_with) is Answer.NO


def _encoder(fact: Fact) -> Callable[[Value], int]:
    places = {code: index for index, code in enumerate(fact.codes or {})}
    scale = 10**fact.decimals

    def encode(value: Value) -> int:
        if isinstance(value, Answer):
            return int(value is Answer.YES)
        if isinstance(value, Days):
            return value.low.toordinal() - EPOCH
        if isinstance(value, Codes):
            return places[min(value.codes)]
        return int(value.low * scale)

    return encode


def decode_fact(fact: Fact, cell: int) -> Value:
    """Return the value that a cell stands for."""
    if fact.type is Type.TRUTH:
        return truth(bool(cell))
    if fact.type is Type.DAY:
        return day(date.fromordinal(EPOCH + cell))
    if fact.type is Type.CODE:
        return Codes(frozenset({list(fact.codes or {})[cell]}))
    return number(Fraction(cell, 10**fact.decimals))


def _note_missing(missing: dict[str, Mask], name: str, not_stated: list[bool]) -> None:
    if any(not_stated):
        missing[name] = np.array(not_stated, dtype=np.bool_)


def _slice_missing(columns: Columns, missing: dict[str, Mask], name: str, start: int, stop: int) -> None:
    if name in columns.missing:
        mask = columns.missing[name][start:stop]
        if mask.any():
            missing[name] = mask


def _record(graph: Graph, columns: Columns, scope: str, shown: str, index: int) -> Record:
    def stated(name: str) -> bool:
        return name not in columns.missing or not columns.missing[name][index]

    groups = {}
    for group in graph.groups_of(scope):
        if group in columns.offsets and stated(group):
            start, stop = (int(columns.offsets[group][place]) for place in (index, index + 1))
            entries = range(start, stop)
            groups[group] = tuple(_record(graph, columns, group, str(entry - start + 1), entry) for entry in entries)
    facts = {
        name: decode_fact(fact, int(columns.facts[name][index]))
        for name, fact in graph.facts_of(scope).items()
        if name in columns.facts and stated(name)
    }
    events = {name: graph.facts[name].only_with for name in facts}
    untold_of = {name for name, event in events.items() if event and facts.get(event) is Answer.NO}
    return Record(shown, {name: value for name, value in facts.items() if name not in untold_of}, groups)
