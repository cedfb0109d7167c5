"""Alerts on unusual access and suspicious log-ins, and the signs by which log-ins are known."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "security_alert",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("threshold", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(closed_by_id is null) = (closed_at is null)", name=op.f("ck_security_alert_closed_by_somebody")
        ),
        sa.CheckConstraint("closed_by_id <> user_id", name=op.f("ck_security_alert_not_by_oneself")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["app_user.id"], name=op.f("fk_security_alert_closed_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_security_alert_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_security_alert_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_alert")),
        sa.UniqueConstraint("user_id", "kind", "day", name=op.f("uq_security_alert_user_id_kind_day")),
    )
    op.create_index(op.f("ix_security_alert_changed_xid"), "security_alert", ["changed_xid"])
    op.create_index("ix_security_alert_newest", "security_alert", ["raised_at", "id"])
    op.create_table(
        "login_place",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sign", sa.String(length=8), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sign in ('network', 'client')", name=op.f("ck_login_place_sign_known")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_login_place_user_id")),
        sa.PrimaryKeyConstraint("user_id", "sign", "hash", name=op.f("pk_login_place")),
    )


def downgrade() -> None:
    op.drop_table("login_place")
    op.drop_table("security_alert")
