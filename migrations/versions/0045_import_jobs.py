"""Imports are done by the worker: where each stands, how far it is, and why one was stopped."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_run", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("import_run", sa.Column("stopped_because", sa.String(length=60), nullable=True))
    op.add_column(
        "import_content",
        sa.Column("refusal", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    op.create_table(
        "import_progress",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_all", sa.Integer(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_import_progress_import_id")),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_progress")),
    )
    op.execute(
        "INSERT INTO import_progress (import_id, phase, rows_done, began_at, told_at)"
        " SELECT id, 'queued', 0, created_at, created_at FROM import_run"
    )
    _check("done_when_signed_off", "state not in ('signed_off', 'carrying_out', 'done') or signed_off_at is not null")
    _check(
        "looked_at_first",
        "state not in ('checked', 'signed_off', 'carrying_out', 'done') or report_digest is not null",
    )
    op.create_check_constraint(
        op.f("ck_import_run_stopped_for_a_reason"), "import_run", "state <> 'stopped' or stopped_because is not null"
    )


def _check(name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_import_run_{name}"), "import_run")
    op.create_check_constraint(op.f(f"ck_import_run_{name}"), "import_run", condition)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_import_run_stopped_for_a_reason"), "import_run")
    _check("done_when_signed_off", "state not in ('signed_off', 'done') or signed_off_at is not null")
    _check("looked_at_first", "state in ('announced', 'withdrawn') or report_digest is not null")
    op.drop_table("import_progress")
    op.drop_column("import_content", "refusal")
    op.drop_column("import_run", "stopped_because")
    op.drop_column("import_run", "stopped_at")
