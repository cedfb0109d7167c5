"""Second factors, known devices, and what a log-in session tells of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "auth_session", sa.Column("second_factor", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("auth_session", sa.Column("client_name", sa.String(length=80), nullable=True))
    op.execute("DELETE FROM login_attempt")  # failures of the last minutes, counted in another way from now on
    op.add_column("login_attempt", sa.Column("address_hash", sa.String(length=64), nullable=False))
    op.add_column("login_attempt", sa.Column("device_hash", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_login_attempt_address_hash"), "login_attempt", ["address_hash"], unique=False)
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_second_factor_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)
    op.create_table(
        "login_challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("need", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_login_challenge_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_challenge")),
    )
    op.create_index(op.f("ix_login_challenge_user_id"), "login_challenge", ["user_id"], unique=False)
    op.create_table(
        "factor_removal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "requested_by_id <> user_id and decided_by_id <> user_id", name=op.f("ck_factor_removal_not_for_oneself")
        ),
        sa.CheckConstraint("decided_by_id <> requested_by_id", name=op.f("ck_factor_removal_two_persons")),
        sa.CheckConstraint(
            "(decided_by_id is null) = (decided_at is null)", name=op.f("ck_factor_removal_decided_by_somebody")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_factor_removal_user_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["app_user.id"], name=op.f("fk_factor_removal_requested_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["app_user.id"], name=op.f("fk_factor_removal_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_removal")),
    )
    op.create_index(op.f("ix_factor_removal_user_id"), "factor_removal", ["user_id"], unique=False)
    op.create_index(
        "uq_factor_removal_open",
        "factor_removal",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("decided_at is null"),
    )
