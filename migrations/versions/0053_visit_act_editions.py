"""What visit acts said before they were corrected."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

T = "visit_act_edition"


def upgrade() -> None:
    op.create_table(
        T,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_act_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by_id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{T}_{column}"))
            for column, target in (
                ("visit_act_id", "visit_act.id"),
                ("signal_id", "signal.id"),
                ("reason", "code_error_reason.code"),
                ("corrected_by_id", "app_user.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{T}")),
        sa.UniqueConstraint("visit_act_id", "number", name=op.f(f"uq_{T}_visit_act_id_number")),
    )
    op.create_index(op.f(f"ix_{T}_signal_id"), T, ["signal_id"], unique=False)


def downgrade() -> None:
    op.drop_table(T)
