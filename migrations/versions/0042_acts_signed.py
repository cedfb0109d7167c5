"""The act of closure keeps what became of the goals; signatures on acts of closure and on visit acts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_KEEP_OUTCOMES = """
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM case_closure) THEN
        PERFORM audit_write(gen_random_uuid(), 'case.closure_outcomes_kept', 'done', NULL, 'case_closure', '{}', NULL,
                            NULL, ARRAY['case_closure.outcomes', 'case_closure.plan_id'], 'migration');
        UPDATE case_closure c SET plan_id = p.id, outcomes = (
            SELECT coalesce(jsonb_agg(jsonb_build_object('goal_id', g.id, 'domain', g.domain, 'text', g.text,
                       'outcome', g.outcome, 'note', g.outcome_note) ORDER BY g.position), '[]')
              FROM plan_goal g WHERE g.plan_id = p.id)
          FROM plan p
         WHERE p.id = (SELECT q.id FROM plan q WHERE q.case_id = c.case_id AND q.approved_at <= c.proposed_at
                          AND (q.superseded_at IS NULL OR q.superseded_at > c.proposed_at)
                          AND (q.ended_at IS NULL OR q.ended_at > c.proposed_at)
                        ORDER BY q.number DESC LIMIT 1);
    END IF;
END $$
"""


def upgrade() -> None:
    op.add_column("case_closure", sa.Column("plan_id", sa.Uuid(), nullable=True))
    op.add_column(
        "case_closure",
        sa.Column("outcomes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.create_foreign_key(op.f("fk_case_closure_plan_id"), "case_closure", "plan", ["plan_id"], ["id"])
    op.execute(_KEEP_OUTCOMES)
    _signatures(
        "closure_signature",
        [
            sa.Column("region_code", sa.String(length=5), nullable=True),
            sa.Column("organisation_id", sa.Uuid(), nullable=False),
            sa.Column("restricted", sa.Boolean(), nullable=False),
        ],
        {"case_id": "case_record", "closure_id": "case_closure"},
    )
    _signatures("visit_act_signature", [], {"signal_id": "signal", "visit_act_id": "visit_act"})


def _signatures(table: str, scope: list[sa.Column[object]], of: dict[str, str]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        *scope,
        *(sa.Column(column, sa.Uuid(), nullable=False) for column in of),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signer", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("blob", sa.String(length=90_000), nullable=True),
        sa.Column("certificate", sa.String(length=24_000), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("serial", sa.String(length=80), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verification", sa.String(length=12), nullable=False),
        sa.Column("finding", sa.String(length=40), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "verification in ('verified', 'refused', 'unavailable')", name=op.f(f"ck_{table}_verification_known")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, target in of.items()
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in (
                ("recorded_by_id", "app_user.id"),
                *([("organisation_id", "organisation.id")] if scope else []),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for column in (*of, "changed_xid"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    op.drop_table("visit_act_signature")
    op.drop_table("closure_signature")
    op.drop_constraint(op.f("fk_case_closure_plan_id"), "case_closure", type_="foreignkey")
    op.drop_column("case_closure", "outcomes")
    op.drop_column("case_closure", "plan_id")
