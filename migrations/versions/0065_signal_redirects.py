"""Redirects of signals, with who handed them on and what was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_UNDER_WAY = """
    INSERT INTO signal_redirect (id, signal_id, from_organisation_id, by_organisation_id, from_region_code,
                                 to_organisation_id, external_body, redirected_by_id, redirected_at, due_at)
    SELECT gen_random_uuid(), s.id, o.id, u.organisation_id, coalesce(o.region_code, s.region_code),
           CASE WHEN s.redirected_to IS NULL THEN s.organisation_id END, s.redirected_to, s.triaged_by_id, s.triaged_at,
           coalesce(t.due_at, s.triaged_at)
      FROM signal s
      JOIN organisation o ON o.id = CASE WHEN s.redirected_to IS NULL THEN s.received_by_organisation_id
                                         ELSE s.organisation_id END
      JOIN app_user u ON u.id = s.triaged_by_id
      LEFT JOIN task t ON t.record_id = s.id AND t.kind = 'redirect_acknowledgement' AND t.completed_at IS NULL
       AND t.cancelled_at IS NULL
     WHERE s.state = 'redirected'
"""
"""Of a signal that is with another body already it is known who took it first, and no more."""


def upgrade() -> None:
    op.create_table(
        "signal_redirect",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("from_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("by_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("from_region_code", sa.String(length=5), nullable=True),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("external_body", sa.Text(), nullable=True),
        sa.Column("redirected_by_id", sa.Uuid(), nullable=False),
        sa.Column("redirected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "answer in ('accepted', 'acknowledged', 'refused')", name=op.f("ck_signal_redirect_answer_known")
        ),
        sa.CheckConstraint(
            "(answer is null) = (answered_at is null)", name=op.f("ck_signal_redirect_answered_at_a_moment")
        ),
        sa.CheckConstraint(
            "(answer is null) = (answered_by_id is null)", name=op.f("ck_signal_redirect_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "to_organisation_id is null or external_body is null", name=op.f("ck_signal_redirect_one_body")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["app_user.id"], name=op.f("fk_signal_redirect_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["by_organisation_id"], ["organisation.id"], name=op.f("fk_signal_redirect_by_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_organisation_id"], ["organisation.id"], name=op.f("fk_signal_redirect_from_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["redirected_by_id"], ["app_user.id"], name=op.f("fk_signal_redirect_redirected_by_id")
        ),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_signal_redirect_signal_id")),
        sa.ForeignKeyConstraint(
            ["to_organisation_id"], ["organisation.id"], name=op.f("fk_signal_redirect_to_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_redirect")),
    )
    op.create_index(op.f("ix_signal_redirect_signal_id"), "signal_redirect", ["signal_id"], unique=False)
    op.create_index(
        "uq_signal_redirect_open",
        "signal_redirect",
        ["signal_id"],
        unique=True,
        postgresql_where=sa.text("answer is null"),
    )
    op.create_index("ix_signal_redirect_sent", "signal_redirect", ["from_organisation_id", "redirected_at", "id"])
    op.create_index("ix_signal_redirect_decided", "signal_redirect", ["by_organisation_id", "redirected_at", "id"])
    op.create_index("ix_signal_redirect_received", "signal_redirect", ["to_organisation_id", "redirected_at", "id"])
    op.execute(_UNDER_WAY)


def downgrade() -> None:
    op.drop_table("signal_redirect")
