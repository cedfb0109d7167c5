"""What an import finds in a table: for each cell the problem, and what to do about it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

MOST_FINDINGS = 10_000
"""More of them help nobody: the rest is counted and left out."""
_SHOWN = 200
"""Characters of a cell in a report."""


class CellFault(ValueError):
    """A cell can't be read as its field. Holds the code of a text in `texts/imports.yaml`, never the cell."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Finding:
    """One problem, at one place of the table."""

    code: str
    row: int | None = None
    """As a spreadsheet numbers it; None of the whole table."""
    column: str | None = None
    field: str | None = None
    level: Literal["fault", "question", "notice"] = "fault"
    """A fault is mended in the table, a question is answered by a person; both stand in the way until then."""
    cell: str | None = None
    candidates: tuple[str, ...] = ()
    """Persons on record who may be the child of the row, by id: those whom the actor sees."""


@dataclass
class Report:
    """All findings of a table, and what became of its rows."""

    findings: list[Finding] = field(default_factory=list)
    rows_read: int = 0
    faults: int = 0
    left_out: int = 0
    new_rows: int = 0
    known_rows: int = 0
    differing_rows: int = 0

    def add(self, finding: Finding) -> None:
        """Note a finding; cells are shown in their first characters only."""
        self.faults += finding.level != "notice"
        if len(self.findings) >= MOST_FINDINGS:
            self.left_out += 1
            return
        shown = None if finding.cell is None else finding.cell.replace("\x00", "�")[:_SHOWN]
        self.findings.append(Finding(**asdict(finding) | {"cell": shown}))

    def as_json(self) -> list[dict[str, object]]:
        """Return the findings as they are kept."""
        return [asdict(finding) for finding in self.findings]

    def digest(self, *basis: object, rows: Sequence[tuple[int, str, str]]) -> str:
        """Return the digest of all that a person is shown and of what will be done.

        `basis`: file and mapping. `rows`: number, outcome and content of each row.
        """
        counts = [self.rows_read, self.faults, self.left_out, self.new_rows, self.known_rows, self.differing_rows]
        text = json.dumps([list(basis), counts, self.as_json(), list(rows)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
