"""What waits for somebody today is found by indexes of what is open alone."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_centre_session_specialist_booked", "centre_session", ["specialist_id", "starts_at", "id"], "state = 'booked'"),
    ("ix_centre_session_centre_booked", "centre_session", ["centre_id", "starts_at", "id"], "state = 'booked'"),
    ("ix_account_notice_unread", "account_notice", ["reader_id", "at", "id"], "read_at is null"),
    (
        "ix_duty_shift_offered",
        "duty_shift",
        ["offered_to_id", "starts_at", "id"],
        "offered_to_id is not null and cancelled_at is null",
    ),
    ("ix_security_alert_open", "security_alert", ["raised_at", "id"], "state = 'open'"),
    ("ix_plan_measure_request_asked", "plan_measure_request", ["body_id", "asked_at", "id"], "state = 'asked'"),
    (
        "ix_referral_under_way",
        "referral",
        ["mobile_group_id", "departed_at", "id"],
        "state in ('departed', 'visited')",
    ),
)


def upgrade() -> None:
    for name, table, columns, where in _INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, *_ in reversed(_INDEXES):
        op.drop_index(name, table)
