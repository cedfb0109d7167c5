"""Holds, requests for erasure, plans of destruction."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("target_type", sa.String(length=8), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("placed_by_id", sa.Uuid(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=True),
        sa.Column("lift_requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("lift_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'lifted') = (lifted_at is not null)", name=op.f("ck_legal_hold_lifted_whole")),
        sa.CheckConstraint("kind in ('legal', 'court')", name=op.f("ck_legal_hold_kind_known")),
        sa.CheckConstraint(
            "target_type in ('case', 'person', 'family', 'signal')", name=op.f("ck_legal_hold_target_known")
        ),
        sa.CheckConstraint(
            "lifted_by_id is null or lifted_by_id <> lift_requested_by_id",
            name=op.f("ck_legal_hold_second_person_lifts"),
        ),
        sa.ForeignKeyConstraint(
            ["lift_requested_by_id"], ["app_user.id"], name=op.f("fk_legal_hold_lift_requested_by_id")
        ),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["app_user.id"], name=op.f("fk_legal_hold_lifted_by_id")),
        sa.ForeignKeyConstraint(["placed_by_id"], ["app_user.id"], name=op.f("fk_legal_hold_placed_by_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["app_user.id"], name=op.f("fk_legal_hold_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_changed_xid"), "legal_hold", ["changed_xid"], unique=False)
    op.create_index(
        "ix_legal_hold_in_force",
        "legal_hold",
        ["target_id"],
        unique=False,
        postgresql_where=sa.text("state <> 'lifted'"),
    )
    op.create_index("ix_legal_hold_newest", "legal_hold", ["placed_at", "id"], unique=False)
    op.create_table(
        "retention_plan",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("schedule", postgresql.JSONB(), nullable=False),
        sa.Column("schedule_digest", sa.String(length=64), nullable=False),
        sa.Column("held_back", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state not in ('approved', 'completed') or approved_at is not null",
            name=op.f("ck_retention_plan_approved_first"),
        ),
        sa.CheckConstraint(
            "approved_by_id is null or approved_by_id <> made_by_id",
            name=op.f("ck_retention_plan_second_person_approves"),
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["app_user.id"], name=op.f("fk_retention_plan_approved_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["app_user.id"], name=op.f("fk_retention_plan_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_plan")),
    )
    op.create_index(op.f("ix_retention_plan_changed_xid"), "retention_plan", ["changed_xid"], unique=False)
    op.create_index("ix_retention_plan_newest", "retention_plan", ["made_at", "id"], unique=False)
    op.create_table(
        "erasure_request",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(length=32), nullable=True),
        sa.Column("executed_by_id", sa.Uuid(), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "(state = 'executed') = (executed_at is not null)", name=op.f("ck_erasure_request_executed_whole")
        ),
        sa.CheckConstraint(
            "decided_by_id is null or decided_by_id <> requested_by_id",
            name=op.f("ck_erasure_request_second_person_decides"),
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["app_user.id"], name=op.f("fk_erasure_request_decided_by_id")),
        sa.ForeignKeyConstraint(["executed_by_id"], ["app_user.id"], name=op.f("fk_erasure_request_executed_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_request_person_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["app_user.id"], name=op.f("fk_erasure_request_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
    )
    op.create_index(op.f("ix_erasure_request_changed_xid"), "erasure_request", ["changed_xid"], unique=False)
    op.create_index("ix_erasure_request_newest", "erasure_request", ["requested_at", "id"], unique=False)
    op.create_index(op.f("ix_erasure_request_person_id"), "erasure_request", ["person_id"], unique=False)
    op.create_index(
        "uq_erasure_request_open",
        "erasure_request",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("state in ('requested', 'approved')"),
    )
    op.create_table(
        "retention_item",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record_class", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("ended_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome in ('destroyed', 'left_out')", name=op.f("ck_retention_item_outcome_known")),
        sa.ForeignKeyConstraint(["plan_id"], ["retention_plan.id"], name=op.f("fk_retention_item_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "position", name=op.f("pk_retention_item")),
    )
    op.create_index(
        "ix_retention_item_left",
        "retention_item",
        ["plan_id", "position"],
        unique=False,
        postgresql_where=sa.text("outcome is null"),
    )


def downgrade() -> None:
    op.drop_index("ix_retention_item_left", table_name="retention_item", postgresql_where=sa.text("outcome is null"))
    op.drop_table("retention_item")
    op.drop_index(
        "uq_erasure_request_open",
        table_name="erasure_request",
        postgresql_where=sa.text("state in ('requested', 'approved')"),
    )
    op.drop_index(op.f("ix_erasure_request_person_id"), table_name="erasure_request")
    op.drop_index("ix_erasure_request_newest", table_name="erasure_request")
    op.drop_index(op.f("ix_erasure_request_changed_xid"), table_name="erasure_request")
    op.drop_table("erasure_request")
    op.drop_index("ix_retention_plan_newest", table_name="retention_plan")
    op.drop_index(op.f("ix_retention_plan_changed_xid"), table_name="retention_plan")
    op.drop_table("retention_plan")
    op.drop_index("ix_legal_hold_newest", table_name="legal_hold")
    op.drop_index("ix_legal_hold_in_force", table_name="legal_hold", postgresql_where=sa.text("state <> 'lifted'"))
    op.drop_index(op.f("ix_legal_hold_changed_xid"), table_name="legal_hold")
    op.drop_table("legal_hold")
