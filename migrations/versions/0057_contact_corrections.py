"""Corrections of contacts, and who got in touch."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_caller",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("phone", sa.String(length=64), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("callback_allowed", sa.Boolean(), nullable=False),
        sa.Column("safe_from", sa.Time(), nullable=True),
        sa.Column("safe_until", sa.Time(), nullable=True),
        sa.Column("wants_confidentiality", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_caller_contact_id")),
        sa.ForeignKeyConstraint(["relation"], ["code_contact_relation.code"], name=op.f("fk_contact_caller_relation")),
        sa.ForeignKeyConstraint(["sender_id"], ["app_user.id"], name=op.f("fk_contact_caller_sender_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_caller")),
    )
    op.create_index(op.f("ix_contact_caller_phone_hash"), "contact_caller", ["phone_hash"], unique=False)
    op.create_table(
        "contact_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('changed', 'withdrawn')", name=op.f("ck_contact_correction_kind_known")),
        sa.ForeignKeyConstraint(["concern_id"], ["contact_concern.id"], name=op.f("fk_contact_correction_concern_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_correction_contact_id")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_contact_correction_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_correction")),
    )
    op.create_index(op.f("ix_contact_correction_contact_id"), "contact_correction", ["contact_id"], unique=False)
    op.create_index(op.f("ix_contact_correction_signal_id"), "contact_correction", ["signal_id"], unique=False)
    op.add_column("contact", sa.Column("signals", sa.Integer(), server_default="0", nullable=False))
    op.add_column("contact_concern", sa.Column("withdrawn", sa.Boolean(), server_default="false", nullable=False))
    op.execute("SELECT set_config('casemgmt.audited', 'on', true)")  # counted from what is there: nobody's act
    op.execute("UPDATE contact c SET signals = (SELECT count(*) FROM contact_concern k WHERE k.contact_id = c.id)")
    op.alter_column("contact", "signals", server_default=None)
    op.alter_column("contact_concern", "withdrawn", server_default=None)
    op.create_index("ix_contact_message_day", "contact_message", ["source_code", "received_at"], unique=False)
    op.add_column("contact_source", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("contact_source", "heard_at")
    op.drop_index("ix_contact_message_day", table_name="contact_message")
    op.drop_column("contact_concern", "withdrawn")
    op.drop_column("contact", "signals")
    op.drop_index(op.f("ix_contact_correction_signal_id"), table_name="contact_correction")
    op.drop_index(op.f("ix_contact_correction_contact_id"), table_name="contact_correction")
    op.drop_table("contact_correction")
    op.drop_index(op.f("ix_contact_caller_phone_hash"), table_name="contact_caller")
    op.drop_table("contact_caller")
