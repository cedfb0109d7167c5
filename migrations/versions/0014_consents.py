"""Consents, and what rests on them: places on the team, sessions, plans, offers of benefits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_LISTS = ("consent_basis", "consent_child_view", "consent_form", "consent_purpose")
_RESTING = ("case_member", "centre_session", "plan", "benefit_offer")


def upgrade() -> None:
    for name in _LISTS:
        op.create_table(
            f"code_{name}",
            sa.Column("code", sa.Text(), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("list_version", sa.Integer(), nullable=False),
            sa.Column("valid_from", sa.Date(), nullable=True),
            sa.Column("valid_until", sa.Date(), nullable=True),
            sa.Column("label_kk", sa.Text(), nullable=True),
            sa.Column("label_ru", sa.Text(), nullable=True),
            sa.Column("label_en", sa.Text(), nullable=True),
            sa.PrimaryKeyConstraint("code", name=op.f(f"pk_code_{name}")),
        )
    _create_consent()
    for table in _RESTING:
        op.add_column(table, sa.Column("consent_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_consent_id"), table, "consent", ["consent_id"], ["id"])
        op.create_index(op.f(f"ix_{table}_consent_id"), table, ["consent_id"], unique=False)
    op.add_column("case_member", sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("plan", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("benefit_offer", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("ck_benefit_offer_one_end"), "benefit_offer", type_="check")
    op.create_check_constraint(
        op.f("ck_benefit_offer_one_end"),
        "benefit_offer",
        "(state = 'made') = (answered_at is null and lapsed_at is null and withdrawn_at is null)",
    )


def _create_consent() -> None:
    op.create_table(
        "consent",
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
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("shared_with_id", sa.Uuid(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("giver_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("child_view", sa.String(), nullable=False),
        sa.Column("child_words", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdraw_form", sa.String(), nullable=True),
        sa.Column("withdraw_note", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("(basis = 'child') = (giver_id = person_id)", name=op.f("ck_consent_child_gives_own")),
        sa.CheckConstraint(
            "(purpose = 'sharing') = (shared_with_id is not null)", name=op.f("ck_consent_shared_with_somebody")
        ),
        sa.CheckConstraint("(state = 'given') = (ended_at is null)", name=op.f("ck_consent_ended_at_when_ended")),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at is not null)", name=op.f("ck_consent_withdrawn_at_when_withdrawn")
        ),
        sa.CheckConstraint("(expires_on is null) = (expires_at is null)", name=op.f("ck_consent_expiry_whole")),
        sa.CheckConstraint(
            "(withdrawn_at is null) = (withdrawn_by_id is null)", name=op.f("ck_consent_withdrawn_by_somebody")
        ),
        sa.ForeignKeyConstraint(["basis"], ["code_consent_basis.code"], name=op.f("fk_consent_basis")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_consent_case_id")),
        sa.ForeignKeyConstraint(["child_view"], ["code_consent_child_view.code"], name=op.f("fk_consent_child_view")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_consent_created_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name=op.f("fk_consent_ended_by_id")),
        sa.ForeignKeyConstraint(["form"], ["code_consent_form.code"], name=op.f("fk_consent_form")),
        sa.ForeignKeyConstraint(["giver_id"], ["person.id"], name=op.f("fk_consent_giver_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_consent_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.ForeignKeyConstraint(["purpose"], ["code_consent_purpose.code"], name=op.f("fk_consent_purpose")),
        sa.ForeignKeyConstraint(["shared_with_id"], ["organisation.id"], name=op.f("fk_consent_shared_with_id")),
        sa.ForeignKeyConstraint(["withdraw_form"], ["code_consent_form.code"], name=op.f("fk_consent_withdraw_form")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_consent_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_case_given", "consent", ["case_id", "given_at", "id"], unique=False)
    op.create_index(op.f("ix_consent_case_id"), "consent", ["case_id"], unique=False)
    op.create_index(op.f("ix_consent_changed_xid"), "consent", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"], unique=False)
