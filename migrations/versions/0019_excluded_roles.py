"""Roles that no account holds together, none given to oneself, no document removed by who proposed it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("role_grant", sa.Column("excludes", ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("role_grant", "excludes", server_default=None)
    op.create_check_constraint(
        op.f("ck_document_second_person_removes"),
        "document",
        "removed_by_id is null or removed_by_id is distinct from removal_proposed_by_id",
    )
    op.create_check_constraint(op.f("ck_user_role_not_to_oneself"), "user_role", "granted_by_id <> user_id")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_document_second_person_removes"), "document")
    op.drop_constraint(op.f("ck_user_role_not_to_oneself"), "user_role")
    op.drop_column("role_grant", "excludes")
