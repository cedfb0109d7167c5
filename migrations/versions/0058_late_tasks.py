"""What is late and still to be done is counted from the index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None
_LATE = sa.text("breached_at is not null and completed_at is null and cancelled_at is null")


def upgrade() -> None:
    op.drop_index("ix_task_late", "task")
    op.create_index(
        "ix_task_late",
        "task",
        ["region_code"],
        postgresql_include=["due_at", "warn_at", "held_until", "case_id", "about_kind"],
        postgresql_where=_LATE,
    )


def downgrade() -> None:
    op.drop_index("ix_task_late", "task")
    op.create_index("ix_task_late", "task", ["breached_at"], postgresql_where=_LATE)
