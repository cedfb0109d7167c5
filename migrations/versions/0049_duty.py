"""The rota of the duty desk, and what went to whoever was on duty."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_STANDS = sa.text("cancelled_at is null")


def upgrade() -> None:
    op.create_table(
        "duty_shift",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_to_id", sa.Uuid(), nullable=True),
        sa.Column("in_return_id", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_shift_ends_after_start")),
        sa.CheckConstraint("offered_to_id <> user_id", name=op.f("ck_duty_shift_offered_to_another")),
        sa.CheckConstraint(
            "in_return_id is null or offered_to_id is not null", name=op.f("ck_duty_shift_in_return_of_an_offer")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_duty_shift_created_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_duty_shift_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_duty_shift_user_id")),
        sa.ForeignKeyConstraint(["offered_to_id"], ["app_user.id"], name=op.f("fk_duty_shift_offered_to_id")),
        sa.ForeignKeyConstraint(["in_return_id"], ["duty_shift.id"], name=op.f("fk_duty_shift_in_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shift")),
    )
    op.create_index(op.f("ix_duty_shift_changed_xid"), "duty_shift", ["changed_xid"])
    op.create_index("ix_duty_shift_body", "duty_shift", ["organisation_id", "ends_at"], postgresql_where=_STANDS)
    op.create_index("ix_duty_shift_user", "duty_shift", ["user_id", "ends_at"], postgresql_where=_STANDS)
    # Nobody is on duty twice at a time; asked at the end of the statement, so that two shifts can change hands in one.
    op.execute(
        "ALTER TABLE duty_shift ADD CONSTRAINT ex_duty_shift_overlap EXCLUDE USING gist"
        " (uuidrange(user_id, user_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)"
        " WHERE (cancelled_at IS NULL) DEFERRABLE INITIALLY IMMEDIATE"
    )
    op.create_table(
        "duty_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_duty_assignment_task_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["duty_shift.id"], name=op.f("fk_duty_assignment_shift_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_duty_assignment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_assignment")),
    )
    op.create_index(op.f("ix_duty_assignment_task_id"), "duty_assignment", ["task_id"])
    op.create_index(op.f("ix_duty_assignment_shift_id"), "duty_assignment", ["shift_id"])
    op.create_index(
        "uq_duty_assignment_now",
        "duty_assignment",
        ["task_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def downgrade() -> None:
    op.drop_table("duty_assignment")
    op.drop_table("duty_shift")
