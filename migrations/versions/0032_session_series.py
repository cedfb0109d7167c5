"""Series of sessions, home visits, and by whom and for whom a session was cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_cancellation_party",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_cancellation_party")),
    )
    op.create_table(
        "session_series",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_session_series_case_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_session_series_created_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_session_series_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_series")),
    )
    op.create_index(op.f("ix_session_series_case_id"), "session_series", ["case_id"], unique=False)
    table = "centre_session"
    op.alter_column(table, "room_id", nullable=True)
    op.add_column(table, sa.Column("travel_minutes", sa.Integer(), nullable=True))
    op.add_column(table, sa.Column("series_id", sa.Uuid(), nullable=True))
    op.add_column(table, sa.Column("cancelled_for", sa.String(), nullable=True))
    op.add_column(table, sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(table, sa.Column("cancelled_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_centre_session_series_id"), table, "session_series", ["series_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_centre_session_cancelled_for"), table, "code_cancellation_party", ["cancelled_for"], ["code"]
    )
    op.create_foreign_key(op.f("fk_centre_session_cancelled_by_id"), table, "app_user", ["cancelled_by_id"], ["id"])
    op.create_index(op.f("ix_centre_session_series_id"), table, ["series_id"], unique=False)
    op.create_check_constraint(
        op.f("ck_centre_session_room_or_travel"), table, "(room_id is null) = (travel_minutes is not null)"
    )
