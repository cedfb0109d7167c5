"""Under which wish somebody else got an answer; messages that were refused; what lies with the carrier."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_KNOWN = """
    UPDATE contact_answer a
       SET exposed_at = r.received_at,
           exposed_under = CASE WHEN greatest(r.received_at, a.ended_at) >= w.told_at THEN w.revision
                                ELSE a.wish_revision END
      FROM (SELECT answer_id, max(received_at) AS received_at FROM answer_receipt
             WHERE kind IN ('read_by_other', 'call_answered_by_other') GROUP BY answer_id) r, answer_wish w
     WHERE r.answer_id = a.id AND w.contact_id = a.contact_id
"""


def upgrade() -> None:
    op.add_column("contact_answer", sa.Column("exposed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact_answer", sa.Column("exposed_under", sa.Integer(), nullable=True))
    op.add_column("answer_wish", sa.Column("unread", sa.Boolean(), server_default="false", nullable=False))
    op.execute("SELECT set_config('casemgmt.audited', 'on', true)")  # worked out from what is there: nobody's act
    op.execute(_KNOWN)
    op.alter_column("answer_wish", "unread", server_default=None)
    op.create_index(
        "ix_contact_answer_with_carrier",
        "contact_answer",
        ["fetched_at"],
        unique=False,
        postgresql_where=sa.text("state = 'fetched'"),
    )


def downgrade() -> None:
    op.drop_index("ix_contact_answer_with_carrier", table_name="contact_answer")
    op.drop_column("answer_wish", "unread")
    op.drop_column("contact_answer", "exposed_under")
    op.drop_column("contact_answer", "exposed_at")
