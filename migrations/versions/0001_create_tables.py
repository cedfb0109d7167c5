"""create tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


class Xid8(sa.types.UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "XID8"


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("record_type", sa.String(length=32), nullable=False),
        sa.Column("record_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("at", "id", name=op.f("pk_audit_event")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_audit_event_actor", "audit_event", ["actor_id", "at"], unique=False)
    op.create_index("ix_audit_event_case", "audit_event", ["case_id", "at"], unique=False)
    op.create_index(
        "ix_audit_event_records",
        "audit_event",
        ["record_ids"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 64},
    )
    op.create_table(
        "case_serial",
        sa.Column("region_code", sa.String(length=5), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region_code", "year", name=op.f("pk_case_serial")),
    )
    op.create_table(
        "code_address_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_address_kind")),
    )
    op.create_table(
        "code_assessment_domain",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_assessment_domain")),
    )
    op.create_table(
        "code_attendance",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_attendance")),
    )
    op.create_table(
        "code_birth_date_precision",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_birth_date_precision")),
    )
    op.create_table(
        "code_cancellation_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_cancellation_reason")),
    )
    op.create_table(
        "code_case_team_role",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_case_team_role")),
    )
    op.create_table(
        "code_child_contact_place",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_child_contact_place")),
    )
    op.create_table(
        "code_citizenship_status",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_citizenship_status")),
    )
    op.create_table(
        "code_client_role",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_client_role")),
    )
    op.create_table(
        "code_closure_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_closure_reason")),
    )
    op.create_table(
        "code_contact_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_contact_kind")),
    )
    op.create_table(
        "code_contact_relation",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_contact_relation")),
    )
    op.create_table(
        "code_decline_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_decline_reason")),
    )
    op.create_table(
        "code_disability_category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_disability_category")),
    )
    op.create_table(
        "code_follow_up_outcome",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_follow_up_outcome")),
    )
    op.create_table(
        "code_goal_outcome",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_goal_outcome")),
    )
    op.create_table(
        "code_handover_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_handover_reason")),
    )
    op.create_table(
        "code_help_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_help_kind")),
    )
    op.create_table(
        "code_help_package",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_help_package")),
    )
    op.create_table(
        "code_language",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_language")),
    )
    op.create_table(
        "code_no_contact_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_no_contact_reason")),
    )
    op.create_table(
        "code_organisation_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_organisation_kind")),
    )
    op.create_table(
        "code_plan_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_plan_kind")),
    )
    op.create_table(
        "code_plan_measure_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_plan_measure_kind")),
    )
    op.create_table(
        "code_problem_type",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_problem_type")),
    )
    op.create_table(
        "code_relationship_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_relationship_kind")),
    )
    op.create_table(
        "code_reopen_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_reopen_reason")),
    )
    op.create_table(
        "code_restriction_ground",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_restriction_ground")),
    )
    op.create_table(
        "code_risk_level",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_risk_level")),
    )
    op.create_table(
        "code_sector",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_sector")),
    )
    op.create_table(
        "code_session_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_session_kind")),
    )
    op.create_table(
        "code_session_next_step",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_session_next_step")),
    )
    op.create_table(
        "code_session_outcome",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_session_outcome")),
    )
    op.create_table(
        "code_severity",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_severity")),
    )
    op.create_table(
        "code_sex",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_sex")),
    )
    op.create_table(
        "code_signal_category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_signal_category")),
    )
    op.create_table(
        "code_signal_channel",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_signal_channel")),
    )
    op.create_table(
        "code_signal_source",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_signal_source")),
    )
    op.create_table(
        "code_triage_outcome",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_triage_outcome")),
    )
    op.create_table(
        "code_triage_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_triage_reason")),
    )
    op.create_table(
        "code_urgency",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_urgency")),
    )
    op.create_table(
        "code_visit_outcome",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_visit_outcome")),
    )
    op.create_table(
        "code_visitor_warning",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_visitor_warning")),
    )
    op.create_table(
        "deployment",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_deployment")),
    )
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    op.create_index(op.f("ix_login_attempt_at"), "login_attempt", ["at"], unique=False)
    op.create_index(op.f("ix_login_attempt_name_hash"), "login_attempt", ["name_hash"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("signal_reach", sa.String(length=12), nullable=False),
        sa.Column("case_reach", sa.String(length=12), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_role_grant")),
    )
    op.create_table(
        "state_transition",
        sa.Column("machine", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=24), nullable=False),
        sa.Column("to_state", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("machine", "from_state", "to_state", name=op.f("pk_state_transition")),
    )
    op.create_table(
        "organisation",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=True),
        sa.Column("name_kk", sa.String(), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["kind"], ["code_organisation_kind.code"], name=op.f("fk_organisation_kind")),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")),
        sa.ForeignKeyConstraint(["sector"], ["code_sector.code"], name=op.f("fk_organisation_sector")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_index(op.f("ix_organisation_changed_xid"), "organisation", ["changed_xid"], unique=False)
    op.create_index("ix_organisation_name", "organisation", ["name_ru", "id"], unique=False)
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"], unique=False)
    op.create_table(
        "app_user",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("patronymic", sa.String(), nullable=True),
        sa.Column("sector", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("authz_version", sa.Integer(), nullable=False),
        sa.Column("signal_reach", sa.String(length=12), nullable=False),
        sa.Column("case_reach", sa.String(length=12), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("kind in ('person', 'service')", name=op.f("ck_app_user_kind_known")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_app_user_organisation_id")),
        sa.ForeignKeyConstraint(["sector"], ["code_sector.code"], name=op.f("fk_app_user_sector")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("username", name=op.f("uq_app_user_username")),
    )
    op.create_index(op.f("ix_app_user_changed_xid"), "app_user", ["changed_xid"], unique=False)
    op.create_index("ix_app_user_name", "app_user", ["family_name", "id"], unique=False)
    op.create_index("ix_app_user_organisation_name", "app_user", ["organisation_id", "family_name", "id"], unique=False)
    op.create_table(
        "centre_room",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_centre_room_capacity_positive")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_centre_room_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_room")),
    )
    op.create_index(op.f("ix_centre_room_changed_xid"), "centre_room", ["changed_xid"], unique=False)
    op.create_index("uq_centre_room_name", "centre_room", ["organisation_id", "name"], unique=True)
    op.create_table(
        "mobile_group",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("roster_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_mobile_group_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mobile_group")),
    )
    op.create_index(op.f("ix_mobile_group_changed_xid"), "mobile_group", ["changed_xid"], unique=False)
    op.create_index("ix_mobile_group_name", "mobile_group", ["name", "id"], unique=False)
    op.create_index(op.f("ix_mobile_group_organisation_id"), "mobile_group", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_mobile_group_region_code"), "mobile_group", ["region_code"], unique=False)
    op.create_table(
        "auth_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("refresh_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_auth_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_session")),
    )
    op.create_index(op.f("ix_auth_session_user_id"), "auth_session", ["user_id"], unique=False)
    op.create_table(
        "case_record",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("restriction_ground", sa.String(), nullable=True),
        sa.Column("restriction_note", sa.Text(), nullable=True),
        sa.Column("help_package", sa.String(), nullable=True),
        sa.Column("problem_type", sa.String(), nullable=True),
        sa.Column("child_categories", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("risk_level", sa.String(), nullable=True),
        sa.Column("risk_review_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_times", sa.Integer(), nullable=False),
        sa.Column("lists_version", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at is not null)", name=op.f("ck_case_record_closed_at_when_closed")
        ),
        sa.CheckConstraint(
            "not restricted or restriction_ground is not null", name=op.f("ck_case_record_restriction_has_ground")
        ),
        sa.ForeignKeyConstraint(["help_package"], ["code_help_package.code"], name=op.f("fk_case_record_help_package")),
        sa.ForeignKeyConstraint(["manager_id"], ["app_user.id"], name=op.f("fk_case_record_manager_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["app_user.id"], name=op.f("fk_case_record_opened_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_case_record_organisation_id")),
        sa.ForeignKeyConstraint(["problem_type"], ["code_problem_type.code"], name=op.f("fk_case_record_problem_type")),
        sa.ForeignKeyConstraint(
            ["restriction_ground"], ["code_restriction_ground.code"], name=op.f("fk_case_record_restriction_ground")
        ),
        sa.ForeignKeyConstraint(["risk_level"], ["code_risk_level.code"], name=op.f("fk_case_record_risk_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record")),
        sa.UniqueConstraint("number", name=op.f("uq_case_record_number")),
    )
    op.create_index(op.f("ix_case_record_changed_xid"), "case_record", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_case_record_manager_id"), "case_record", ["manager_id"], unique=False)
    op.create_index("ix_case_record_opened", "case_record", ["opened_at", "id"], unique=False)
    op.create_index(
        "ix_case_record_organisation_opened", "case_record", ["organisation_id", "opened_at", "id"], unique=False
    )
    op.create_index(
        "ix_case_record_organisation_state_opened",
        "case_record",
        ["organisation_id", "state", "opened_at", "id"],
        unique=False,
    )
    op.create_index("ix_case_record_region_opened", "case_record", ["region_code", "opened_at", "id"], unique=False)
    op.create_index(
        "ix_case_record_region_state_opened", "case_record", ["region_code", "state", "opened_at", "id"], unique=False
    )
    op.create_index("ix_case_record_state_opened", "case_record", ["state", "opened_at", "id"], unique=False)
    op.create_table(
        "family",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_family_created_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_family_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family")),
    )
    op.create_index(op.f("ix_family_changed_xid"), "family", ["changed_xid"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_idempotency_key_user_id")),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "mobile_group_area",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("kato_prefix", sa.String(length=9), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["mobile_group.id"], name=op.f("fk_mobile_group_area_group_id")),
        sa.PrimaryKeyConstraint("group_id", "kato_prefix", name=op.f("pk_mobile_group_area")),
    )
    op.create_table(
        "mobile_group_duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("from_time", sa.Time(), nullable=False),
        sa.Column("until_time", sa.Time(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(weekday is null) <> (on_date is null)", name=op.f("ck_mobile_group_duty_weekday_or_date")),
        sa.CheckConstraint("weekday between 1 and 7", name=op.f("ck_mobile_group_duty_weekday_known")),
        sa.ForeignKeyConstraint(["group_id"], ["mobile_group.id"], name=op.f("fk_mobile_group_duty_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mobile_group_duty")),
    )
    op.create_index(op.f("ix_mobile_group_duty_group_id"), "mobile_group_duty", ["group_id"], unique=False)
    op.create_table(
        "mobile_group_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["mobile_group.id"], name=op.f("fk_mobile_group_member_group_id")),
        sa.ForeignKeyConstraint(["sector"], ["code_sector.code"], name=op.f("fk_mobile_group_member_sector")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_mobile_group_member_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mobile_group_member")),
    )
    op.create_index(op.f("ix_mobile_group_member_group_id"), "mobile_group_member", ["group_id"], unique=False)
    op.create_index(op.f("ix_mobile_group_member_user_id"), "mobile_group_member", ["user_id"], unique=False)
    op.create_index(
        "uq_mobile_group_member_now",
        "mobile_group_member",
        ["group_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "person",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=True),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("patronymic", sa.String(), nullable=True),
        sa.Column("match_key", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("name_key_version", sa.Integer(), nullable=False),
        sa.Column("sort_key_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("birth_precision", sa.String(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("citizenship_status", sa.String(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("disability_category", sa.String(), nullable=True),
        sa.Column("iin_mask", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "birth_precision = 'unknown' or birth_year is not null", name=op.f("ck_person_birth_year_known")
        ),
        sa.CheckConstraint(
            "birth_date is null or birth_year = extract(year from birth_date)", name=op.f("ck_person_birth_year_agrees")
        ),
        sa.ForeignKeyConstraint(
            ["birth_precision"], ["code_birth_date_precision.code"], name=op.f("fk_person_birth_precision")
        ),
        sa.ForeignKeyConstraint(
            ["citizenship_status"], ["code_citizenship_status.code"], name=op.f("fk_person_citizenship_status")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_person_created_by_id")),
        sa.ForeignKeyConstraint(
            ["disability_category"], ["code_disability_category.code"], name=op.f("fk_person_disability_category")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id")),
        sa.ForeignKeyConstraint(["sex"], ["code_sex.code"], name=op.f("fk_person_sex")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_changed_xid"), "person", ["changed_xid"], unique=False)
    op.create_index("ix_person_match", "person", ["match_key", "birth_year"], unique=False)
    op.create_table(
        "user_credential",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_credential_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_credential")),
    )
    op.create_table(
        "user_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("granted_by_id", sa.Uuid(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["granted_by_id"], ["app_user.id"], name=op.f("fk_user_role_granted_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_role_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_role")),
    )
    op.create_index(op.f("ix_user_role_user_id"), "user_role", ["user_id"], unique=False)
    op.create_index(
        "uq_user_role_held",
        "user_role",
        ["user_id", "role"],
        unique=True,
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.create_table(
        "assessment",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("instrument", sa.String(length=64), nullable=False),
        sa.Column("instrument_version", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=24), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("domain_scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total_score", sa.Integer(), nullable=True),
        sa.Column("risk_level", sa.String(), nullable=True),
        sa.Column("suggested_risk_level", sa.String(), nullable=True),
        sa.Column("risk_reason", sa.Text(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("discard_reason", sa.Text(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state <> 'completed' or (completed_at is not null and risk_level is not null)",
            name=op.f("ck_assessment_completed_whole"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_assessment_case_id")),
        sa.ForeignKeyConstraint(["completed_by_id"], ["app_user.id"], name=op.f("fk_assessment_completed_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_assessment_created_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_assessment_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assessment_person_id")),
        sa.ForeignKeyConstraint(["risk_level"], ["code_risk_level.code"], name=op.f("fk_assessment_risk_level")),
        sa.ForeignKeyConstraint(
            ["suggested_risk_level"], ["code_risk_level.code"], name=op.f("fk_assessment_suggested_risk_level")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index(op.f("ix_assessment_case_id"), "assessment", ["case_id"], unique=False)
    op.create_index(op.f("ix_assessment_changed_xid"), "assessment", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_assessment_person_id"), "assessment", ["person_id"], unique=False)
    op.create_index(
        "uq_assessment_draft",
        "assessment",
        ["case_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "case_closure",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("from_state", sa.String(length=24), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by_id", sa.Uuid(), nullable=True),
        sa.Column("reopen_reason", sa.String(), nullable=True),
        sa.Column("reopen_note", sa.Text(), nullable=True),
        sa.CheckConstraint("(approved is null) = (decided_at is null)", name=op.f("ck_case_closure_decided_whole")),
        sa.CheckConstraint(
            "decided_by_id is null or decided_by_id <> proposed_by_id",
            name=op.f("ck_case_closure_second_person_decides"),
        ),
        sa.CheckConstraint("reopened_at is null or approved", name=op.f("ck_case_closure_reopened_after_approval")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_closure_case_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["app_user.id"], name=op.f("fk_case_closure_decided_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_case_closure_organisation_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["app_user.id"], name=op.f("fk_case_closure_proposed_by_id")),
        sa.ForeignKeyConstraint(["reason"], ["code_closure_reason.code"], name=op.f("fk_case_closure_reason")),
        sa.ForeignKeyConstraint(
            ["reopen_reason"], ["code_reopen_reason.code"], name=op.f("fk_case_closure_reopen_reason")
        ),
        sa.ForeignKeyConstraint(["reopened_by_id"], ["app_user.id"], name=op.f("fk_case_closure_reopened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_closure")),
    )
    op.create_index(op.f("ix_case_closure_case_id"), "case_closure", ["case_id"], unique=False)
    op.create_index(
        "uq_case_closure_open", "case_closure", ["case_id"], unique=True, postgresql_where=sa.text("decided_at is null")
    )
    op.create_table(
        "case_handover",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offered_by_id", sa.Uuid(), nullable=False),
        sa.Column("from_user_id", sa.Uuid(), nullable=False),
        sa.Column("to_user_id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("risk_level", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("from_user_id <> to_user_id", name=op.f("ck_case_handover_two_managers")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_handover_case_id")),
        sa.ForeignKeyConstraint(["from_user_id"], ["app_user.id"], name=op.f("fk_case_handover_from_user_id")),
        sa.ForeignKeyConstraint(["offered_by_id"], ["app_user.id"], name=op.f("fk_case_handover_offered_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_case_handover_organisation_id")
        ),
        sa.ForeignKeyConstraint(["reason"], ["code_handover_reason.code"], name=op.f("fk_case_handover_reason")),
        sa.ForeignKeyConstraint(["risk_level"], ["code_risk_level.code"], name=op.f("fk_case_handover_risk_level")),
        sa.ForeignKeyConstraint(["to_user_id"], ["app_user.id"], name=op.f("fk_case_handover_to_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_handover")),
    )
    op.create_index("ix_case_handover_by", "case_handover", ["offered_by_id", "offered_at", "id"], unique=False)
    op.create_index(op.f("ix_case_handover_case_id"), "case_handover", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_handover_changed_xid"), "case_handover", ["changed_xid"], unique=False)
    op.create_index("ix_case_handover_to", "case_handover", ["to_user_id", "offered_at", "id"], unique=False)
    op.create_index(
        "uq_case_handover_open",
        "case_handover",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_table(
        "case_member",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("team_role", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=True),
        sa.Column("help_kind", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["app_user.id"], name=op.f("fk_case_member_added_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_member_case_id")),
        sa.ForeignKeyConstraint(["help_kind"], ["code_help_kind.code"], name=op.f("fk_case_member_help_kind")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_case_member_organisation_id")),
        sa.ForeignKeyConstraint(["sector"], ["code_sector.code"], name=op.f("fk_case_member_sector")),
        sa.ForeignKeyConstraint(["team_role"], ["code_case_team_role.code"], name=op.f("fk_case_member_team_role")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_case_member_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_member")),
    )
    op.create_index(op.f("ix_case_member_case_id"), "case_member", ["case_id"], unique=False)
    op.create_index(
        "ix_case_member_mine",
        "case_member",
        ["user_id", "opened_at", "case_id"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "uq_case_member_manager",
        "case_member",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null and team_role = 'manager'"),
    )
    op.create_index(
        "uq_case_member_now",
        "case_member",
        ["case_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "case_person",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["app_user.id"], name=op.f("fk_case_person_added_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_case_person_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_case_person_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_person_person_id")),
        sa.ForeignKeyConstraint(["role"], ["code_client_role.code"], name=op.f("fk_case_person_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_person")),
    )
    op.create_index(op.f("ix_case_person_case_id"), "case_person", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_person_person_id"), "case_person", ["person_id"], unique=False)
    op.create_index(
        "uq_case_person_now",
        "case_person",
        ["case_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_table(
        "child_contact",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_child_contact_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_child_contact_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_child_contact_person_id")),
        sa.ForeignKeyConstraint(["place"], ["code_child_contact_place.code"], name=op.f("fk_child_contact_place")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_child_contact_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_contact")),
    )
    op.create_index(op.f("ix_child_contact_case_id"), "child_contact", ["case_id"], unique=False)
    op.create_index(op.f("ix_child_contact_person_id"), "child_contact", ["person_id"], unique=False)
    op.create_table(
        "family_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_family_member_dates_in_order")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_family_member_family_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_family_member_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_family_member_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_member")),
    )
    op.create_index(op.f("ix_family_member_family_id"), "family_member", ["family_id"], unique=False)
    op.create_index(op.f("ix_family_member_person_id"), "family_member", ["person_id"], unique=False)
    op.create_table(
        "follow_up_check",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("child_seen", sa.Boolean(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (result is not null)", name=op.f("ck_follow_up_check_result_when_done")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_follow_up_check_case_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_follow_up_check_created_by_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["app_user.id"], name=op.f("fk_follow_up_check_done_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_follow_up_check_organisation_id")
        ),
        sa.ForeignKeyConstraint(["result"], ["code_follow_up_outcome.code"], name=op.f("fk_follow_up_check_result")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_check")),
    )
    op.create_index(op.f("ix_follow_up_check_case_id"), "follow_up_check", ["case_id"], unique=False)
    op.create_index(op.f("ix_follow_up_check_changed_xid"), "follow_up_check", ["changed_xid"], unique=False)
    op.create_index(
        "uq_follow_up_check_due", "follow_up_check", ["case_id"], unique=True, postgresql_where=sa.text("state = 'due'")
    )
    op.create_table(
        "person_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("kato", sa.String(length=9), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["kind"], ["code_address_kind.code"], name=op.f("fk_person_address_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_address_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_person_address_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_address")),
    )
    op.create_index(op.f("ix_person_address_person_id"), "person_address", ["person_id"], unique=False)
    op.create_table(
        "person_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("safe_to_call", sa.Boolean(), nullable=False),
        sa.Column("safe_from", sa.Time(), nullable=True),
        sa.Column("safe_until", sa.Time(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["kind"], ["code_contact_kind.code"], name=op.f("fk_person_contact_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_contact_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_person_contact_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_contact")),
    )
    op.create_index(op.f("ix_person_contact_person_id"), "person_contact", ["person_id"], unique=False)
    op.create_index(op.f("ix_person_contact_phone_hash"), "person_contact", ["phone_hash"], unique=False)
    op.create_table(
        "person_iin",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("iin", sa.String(length=12), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_iin_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_person_iin_recorded_by_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_iin")),
        sa.UniqueConstraint("iin", name=op.f("uq_person_iin_iin")),
    )
    op.create_table(
        "protected_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kato", sa.String(length=9), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_protected_address_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_protected_address_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protected_address")),
    )
    op.create_index(op.f("ix_protected_address_person_id"), "protected_address", ["person_id"], unique=False)
    op.create_table(
        "relationship",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parental_responsibility", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("person_id <> other_id", name=op.f("ck_relationship_two_persons")),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_relationship_dates_in_order")),
        sa.ForeignKeyConstraint(["kind"], ["code_relationship_kind.code"], name=op.f("fk_relationship_kind")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_relationship_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_relationship_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_relationship_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relationship")),
    )
    op.create_index(op.f("ix_relationship_other_id"), "relationship", ["other_id"], unique=False)
    op.create_index(op.f("ix_relationship_person_id"), "relationship", ["person_id"], unique=False)
    op.create_table(
        "signal",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("gravest_severity", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=True),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("subject_description", sa.Text(), nullable=True),
        sa.Column("danger_now", sa.Boolean(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("kato", sa.String(length=9), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("registered_by_id", sa.Uuid(), nullable=False),
        sa.Column("mobile_group_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("triage_outcome", sa.String(), nullable=True),
        sa.Column("triage_reason", sa.String(), nullable=True),
        sa.Column("triage_note", sa.Text(), nullable=True),
        sa.Column("triaged_by_id", sa.Uuid(), nullable=True),
        sa.Column("triaged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column("redirected_to", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_note", sa.Text(), nullable=True),
        sa.Column("lists_version", sa.String(length=64), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "reviewed_by_id is null or reviewed_by_id <> triaged_by_id", name=op.f("ck_signal_second_person_reviews")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_signal_case_id")),
        sa.ForeignKeyConstraint(["category"], ["code_signal_category.code"], name=op.f("fk_signal_category")),
        sa.ForeignKeyConstraint(["channel"], ["code_signal_channel.code"], name=op.f("fk_signal_channel")),
        sa.ForeignKeyConstraint(["gravest_severity"], ["code_severity.code"], name=op.f("fk_signal_gravest_severity")),
        sa.ForeignKeyConstraint(["language"], ["code_language.code"], name=op.f("fk_signal_language")),
        sa.ForeignKeyConstraint(["mobile_group_id"], ["mobile_group.id"], name=op.f("fk_signal_mobile_group_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_signal_organisation_id")),
        sa.ForeignKeyConstraint(
            ["received_by_organisation_id"], ["organisation.id"], name=op.f("fk_signal_received_by_organisation_id")
        ),
        sa.ForeignKeyConstraint(["registered_by_id"], ["app_user.id"], name=op.f("fk_signal_registered_by_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["app_user.id"], name=op.f("fk_signal_reviewed_by_id")),
        sa.ForeignKeyConstraint(["severity"], ["code_severity.code"], name=op.f("fk_signal_severity")),
        sa.ForeignKeyConstraint(["source"], ["code_signal_source.code"], name=op.f("fk_signal_source")),
        sa.ForeignKeyConstraint(
            ["triage_outcome"], ["code_triage_outcome.code"], name=op.f("fk_signal_triage_outcome")
        ),
        sa.ForeignKeyConstraint(["triage_reason"], ["code_triage_reason.code"], name=op.f("fk_signal_triage_reason")),
        sa.ForeignKeyConstraint(["triaged_by_id"], ["app_user.id"], name=op.f("fk_signal_triaged_by_id")),
        sa.ForeignKeyConstraint(["urgency"], ["code_urgency.code"], name=op.f("fk_signal_urgency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
    )
    op.create_index(op.f("ix_signal_case_id"), "signal", ["case_id"], unique=False)
    op.create_index(op.f("ix_signal_changed_xid"), "signal", ["changed_xid"], unique=False)
    op.create_index("ix_signal_group_received", "signal", ["mobile_group_id", "received_at", "id"], unique=False)
    op.create_index("ix_signal_organisation_received", "signal", ["organisation_id", "received_at", "id"], unique=False)
    op.create_index("ix_signal_received", "signal", ["received_at", "id"], unique=False)
    op.create_index(
        "ix_signal_receiver_received", "signal", ["received_by_organisation_id", "received_at", "id"], unique=False
    )
    op.create_index("ix_signal_region_received", "signal", ["region_code", "received_at", "id"], unique=False)
    op.create_index("ix_signal_registrar_received", "signal", ["registered_by_id", "received_at", "id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("help_package", sa.String(), nullable=True),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("child_view", sa.Text(), nullable=True),
        sa.Column("consent", sa.String(length=40), nullable=False),
        sa.Column("consent_ground", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signed_by_id", sa.Uuid(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("discard_reason", sa.Text(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "approved_by_id is null or approved_by_id <> signed_by_id", name=op.f("ck_plan_second_person_approves")
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["app_user.id"], name=op.f("fk_plan_approved_by_id")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_plan_assessment_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_plan_case_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_plan_created_by_id")),
        sa.ForeignKeyConstraint(["help_package"], ["code_help_package.code"], name=op.f("fk_plan_help_package")),
        sa.ForeignKeyConstraint(["kind"], ["code_plan_kind.code"], name=op.f("fk_plan_kind")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_plan_organisation_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["app_user.id"], name=op.f("fk_plan_signed_by_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["plan.id"], name=op.f("fk_plan_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_assessment_id"), "plan", ["assessment_id"], unique=False)
    op.create_index(op.f("ix_plan_case_id"), "plan", ["case_id"], unique=False)
    op.create_index(op.f("ix_plan_changed_xid"), "plan", ["changed_xid"], unique=False)
    op.create_index(
        "uq_plan_approved", "plan", ["case_id"], unique=True, postgresql_where=sa.text("state = 'approved'")
    )
    op.create_index("uq_plan_number", "plan", ["case_id", "number"], unique=True)
    op.create_index(
        "uq_plan_open", "plan", ["case_id"], unique=True, postgresql_where=sa.text("state in ('draft', 'signed')")
    )
    op.create_table(
        "referral",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("mobile_group_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column("offered_by_id", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(), nullable=True),
        sa.Column("decline_note", sa.Text(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdraw_note", sa.Text(), nullable=True),
        sa.Column("departed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warnings_read_by_id", sa.Uuid(), nullable=True),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["app_user.id"], name=op.f("fk_referral_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["decline_reason"], ["code_decline_reason.code"], name=op.f("fk_referral_decline_reason")
        ),
        sa.ForeignKeyConstraint(["mobile_group_id"], ["mobile_group.id"], name=op.f("fk_referral_mobile_group_id")),
        sa.ForeignKeyConstraint(["offered_by_id"], ["app_user.id"], name=op.f("fk_referral_offered_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_referral_organisation_id")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_referral_signal_id")),
        sa.ForeignKeyConstraint(["urgency"], ["code_urgency.code"], name=op.f("fk_referral_urgency")),
        sa.ForeignKeyConstraint(["warnings_read_by_id"], ["app_user.id"], name=op.f("fk_referral_warnings_read_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["app_user.id"], name=op.f("fk_referral_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_changed_xid"), "referral", ["changed_xid"], unique=False)
    op.create_index("ix_referral_group_offered", "referral", ["mobile_group_id", "offered_at", "id"], unique=False)
    op.create_index("ix_referral_offered", "referral", ["offered_at", "id"], unique=False)
    op.create_index(
        "ix_referral_organisation_offered", "referral", ["organisation_id", "offered_at", "id"], unique=False
    )
    op.create_index("ix_referral_region_offered", "referral", ["region_code", "offered_at", "id"], unique=False)
    op.create_index(op.f("ix_referral_signal_id"), "referral", ["signal_id"], unique=False)
    op.create_index(
        "uq_referral_alive",
        "referral",
        ["signal_id"],
        unique=True,
        postgresql_where=sa.text("state not in ('declined', 'withdrawn', 'reported')"),
    )
    op.create_table(
        "rehabilitation_programme",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("aim", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("before_assessment_id", sa.Uuid(), nullable=False),
        sa.Column("after_assessment_id", sa.Uuid(), nullable=True),
        sa.Column("change", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("result_note", sa.Text(), nullable=True),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'completed' or (after_assessment_id is not null and change is not null)",
            name=op.f("ck_rehabilitation_programme_completed_measured"),
        ),
        sa.CheckConstraint(
            "after_assessment_id <> before_assessment_id", name=op.f("ck_rehabilitation_programme_two_assessments")
        ),
        sa.ForeignKeyConstraint(
            ["after_assessment_id"], ["assessment.id"], name=op.f("fk_rehabilitation_programme_after_assessment_id")
        ),
        sa.ForeignKeyConstraint(
            ["before_assessment_id"], ["assessment.id"], name=op.f("fk_rehabilitation_programme_before_assessment_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_rehabilitation_programme_case_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["app_user.id"], name=op.f("fk_rehabilitation_programme_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_rehabilitation_programme_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rehabilitation_programme_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehabilitation_programme")),
    )
    op.create_index(op.f("ix_rehabilitation_programme_case_id"), "rehabilitation_programme", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_rehabilitation_programme_changed_xid"), "rehabilitation_programme", ["changed_xid"], unique=False
    )
    op.create_index(
        op.f("ix_rehabilitation_programme_person_id"), "rehabilitation_programme", ["person_id"], unique=False
    )
    op.create_index(
        "uq_rehabilitation_active",
        "rehabilitation_programme",
        ["case_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "reporter",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("callback_allowed", sa.Boolean(), nullable=False),
        sa.Column("safe_from", sa.Time(), nullable=True),
        sa.Column("safe_until", sa.Time(), nullable=True),
        sa.Column("wants_confidentiality", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["relation"], ["code_contact_relation.code"], name=op.f("fk_reporter_relation")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_reporter_signal_id")),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_reporter")),
    )
    op.create_index(op.f("ix_reporter_phone_hash"), "reporter", ["phone_hash"], unique=False)
    op.create_table(
        "signal_person",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["app_user.id"], name=op.f("fk_signal_person_added_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_signal_person_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signal_person_person_id")),
        sa.ForeignKeyConstraint(["role"], ["code_client_role.code"], name=op.f("fk_signal_person_role")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_signal_person_signal_id")),
        sa.PrimaryKeyConstraint("signal_id", "person_id", name=op.f("pk_signal_person")),
    )
    op.create_table(
        "task",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("record_type", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("mobile_group_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("blocks_closure", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_status", sa.String(length=16), nullable=False),
        sa.Column("deadline_provisional", sa.Boolean(), nullable=False),
        sa.Column("rules_version", sa.String(length=80), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by_id", sa.Uuid(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("completed_at is null or cancelled_at is null", name=op.f("ck_task_one_end")),
        sa.CheckConstraint("warn_at <= due_at", name=op.f("ck_task_warns_before_due")),
        sa.ForeignKeyConstraint(["assignee_id"], ["app_user.id"], name=op.f("fk_task_assignee_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_task_case_id")),
        sa.ForeignKeyConstraint(["completed_by_id"], ["app_user.id"], name=op.f("fk_task_completed_by_id")),
        sa.ForeignKeyConstraint(["mobile_group_id"], ["mobile_group.id"], name=op.f("fk_task_mobile_group_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_task_organisation_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["app_user.id"], name=op.f("fk_task_requested_by_id")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_task_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(
        "ix_task_assignee_due",
        "task",
        ["assignee_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("completed_at is null and cancelled_at is null"),
    )
    op.create_index(op.f("ix_task_case_id"), "task", ["case_id"], unique=False)
    op.create_index(op.f("ix_task_changed_xid"), "task", ["changed_xid"], unique=False)
    op.create_index(
        "ix_task_desk_organisation_due",
        "task",
        ["organisation_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text(
            "completed_at is null and cancelled_at is null and assignee_id is null and mobile_group_id is null"
        ),
    )
    op.create_index(
        "ix_task_desk_region_due",
        "task",
        ["region_code", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text(
            "completed_at is null and cancelled_at is null and assignee_id is null and mobile_group_id is null"
        ),
    )
    op.create_index(
        "ix_task_group_due",
        "task",
        ["mobile_group_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("completed_at is null and cancelled_at is null"),
    )
    op.create_index(
        "ix_task_organisation_due",
        "task",
        ["organisation_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("completed_at is null and cancelled_at is null"),
    )
    op.create_index(op.f("ix_task_record_id"), "task", ["record_id"], unique=False)
    op.create_index(op.f("ix_task_signal_id"), "task", ["signal_id"], unique=False)
    op.create_index(
        "uq_task_contact_request",
        "task",
        ["record_id", "requested_by_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'known_child_contact' and completed_at is null and cancelled_at is null"),
    )
    op.create_index(
        "uq_task_mandatory_notice",
        "task",
        ["signal_id", "kind"],
        unique=True,
        postgresql_where=sa.text("kind in ('mandatory_notice_police', 'mandatory_notice_guardianship')"),
    )
    op.create_table(
        "timeline_entry",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "case_id is not null or signal_id is not null", name=op.f("ck_timeline_entry_belongs_somewhere")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["app_user.id"], name=op.f("fk_timeline_entry_actor_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_timeline_entry_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_timeline_entry_organisation_id")
        ),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_timeline_entry_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
    )
    op.create_index("ix_timeline_entry_case", "timeline_entry", ["case_id", "at", "id"], unique=False)
    op.create_index("ix_timeline_entry_signal", "timeline_entry", ["signal_id", "at", "id"], unique=False)
    op.create_table(
        "visitor_warning",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lift_note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_visitor_warning_case_id")),
        sa.ForeignKeyConstraint(["kind"], ["code_visitor_warning.code"], name=op.f("fk_visitor_warning_kind")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["app_user.id"], name=op.f("fk_visitor_warning_lifted_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_visitor_warning_organisation_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_visitor_warning_recorded_by_id")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_visitor_warning_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor_warning")),
    )
    op.create_index(op.f("ix_visitor_warning_case_id"), "visitor_warning", ["case_id"], unique=False)
    op.create_index(op.f("ix_visitor_warning_signal_id"), "visitor_warning", ["signal_id"], unique=False)
    op.create_table(
        "plan_goal",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("measured_by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_plan_goal_case_id")),
        sa.ForeignKeyConstraint(["domain"], ["code_assessment_domain.code"], name=op.f("fk_plan_goal_domain")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_plan_goal_organisation_id")),
        sa.ForeignKeyConstraint(["outcome"], ["code_goal_outcome.code"], name=op.f("fk_plan_goal_outcome")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_goal_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_goal")),
    )
    op.create_index(op.f("ix_plan_goal_case_id"), "plan_goal", ["case_id"], unique=False)
    op.create_index(op.f("ix_plan_goal_changed_xid"), "plan_goal", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_plan_goal_plan_id"), "plan_goal", ["plan_id"], unique=False)
    op.create_table(
        "plan_missing_help",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("help_kind", sa.String(), nullable=False),
        sa.Column("argument", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_plan_missing_help_case_id")),
        sa.ForeignKeyConstraint(["help_kind"], ["code_help_kind.code"], name=op.f("fk_plan_missing_help_help_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_plan_missing_help_organisation_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_missing_help_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "help_kind", name=op.f("pk_plan_missing_help")),
    )
    op.create_index(op.f("ix_plan_missing_help_case_id"), "plan_missing_help", ["case_id"], unique=False)
    op.create_table(
        "visit_act",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("child_seen", sa.Boolean(), nullable=False),
        sa.Column("child_seen_alone", sa.Boolean(), nullable=False),
        sa.Column("present", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("risk_signs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("child_words", sa.Text(), nullable=True),
        sa.Column("child_wishes", sa.Text(), nullable=True),
        sa.Column("immediate_measures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("outcome_note", sa.Text(), nullable=True),
        sa.Column("lists_version", sa.String(length=64), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome is not null", name=op.f("ck_visit_act_outcome_given")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_visit_act_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_visit_act_organisation_id")),
        sa.ForeignKeyConstraint(["outcome"], ["code_visit_outcome.code"], name=op.f("fk_visit_act_outcome")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_visit_act_referral_id")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_visit_act_signal_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["app_user.id"], name=op.f("fk_visit_act_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_act")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_visit_act_referral_id")),
    )
    op.create_index(op.f("ix_visit_act_case_id"), "visit_act", ["case_id"], unique=False)
    op.create_index(op.f("ix_visit_act_changed_xid"), "visit_act", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_visit_act_signal_id"), "visit_act", ["signal_id"], unique=False)
    op.create_table(
        "visit_attempt",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_visit_attempt_organisation_id")
        ),
        sa.ForeignKeyConstraint(["reason"], ["code_no_contact_reason.code"], name=op.f("fk_visit_attempt_reason")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_visit_attempt_recorded_by_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_visit_attempt_referral_id")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_visit_attempt_signal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_attempt")),
    )
    op.create_index(op.f("ix_visit_attempt_referral_id"), "visit_attempt", ["referral_id"], unique=False)
    op.create_index(op.f("ix_visit_attempt_signal_id"), "visit_attempt", ["signal_id"], unique=False)
    op.create_table(
        "plan_measure",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("help_kind", sa.String(), nullable=False),
        sa.Column("measure_kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("responsible_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("responsible_user_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("drop_reason", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_plan_measure_case_id")),
        sa.ForeignKeyConstraint(["goal_id"], ["plan_goal.id"], name=op.f("fk_plan_measure_goal_id")),
        sa.ForeignKeyConstraint(["help_kind"], ["code_help_kind.code"], name=op.f("fk_plan_measure_help_kind")),
        sa.ForeignKeyConstraint(
            ["measure_kind"], ["code_plan_measure_kind.code"], name=op.f("fk_plan_measure_measure_kind")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_plan_measure_organisation_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_measure_plan_id")),
        sa.ForeignKeyConstraint(
            ["responsible_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_plan_measure_responsible_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["responsible_user_id"], ["app_user.id"], name=op.f("fk_plan_measure_responsible_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_measure")),
    )
    op.create_index(op.f("ix_plan_measure_case_id"), "plan_measure", ["case_id"], unique=False)
    op.create_index(op.f("ix_plan_measure_changed_xid"), "plan_measure", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_plan_measure_goal_id"), "plan_measure", ["goal_id"], unique=False)
    op.create_index(op.f("ix_plan_measure_plan_id"), "plan_measure", ["plan_id"], unique=False)
    op.create_table(
        "centre_session",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("specialist_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("plan_measure_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("help_kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("next_step", sa.String(), nullable=True),
        sa.Column("cancellation_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancellation_reason is not null)",
            name=op.f("ck_centre_session_reason_when_cancelled"),
        ),
        sa.CheckConstraint(
            "(state = 'held') = (outcome is not null)", name=op.f("ck_centre_session_outcome_when_held")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_centre_session_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["cancellation_reason"],
            ["code_cancellation_reason.code"],
            name=op.f("fk_centre_session_cancellation_reason"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_centre_session_case_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["organisation.id"], name=op.f("fk_centre_session_centre_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_centre_session_created_by_id")),
        sa.ForeignKeyConstraint(["help_kind"], ["code_help_kind.code"], name=op.f("fk_centre_session_help_kind")),
        sa.ForeignKeyConstraint(["kind"], ["code_session_kind.code"], name=op.f("fk_centre_session_kind")),
        sa.ForeignKeyConstraint(
            ["next_step"], ["code_session_next_step.code"], name=op.f("fk_centre_session_next_step")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_centre_session_organisation_id")
        ),
        sa.ForeignKeyConstraint(["outcome"], ["code_session_outcome.code"], name=op.f("fk_centre_session_outcome")),
        sa.ForeignKeyConstraint(
            ["plan_measure_id"], ["plan_measure.id"], name=op.f("fk_centre_session_plan_measure_id")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["centre_room.id"], name=op.f("fk_centre_session_room_id")),
        sa.ForeignKeyConstraint(["specialist_id"], ["app_user.id"], name=op.f("fk_centre_session_specialist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_session")),
    )
    op.create_index(op.f("ix_centre_session_case_id"), "centre_session", ["case_id"], unique=False)
    op.create_index("ix_centre_session_case_starts", "centre_session", ["case_id", "starts_at", "id"], unique=False)
    op.create_index("ix_centre_session_centre_starts", "centre_session", ["centre_id", "starts_at", "id"], unique=False)
    op.create_index(op.f("ix_centre_session_changed_xid"), "centre_session", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_centre_session_plan_measure_id"), "centre_session", ["plan_measure_id"], unique=False)
    op.create_index(op.f("ix_centre_session_room_id"), "centre_session", ["room_id"], unique=False)
    op.create_index(
        "ix_centre_session_specialist_starts", "centre_session", ["specialist_id", "starts_at", "id"], unique=False
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("lower_inc(during) and not upper_inc(during)", name=op.f("ck_booking_during_bounds")),
        sa.ForeignKeyConstraint(["centre_id"], ["organisation.id"], name=op.f("fk_booking_centre_id")),
        sa.ForeignKeyConstraint(["session_id"], ["centre_session.id"], name=op.f("fk_booking_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index(op.f("ix_booking_centre_id"), "booking", ["centre_id"], unique=False)
    op.create_index(op.f("ix_booking_resource_id"), "booking", ["resource_id"], unique=False)
    op.create_index(op.f("ix_booking_session_id"), "booking", ["session_id"], unique=False)
    op.create_table(
        "session_note",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("help_kind", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_session_note_case_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_session_note_created_by_id")),
        sa.ForeignKeyConstraint(["help_kind"], ["code_help_kind.code"], name=op.f("fk_session_note_help_kind")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_session_note_organisation_id")),
        sa.ForeignKeyConstraint(["session_id"], ["centre_session.id"], name=op.f("fk_session_note_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_note")),
    )
    op.create_index(op.f("ix_session_note_case_id"), "session_note", ["case_id"], unique=False)
    op.create_index(op.f("ix_session_note_session_id"), "session_note", ["session_id"], unique=False)
    op.create_table(
        "session_participant",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("attendance", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attendance"], ["code_attendance.code"], name=op.f("fk_session_participant_attendance")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_session_participant_case_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_session_participant_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_participant_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["centre_session.id"], name=op.f("fk_session_participant_session_id")),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_session_participant")),
    )
    op.create_index(op.f("ix_session_participant_case_id"), "session_participant", ["case_id"], unique=False)
    # No btree_gist in the embedded server: a range over uuid lets GiST compare resources for equality.
    op.execute("CREATE TYPE uuidrange AS RANGE (subtype = uuid)")
    op.execute(
        "ALTER TABLE booking ADD CONSTRAINT ex_booking_overlap EXCLUDE USING gist"
        " (uuidrange(resource_id, resource_id, '[]') WITH &&, during WITH &&) WHERE (cancelled_at IS NULL)"
    )
    op.execute(
        "ALTER TABLE booking ADD CONSTRAINT ck_booking_during_finite CHECK"
        " (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during))"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_session_participant_case_id"), table_name="session_participant")
    op.drop_table("session_participant")
    op.drop_index(op.f("ix_session_note_session_id"), table_name="session_note")
    op.drop_index(op.f("ix_session_note_case_id"), table_name="session_note")
    op.drop_table("session_note")
    op.drop_index(op.f("ix_booking_session_id"), table_name="booking")
    op.drop_index(op.f("ix_booking_resource_id"), table_name="booking")
    op.drop_index(op.f("ix_booking_centre_id"), table_name="booking")
    op.drop_table("booking")
    op.drop_index("ix_centre_session_specialist_starts", table_name="centre_session")
    op.drop_index(op.f("ix_centre_session_room_id"), table_name="centre_session")
    op.drop_index(op.f("ix_centre_session_plan_measure_id"), table_name="centre_session")
    op.drop_index(op.f("ix_centre_session_changed_xid"), table_name="centre_session")
    op.drop_index("ix_centre_session_centre_starts", table_name="centre_session")
    op.drop_index("ix_centre_session_case_starts", table_name="centre_session")
    op.drop_index(op.f("ix_centre_session_case_id"), table_name="centre_session")
    op.drop_table("centre_session")
    op.drop_index(op.f("ix_plan_measure_plan_id"), table_name="plan_measure")
    op.drop_index(op.f("ix_plan_measure_goal_id"), table_name="plan_measure")
    op.drop_index(op.f("ix_plan_measure_changed_xid"), table_name="plan_measure")
    op.drop_index(op.f("ix_plan_measure_case_id"), table_name="plan_measure")
    op.drop_table("plan_measure")
    op.drop_index(op.f("ix_visit_attempt_signal_id"), table_name="visit_attempt")
    op.drop_index(op.f("ix_visit_attempt_referral_id"), table_name="visit_attempt")
    op.drop_table("visit_attempt")
    op.drop_index(op.f("ix_visit_act_signal_id"), table_name="visit_act")
    op.drop_index(op.f("ix_visit_act_changed_xid"), table_name="visit_act")
    op.drop_index(op.f("ix_visit_act_case_id"), table_name="visit_act")
    op.drop_table("visit_act")
    op.drop_index(op.f("ix_plan_missing_help_case_id"), table_name="plan_missing_help")
    op.drop_table("plan_missing_help")
    op.drop_index(op.f("ix_plan_goal_plan_id"), table_name="plan_goal")
    op.drop_index(op.f("ix_plan_goal_changed_xid"), table_name="plan_goal")
    op.drop_index(op.f("ix_plan_goal_case_id"), table_name="plan_goal")
    op.drop_table("plan_goal")
    op.drop_index(op.f("ix_visitor_warning_signal_id"), table_name="visitor_warning")
    op.drop_index(op.f("ix_visitor_warning_case_id"), table_name="visitor_warning")
    op.drop_table("visitor_warning")
    op.drop_index("ix_timeline_entry_signal", table_name="timeline_entry")
    op.drop_index("ix_timeline_entry_case", table_name="timeline_entry")
    op.drop_table("timeline_entry")
    op.drop_index(
        "uq_task_mandatory_notice",
        table_name="task",
        postgresql_where=sa.text("kind in ('mandatory_notice_police', 'mandatory_notice_guardianship')"),
    )
    op.drop_index(
        "uq_task_contact_request",
        table_name="task",
        postgresql_where=sa.text("kind = 'known_child_contact' and completed_at is null and cancelled_at is null"),
    )
    op.drop_index(op.f("ix_task_signal_id"), table_name="task")
    op.drop_index(op.f("ix_task_record_id"), table_name="task")
    op.drop_index(
        "ix_task_organisation_due",
        table_name="task",
        postgresql_where=sa.text("completed_at is null and cancelled_at is null"),
    )
    op.drop_index(
        "ix_task_group_due",
        table_name="task",
        postgresql_where=sa.text("completed_at is null and cancelled_at is null"),
    )
    op.drop_index(
        "ix_task_desk_region_due",
        table_name="task",
        postgresql_where=sa.text(
            "completed_at is null and cancelled_at is null and assignee_id is null and mobile_group_id is null"
        ),
    )
    op.drop_index(
        "ix_task_desk_organisation_due",
        table_name="task",
        postgresql_where=sa.text(
            "completed_at is null and cancelled_at is null and assignee_id is null and mobile_group_id is null"
        ),
    )
    op.drop_index(op.f("ix_task_changed_xid"), table_name="task")
    op.drop_index(op.f("ix_task_case_id"), table_name="task")
    op.drop_index(
        "ix_task_assignee_due",
        table_name="task",
        postgresql_where=sa.text("completed_at is null and cancelled_at is null"),
    )
    op.drop_table("task")
    op.drop_table("signal_person")
    op.drop_index(op.f("ix_reporter_phone_hash"), table_name="reporter")
    op.drop_table("reporter")
    op.drop_index(
        "uq_rehabilitation_active", table_name="rehabilitation_programme", postgresql_where=sa.text("state = 'active'")
    )
    op.drop_index(op.f("ix_rehabilitation_programme_person_id"), table_name="rehabilitation_programme")
    op.drop_index(op.f("ix_rehabilitation_programme_changed_xid"), table_name="rehabilitation_programme")
    op.drop_index(op.f("ix_rehabilitation_programme_case_id"), table_name="rehabilitation_programme")
    op.drop_table("rehabilitation_programme")
    op.drop_index(
        "uq_referral_alive",
        table_name="referral",
        postgresql_where=sa.text("state not in ('declined', 'withdrawn', 'reported')"),
    )
    op.drop_index(op.f("ix_referral_signal_id"), table_name="referral")
    op.drop_index("ix_referral_region_offered", table_name="referral")
    op.drop_index("ix_referral_organisation_offered", table_name="referral")
    op.drop_index("ix_referral_offered", table_name="referral")
    op.drop_index("ix_referral_group_offered", table_name="referral")
    op.drop_index(op.f("ix_referral_changed_xid"), table_name="referral")
    op.drop_table("referral")
    op.drop_index("uq_plan_open", table_name="plan", postgresql_where=sa.text("state in ('draft', 'signed')"))
    op.drop_index("uq_plan_number", table_name="plan")
    op.drop_index("uq_plan_approved", table_name="plan", postgresql_where=sa.text("state = 'approved'"))
    op.drop_index(op.f("ix_plan_changed_xid"), table_name="plan")
    op.drop_index(op.f("ix_plan_case_id"), table_name="plan")
    op.drop_index(op.f("ix_plan_assessment_id"), table_name="plan")
    op.drop_table("plan")
    op.drop_index("ix_signal_registrar_received", table_name="signal")
    op.drop_index("ix_signal_region_received", table_name="signal")
    op.drop_index("ix_signal_receiver_received", table_name="signal")
    op.drop_index("ix_signal_received", table_name="signal")
    op.drop_index("ix_signal_organisation_received", table_name="signal")
    op.drop_index("ix_signal_group_received", table_name="signal")
    op.drop_index(op.f("ix_signal_changed_xid"), table_name="signal")
    op.drop_index(op.f("ix_signal_case_id"), table_name="signal")
    op.drop_table("signal")
    op.drop_index(op.f("ix_relationship_person_id"), table_name="relationship")
    op.drop_index(op.f("ix_relationship_other_id"), table_name="relationship")
    op.drop_table("relationship")
    op.drop_index(op.f("ix_protected_address_person_id"), table_name="protected_address")
    op.drop_table("protected_address")
    op.drop_table("person_iin")
    op.drop_index(op.f("ix_person_contact_phone_hash"), table_name="person_contact")
    op.drop_index(op.f("ix_person_contact_person_id"), table_name="person_contact")
    op.drop_table("person_contact")
    op.drop_index(op.f("ix_person_address_person_id"), table_name="person_address")
    op.drop_table("person_address")
    op.drop_index("uq_follow_up_check_due", table_name="follow_up_check", postgresql_where=sa.text("state = 'due'"))
    op.drop_index(op.f("ix_follow_up_check_changed_xid"), table_name="follow_up_check")
    op.drop_index(op.f("ix_follow_up_check_case_id"), table_name="follow_up_check")
    op.drop_table("follow_up_check")
    op.drop_index(op.f("ix_family_member_person_id"), table_name="family_member")
    op.drop_index(op.f("ix_family_member_family_id"), table_name="family_member")
    op.drop_table("family_member")
    op.drop_index(op.f("ix_child_contact_person_id"), table_name="child_contact")
    op.drop_index(op.f("ix_child_contact_case_id"), table_name="child_contact")
    op.drop_table("child_contact")
    op.drop_index("uq_case_person_now", table_name="case_person", postgresql_where=sa.text("until is null"))
    op.drop_index(op.f("ix_case_person_person_id"), table_name="case_person")
    op.drop_index(op.f("ix_case_person_case_id"), table_name="case_person")
    op.drop_table("case_person")
    op.drop_index("uq_case_member_now", table_name="case_member", postgresql_where=sa.text("ended_at is null"))
    op.drop_index(
        "uq_case_member_manager",
        table_name="case_member",
        postgresql_where=sa.text("ended_at is null and team_role = 'manager'"),
    )
    op.drop_index("ix_case_member_mine", table_name="case_member", postgresql_where=sa.text("ended_at is null"))
    op.drop_index(op.f("ix_case_member_case_id"), table_name="case_member")
    op.drop_table("case_member")
    op.drop_index("uq_case_handover_open", table_name="case_handover", postgresql_where=sa.text("state = 'offered'"))
    op.drop_index("ix_case_handover_to", table_name="case_handover")
    op.drop_index(op.f("ix_case_handover_changed_xid"), table_name="case_handover")
    op.drop_index(op.f("ix_case_handover_case_id"), table_name="case_handover")
    op.drop_index("ix_case_handover_by", table_name="case_handover")
    op.drop_table("case_handover")
    op.drop_index("uq_case_closure_open", table_name="case_closure", postgresql_where=sa.text("decided_at is null"))
    op.drop_index(op.f("ix_case_closure_case_id"), table_name="case_closure")
    op.drop_table("case_closure")
    op.drop_index("uq_assessment_draft", table_name="assessment", postgresql_where=sa.text("state = 'draft'"))
    op.drop_index(op.f("ix_assessment_person_id"), table_name="assessment")
    op.drop_index(op.f("ix_assessment_changed_xid"), table_name="assessment")
    op.drop_index(op.f("ix_assessment_case_id"), table_name="assessment")
    op.drop_table("assessment")
    op.drop_index("uq_user_role_held", table_name="user_role", postgresql_where=sa.text("revoked_at is null"))
    op.drop_index(op.f("ix_user_role_user_id"), table_name="user_role")
    op.drop_table("user_role")
    op.drop_table("user_credential")
    op.drop_index("ix_person_match", table_name="person")
    op.drop_index(op.f("ix_person_changed_xid"), table_name="person")
    op.drop_table("person")
    op.drop_index(
        "uq_mobile_group_member_now", table_name="mobile_group_member", postgresql_where=sa.text("until is null")
    )
    op.drop_index(op.f("ix_mobile_group_member_user_id"), table_name="mobile_group_member")
    op.drop_index(op.f("ix_mobile_group_member_group_id"), table_name="mobile_group_member")
    op.drop_table("mobile_group_member")
    op.drop_index(op.f("ix_mobile_group_duty_group_id"), table_name="mobile_group_duty")
    op.drop_table("mobile_group_duty")
    op.drop_table("mobile_group_area")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_family_changed_xid"), table_name="family")
    op.drop_table("family")
    op.drop_index("ix_case_record_state_opened", table_name="case_record")
    op.drop_index("ix_case_record_region_state_opened", table_name="case_record")
    op.drop_index("ix_case_record_region_opened", table_name="case_record")
    op.drop_index("ix_case_record_organisation_state_opened", table_name="case_record")
    op.drop_index("ix_case_record_organisation_opened", table_name="case_record")
    op.drop_index("ix_case_record_opened", table_name="case_record")
    op.drop_index(op.f("ix_case_record_manager_id"), table_name="case_record")
    op.drop_index(op.f("ix_case_record_changed_xid"), table_name="case_record")
    op.drop_table("case_record")
    op.drop_index(op.f("ix_auth_session_user_id"), table_name="auth_session")
    op.drop_table("auth_session")
    op.drop_index(op.f("ix_mobile_group_region_code"), table_name="mobile_group")
    op.drop_index(op.f("ix_mobile_group_organisation_id"), table_name="mobile_group")
    op.drop_index("ix_mobile_group_name", table_name="mobile_group")
    op.drop_index(op.f("ix_mobile_group_changed_xid"), table_name="mobile_group")
    op.drop_table("mobile_group")
    op.drop_index("uq_centre_room_name", table_name="centre_room")
    op.drop_index(op.f("ix_centre_room_changed_xid"), table_name="centre_room")
    op.drop_table("centre_room")
    op.drop_index("ix_app_user_organisation_name", table_name="app_user")
    op.drop_index("ix_app_user_name", table_name="app_user")
    op.drop_index(op.f("ix_app_user_changed_xid"), table_name="app_user")
    op.drop_table("app_user")
    op.drop_index(op.f("ix_organisation_parent_id"), table_name="organisation")
    op.drop_index("ix_organisation_name", table_name="organisation")
    op.drop_index(op.f("ix_organisation_changed_xid"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_table("state_transition")
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_login_attempt_name_hash"), table_name="login_attempt")
    op.drop_index(op.f("ix_login_attempt_at"), table_name="login_attempt")
    op.drop_table("login_attempt")
    op.drop_table("deployment")
    op.drop_table("code_visitor_warning")
    op.drop_table("code_visit_outcome")
    op.drop_table("code_urgency")
    op.drop_table("code_triage_reason")
    op.drop_table("code_triage_outcome")
    op.drop_table("code_signal_source")
    op.drop_table("code_signal_channel")
    op.drop_table("code_signal_category")
    op.drop_table("code_sex")
    op.drop_table("code_severity")
    op.drop_table("code_session_outcome")
    op.drop_table("code_session_next_step")
    op.drop_table("code_session_kind")
    op.drop_table("code_sector")
    op.drop_table("code_risk_level")
    op.drop_table("code_restriction_ground")
    op.drop_table("code_reopen_reason")
    op.drop_table("code_relationship_kind")
    op.drop_table("code_problem_type")
    op.drop_table("code_plan_measure_kind")
    op.drop_table("code_plan_kind")
    op.drop_table("code_organisation_kind")
    op.drop_table("code_no_contact_reason")
    op.drop_table("code_language")
    op.drop_table("code_help_package")
    op.drop_table("code_help_kind")
    op.drop_table("code_handover_reason")
    op.drop_table("code_goal_outcome")
    op.drop_table("code_follow_up_outcome")
    op.drop_table("code_disability_category")
    op.drop_table("code_decline_reason")
    op.drop_table("code_contact_relation")
    op.drop_table("code_contact_kind")
    op.drop_table("code_closure_reason")
    op.drop_table("code_client_role")
    op.drop_table("code_citizenship_status")
    op.drop_table("code_child_contact_place")
    op.drop_table("code_case_team_role")
    op.drop_table("code_cancellation_reason")
    op.drop_table("code_birth_date_precision")
    op.drop_table("code_attendance")
    op.drop_table("code_assessment_domain")
    op.drop_table("code_address_kind")
    op.drop_table("case_serial")
    op.drop_index(
        "ix_audit_event_records",
        table_name="audit_event",
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 64},
    )
    op.drop_index("ix_audit_event_case", table_name="audit_event")
    op.drop_index("ix_audit_event_actor", table_name="audit_event")
    op.drop_table("audit_event")
    op.execute("DROP TYPE uuidrange")
