"""list determinations by their newest; grant a benefit once for a family and day."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_benefit_determination_newest", "benefit_determination", ["created_at", "id"], unique=False)
    op.create_index(
        "uq_benefit_determination_granted",
        "benefit_determination",
        ["family_id", "benefit", "asked_for"],
        unique=True,
        postgresql_where=sa.text("state = 'approved'"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_benefit_determination_granted",
        table_name="benefit_determination",
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.drop_index("ix_benefit_determination_newest", table_name="benefit_determination")
