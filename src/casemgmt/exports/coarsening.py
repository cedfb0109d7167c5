"""Pseudonyms, and the leaving-out of what too few share.

Two passes: the first counts how many children (or signals) share each cell and each single value; the second writes,
with whatever too few share left empty. Counting looks at one child's rows at a time, so memory grows with the number of
cells and not with that of children; rows wait on disk in between, pseudonymised already.
"""

import csv
import hashlib
import hmac
import io
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from casemgmt.exports.columns import ResearchTable

_PSEUDONYM_DIGITS = 20
_IN_MEMORY = 8 * 1024 * 1024
"""Bytes; more of a file waits on disk."""
_SINGLE = frozenset({"code", "codes", "band"})
"""Kinds of which a value that too few share is left out by itself."""

Cell = tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """A finished export."""

    file: IO[bytes]
    rows: int
    coarsened: int
    sha256: str


def pseudonym(key: bytes, kind: str, record_id: UUID | None) -> str:
    """Return the pseudonym of a record: stable under the key, and nothing to anybody who has another."""
    if record_id is None:
        return ""
    return hmac.new(key, f"{kind}\0{record_id}".encode(), hashlib.sha256).hexdigest()[:_PSEUDONYM_DIGITS]


async def write_export(
    table: ResearchTable, key: bytes, rows: AsyncIterator[Mapping[str, Any]], minimum: int
) -> Written:
    """Return the export of rows that come with those of one unit together."""
    counts: Counter[Cell] = Counter()
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="") as waiting:
        writer = csv.writer(waiting)
        unit, seen = "", set[Cell]()
        async for row in rows:
            values = _plain(table, key, row)
            writer.writerow(values.values())
            if values[table.unit] != unit:
                counts.update(seen)
                unit, seen = values[table.unit], set()
            seen.update(_cells(table, values))
        counts.update(seen)
        waiting.seek(0)
        return _write(table, csv.reader(waiting), counts, minimum)


def _write(table: ResearchTable, rows: Iterator[list[str]], counts: Counter[Cell], minimum: int) -> Written:
    out = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it was sent
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    names = [c.name for c in table.columns]
    writer.writerow(names)
    number = coarsened = 0
    for row in rows:
        values = dict(zip(names, row, strict=True))
        shown = _coarse(table, values, counts, minimum)
        writer.writerow(shown.values())
        number += 1
        coarsened += shown != values
    text.detach()
    out.seek(0)
    digest = hashlib.sha256()
    while block := out.read(1 << 16):
        digest.update(block)
    out.seek(0)
    return Written(out, number, coarsened, digest.hexdigest())


def _plain(table: ResearchTable, key: bytes, row: Mapping[str, Any]) -> dict[str, str]:
    values = {}
    for column in table.columns:
        value = row[column.name]
        if column.kind == "pseudonym":
            values[column.name] = pseudonym(key, column.name, value)
        elif column.kind == "codes":
            values[column.name] = " ".join(sorted(value or ()))
        elif column.kind == "flag":
            values[column.name] = "1" if value else "0"
        else:
            values[column.name] = "" if value is None else str(value)
    return values


def _cells(table: ResearchTable, values: Mapping[str, str]) -> Iterator[Cell]:
    for names in table.cells:
        yield ("cell", *names, *(values[n] for n in names))
    for column in table.columns:
        if column.kind in _SINGLE:
            yield ("value", column.name, values[column.name])


def _coarse(table: ResearchTable, values: dict[str, str], counts: Counter[Cell], minimum: int) -> dict[str, str]:
    shown = dict(values)
    for names in table.cells:
        if counts[("cell", *names, *(values[n] for n in names))] >= minimum:
            break
        shown[names[0]] = ""
    for column in table.columns:
        if column.kind in _SINGLE and counts[("value", column.name, values[column.name])] < minimum:
            shown[column.name] = ""
    return shown
