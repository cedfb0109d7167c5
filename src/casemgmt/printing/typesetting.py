"""From a sheet to a PDF. Nothing is read but the template, and nothing of a sheet is ever taken for markup.

The compiler sees a folder that holds the template alone; the data comes as one string that the template reads as JSON
and sets as text. The same sheet printed for the same moment is the same file, byte by byte, on every machine: no font
of the system is looked for.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from casemgmt.errors import Invalid
from casemgmt.lanes import Lane
from casemgmt.printing.sheet import Sheet

TEMPLATES = Path(__file__).parent / "templates"
LONGEST = 500_000
"""Characters of a document that are still set within a second or two; about two hundred pages."""
_STANDARD: Final = "a-2a"
"""PDF/A-2: for keeping; level A: a screen reader finds headings, tables and the order of reading."""


def typeset(sheet: Sheet, at: datetime) -> bytes:
    """Return the document as PDF/A. `at` stands in the file as the time of its making."""
    data = _measured(sheet)
    made = _compiler().compile(
        format="pdf", pdf_standards=[_STANDARD], sys_inputs={"sheet": data}, timestamp=int(at.timestamp())
    )
    return _bytes(made)


def pictures(sheet: Sheet, *, pixels_per_inch: float) -> list[bytes]:
    """Return the pages as PNG."""
    made = _compiler().compile(format="png", ppi=pixels_per_inch, sys_inputs={"sheet": _measured(sheet)})
    return [_bytes(page) for page in (made if isinstance(made, list) else [made])]


class Printer:
    """Sets documents in threads: one at a time, a few wait, the rest are asked to come again."""

    def __init__(self) -> None:
        self._lane = Lane(at_once=1, waiting=4)

    async def print(self, sheet: Sheet, at: datetime) -> bytes:
        """Return the document as PDF/A; `Invalid` where it is too long, `Unavailable` where too many wait."""
        return await self._lane.run(lambda: typeset(sheet, at))


def _compiler() -> typst.Compiler:
    return typst.Compiler(input=str(TEMPLATES / "sheet.typ"), root=str(TEMPLATES), ignore_system_fonts=True)


def _measured(sheet: Sheet) -> str:
    data = json.dumps(sheet.as_data(), ensure_ascii=False)
    if len(data) > LONGEST:
        raise Invalid(
            "The document is too long to be printed.", code="print-too-long", data={"limit_characters": LONGEST}
        )
    return data


def _bytes(made: Any) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("the compiler returned no file")
    return made
