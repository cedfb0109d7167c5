"""A deputy may have a place in a mobile group for the time of an absence."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mobile_group_member", sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mobile_group_member", sa.Column("absence_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_mobile_group_member_absence_id"), "mobile_group_member", "staff_absence", ["absence_id"], ["id"]
    )
    op.create_index(op.f("ix_mobile_group_member_absence_id"), "mobile_group_member", ["absence_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_mobile_group_member_absence_id"), "mobile_group_member")
    op.drop_constraint(op.f("fk_mobile_group_member_absence_id"), "mobile_group_member", type_="foreignkey")
    op.drop_column("mobile_group_member", "absence_id")
    op.drop_column("mobile_group_member", "rests_until")
