"""What ends with a move to another region: places on waiting lists and in courses, and how many the act names."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

_REASON = "code_cancellation_reason"
_REASONS = (("waiting_entry", "end_reason"), ("course_place", "left_reason"))
_COUNTS = ("ended_waiting", "ended_courses")


def upgrade() -> None:
    for table, column in _REASONS:
        op.add_column(table, sa.Column(column, sa.String(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, _REASON, [column], ["code"])
    op.add_column("waiting_entry", sa.Column("place_free_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_waiting_entry_place_free",
        "waiting_entry",
        ["place_free_since"],
        postgresql_where=sa.text("place_free_since is not null"),
    )
    for column in _COUNTS:
        op.add_column("case_transfer", sa.Column(column, sa.Integer(), server_default="0", nullable=False))
        op.alter_column("case_transfer", column, server_default=None)


def downgrade() -> None:
    for column in _COUNTS:
        op.drop_column("case_transfer", column)
    op.drop_index("ix_waiting_entry_place_free", table_name="waiting_entry")
    op.drop_column("waiting_entry", "place_free_since")
    for table, column in _REASONS:
        op.drop_constraint(op.f(f"fk_{table}_{column}"), table, type_="foreignkey")
        op.drop_column(table, column)
