"""Subjects of the identity provider that are linked to accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("linked_by_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("linked_by_id <> user_id", name=op.f("ck_identity_link_not_for_oneself")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_identity_link_user_id")),
        sa.ForeignKeyConstraint(["linked_by_id"], ["app_user.id"], name=op.f("fk_identity_link_linked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_link")),
    )
    op.create_index(op.f("ix_identity_link_user_id"), "identity_link", ["user_id"], unique=False)
    op.create_index(
        "uq_identity_link_subject",
        "identity_link",
        ["issuer", "subject"],
        unique=True,
        postgresql_where=sa.text("unlinked_at is null"),
    )
