"""Tables as XLSX. Every part is unpacked once and measured before a cell is read: macros and bombs don't get so far."""

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import cast
from xml.etree.ElementTree import Element, ParseError, iterparse  # nosec B405 - parts that declare entities were refused

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from casemgmt.documents.packages import check_xlsx
from casemgmt.imports.cells import Cell, is_empty
from casemgmt.imports.mapping import Mapping
from casemgmt.imports.sheets import MOST_COLUMNS, Table, joined, lines_of, titles_of, unreadable

_MOST_UNPACKED = 67_108_864
"""Bytes of all parts of the workbook."""
_MOST_ROWS = 100_000
"""The lowest row in which something may stand: the rows above are held in memory, empty ones too."""
_REF = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def read_xlsx(body: bytes, mapping: Mapping) -> Table:
    """Return the table on the sheet that the mapping names, or on the only one; refused with the place."""
    check_xlsx(io.BufferedReader(io.BytesIO(body)))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        _measure(archive)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(body))
        sheet = book.get_sheet_by_name(_sheet_of(book, mapping))
        rows = cast("list[list[Cell]]", sheet.to_python(skip_empty_area=False))
    except (CalamineError, ValueError):
        raise unreadable(
            "workbook-broken", None, "The workbook is damaged: open it, save it anew and send that."
        ) from None
    last = mapping.header_row + mapping.header_rows - 1
    if len(rows) < last:
        raise unreadable("titles-missing", last, "The sheet ends before its titles.")
    _fill_merged_titles(sheet, rows, mapping.header_row, last)
    titles = titles_of(joined(rows[mapping.header_row - 1 : last]), last)
    return Table(sheet.name[:80], titles, lines_of(islice(iter(rows), last, None), len(titles), last + 1))


def _sheet_of(book: CalamineWorkbook, mapping: Mapping) -> str:
    sheets = [
        s.name
        for s in book.sheets_metadata
        if s.typ == SheetTypeEnum.WorkSheet and s.visible == SheetVisibleEnum.Visible
    ]
    named = ", ".join(f"'{name[:60]}'" for name in sheets)
    if mapping.sheet is None:
        if len(sheets) != 1:
            raise unreadable("sheet-not-named", None, f"Say in the mapping which sheet: {named}.")
        return sheets[0]
    if mapping.sheet not in sheets:
        raise unreadable("sheet-missing", None, f"There is no sheet '{mapping.sheet}'. Visible ones: {named}.")
    return mapping.sheet


def _fill_merged_titles(sheet: CalamineSheet, rows: list[list[Cell]], first: int, last: int) -> None:
    """Write a merged title into each of its cells; refused are merged cells below: nobody knows whose value it is."""
    for (top, left), (bottom, right) in sorted(sheet.merged_cell_ranges or []):
        if bottom + 1 > last and bottom < len(rows):
            held = [n for n in range(max(top, last), bottom + 1) if n < len(rows)]
            if held and not is_empty(rows[top][left] if left < len(rows[top]) else None):
                raise unreadable("merged-cells", top + 1, "Cells are merged here: give each row its own value.")
        for number in range(max(top, first - 1), min(bottom + 1, last)):
            row = rows[number]
            row.extend([None] * (min(right, MOST_COLUMNS) + 1 - len(row)))
            for column in range(left, min(right, MOST_COLUMNS) + 1):
                row[column] = rows[top][left]


def _measure(archive: zipfile.ZipFile) -> None:
    """Refuse a workbook that would fill the memory, and formulas without a saved value: they would read as empty."""
    if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED:
        raise unreadable("workbook-too-large", None, f"Unpacked the workbook has more than {_MOST_UNPACKED:,} bytes.")
    for part in archive.infolist():
        if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
            with archive.open(part) as stream:
                try:
                    _measure_sheet(iterparse(stream))  # noqa: S314 - no entities, see above
                except ParseError:
                    raise unreadable("workbook-broken", None, "A sheet of the workbook is damaged.") from None


def _measure_sheet(elements: Iterator[tuple[str, Element]]) -> None:
    row = 1
    for _, element in elements:
        kind = element.tag.rpartition("}")[2]
        if kind == "c":
            holds = {child.tag.rpartition("}")[2] for child in element}
            if holds:
                row = _check_place(element.get("r") or "", row)
            if "f" in holds and "v" not in holds:
                raise unreadable("formula-without-value", row, "A formula has no saved value: put values in its place.")
        elif kind == "row":
            row += 1
        if kind in {"c", "row"}:
            element.clear()


def _check_place(ref: str, row: int) -> int:
    """Return the row of a cell that holds something; refused where it stands far from everything."""
    found = _REF.fullmatch(ref)
    column = 1 if found is None else sum((ord(c) - 64) * 26**n for n, c in enumerate(reversed(found[1])))
    row = row if found is None else int(found[2])
    if row > _MOST_ROWS or column > MOST_COLUMNS + 1:
        raise unreadable(
            "cell-far-away", row, f"Something stands below row {_MOST_ROWS:,} or right of column {MOST_COLUMNS}."
        )
    return row
