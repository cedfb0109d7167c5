"""The load of a body's managers is found without what is closed."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_case_record_load",
        "case_record",
        ["organisation_id", "manager_id"],
        postgresql_where=sa.text("state <> 'closed'"),
    )


def downgrade() -> None:
    op.drop_index("ix_case_record_load", "case_record")
