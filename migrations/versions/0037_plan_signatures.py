"""Electronic signatures on plans."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_signature",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signer", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("blob", sa.String(length=90_000), nullable=True),
        sa.Column("certificate", sa.String(length=24_000), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("serial", sa.String(length=80), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verification", sa.String(length=12), nullable=False),
        sa.Column("finding", sa.String(length=40), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "verification in ('verified', 'refused', 'unavailable')",
            name=op.f("ck_plan_signature_verification_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_plan_signature_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_plan_signature_organisation_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_signature_plan_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_plan_signature_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_signature")),
    )
    for column in ("case_id", "changed_xid", "plan_id"):
        op.create_index(op.f(f"ix_plan_signature_{column}"), "plan_signature", [column], unique=False)


def downgrade() -> None:
    op.drop_table("plan_signature")
