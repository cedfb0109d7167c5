"""Notes and flags of cases; warnings say whether the person knows of them, and are reviewed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_SET = sa.text("lifted_at is null")


def upgrade() -> None:
    op.create_table(
        "code_case_flag",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_case_flag")),
    )
    op.create_table(
        "case_note",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("mentions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_note_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_case_note_organisation_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["app_user.id"], name=op.f("fk_case_note_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index(op.f("ix_case_note_case_id"), "case_note", ["case_id"], unique=False)
    op.create_index("ix_case_note_case_written", "case_note", ["case_id", "written_at", "id"], unique=False)
    op.create_table(
        "case_flag",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(lifted_at is null) = (lift_reason is null)", name=op.f("ck_case_flag_lifted_whole")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_flag_case_id")),
        sa.ForeignKeyConstraint(["kind"], ["code_case_flag.code"], name=op.f("fk_case_flag_kind")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["app_user.id"], name=op.f("fk_case_flag_lifted_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_case_flag_organisation_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["app_user.id"], name=op.f("fk_case_flag_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_flag")),
    )
    op.create_index(op.f("ix_case_flag_case_id"), "case_flag", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_flag_changed_xid"), "case_flag", ["changed_xid"], unique=False)
    op.create_index("uq_case_flag_set", "case_flag", ["case_id", "kind"], unique=True, postgresql_where=_SET)
    for name, columns in (
        ("ix_case_flag_region_set", ["region_code", "set_at", "id"]),
        ("ix_case_flag_organisation_set", ["organisation_id", "set_at", "id"]),
        ("ix_case_flag_set", ["set_at", "id"]),
    ):
        op.create_index(name, "case_flag", columns, unique=False, postgresql_where=_SET)
    table = "visitor_warning"
    op.add_column(table, sa.Column("person_id", sa.Uuid(), nullable=True))
    op.add_column(table, sa.Column("told", sa.Boolean(), nullable=True))
    op.add_column(table, sa.Column("told_note", sa.Text(), nullable=True))
    op.add_column(table, sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(table, sa.Column("reviewed_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_visitor_warning_person_id"), table, "person", ["person_id"], ["id"])
    op.create_foreign_key(op.f("fk_visitor_warning_reviewed_by_id"), table, "app_user", ["reviewed_by_id"], ["id"])
    op.create_index(op.f("ix_visitor_warning_person_id"), table, ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_visitor_warning_person_id"), "visitor_warning")
    for column in ("person_id", "told", "told_note", "reviewed_at", "reviewed_by_id"):
        op.drop_column("visitor_warning", column)
    op.drop_table("case_flag")
    op.drop_table("case_note")
    op.drop_table("code_case_flag")
