"""Staff conflicts, and the list of their kinds."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_staff_conflict_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_staff_conflict_kind")),
    )
    op.create_table(
        "staff_conflict",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(length=8), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("case_number", sa.String(length=24), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.Column("match_key", sa.String(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(record_id, case_number, match_key) = 1 and (record_id is null) = (record_type is null)"
            " and (match_key is null) = (birth_year is null) and (match_key is null) = (named is null)",
            name=op.f("ck_staff_conflict_names_one_thing"),
        ),
        sa.CheckConstraint(
            "record_type in ('person', 'case', 'signal')", name=op.f("ck_staff_conflict_record_type_known")
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_at is not null)", name=op.f("ck_staff_conflict_ended_at_when_ended")
        ),
        sa.CheckConstraint(
            "ended_by_id <> user_id and ended_by_id <> declared_by_id",
            name=op.f("ck_staff_conflict_second_person_ends"),
        ),
        sa.ForeignKeyConstraint(["declared_by_id"], ["app_user.id"], name=op.f("fk_staff_conflict_declared_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_staff_conflict_ended_by_id")),
        sa.ForeignKeyConstraint(["kind"], ["code_staff_conflict_kind.code"], name=op.f("fk_staff_conflict_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_staff_conflict_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_staff_conflict_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_conflict")),
    )
    op.create_index(op.f("ix_staff_conflict_changed_xid"), "staff_conflict", ["changed_xid"], unique=False)
    op.create_index("ix_staff_conflict_body", "staff_conflict", ["organisation_id", "declared_at", "id"], unique=False)
    op.create_index("ix_staff_conflict_user", "staff_conflict", ["user_id", "declared_at", "id"], unique=False)
    op.create_index(
        "ix_staff_conflict_standing",
        "staff_conflict",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("state = 'standing'"),
    )


def downgrade() -> None:
    op.drop_table("staff_conflict")
    op.drop_table("code_staff_conflict_kind")
