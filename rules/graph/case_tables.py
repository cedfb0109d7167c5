"""Reads a table of cases, as a spreadsheet saves it, into the same cases that a YAML file holds.

The first row names the columns: facts by their code or by their Kazakh, Russian or English name. Each further row
is a member of the family; rows with the same name of the case, or with none, belong to the case above. An income, or
another record of a member, stands in the row of its member or in further rows below it. Where a table has columns of
a list, a record without any row of that list has an empty one; write `unknown` where it is not known.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from rules.documents import LARGEST_FILE, Document, Location, refuse_invisible
from rules.errors import FileProblem, LawFilesError
from rules.graph.cases import KEYS, CaseFile, Placed
from rules.graph.facts import UNKNOWN
from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.graph.records import ID
from rules.graph.table_words import Heading, UnknownWordError, Vocabulary
from rules.loader import parse_document

SEPARATORS = ";,\t"
_SEPARATOR_LINE = "sep="
_NAME = "name"


@dataclass(frozen=True, slots=True)
class Table(Document):
    """A table as a document: a fault names the line, and the heading of the column."""

    headings: Mapping[Location, str] = field(default_factory=dict)

    def problem(self, location: Location, message: str) -> FileProblem:
        """Return a fault at that cell of this table."""
        dotted = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
        told = message.removeprefix(f"{dotted}: ")
        heading = self.headings.get(location)
        return FileProblem(self.path, self.line_of(location), f"column {heading!r}: {told}" if heading else told)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: tuple[str, ...]


def read_case_table(graph: Graph, path: str, content: bytes) -> tuple[Placed, ...]:
    """Read a table of cases. Raises LawFilesError with line and column for each fault."""
    if len(content) > LARGEST_FILE:
        text = f"the file is too large: at most {LARGEST_FILE} bytes are read; divide it into several files"
        raise LawFilesError([FileProblem(path, 1, text)])
    text = _decode(path, content)
    refuse_invisible(path, text)
    rows = list(_rows(path, text))
    if len(rows) < 2:  # noqa: PLR2004 - a row of headings and one case
        raise LawFilesError([FileProblem(path, 1, "a table has a row of headings and at least one row of a case")])
    return _TableReader(graph, path, rows[0]).read(rows[1:])


def _decode(path: str, content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        text = "the file is not UTF-8 text; in a spreadsheet choose “CSV UTF-8” when saving"
        raise LawFilesError([FileProblem(path, line, text)]) from error


def _rows(path: str, text: str) -> Iterator[_Row]:
    """Yield every row that is not blank, with the line it begins in."""
    lines = text.splitlines(keepends=True)
    named = lines[0].strip() if lines else ""
    skipped = 1 if named.casefold().startswith(_SEPARATOR_LINE) else 0
    separator = named[len(_SEPARATOR_LINE) :][:1] if skipped else _separator("".join(lines[:1]))
    reader = csv.reader(lines[skipped:], delimiter=separator or ";", strict=True)
    begins = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _Row(begins, tuple(cells))
            begins = skipped + reader.line_num + 1
    except csv.Error as error:
        raise LawFilesError([FileProblem(path, begins, f"not a table: {error}")]) from error


def _separator(heading: str) -> str:
    """Return what stands most often between the headings."""
    return max(SEPARATORS, key=heading.count)


class _TableReader:
    def __init__(self, graph: Graph, path: str, head: _Row) -> None:
        self.graph = graph
        self.path = path
        self.words = Vocabulary(graph)
        self.lines: dict[Location, int] = {(): head.line}
        self.headings: dict[Location, str] = {}
        self.problems: list[FileProblem] = []
        self.columns = self._columns(head)
        self.lists = {column.group for column in self.columns.values() if column.group}

    def _columns(self, head: _Row) -> dict[int, Heading]:
        found: dict[int, Heading] = {}
        for index, text in enumerate(head.cells):
            if not text.strip():
                continue
            try:
                heading = self.words.heading(text)
            except UnknownWordError as error:
                self._complain(head.line, str(error))
                continue
            twin = next((other for other in found.values() if _same(other, heading)), None)
            if twin is not None:
                self._complain(head.line, f"the columns {twin.text!r} and {text!r} hold the same")
            found[index] = heading
        outer = sorted({group for group in (column.group for column in found.values()) if self._is_outer(group)})
        for index, heading in found.items():
            if heading.kind == ID and not heading.group:
                if len(outer) != 1:
                    self._complain(head.line, f"{heading.text!r} can be the id of several lists: write members.id")
                found[index] = Heading(heading.text, ID, group=outer[0] if outer else "")
        if not any(heading.place == (_NAME,) for heading in found.values()):
            self._complain(head.line, "a column with the name of the case is needed: call it 'case'")
        return found

    def _is_outer(self, group: str) -> bool:
        return group in self.graph.groups and self.graph.groups[group].of == FAMILY

    def _complain(self, line: int, message: str) -> None:
        self.problems.append(FileProblem(self.path, line, message))

    def read(self, rows: Sequence[_Row]) -> tuple[Placed, ...]:
        self._stop_at_faults()
        cases = [self._case(index, list(group)) for index, group in enumerate(self._grouped(rows))]
        self._stop_at_faults()
        document = Table(self.path, {"cases": tuple(cases)}, self.lines, self.headings)
        file = parse_document(document, CaseFile, KEYS)
        return tuple(Placed(case, document, ("cases", index)) for index, case in enumerate(file.cases))

    def _stop_at_faults(self) -> None:
        if self.problems:
            raise LawFilesError(self.problems)

    def _grouped(self, rows: Sequence[_Row]) -> Iterator[Iterator[_Row]]:
        """Yield the rows of each case: those that repeat its name or leave it empty go on with it."""
        column = next(index for index, heading in self.columns.items() if heading.place == (_NAME,))
        current, seen = "", set[str]()
        named = []
        for row in rows:
            name = row.cells[column].strip() if column < len(row.cells) else ""
            if not name and not current:
                self._complain(row.line, "this row has no case: write its name in the first row of each case")
            if name and name != current:
                if name in seen:
                    self._complain(row.line, f"the case {name!r} stands above already: keep its rows together")
                current = name
                seen.add(name)
            named.append((current, row))
        for _, group in groupby(named, key=lambda pair: pair[0]):
            yield (row for _, row in group)

    def _case(self, index: int, rows: Sequence[_Row]) -> dict[str, object]:
        reader = _CaseReader(self, ("cases", index), {}, rows[0].line)
        for row in rows:
            reader.add(row)
        return reader.case

    def note(self, location: Location, line: int, heading: Heading | None = None) -> None:
        """Remember the cell that a part of a case comes from."""
        self.lines.setdefault(location, line)
        if heading is not None:
            self.headings.setdefault(location, heading.text)

    def fault(self, line: int, heading: Heading, message: str) -> None:
        self._complain(line, f"column {heading.text!r}: {message}")


def _same(one: Heading, other: Heading) -> bool:
    return (one.kind, one.place, one.group) == (other.kind, other.place, other.group)


class _CaseReader:
    """Puts the rows of one case together."""

    def __init__(self, table: _TableReader, location: Location, case: dict[str, object], line: int) -> None:
        self.table = table
        self.location = location
        self.case = case
        self.stated: dict[tuple[str, ...], tuple[object, int]] = {}
        self.last: dict[str, tuple[dict[str, object], Location]] = {}
        table.note(location, line)
        self.family: dict[str, object] = {}
        case[FAMILY] = self.family
        table.note((*location, FAMILY), line)
        for group in table.lists:
            if table.graph.groups[group].of == FAMILY:
                self.family[group] = []

    def add(self, row: _Row) -> None:
        """Add what one row tells."""
        told: dict[str, list[tuple[Heading, str]]] = {}
        for index, text in enumerate(row.cells):
            heading = self.table.columns.get(index)
            if not text.strip():
                continue
            if heading is None:
                self.table.problems.append(
                    FileProblem(self.table.path, row.line, f"column {index + 1} has no heading, and {text!r} in it")
                )
            elif heading.group:
                told.setdefault(heading.group, []).append((heading, text))
            else:
                self._state(row.line, heading, text)
        for group in self._outer_first(told):
            self._record(row.line, group, told[group])

    def _outer_first(self, told: Mapping[str, object]) -> list[str]:
        return sorted(told, key=lambda group: (self._depth(group), group))

    def _depth(self, group: str) -> int:
        of = self.table.graph.groups[group].of
        return 1 if of == FAMILY else 1 + self._depth(of)

    def _state(self, line: int, heading: Heading, text: str) -> None:
        """Put a value of the case itself in its place; a repeated one must be the same."""
        value = self.table.words.cell(heading, text)
        before = self.stated.get(heading.place)
        if before is not None:
            if before[0] != value:
                said = f"{text.strip()!r}, but line {before[1]} says otherwise for the same case"
                self.table.fault(line, heading, said)
            return
        self.stated[heading.place] = value, line
        *above, key = heading.place
        if above and above[0] == FAMILY and len(above) > 1 and above[1] in self.table.graph.groups:
            self._named_member(line, heading, value)
            return
        place, target = self.location, self.case
        for part in above:
            place = (*place, part)
            inner = target.setdefault(part, {})
            if not isinstance(inner, dict):
                raise TypeError(part)
            target = inner
            self.table.note(place, line)
        target[key] = value
        self.table.note((*place, key), line, heading)

    def _named_member(self, line: int, heading: Heading, value: object) -> None:
        """Put a value of `members.anna.birth_date` into the record of that id."""
        _, group, name, key = heading.place
        records = self.family.setdefault(group, [])
        if not isinstance(records, list):
            raise TypeError(group)
        index = next((number for number, record in enumerate(records) if record.get(ID) == name), len(records))
        if index == len(records):
            records.append({ID: name})
            self.table.note((*self.location, FAMILY, group, index), line)
        records[index][key] = value
        self.table.note((*self.location, FAMILY, group, index, key), line, heading)

    def _record(self, line: int, group: str, told: list[tuple[Heading, str]]) -> None:
        holder = self.table.graph.groups[group].of
        above, place = (self.family, (*self.location, FAMILY)) if holder == FAMILY else self.last.get(holder, ({}, ()))
        if not place:
            text = f"this belongs to one of {holder}, and none stands above: give it in its row or below it"
            self.table.fault(line, told[0][0], text)
            return
        values = [(heading, self.table.words.cell(heading, text)) for heading, text in told]
        if all(value == UNKNOWN for _, value in values) and not above.get(group):
            above.pop(group, None)
            return
        records = above.setdefault(group, [])
        if not isinstance(records, list):
            raise TypeError(group)
        location: Location = (*place, group, len(records))
        record: dict[str, object] = {inner: [] for inner in self.table.lists if self._holder(inner) == group}
        records.append(record)
        self.table.note(location, line)
        for heading, value in values:
            record[heading.kind] = value
            self.table.note((*location, heading.kind), line, heading)
        self.last = {name: last for name, last in self.last.items() if self._depth(name) < self._depth(group)}
        self.last[group] = record, location

    def _holder(self, group: str) -> str:
        return self.table.graph.groups[group].of
