"""A draft says which record it is for."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("for_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("draft", "for_id")
