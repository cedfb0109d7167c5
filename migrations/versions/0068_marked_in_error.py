"""Notes, sessions that took place, reviews of plans and warnings too are marked as entered in error."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

_MARKED = ("case_note", "plan_review", "session_note", "visitor_warning")
_S = "centre_session"


def upgrade() -> None:
    for table in _MARKED:
        op.add_column(table, sa.Column("entered_in_error", sa.Boolean(), server_default="false", nullable=False))
    op.drop_constraint(op.f(f"ck_{_S}_outcome_when_held"), _S, type_="check")
    op.create_check_constraint(op.f(f"ck_{_S}_outcome_when_held"), _S, "state <> 'held' or outcome is not null")
    op.create_check_constraint(
        op.f(f"ck_{_S}_outcome_of_what_took_place"), _S, "outcome is null or state in ('held', 'entered_in_error')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f(f"ck_{_S}_outcome_of_what_took_place"), _S, type_="check")
    op.drop_constraint(op.f(f"ck_{_S}_outcome_when_held"), _S, type_="check")
    op.create_check_constraint(op.f(f"ck_{_S}_outcome_when_held"), _S, "(state = 'held') = (outcome is not null)")
    for table in _MARKED:
        op.drop_column(table, "entered_in_error")
