"""Electronic signatures on the minutes of conferences."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None
_OF = {"case_id": "case_record", "conference_id": "conference"}
_NAMED = {"organisation_id": "organisation", "recorded_by_id": "app_user"}


def upgrade() -> None:
    op.create_table(
        "conference_signature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        *(sa.Column(column, sa.Uuid(), nullable=False) for column in _OF),
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
            name=op.f("ck_conference_signature_verification_known"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_conference_signature_{column}"))
            for column, target in {**_OF, **_NAMED}.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_signature")),
    )
    for column in (*_OF, "changed_xid"):
        op.create_index(op.f(f"ix_conference_signature_{column}"), "conference_signature", [column], unique=False)


def downgrade() -> None:
    op.drop_table("conference_signature")
