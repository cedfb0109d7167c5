"""From a table to what will be recorded: pure, so that looking at it and doing it are the same."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from casemgmt.errors import Invalid
from casemgmt.imports import cells
from casemgmt.imports.cells import Cell
from casemgmt.imports.fields import CHILD, Target
from casemgmt.imports.findings import CellFault, Finding, Report
from casemgmt.imports.mapping import FieldSource
from casemgmt.imports.mapping import Mapping as MappingFile
from casemgmt.imports.sheets import Line, Table, place_of
from casemgmt.people.iin import check_iin
from casemgmt.people.name_letters import script_of

NUMBER_LIMIT = 80
_REPORTER = "reporter_"
"""What is the same for every row makes no reporter where the row itself tells of none."""


class Terms(NamedTuple):
    """What reading depends on beside the table and its mapping."""

    now: datetime
    today: date
    most_rows: int


@dataclass(frozen=True)
class Prepared:
    """A row that can be recorded."""

    row: int
    number: str
    values: Mapping[str, Any]
    digest: str
    """SHA-256 of the values: another row of the same number has another one."""


def prepare(table: Table, mapping: MappingFile, terms: Terms, report: Report) -> list[Prepared]:
    """Return the rows that can be read whole; what is wrong with the others goes into the report, cell by cell."""
    places = place_of(table.titles, mapping.columns, mapping.ignored)
    prepared: list[Prepared] = []
    seen: dict[str, int] = {}
    for count, line in enumerate(table.lines, 1):
        if count > terms.most_rows:
            raise Invalid(
                f"The table has more than {terms.most_rows:,} rows: take it in parts.",
                code="table-too-long",
                data={"most_rows": terms.most_rows},
            )
        report.rows_read = count
        faults_before = report.faults
        number = _number_of(line, places, mapping, seen, report)
        values = {
            name: value
            for name, source in mapping.fields.items()
            if (value := _value_of(line, places, name, source, mapping, terms, report)) is not None
        }
        if not any(n.startswith(_REPORTER) and n in values for n, s in mapping.fields.items() if s.column is not None):
            values = {name: value for name, value in values.items() if not name.startswith(_REPORTER)}
        for code, field in contradictions(values) if report.faults == faults_before else ():
            report.add(Finding(code, line.number, field=field))
        if report.faults == faults_before and number is not None:
            prepared.append(Prepared(line.number, number, values, digest_of(values)))
    if not prepared and not report.faults:
        raise Invalid("The table has titles and no row.", code="table-empty")
    return prepared


def contradictions(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what of a row can't be true together: the code of the finding, and the field to look at."""
    iin, born = values.get("child_iin"), values.get("child_birth_date")
    if iin is not None and check_iin(iin, born, values.get("child_sex")):
        yield "iin-disagrees", "child_iin"
    if born is not None and values.get("child_birth_year", born.year) != born.year:
        yield "birth-year-disagrees", "child_birth_year"
    if any(name.startswith(CHILD) for name in values) and not names_of(values):
        yield "child-without-name", "child_full_name"
    if values.get("received_at") and values.get("opened_on") and values["received_at"] > values["opened_on"]:
        yield "opened-before-received", "opened_on"


def names_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the child of a row, those that are there."""
    parts = ("family_name", "given_name", "patronymic")
    whole = values.get("child_full_name") or tuple(values.get(CHILD + part) for part in parts)
    return {part: name for part, name in zip(parts, whole, strict=True) if name is not None}


def digest_of(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a row says."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _number_of(
    line: Line, places: Mapping[str, int], mapping: MappingFile, seen: dict[str, int], report: Report
) -> str | None:
    """Return the register's own number of the row: present, and once in the file."""
    cell = line.cells[places[mapping.number]]
    fault = None
    try:
        cells.check_whole(cell)
        number = cells.read_line(cell, NUMBER_LIMIT)
        if not number:
            fault = "number-missing"
        elif number in seen:
            fault = "number-twice"
    except CellFault as found:
        number, fault = "", found.code
    if fault is not None:
        report.add(Finding(fault, line.number, mapping.number, "number", cell=cells.text_of(cell)))
        return None
    seen[number] = line.number
    return number


def _value_of(
    line: Line,
    places: Mapping[str, int],
    name: str,
    source: FieldSource,
    mapping: MappingFile,
    terms: Terms,
    report: Report,
) -> Any:
    """Return the value of a field in a row; None where there is none, or where it was refused."""
    target = mapping.targets[name]
    cell: Cell = source.constant if source.column is None else line.cells[places[source.column]]

    def find(code: str, *, notice: bool = False) -> None:
        level = "notice" if notice else "fault"
        report.add(Finding(code, line.number, source.column, name, level, cells.text_of(cell)))  # type: ignore[arg-type]  # one of two words

    try:
        cells.check_whole(cell)
        if cells.is_empty(cell):
            if source.empty is None:
                if target.required:
                    find("value-missing")
                return None
            cell = source.empty
        value = _read(target, cell, source, mapping, terms)
    except CellFault as fault:
        find(fault.code)
        return None
    if target.how in {"name", "full_name"} and _is_mixed(cells.text_of(cell)):
        find("letters-of-two-alphabets", notice=True)
    if target.how == "iin":
        value, mended = value
        if mended:
            find("noughts-put-back", notice=True)
    return value


def _read(target: Target, cell: Cell, source: FieldSource, mapping: MappingFile, terms: Terms) -> Any:
    readers: Mapping[str, Callable[[], Any]] = {
        "code": lambda: cells.read_code(cell, target.code_list or "", source.values),
        "day": lambda: cells.read_day(cell, mapping.dates, terms.today),
        "full_name": lambda: cells.read_full_name(cell, target.limit),
        "user": lambda: cells.read_line(cell, 120).lower(),
        "year": lambda: cells.read_year(cell, terms.today),
        "flag": lambda: cells.read_flag(cell, source.values),
        "iin": lambda: cells.read_iin(cell),
        "kato": lambda: cells.read_kato(cell),
        "line": lambda: cells.read_line(cell, target.limit),
        "long": lambda: cells.read_long(cell, target.limit),
        "moment": lambda: cells.read_moment(cell, mapping.dates, terms.now),
        "name": lambda: cells.read_name(cell, target.limit),
        "phone": lambda: cells.read_phone(cell),
        "region": lambda: cells.read_region(cell, source.values),
    }
    return readers[target.how]()


def _is_mixed(name: str) -> bool:
    """Answer whether a word of a name has letters of two alphabets: Latin a among Cyrillic ones looks the same."""
    return any({"latin", "cyrillic"} <= {script_of(c) for c in word} for word in name.split())


def rows_for_digest(prepared: Sequence[Prepared], outcomes: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """Return what the report's digest says of each row: its number in the sheet, what becomes of it, its content."""
    return [(p.row, outcomes[p.number], p.digest) for p in prepared]
