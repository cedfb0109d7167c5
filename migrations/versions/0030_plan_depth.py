"""Plans in depth: indicators of goals, what goes on from where, answers of other bodies, reviews."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_WHOLE = (
    "(indicator is null) = (baseline is null) and (indicator is null) = (target is null)"
    " and (indicator is null) = (reach_by is null)"
)


def upgrade() -> None:
    op.add_column("plan", sa.Column("child_view_absence", sa.String(length=20), nullable=True))
    for name, kind in (
        ("indicator", sa.String(length=500)),
        ("unit", sa.String(length=500)),
        ("baseline", sa.Integer()),
        ("target", sa.Integer()),
        ("reach_by", sa.Date()),
        ("continues_goal_id", sa.Uuid()),
    ):
        op.add_column("plan_goal", sa.Column(name, kind, nullable=True))
    op.create_check_constraint(op.f("ck_plan_goal_indicator_whole"), "plan_goal", _WHOLE)
    for table, column, target in (
        ("plan_goal", "continues_goal_id", "plan_goal"),
        ("plan_measure", "continues_measure_id", "plan_measure"),
        ("plan_measure", "evidence_document_id", "document"),
    ):
        if table == "plan_measure":
            op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, target, [column], ["id"])
    _create_request()
    _create_review()


def _scope() -> list[sa.Column[object]]:
    return [
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
    ]


def _keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    columns |= {"case_id": "case_record.id", "organisation_id": "organisation.id", "plan_id": "plan.id"}
    return [
        sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
        for column, target in columns.items()
    ]


def _create_request() -> None:
    op.create_table(
        "plan_measure_request",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        *_scope(),
        sa.Column("measure_id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("answered_by_id <> asked_by_id", name=op.f("ck_plan_measure_request_second_person_answers")),
        sa.CheckConstraint(
            "(state = 'asked') = (answered_by_id is null)", name=op.f("ck_plan_measure_request_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "(answered_by_id is null) = (answered_at is null)", name=op.f("ck_plan_measure_request_answered_whole")
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (reason is not null)", name=op.f("ck_plan_measure_request_declined_with_reason")
        ),
        *_keys(
            "plan_measure_request",
            measure_id="plan_measure.id",
            body_id="organisation.id",
            asked_by_id="app_user.id",
            answered_by_id="app_user.id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_measure_request")),
        sa.UniqueConstraint("measure_id", name=op.f("uq_plan_measure_request_measure_id")),
    )
    for column in ("body_id", "case_id", "changed_xid", "plan_id"):
        op.create_index(op.f(f"ix_plan_measure_request_{column}"), "plan_measure_request", [column], unique=False)


def _create_review() -> None:
    op.create_table(
        "plan_review",
        *_scope(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("child_words", sa.Text(), nullable=True),
        sa.Column("standing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=False),
        *_keys("plan_review", recorded_by_id="app_user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_review")),
    )
    for column in ("case_id", "plan_id"):
        op.create_index(op.f(f"ix_plan_review_{column}"), "plan_review", [column], unique=False)
    op.create_index("uq_plan_review_number", "plan_review", ["plan_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("plan_review")
    op.drop_table("plan_measure_request")
    for table, column in (
        ("plan_measure", "evidence_document_id"),
        ("plan_measure", "continues_measure_id"),
        ("plan_goal", "continues_goal_id"),
    ):
        op.drop_constraint(op.f(f"fk_{table}_{column}"), table, type_="foreignkey")
        op.drop_column(table, column)
    op.drop_constraint(op.f("ck_plan_goal_indicator_whole"), "plan_goal", type_="check")
    for column in ("reach_by", "target", "baseline", "unit", "indicator"):
        op.drop_column("plan_goal", column)
    op.drop_column("plan", "child_view_absence")
