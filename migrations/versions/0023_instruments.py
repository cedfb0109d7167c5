"""Instruments of assessment as loaded data, and screenings with their answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessment_instrument",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("authority", sa.String(), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdraw_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at is null) = (withdraw_reason is null)",
            name=op.f("ck_assessment_instrument_withdrawn_whole"),
        ),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_assessment_instrument")),
    )
    op.add_column("assessment", sa.Column("language", sa.String(), nullable=True))
    op.create_foreign_key(op.f("fk_assessment_language"), "assessment", "code_language", ["language"], ["code"])
    op.create_table(
        "screening",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(length=64), nullable=False),
        sa.Column("instrument_version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("total_score", sa.Integer(), nullable=False),
        sa.Column("suggested_risk_level", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_screening_organisation_id")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_screening_signal_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_screening_person_id")),
        sa.ForeignKeyConstraint(["language"], ["code_language.code"], name=op.f("fk_screening_language")),
        sa.ForeignKeyConstraint(
            ["suggested_risk_level"], ["code_risk_level.code"], name=op.f("fk_screening_suggested_risk_level")
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_screening_recorded_by_id")),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_screening")),
    )
    op.create_index(op.f("ix_screening_person_id"), "screening", ["person_id"], unique=False)
    op.create_table(
        "screening_answers",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("domain_scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_screening_answers_signal_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_screening_answers_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_screening_answers_recorded_by_id")),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_screening_answers")),
    )
    op.create_index(op.f("ix_screening_answers_person_id"), "screening_answers", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("screening_answers")
    op.drop_table("screening")
    op.drop_constraint(op.f("fk_assessment_language"), "assessment", type_="foreignkey")
    op.drop_column("assessment", "language")
    op.drop_table("assessment_instrument")
