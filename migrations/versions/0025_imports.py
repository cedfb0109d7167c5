"""Imports of tables, their files while they are open, and where each imported record came from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("mapping_name", sa.String(length=80), nullable=False),
        sa.Column("mapping_revision", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=True),
        sa.Column("file_bytes", sa.Integer(), nullable=True),
        sa.Column("sheet", sa.String(length=80), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("new_rows", sa.Integer(), nullable=True),
        sa.Column("known_rows", sa.Integer(), nullable=True),
        sa.Column("differing_rows", sa.Integer(), nullable=True),
        sa.Column("faults", sa.Integer(), nullable=True),
        sa.Column("report_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_off_by_id", sa.Uuid(), nullable=True),
        sa.Column("signed_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "signed_off_by_id is null or signed_off_by_id <> created_by_id",
            name=op.f("ck_import_run_second_person_signs_off"),
        ),
        sa.CheckConstraint(
            "(signed_off_by_id is null) = (signed_off_at is null)", name=op.f("ck_import_run_signed_off_whole")
        ),
        sa.CheckConstraint(
            "state not in ('signed_off', 'done') or signed_off_at is not null",
            name=op.f("ck_import_run_done_when_signed_off"),
        ),
        sa.CheckConstraint(
            "state in ('announced', 'withdrawn') or report_digest is not null",
            name=op.f("ck_import_run_looked_at_first"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_import_run_created_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_import_run_organisation_id")),
        sa.ForeignKeyConstraint(["signed_off_by_id"], ["app_user.id"], name=op.f("fk_import_run_signed_off_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index(op.f("ix_import_run_changed_xid"), "import_run", ["changed_xid"], unique=False)
    op.create_index("ix_import_run_organisation_newest", "import_run", ["organisation_id", "created_at", "id"])
    op.create_index("ix_import_run_mine_newest", "import_run", ["created_by_id", "created_at", "id"])
    op.create_table(
        "import_content",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_import_content_import_id")),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_content")),
    )
    op.create_table(
        "imported_record",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("register_body_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("sheet", sa.String(length=80), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(signal_id, case_id, person_id) = 1", name=op.f("ck_imported_record_one_record")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_imported_record_case_id")),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_imported_record_import_id")),
        sa.ForeignKeyConstraint(["imported_by_id"], ["app_user.id"], name=op.f("fk_imported_record_imported_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_imported_record_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_imported_record_person_id")),
        sa.ForeignKeyConstraint(
            ["register_body_id"], ["organisation.id"], name=op.f("fk_imported_record_register_body_id")
        ),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_imported_record_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_record")),
    )
    for column in ("import_id", "signal_id", "case_id", "person_id"):
        op.create_index(op.f(f"ix_imported_record_{column}"), "imported_record", [column], unique=False)
    op.create_index(
        "uq_imported_record_number",
        "imported_record",
        ["register_body_id", "source", "number", "part"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("imported_record")
    op.drop_table("import_content")
    op.drop_table("import_run")
