"""A table as it came: titles and rows, whatever program wrote it. Bounded in size, and never guessed at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from casemgmt.errors import FieldFault, Invalid
from casemgmt.imports.cells import Cell, is_empty, text_of, title_key

MOST_COLUMNS = 200
CELL_LIMIT = 40_000
"""Characters of one cell: twice the longest text that is stored."""


@dataclass(frozen=True)
class Line:
    """A row with something in it."""

    number: int
    """As a spreadsheet shows it."""
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """Titles and rows of one sheet."""

    sheet: str | None
    titles: Sequence[str]
    lines: Iterator[Line]


def place_of(titles: Sequence[str], wanted: Sequence[str], ignored: Sequence[str]) -> dict[str, int]:
    """Return where each wanted column stands. Refused where one is missing, there twice, or there and not spoken of.

    What nobody spoke of is refused too: a column that is left out unseen would be lost for ever.
    """
    keys = [title_key(title) for title in titles]
    known = {title_key(title) for title in (*wanted, *ignored)}
    faults = [
        _fault("column-missing", f"There is no column '{title}'. Columns of the table: {_list(titles)}.")
        for title in wanted
        if title_key(title) not in keys
    ]
    faults += [
        _fault("column-twice", f"The column '{title}' stands in the table more than once.")
        for title in dict.fromkeys(wanted)
        if keys.count(title_key(title)) > 1
    ]
    faults += [
        _fault("column-unspoken", f"The mapping neither reads nor ignores the column '{title}'.")
        for title, key in zip(titles, keys, strict=True)
        if key and key not in known
    ]
    if faults:
        raise Invalid(
            "The columns of the table are not those of the mapping.", code="table-columns", faults=tuple(faults)
        )
    return {title: keys.index(title_key(title)) for title in wanted}


def _fault(code: str, detail: str) -> FieldFault:
    return FieldFault("/table", code, detail)


def _list(titles: Sequence[str]) -> str:
    return ", ".join(f"'{t[:60]}'" for t in titles if t) or "none"


def lines_of(rows: Iterator[Sequence[Cell]], width: int, first: int) -> Iterator[Line]:
    """Yield the rows that hold something, each as wide as the titles; `first` is the number of the first one.

    Refused are cells beside the titles, and cells of a length that no field has.
    """
    for number, row in enumerate(rows, first):
        if all(is_empty(cell) for cell in row):
            continue
        if any(not is_empty(cell) for cell in row[width:]):
            raise unreadable("row-too-long", number, "The row has cells beyond the last title.")
        if any(isinstance(cell, str) and len(cell) > CELL_LIMIT for cell in row):
            raise unreadable("cell-too-long", number, f"A cell has more than {CELL_LIMIT:,} characters.")
        yield Line(number, [*row[:width], *[None] * (width - len(row))])


def joined(rows: Sequence[Sequence[Cell]]) -> list[Cell]:
    """Return titles that stand in several rows as one each: `Child / Name`."""
    width = max(len(row) for row in rows)
    parts = [[text_of(row[n]) if n < len(row) else "" for row in rows] for n in range(width)]
    return [" / ".join(dict.fromkeys(part for part in each if part)) for each in parts]


def titles_of(row: Sequence[Cell], number: int) -> list[str]:
    """Return the titles in a row, without empty ones at its end; refused where there is none, or far too many."""
    titles = [text_of(cell) for cell in row]
    while titles and not titles[-1]:
        titles.pop()
    if not titles or len(titles) > MOST_COLUMNS:
        raise unreadable("titles-missing", number, f"Here the titles of 1 to {MOST_COLUMNS} columns should stand.")
    return titles


def unreadable(code: str, row: int | None, detail: str) -> Invalid:
    """Return the refusal of a table that can't be read, with the place."""
    where = "" if row is None else f"Row {row}: "
    return Invalid(
        "The file can't be read as a table.", code="table-unreadable", faults=(_fault(code, where + detail),)
    )
