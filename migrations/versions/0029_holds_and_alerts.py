"""Holds of clocks, recalculations, warnings, breaches and escalations as facts that stay."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_hold_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_hold_reason")),
    )
    op.create_table(
        "task_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner_group_id", sa.Uuid(), nullable=True),
        sa.Column("owner_body_id", sa.Uuid(), nullable=False),
        sa.Column("told_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'escalation') = (level is not null)", name=op.f("ck_task_alert_level_of_escalation")
        ),
        sa.CheckConstraint("kind in ('warning', 'breach', 'escalation')", name=op.f("ck_task_alert_kind_known")),
        sa.ForeignKeyConstraint(["owner_body_id"], ["organisation.id"], name=op.f("fk_task_alert_owner_body_id")),
        sa.ForeignKeyConstraint(["owner_group_id"], ["mobile_group.id"], name=op.f("fk_task_alert_owner_group_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_task_alert_owner_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_alert_task_id")),
        sa.ForeignKeyConstraint(["told_id"], ["app_user.id"], name=op.f("fk_task_alert_told_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_alert")),
    )
    op.create_index("uq_task_alert_fact", "task_alert", ["task_id", "kind", "at"], unique=True)
    op.create_table(
        "task_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("authority", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("placed_by_id", sa.Uuid(), nullable=False),
        sa.Column("placed_by_roles", sa.String(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=True),
        sa.Column("warn_ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_ended", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("authority in ('own_task', 'supervision')", name=op.f("ck_task_hold_authority_known")),
        sa.CheckConstraint("(warn_ended is null) = (due_ended is null)", name=op.f("ck_task_hold_early_end_whole")),
        sa.CheckConstraint(
            "ended_at is null or ended_at <= until_at", name=op.f("ck_task_hold_never_longer_than_planned")
        ),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_task_hold_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_task_hold_ended_by_id")),
        sa.ForeignKeyConstraint(["placed_by_id"], ["app_user.id"], name=op.f("fk_task_hold_placed_by_id")),
        sa.ForeignKeyConstraint(["reason"], ["code_hold_reason.code"], name=op.f("fk_task_hold_reason")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_hold_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_hold")),
    )
    op.create_index("ix_task_hold_task", "task_hold", ["task_id", "from_at"], unique=False)
    op.create_index(
        "uq_task_hold_running", "task_hold", ["task_id"], unique=True, postgresql_where=sa.text("ended_at is null")
    )
    op.create_table(
        "task_recalculation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("risk_before", sa.String(), nullable=True),
        sa.Column("risk_after", sa.String(), nullable=False),
        sa.Column("term", sa.String(length=48), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("warn_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_task_recalculation_by_id")),
        sa.ForeignKeyConstraint(
            ["risk_after"], ["code_risk_level.code"], name=op.f("fk_task_recalculation_risk_after")
        ),
        sa.ForeignKeyConstraint(
            ["risk_before"], ["code_risk_level.code"], name=op.f("fk_task_recalculation_risk_before")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_recalculation_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_recalculation")),
    )
    op.create_index("ix_task_recalculation_task", "task_recalculation", ["task_id", "from_at"], unique=False)
    op.add_column("task", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("about_kind", sa.String(length=48), nullable=True))
    op.create_index(
        "ix_task_breached",
        "task",
        ["organisation_id", "breached_at", "id"],
        unique=False,
        postgresql_where=sa.text("breached_at is not null"),
    )
    op.create_index(
        "ix_task_held",
        "task",
        ["organisation_id", "held_until", "id"],
        unique=False,
        postgresql_where=sa.text("held_until is not null and completed_at is null and cancelled_at is null"),
    )
    op.create_index(
        "ix_task_unassigned",
        "task",
        ["organisation_id", "started_at", "id"],
        unique=False,
        postgresql_where=sa.text("completed_at is null and cancelled_at is null and assignee_id is null"),
    )
    op.create_index(
        "ix_task_ticking",
        "task",
        ["warn_at", "id"],
        unique=False,
        postgresql_where=sa.text("breached_at is null and coalesce(completed_at, cancelled_at, 'infinity') > due_at"),
    )


def downgrade() -> None:
    op.drop_index("ix_task_unassigned", table_name="task")
    op.drop_index(
        "ix_task_ticking",
        table_name="task",
        postgresql_where=sa.text("breached_at is null and coalesce(completed_at, cancelled_at, 'infinity') > due_at"),
    )
    op.drop_index(
        "ix_task_held",
        table_name="task",
        postgresql_where=sa.text("held_until is not null and completed_at is null and cancelled_at is null"),
    )
    op.drop_index("ix_task_breached", table_name="task", postgresql_where=sa.text("breached_at is not null"))
    op.drop_column("task", "about_kind")
    op.drop_column("task", "breached_at")
    op.drop_column("task", "warned_at")
    op.drop_column("task", "held_until")
    op.drop_table("task_recalculation")
    op.drop_table("task_hold")
    op.drop_table("task_alert")
    op.drop_table("code_hold_reason")
