"""What was suggested for a signal is kept with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("suggested_urgency", "list_urgency"):
        op.add_column("signal", sa.Column(name, sa.String(length=16), nullable=True))
        op.create_check_constraint(f"{name}_known", "signal", f"{name} in ('standard', 'urgent', 'emergency')")
    op.add_column("signal", sa.Column("word_list_version", sa.Integer(), nullable=True))
    op.add_column("signal", sa.Column("danger_signs", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.create_index("ix_signal_triaged", "signal", ["triaged_at"], postgresql_where=sa.text("triaged_at is not null"))


def downgrade() -> None:
    op.drop_index("ix_signal_triaged", "signal")
    for name in ("danger_signs", "word_list_version", "list_urgency", "suggested_urgency"):
        op.drop_column("signal", name)
