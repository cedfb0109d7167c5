"""Mandatory notices with their proof."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_notice_delivery",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_notice_delivery")),
    )
    op.create_table(
        "mandatory_notice",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("to_body", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("taken_by", sa.String(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("acknowledged_number", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(acknowledged_at is null) = (acknowledged_by is null)",
            name=op.f("ck_mandatory_notice_acknowledged_by_somebody"),
        ),
        sa.CheckConstraint(
            "number is not null or document_id is not null or taken_by is not null",
            name=op.f("ck_mandatory_notice_proved"),
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_mandatory_notice_task_id")),
        sa.ForeignKeyConstraint(["delivery"], ["code_notice_delivery.code"], name=op.f("fk_mandatory_notice_delivery")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_mandatory_notice_document_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_mandatory_notice_recorded_by_id")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_mandatory_notice")),
    )


def downgrade() -> None:
    op.drop_table("mandatory_notice")
    op.drop_table("code_notice_delivery")
