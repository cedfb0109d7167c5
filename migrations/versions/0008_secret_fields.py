"""Notes on health and facts of adoption in tables of their own; two digits of an identification number are shown."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MASK_ANEW = """
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM person WHERE iin_mask IS NOT NULL) THEN
        PERFORM audit_write(gen_random_uuid(), 'person.masks_shortened', 'done', NULL, 'person', '{}', NULL, NULL,
                            ARRAY['person.iin_mask'], 'migration');
        UPDATE person SET iin_mask = repeat('•', 10) || right(iin_mask, 2) WHERE iin_mask IS NOT NULL;
    END IF;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "health_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("visit_act_id", sa.Uuid(), nullable=True),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_health_note_person_id")),
        sa.ForeignKeyConstraint(["visit_act_id"], ["visit_act.id"], name=op.f("fk_health_note_visit_act_id")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_health_note_assessment_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_health_note_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_note")),
    )
    for column in ("person_id", "visit_act_id", "assessment_id"):
        op.create_index(op.f(f"ix_health_note_{column}"), "health_note", [column], unique=False)
    op.create_table(
        "adoption_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("court", sa.Text(), nullable=False),
        sa.Column("decision_number", sa.String(length=80), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("former_family_name", sa.String(), nullable=True),
        sa.Column("former_given_name", sa.String(), nullable=True),
        sa.Column("former_patronymic", sa.String(), nullable=True),
        sa.Column("former_birth_date", sa.Date(), nullable=True),
        sa.Column("former_birth_place", sa.Text(), nullable=True),
        sa.Column("known_to", sa.Text(), nullable=True),
        sa.Column("child_knows", sa.Boolean(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdraw_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "in_force_on is null or in_force_on >= decided_on", name=op.f("ck_adoption_fact_dates_in_order")
        ),
        sa.CheckConstraint(
            "(withdrawn_at is null) = (withdraw_reason is null)", name=op.f("ck_adoption_fact_withdrawn_with_reason")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_adoption_fact_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_adoption_fact_recorded_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["app_user.id"], name=op.f("fk_adoption_fact_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption_fact")),
    )
    op.create_index(op.f("ix_adoption_fact_person_id"), "adoption_fact", ["person_id"], unique=False)
    op.execute(_MASK_ANEW)
