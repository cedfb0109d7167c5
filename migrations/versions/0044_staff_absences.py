"""Absences of staff, and the places in teams that rest on them."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_STANDING = sa.text("ended_at is null and withdrawn_at is null")


def upgrade() -> None:
    op.create_table(
        "staff_absence",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("covers_restricted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_staff_absence_ends_after_start")),
        sa.CheckConstraint("deputy_id <> user_id", name=op.f("ck_staff_absence_another_stands_in")),
        sa.CheckConstraint(
            "withdrawn_at is null or begun_at is null", name=op.f("ck_staff_absence_withdrawn_before_it_began")
        ),
        sa.CheckConstraint(
            "ended_at is null or begun_at is not null", name=op.f("ck_staff_absence_ended_after_it_began")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_staff_absence_created_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_staff_absence_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_staff_absence_user_id")),
        sa.ForeignKeyConstraint(["reason"], ["code_absence_reason.code"], name=op.f("fk_staff_absence_reason")),
        sa.ForeignKeyConstraint(["deputy_id"], ["app_user.id"], name=op.f("fk_staff_absence_deputy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_absence")),
    )
    op.create_index(op.f("ix_staff_absence_changed_xid"), "staff_absence", ["changed_xid"])
    op.create_index("ix_staff_absence_user", "staff_absence", ["user_id", "ends_at"], postgresql_where=_STANDING)
    op.create_index("ix_staff_absence_deputy", "staff_absence", ["deputy_id"], postgresql_where=_STANDING)
    op.create_index(
        "ix_staff_absence_body", "staff_absence", ["organisation_id", "ends_at"], postgresql_where=_STANDING
    )
    op.create_index(
        "ix_staff_absence_begins",
        "staff_absence",
        ["starts_at"],
        postgresql_where=sa.text("begun_at is null and withdrawn_at is null"),
    )
    op.create_index(
        "ix_staff_absence_ends",
        "staff_absence",
        ["ends_at"],
        postgresql_where=sa.text("begun_at is not null and ended_at is null"),
    )
    # One absence of a worker at a time, whoever enters them.
    op.execute(
        "ALTER TABLE staff_absence ADD CONSTRAINT ex_staff_absence_overlap EXCLUDE USING gist"
        " (uuidrange(user_id, user_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)"
        " WHERE (ended_at IS NULL AND withdrawn_at IS NULL)"
    )
    op.create_table(
        "staff_absence_case",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_staff_absence_case_organisation_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_staff_absence_case_case_id")),
        sa.ForeignKeyConstraint(["absence_id"], ["staff_absence.id"], name=op.f("fk_staff_absence_case_absence_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["app_user.id"], name=op.f("fk_staff_absence_case_deputy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_absence_case")),
    )
    op.create_index(op.f("ix_staff_absence_case_case_id"), "staff_absence_case", ["case_id"])
    op.create_index(
        "uq_staff_absence_case_now",
        "staff_absence_case",
        ["absence_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "ix_staff_absence_case_deputy",
        "staff_absence_case",
        ["deputy_id"],
        postgresql_where=sa.text("ended_at is null"),
    )
    op.add_column("case_member", sa.Column("absence_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_case_member_absence_id"), "case_member", "staff_absence", ["absence_id"], ["id"])
    op.create_index(
        "ix_case_member_absence",
        "case_member",
        ["absence_id"],
        postgresql_where=sa.text("absence_id is not null and ended_at is null"),
    )


def downgrade() -> None:
    op.drop_index("ix_case_member_absence", table_name="case_member")
    op.drop_constraint(op.f("fk_case_member_absence_id"), "case_member", type_="foreignkey")
    op.drop_column("case_member", "absence_id")
    op.drop_table("staff_absence_case")
    op.drop_table("staff_absence")
