"""Tables of plain text that read the same on a terminal, in a file and in a message."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

_GAP = "  "
_NARROWEST = 12


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int = 118, indent: str = "") -> Iterator[str]:
    """Yield the lines of a table; a text too long for its column goes on in the next line of the cell."""
    cells = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    room = width - len(indent) - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    for number, row in enumerate(cells):
        yield from (indent + line for line in _lines(row, widths))
        if number == 0:
            yield indent + _GAP.join("-" * size for size in widths)


def _lines(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    columns = [wrap(text, size, break_on_hyphens=False) or [""] for text, size in zip(row, widths, strict=True)]
    for line in range(max(len(column) for column in columns)):
        texts = [column[line] if line < len(column) else "" for column in columns]
        yield _GAP.join(text.ljust(size) for text, size in zip(texts, widths, strict=True)).rstrip()
