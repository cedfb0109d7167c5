"""Documents of records, and the keys of their contents."""

import sqlalchemy as sa
from alembic import op


class Xid8(sa.types.UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "XID8"


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_document_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_document_kind")),
    )
    op.create_table(
        "code_document_removal_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_document_removal_reason")),
    )
    op.create_table(
        "code_document_secrecy",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_document_secrecy")),
    )
    op.create_table(
        "document",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        sa.Column("determination_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secrecy", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=True),
        sa.Column("storage_name", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("scan", sa.String(length=16), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removal_reason", sa.String(), nullable=True),
        sa.Column("removal_note", sa.Text(), nullable=True),
        sa.Column("removal_proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("removal_proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Uuid(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "case record_type when 'case' then case_id = record_id when 'signal' then signal_id = record_id"
            " when 'plan' then case_id is not null when 'session' then case_id is not null"
            " when 'visit_act' then signal_id is not null when 'benefit_appeal' then determination_id is not null"
            " else record_type = 'person' end",
            name=op.f("ck_document_record"),
        ),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_document_size_positive")),
        sa.CheckConstraint(
            "case state when 'awaited' then storage_name is null and digest is null"
            " when 'removed' then (storage_name is null) = (digest is null)"
            " when 'erased' then storage_name is null else storage_name is not null and digest is not null end",
            name=op.f("ck_document_content_when_kept"),
        ),
        sa.CheckConstraint(
            "state <> 'removal_proposed' or removal_reason is not null", name=op.f("ck_document_reason_when_proposed")
        ),
        sa.CheckConstraint("(file_name is null) = (state = 'erased')", name=op.f("ck_document_name_until_erased")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_document_case_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_document_created_by_id")),
        sa.ForeignKeyConstraint(["kind"], ["code_document_kind.code"], name=op.f("fk_document_kind")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_document_organisation_id")),
        sa.ForeignKeyConstraint(
            ["removal_proposed_by_id"], ["app_user.id"], name=op.f("fk_document_removal_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["removal_reason"], ["code_document_removal_reason.code"], name=op.f("fk_document_removal_reason")
        ),
        sa.ForeignKeyConstraint(["removed_by_id"], ["app_user.id"], name=op.f("fk_document_removed_by_id")),
        sa.ForeignKeyConstraint(["secrecy"], ["code_document_secrecy.code"], name=op.f("fk_document_secrecy")),
        sa.ForeignKeyConstraint(
            ["determination_id"], ["benefit_determination.id"], name=op.f("fk_document_determination_id")
        ),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_document_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_changed_xid"), "document", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_document_determination_id"), "document", ["determination_id"], unique=False)
    op.create_index(op.f("ix_document_signal_id"), "document", ["signal_id"], unique=False)
    op.create_index("ix_document_record", "document", ["record_type", "record_id", "created_at", "id"], unique=False)
    op.create_index("ix_document_case_newest", "document", ["case_id", "created_at", "id"], unique=False)
    op.create_index("uq_document_storage_name", "document", ["storage_name"], unique=True)
    op.create_table(
        "document_key",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("master_key_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped", sa.String(length=160), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(wrapped is null) = (destroyed_at is not null)", name=op.f("ck_document_key_until_destroyed")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_key_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_key")),
    )
    op.create_index(op.f("ix_document_key_master_key_id"), "document_key", ["master_key_id"], unique=False)
