"""An index for the account of a day: contacts that a desk recorded by hand, by source and day."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_contact_settled",
        "contact",
        ["source_code", "received_at"],
        postgresql_where=sa.text("settled_at is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_contact_settled", table_name="contact")
