"""What readers of imports get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class ImportSummary(View):
    """An import: counts, and nothing of a row."""

    id: UUID
    state: str
    kind: str
    source: str
    mapping_name: str
    mapping_revision: int
    organisation_id: UUID
    file_digest: str | None
    file_bytes: int | None
    sheet: str | None
    rows: int | None
    new_rows: int | None
    known_rows: int | None
    differing_rows: int | None
    faults: int | None
    report_digest: str | None
    created_at: datetime
    created_by_id: UUID
    checked_at: datetime | None
    signed_off_by_id: UUID | None
    signed_off_at: datetime | None
    done_at: datetime | None
    withdrawn_at: datetime | None


class ImportView(ImportSummary):
    """An import with what may be done on it now."""

    version: int
    rows_done: int | None
    """While it is being looked at or carried out: how many rows are recorded so far."""
    allowed_actions: list[AllowedActionView]


class FindingView(View):
    """Something about one cell, one row or one column of the table: what it is, and what to do."""

    row: int | None
    column: str | None
    field: str | None
    level: str
    """`fault` is to be mended, `question` to be decided; both stand in the way. `notice` does not."""
    code: str
    problem: str
    advice: str
    candidates: list[UUID]
    """Persons whom the child of the row may be: the same person, or another one, is for you to decide."""
    cell: str | None
    """The cell as it was read; shown to those who work on the import, and kept no longer than the import is open."""


class ReportView(View):
    """The whole report of an import."""

    report_digest: str | None
    rows: int | None
    new_rows: int | None
    known_rows: int | None
    differing_rows: int | None
    faults: int | None
    complete: bool
    """Whether every finding is told; after two thousand the rest is left out."""
    findings: list[FindingView]


class OriginView(View):
    """Where a record came from."""

    import_id: UUID
    source: str
    number: str
    part: str
    sheet: str | None
    row: int
    imported_at: datetime
    imported_by_id: UUID
