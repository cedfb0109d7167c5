"""Roles that are given until a moment."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account_change", sa.Column("role_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_account_change_end_of_a_role"), "account_change", "role_ends_at is null or kind = 'role'"
    )
    op.add_column("user_role", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user_role", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_user_role_ends",
        "user_role",
        ["ends_at"],
        postgresql_where=sa.text("revoked_at is null and ends_at is not null"),
    )
    op.add_column("app_user", sa.Column("rights_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("app_user", "rights_until")
    op.drop_index("ix_user_role_ends", table_name="user_role")
    op.drop_column("user_role", "warned_at")
    op.drop_column("user_role", "ends_at")
    op.drop_constraint(op.f("ck_account_change_end_of_a_role"), "account_change", type_="check")
    op.drop_column("account_change", "role_ends_at")
