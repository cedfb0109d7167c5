"""The board: what waits at the desks and what is late are found at once; a screen's token outlives a lost answer."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("auth_session", sa.Column("previous_hash", sa.String(64)))
    op.create_index(
        "ix_signal_waiting",
        "signal",
        ["received_at"],
        postgresql_where=sa.text("state in ('received', 'awaiting_review', 'awaiting_case')"),
    )
    op.create_index(
        "ix_task_late",
        "task",
        ["breached_at"],
        postgresql_where=sa.text("breached_at is not null and completed_at is null and cancelled_at is null"),
    )
    op.create_index("ix_task_breached_at", "task", ["breached_at"], postgresql_where=sa.text("breached_at is not null"))


def downgrade() -> None:
    op.drop_index("ix_task_breached_at", "task")
    op.drop_index("ix_task_late", "task")
    op.drop_index("ix_signal_waiting", "signal")
    op.drop_column("auth_session", "previous_hash")
