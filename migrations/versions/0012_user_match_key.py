"""find looks at persons of a colleague's name."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("app_user", sa.Column("match_key", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("app_user", "match_key")
