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
    stopped_at: datetime | None
    stopped_because: str | None
    """Of an import that is stopped: the code of a problem. Nothing of it came in."""


class ProgressView(View):
    """How far the worker is with an import."""

    phase: str
    """`queued`, `reading`, `comparing` with what is on record, `recording`, `closing`: all is checked once more."""
    rows_done: int
    rows_all: int | None
    """The rows that are new; None before they are known."""
    began_at: datetime
    """When the phase began; of a long `queued` the operator should know: no worker takes jobs."""
    told_at: datetime
    seconds_left: int | None
    """Of `recording`, at the rate so far; None where nobody can know."""


class ImportView(ImportSummary):
    """An import with what may be done on it now."""

    version: int
    progress: ProgressView | None
    """While it is being looked at or carried out."""
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


class FaultView(View):
    """A place of the file by which it can't be read as a table."""

    pointer: str
    code: str
    detail: str


class StoppedView(View):
    """Why an import is stopped, in your language."""

    code: str
    title: str
    detail: str | None
    errors: list[FaultView]


class ReportView(View):
    """The report of an import."""

    report_digest: str | None
    rows: int | None
    new_rows: int | None
    known_rows: int | None
    differing_rows: int | None
    faults: int | None
    complete: bool
    """Whether every finding is told; after ten thousand the rest is left out."""
    stopped: StoppedView | None
    """Of an import that is stopped."""
    findings: list[FindingView]
    """Of this page, in the order of the rows."""
    next_after: int | None
    """What to ask for as `after` for the next page; None on the last one. Another `report_digest`: begin anew."""


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
