"""Imports of tables, what they hold until they end, and where each imported record came from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from casemgmt.db.base import Row, Scoped, Versioned, long_text, moment, ref


class ImportRun(Versioned, table=True):
    """One table of a body on its way into the service: announced, looked at, signed off by a second person, done."""

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint(
            "signed_off_by_id is null or signed_off_by_id <> created_by_id", name="second_person_signs_off"
        ),
        CheckConstraint("(signed_off_by_id is null) = (signed_off_at is null)", name="signed_off_whole"),
        CheckConstraint(
            "state not in ('signed_off', 'carrying_out', 'done') or signed_off_at is not null",
            name="done_when_signed_off",
        ),
        CheckConstraint(
            "state not in ('checked', 'signed_off', 'carrying_out', 'done') or report_digest is not null",
            name="looked_at_first",
        ),
        CheckConstraint("state <> 'stopped' or stopped_because is not null", name="stopped_for_a_reason"),
        Index("ix_import_run_organisation_newest", "organisation_id", "created_at", "id"),
        Index("ix_import_run_mine_newest", "created_by_id", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id", index=False)
    """The body whose table it is."""
    state: str = Field(max_length=16)
    kind: str = Field(max_length=16)
    """What a row of the table is: `signals`, `cases`."""
    source: str = Field(max_length=80)
    """The register that the table was taken from; with a row's own number it makes the row known for ever."""
    mapping_name: str = Field(max_length=80)
    mapping_revision: int
    mapping: str = long_text()
    """The mapping file: titles of columns and codes, and no row of the table."""
    file_digest: str | None = Field(default=None, max_length=64)
    """SHA-256 of the file."""
    file_bytes: int | None = None
    sheet: str | None = Field(default=None, max_length=80)
    rows: int | None = None
    new_rows: int | None = None
    known_rows: int | None = None
    """Rows that an earlier import brought, unchanged."""
    differing_rows: int | None = None
    """Rows that an earlier import brought with another content: reported, and left as they are."""
    faults: int | None = None
    """Findings that stand in the way."""
    report_digest: str | None = Field(default=None, max_length=64)
    created_at: datetime = moment()
    created_by_id: UUID = ref("app_user.id", index=False)
    checked_at: datetime | None = moment(nullable=True)
    signed_off_by_id: UUID | None = ref("app_user.id", nullable=True, index=False)
    signed_off_at: datetime | None = moment(nullable=True)
    done_at: datetime | None = moment(nullable=True)
    withdrawn_at: datetime | None = moment(nullable=True)
    stopped_at: datetime | None = moment(nullable=True)
    stopped_because: str | None = Field(default=None, max_length=60)
    """Code of a problem; of an import that is stopped now."""


class ImportContent(Row, table=True):
    """The file of an import and the report on it. Both are emptied when the import is done or withdrawn."""

    __tablename__ = "import_content"

    import_id: UUID = ref("import_run.id", primary=True)
    decisions: list[dict[str, object]] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    """What a person decided of possible doubles, row by row."""
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
    report: list[dict[str, object]] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    """Findings, each with the cell that it is about."""
    refusal: list[dict[str, str]] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    """Why the file can't be read as a table: it may quote titles, which may be a row of the table."""


class ImportProgress(Row, table=True):
    """How far the worker is. Written beside the transaction that it tells of, and of no lasting meaning."""

    __tablename__ = "import_progress"

    import_id: UUID = ref("import_run.id", primary=True)
    phase: str = Field(max_length=16)
    rows_done: int = 0
    rows_all: int | None = None
    """None until the file has been read."""
    began_at: datetime = moment()
    """When the phase began."""
    told_at: datetime = moment()


class ImportedRecord(Scoped, table=True):
    """Where a record came from: file, sheet, row and number of the register. Names exactly one record."""

    __tablename__ = "imported_record"
    __table_args__ = (
        CheckConstraint("num_nonnulls(signal_id, case_id, person_id) = 1", name="one_record"),
        Index(
            "uq_imported_record_number",
            "register_body_id",
            "source",
            "number",
            "part",
            unique=True,
        ),
    )

    id: UUID = Field(primary_key=True)
    import_id: UUID = ref("import_run.id")
    register_body_id: UUID = ref("organisation.id", index=False)
    """The body that keeps the register, for ever: the record itself may move to another body."""
    source: str = Field(max_length=80)
    number: str = Field(max_length=80)
    """The row's own number in the register; empty of meaning once the record is erased."""
    part: str = Field(max_length=16)
    """`signal`, `case`, or `child`: what of the row this record is."""
    sheet: str | None = Field(default=None, max_length=80)
    row: int
    """Number of the row as a spreadsheet shows it."""
    content_digest: str = Field(max_length=64)
    """SHA-256 of what the row said, as the mapping read it."""
    signal_id: UUID | None = ref("signal.id", nullable=True)
    case_id: UUID | None = ref("case_record.id", nullable=True)
    person_id: UUID | None = ref("person.id", nullable=True)
    imported_at: datetime = moment()
    imported_by_id: UUID = ref("app_user.id", index=False)
