"""Break-glass: grants and the list of their reasons."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_break_glass_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_break_glass_reason")),
    )
    op.create_table(
        "break_glass_grant",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_body_id", sa.Uuid(), nullable=False),
        sa.Column("review_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.CheckConstraint("reviewed_by_id <> user_id", name=op.f("ck_break_glass_grant_second_person_reviews")),
        sa.CheckConstraint(
            "(state = 'awaiting_review') = (reviewed_at is null)", name=op.f("ck_break_glass_grant_reviewed_whole")
        ),
        sa.CheckConstraint("expires_at > opened_at", name=op.f("ck_break_glass_grant_moments_in_order")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_break_glass_grant_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_break_glass_grant_organisation_id")
        ),
        sa.ForeignKeyConstraint(["reason"], ["code_break_glass_reason.code"], name=op.f("fk_break_glass_grant_reason")),
        sa.ForeignKeyConstraint(
            ["review_body_id"], ["organisation.id"], name=op.f("fk_break_glass_grant_review_body_id")
        ),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["app_user.id"], name=op.f("fk_break_glass_grant_reviewed_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_break_glass_grant_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass_grant")),
    )
    table = "break_glass_grant"
    op.create_index(op.f("ix_break_glass_grant_case_id"), table, ["case_id"], unique=False)
    op.create_index(op.f("ix_break_glass_grant_changed_xid"), table, ["changed_xid"], unique=False)
    op.create_index("ix_break_glass_grant_user", table, ["user_id", "opened_at", "id"], unique=False)
    op.create_index("ix_break_glass_grant_reviews", table, ["review_body_id", "opened_at", "id"], unique=False)
    op.create_index(
        "ix_break_glass_grant_unreviewed",
        table,
        ["review_body_id", "review_due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'awaiting_review'"),
    )


def downgrade() -> None:
    op.drop_table("break_glass_grant")
    op.drop_table("code_break_glass_reason")
