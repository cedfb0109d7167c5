"""Contacts recorded by hand, plates, topics, what hangs and who is silent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def _hold(kinds: str) -> None:
    name = op.f("ck_contact_correction_kind_known")
    op.drop_constraint(name, "contact_correction")
    op.create_check_constraint(name, "contact_correction", f"kind in ({kinds})")


def upgrade() -> None:
    op.create_table(
        "qr_plate",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=False),
        sa.Column("kato", sa.String(length=9), nullable=True),
        sa.Column("duty_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["duty_organisation_id"], ["organisation.id"], name=op.f("fk_qr_plate_duty_organisation_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_qr_plate")),
    )
    op.create_index(op.f("ix_qr_plate_changed_xid"), "qr_plate", ["changed_xid"], unique=False)
    op.create_table(
        "contact_taxonomy",
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["loaded_by_id"], ["app_user.id"], name=op.f("fk_contact_taxonomy_loaded_by_id")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_contact_taxonomy")),
    )
    op.add_column("contact", sa.Column("plate_code", sa.String(length=64), nullable=True))
    op.add_column("contact", sa.Column("plate_known", sa.Boolean(), server_default="false", nullable=False))
    op.add_column(
        "contact",
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("contact", sa.Column("taxonomy_version", sa.String(length=32), nullable=True))
    op.add_column("contact", sa.Column("taxonomy_known", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("contact", sa.Column("abandoned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact", sa.Column("settled_by_id", sa.Uuid(), nullable=True))
    op.add_column("contact", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    for column in ("plate_known", "attachments", "taxonomy_known"):
        op.alter_column("contact", column, server_default=None)
    op.create_check_constraint(
        op.f("ck_contact_settled_by_somebody"), "contact", "(settled_by_id is null) = (settled_at is null)"
    )
    op.create_foreign_key(op.f("fk_contact_settled_by_id"), "contact", "app_user", ["settled_by_id"], ["id"])
    op.add_column("contact_concern", sa.Column("topic", sa.String(length=64), nullable=True))
    op.add_column("contact_source", sa.Column("silence_told_at", sa.DateTime(timezone=True), nullable=True))
    _hold("'arrived', 'changed', 'withdrawn'")


def downgrade() -> None:
    _hold("'changed', 'withdrawn'")
    op.drop_constraint(op.f("ck_contact_settled_by_somebody"), "contact")
    op.drop_column("contact_source", "silence_told_at")
    op.drop_column("contact_concern", "topic")
    op.drop_constraint(op.f("fk_contact_settled_by_id"), "contact", type_="foreignkey")
    op.drop_column("contact", "settled_at")
    op.drop_column("contact", "settled_by_id")
    op.drop_column("contact", "abandoned_at")
    op.drop_column("contact", "taxonomy_known")
    op.drop_column("contact", "taxonomy_version")
    op.drop_column("contact", "attachments")
    op.drop_column("contact", "plate_known")
    op.drop_column("contact", "plate_code")
    op.drop_table("contact_taxonomy")
    op.drop_index(op.f("ix_qr_plate_changed_xid"), table_name="qr_plate")
    op.drop_table("qr_plate")
