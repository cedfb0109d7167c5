"""Who restricted a case: another person lifts it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_record", sa.Column("restricted_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_case_record_restricted_by_id"), "case_record", "app_user", ["restricted_by_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_case_record_restricted_by_id"), "case_record", type_="foreignkey")
    op.drop_column("case_record", "restricted_by_id")
