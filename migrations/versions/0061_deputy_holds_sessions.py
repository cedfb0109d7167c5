"""A deputy who gives the same kind of help may be named to hold the sessions of a case."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "staff_absence_case", sa.Column("holds_sessions", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("staff_absence_case", "holds_sessions")
