"""Scopes and secrets of machine accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("app_user", sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_check_constraint(op.f("ck_app_user_scopes_of_machines"), "app_user", "kind = 'service' or scopes is null")
    op.create_table(
        "client_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_client_secret_user_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_client_secret_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_secret")),
    )
    op.create_index(op.f("ix_client_secret_user_id"), "client_secret", ["user_id"], unique=False)
    op.add_column("auth_session", sa.Column("client_secret_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_auth_session_client_secret_id"), "auth_session", ["client_secret_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_auth_session_client_secret_id"), "auth_session", "client_secret", ["client_secret_id"], ["id"]
    )
    # The password of a machine account is no secret of its own any more: an administrator makes it a secret.
    op.execute("DELETE FROM user_credential c USING app_user u WHERE u.id = c.user_id AND u.kind = 'service'")
