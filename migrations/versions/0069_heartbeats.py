"""When a source's last heartbeat was signed, which versions of topics it has; heartbeats to subscribers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact_source", sa.Column("beat_signed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact_source", sa.Column("taxonomy_versions", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("contact_source", sa.Column("taxonomy_version", sa.String(length=32), nullable=True))
    op.add_column("webhook_progress", sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhook_progress", sa.Column("beat_taken_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhook_progress", sa.Column("beat_failure", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("webhook_progress", "beat_failure")
    op.drop_column("webhook_progress", "beat_taken_at")
    op.drop_column("webhook_progress", "beat_at")
    op.drop_column("contact_source", "taxonomy_version")
    op.drop_column("contact_source", "taxonomy_versions")
    op.drop_column("contact_source", "beat_signed_at")
