"""Contacts of contact centres, and the secrets by which their systems sign."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_KINDS = "'role', 'start', 'machine', 'identity', 'body', 'activation', 'scopes', 'group'"


def _hold_requests(secrets: str, more: str) -> None:
    kinds = _KINDS + secrets.removeprefix("'machine'")
    says = (
        "(kind = 'role') = (role is not null) and (kind = 'body') = (to_organisation_id is not null)"
        " and (kind = 'identity') = (issuer is not null) and (issuer is null) = (subject is null)"
        f" and (kind in ({secrets})) = (days is not null) and (kind = 'scopes' or scopes is null)"
        f" and (kind in ('start', {secrets})) = (first_digest is not null){more}"
        " and (kind = 'group') = (group_id is not null) and (group_id is null) = (sector is null)"
        " and (group_id is null) = (is_lead is null)"
    )
    for name, condition in (("kind_known", f"kind in ({kinds})"), ("says_what_it_is", says)):
        op.drop_constraint(op.f(f"ck_account_change_{name}"), "account_change")
        op.create_check_constraint(op.f(f"ck_account_change_{name}"), "account_change", condition)


def upgrade() -> None:
    op.create_table(
        "code_contact_centre_function",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_contact_centre_function")),
    )
    op.create_table(
        "code_non_data_contact",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_non_data_contact")),
    )
    op.create_table(
        "contact_source",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_contact_source_user_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_contact_source")),
    )
    op.create_index(op.f("ix_contact_source_changed_xid"), "contact_source", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_contact_source_user_id"), "contact_source", ["user_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_code", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("function", sa.String(), nullable=True),
        sa.Column("non_data", sa.String(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finalised_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'draft') or content is null", name=op.f("ck_contact_text_of_drafts_alone")),
        sa.ForeignKeyConstraint(["channel"], ["code_signal_channel.code"], name=op.f("fk_contact_channel")),
        sa.ForeignKeyConstraint(["function"], ["code_contact_centre_function.code"], name=op.f("fk_contact_function")),
        sa.ForeignKeyConstraint(["non_data"], ["code_non_data_contact.code"], name=op.f("fk_contact_non_data")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_contact_organisation_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["app_user.id"], name=op.f("fk_contact_sender_id")),
        sa.ForeignKeyConstraint(["source_code"], ["contact_source.code"], name=op.f("fk_contact_source_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("source_code", "external_id", name=op.f("uq_contact_source_code_external_id")),
    )
    op.create_index(op.f("ix_contact_changed_xid"), "contact", ["changed_xid"], unique=False)
    op.create_index(
        "ix_contact_open", "contact", ["heard_at", "id"], unique=False, postgresql_where=sa.text("state = 'draft'")
    )
    op.create_index(
        "ix_contact_organisation_received", "contact", ["organisation_id", "received_at", "id"], unique=False
    )
    op.create_index("ix_contact_region_received", "contact", ["region_code", "received_at", "id"], unique=False)
    op.create_table(
        "contact_refusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_code", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("pointer", sa.String(length=200), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contact_refusal_organisation_id")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["app_user.id"], name=op.f("fk_contact_refusal_sender_id")),
        sa.ForeignKeyConstraint(["source_code"], ["contact_source.code"], name=op.f("fk_contact_refusal_source_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_refusal")),
        sa.UniqueConstraint(
            "source_code",
            "message_id",
            "content_digest",
            "code",
            name=op.f("uq_contact_refusal_source_code_message_id_content_digest_code"),
        ),
    )
    op.create_index("ix_contact_refusal_day", "contact_refusal", ["source_code", "first_at", "id"], unique=False)
    op.create_index(
        "ix_contact_refusal_item", "contact_refusal", ["source_code", "external_id", "first_at"], unique=False
    )
    op.create_table(
        "contact_concern",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("concern_ref", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_concern_contact_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["app_user.id"], name=op.f("fk_contact_concern_sender_id")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_contact_concern_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_concern")),
        sa.UniqueConstraint("contact_id", "concern_ref", name=op.f("uq_contact_concern_contact_id_concern_ref")),
    )
    op.create_index(op.f("ix_contact_concern_signal_id"), "contact_concern", ["signal_id"], unique=False)
    op.create_table(
        "contact_message",
        sa.Column("source_code", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_message_contact_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contact_message_organisation_id")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["app_user.id"], name=op.f("fk_contact_message_sender_id")),
        sa.ForeignKeyConstraint(["source_code"], ["contact_source.code"], name=op.f("fk_contact_message_source_code")),
        sa.PrimaryKeyConstraint("source_code", "message_id", name=op.f("pk_contact_message")),
    )
    op.create_index(op.f("ix_contact_message_contact_id"), "contact_message", ["contact_id"], unique=False)
    op.create_index(
        "ix_contact_message_item", "contact_message", ["source_code", "external_id", "received_at"], unique=False
    )
    op.create_table(
        "signing_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("approved_by_id <> created_by_id", name=op.f("ck_signing_secret_second_person")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["app_user.id"], name=op.f("fk_signing_secret_approved_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_signing_secret_created_by_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["auth_session.id"], name=op.f("fk_signing_secret_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_signing_secret_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_secret")),
    )
    op.create_index(op.f("ix_signing_secret_session_id"), "signing_secret", ["session_id"], unique=False)
    op.create_index(op.f("ix_signing_secret_user_id"), "signing_secret", ["user_id"], unique=False)
    op.add_column("account_change", sa.Column("sealed_first", sa.String(), nullable=True))

    _hold_requests("'machine', 'signing'", " and (kind = 'signing' or sealed_first is null)")


def downgrade() -> None:
    _hold_requests("'machine'", "")

    op.drop_column("account_change", "sealed_first")
    op.drop_index(op.f("ix_signing_secret_user_id"), table_name="signing_secret")
    op.drop_index(op.f("ix_signing_secret_session_id"), table_name="signing_secret")
    op.drop_table("signing_secret")
    op.drop_index("ix_contact_message_item", table_name="contact_message")
    op.drop_index(op.f("ix_contact_message_contact_id"), table_name="contact_message")
    op.drop_table("contact_message")
    op.drop_index(op.f("ix_contact_concern_signal_id"), table_name="contact_concern")
    op.drop_table("contact_concern")
    op.drop_index("ix_contact_refusal_item", table_name="contact_refusal")
    op.drop_index("ix_contact_refusal_day", table_name="contact_refusal")
    op.drop_table("contact_refusal")
    op.drop_index("ix_contact_region_received", table_name="contact")
    op.drop_index("ix_contact_organisation_received", table_name="contact")
    op.drop_index("ix_contact_open", table_name="contact", postgresql_where=sa.text("state = 'draft'"))
    op.drop_index(op.f("ix_contact_changed_xid"), table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_contact_source_user_id"), table_name="contact_source")
    op.drop_index(op.f("ix_contact_source_changed_xid"), table_name="contact_source")
    op.drop_table("contact_source")
    op.drop_table("code_non_data_contact")
    op.drop_table("code_contact_centre_function")
