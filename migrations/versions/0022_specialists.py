"""Specialists of a centre: papers, working week, absences; the service of a session."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_LISTS = ("absence_reason", "centre_service", "specialist_paper_kind")


def upgrade() -> None:
    for name in _LISTS:
        op.create_table(
            f"code_{name}",
            sa.Column("code", sa.Text(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("list_version", sa.Integer(), nullable=False),
            sa.Column("valid_from", sa.Date(), nullable=True),
            sa.Column("valid_until", sa.Date(), nullable=True),
            sa.Column("label_kk", sa.Text(), nullable=True),
            sa.Column("label_ru", sa.Text(), nullable=True),
            sa.Column("label_en", sa.Text(), nullable=True),
            sa.PrimaryKeyConstraint("code", name=op.f(f"pk_code_{name}")),
        )
    op.create_table(
        "specialist_paper",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_until >= issued_on", name=op.f("ck_specialist_paper_ends_after_issue")),
        sa.CheckConstraint("created_by_id <> user_id", name=op.f("ck_specialist_paper_not_by_oneself")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_specialist_paper_created_by_id")),
        sa.ForeignKeyConstraint(["kind"], ["code_specialist_paper_kind.code"], name=op.f("fk_specialist_paper_kind")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_specialist_paper_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specialist_paper")),
    )
    op.create_index(op.f("ix_specialist_paper_changed_xid"), "specialist_paper", ["changed_xid"], unique=False)
    op.create_index("ix_specialist_paper_user", "specialist_paper", ["user_id", "kind", "issued_on"], unique=False)
    op.create_table(
        "specialist_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_time", sa.Time(), nullable=False),
        sa.Column("until_time", sa.Time(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("weekday between 1 and 7", name=op.f("ck_specialist_hours_weekday_known")),
        sa.CheckConstraint("until_time > from_time", name=op.f("ck_specialist_hours_until_after_from")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_specialist_hours_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specialist_hours")),
    )
    op.create_index(
        "ix_specialist_hours_user",
        "specialist_hours",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "specialist_absence",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_specialist_absence_ends_after_start")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_specialist_absence_created_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_specialist_absence_organisation_id")
        ),
        sa.ForeignKeyConstraint(["reason"], ["code_absence_reason.code"], name=op.f("fk_specialist_absence_reason")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_specialist_absence_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specialist_absence")),
    )
    op.create_index(op.f("ix_specialist_absence_changed_xid"), "specialist_absence", ["changed_xid"], unique=False)
    op.create_index(
        "ix_specialist_absence_user",
        "specialist_absence",
        ["user_id", "ends_at"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at is null"),
    )
    op.add_column("centre_session", sa.Column("service", sa.String(), nullable=True))
    op.create_foreign_key(
        op.f("fk_centre_session_service"), "centre_session", "code_centre_service", ["service"], ["code"]
    )
