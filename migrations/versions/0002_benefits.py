"""Determinations of benefits, appeals, recomputations, offers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


class Xid8(sa.types.UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "XID8"


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_benefit_channel",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_benefit_channel")),
    )
    op.create_table(
        "code_benefit_refusal_ground",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_benefit_refusal_ground")),
    )
    op.create_table(
        "benefit_determination",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("person_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("benefit", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("asked_for", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("entitled", sa.String(length=16), nullable=False),
        sa.Column("amount_low", sa.String(), nullable=True),
        sa.Column("amount_high", sa.String(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("grounds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rules_version", sa.String(length=80), nullable=False),
        sa.Column("sign_off_authority", sa.String(), nullable=True),
        sa.Column("sign_off_example", sa.Boolean(), nullable=False),
        sa.Column("sign_off_digest", sa.String(length=64), nullable=True),
        sa.Column("ground_rule", sa.String(length=120), nullable=True),
        sa.Column("ground_code", sa.String(), nullable=True),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'approved' or (settled and entitled = 'yes')",
            name=op.f("ck_benefit_determination_approves_what_is_settled"),
        ),
        sa.CheckConstraint(
            "state not in ('approved', 'refused', 'refusal_proposed') or mode = 'decide'",
            name=op.f("ck_benefit_determination_no_decision_on_estimate"),
        ),
        sa.CheckConstraint("cardinality(person_ids) > 0", name=op.f("ck_benefit_determination_about_somebody")),
        sa.CheckConstraint(
            "decided_by_id is null or decided_by_id <> proposed_by_id",
            name=op.f("ck_benefit_determination_second_person_confirms"),
        ),
        sa.CheckConstraint(
            "proposed_by_id is null or (article is not null and num_nonnulls(ground_rule, ground_code) = 1)",
            name=op.f("ck_benefit_determination_refusal_names_ground_and_article"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_benefit_determination_case_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["app_user.id"], name=op.f("fk_benefit_determination_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["app_user.id"], name=op.f("fk_benefit_determination_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_benefit_determination_family_id")),
        sa.ForeignKeyConstraint(
            ["ground_code"], ["code_benefit_refusal_ground.code"], name=op.f("fk_benefit_determination_ground_code")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_benefit_determination_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["app_user.id"], name=op.f("fk_benefit_determination_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_determination")),
    )
    op.create_index(op.f("ix_benefit_determination_case_id"), "benefit_determination", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_benefit_determination_changed_xid"), "benefit_determination", ["changed_xid"], unique=False
    )
    op.create_index(
        "ix_benefit_determination_family", "benefit_determination", ["family_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_benefit_determination_organisation",
        "benefit_determination",
        ["organisation_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_benefit_determination_persons",
        "benefit_determination",
        ["person_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_benefit_determination_region", "benefit_determination", ["region_code", "created_at", "id"], unique=False
    )
    op.create_table(
        "benefit_appeal",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("determination_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("filed_by", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("against_id", sa.Uuid(), nullable=False),
        sa.Column("proposer_id", sa.Uuid(), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "settled_by_id is null or (settled_by_id <> against_id and settled_by_id is distinct from proposer_id)",
            name=op.f("ck_benefit_appeal_settled_by_another"),
        ),
        sa.ForeignKeyConstraint(["against_id"], ["app_user.id"], name=op.f("fk_benefit_appeal_against_id")),
        sa.ForeignKeyConstraint(["channel"], ["code_benefit_channel.code"], name=op.f("fk_benefit_appeal_channel")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_benefit_appeal_created_by_id")),
        sa.ForeignKeyConstraint(
            ["determination_id"], ["benefit_determination.id"], name=op.f("fk_benefit_appeal_determination_id")
        ),
        sa.ForeignKeyConstraint(["proposer_id"], ["app_user.id"], name=op.f("fk_benefit_appeal_proposer_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["app_user.id"], name=op.f("fk_benefit_appeal_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_appeal")),
    )
    op.create_index(op.f("ix_benefit_appeal_changed_xid"), "benefit_appeal", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_benefit_appeal_determination_id"), "benefit_appeal", ["determination_id"], unique=False)
    op.create_index(
        "uq_benefit_appeal_open",
        "benefit_appeal",
        ["determination_id"],
        unique=True,
        postgresql_where=sa.text("state = 'lodged'"),
    )
    op.create_table(
        "benefit_offer",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("determination_id", sa.Uuid(), nullable=False),
        sa.Column("opened_id", sa.Uuid(), nullable=True),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.String(length=48), nullable=False),
        sa.Column("deadline_status", sa.String(length=16), nullable=False),
        sa.Column("answer_channel", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("answer_note", sa.Text(), nullable=True),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'made') = (answered_at is null and lapsed_at is null)", name=op.f("ck_benefit_offer_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["answer_channel"], ["code_benefit_channel.code"], name=op.f("fk_benefit_offer_answer_channel")
        ),
        sa.ForeignKeyConstraint(["channel"], ["code_benefit_channel.code"], name=op.f("fk_benefit_offer_channel")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_benefit_offer_created_by_id")),
        sa.ForeignKeyConstraint(
            ["determination_id"], ["benefit_determination.id"], name=op.f("fk_benefit_offer_determination_id")
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_benefit_offer_family_id")),
        sa.ForeignKeyConstraint(["opened_id"], ["benefit_determination.id"], name=op.f("fk_benefit_offer_opened_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_benefit_offer_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_offer")),
    )
    op.create_index(op.f("ix_benefit_offer_changed_xid"), "benefit_offer", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_benefit_offer_determination_id"), "benefit_offer", ["determination_id"], unique=False)
    op.create_index(op.f("ix_benefit_offer_family_id"), "benefit_offer", ["family_id"], unique=False)
    op.create_index(
        "uq_benefit_offer_open",
        "benefit_offer",
        ["determination_id"],
        unique=True,
        postgresql_where=sa.text("state = 'made'"),
    )
    op.create_table(
        "benefit_recomputation",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("determination_id", sa.Uuid(), nullable=False),
        sa.Column("asked_for", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=True),
        sa.Column("entitled", sa.String(length=16), nullable=False),
        sa.Column("amount_low", sa.String(), nullable=True),
        sa.Column("amount_high", sa.String(), nullable=True),
        sa.Column("difference", sa.String(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["app_user.id"], name=op.f("fk_benefit_recomputation_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["determination_id"], ["benefit_determination.id"], name=op.f("fk_benefit_recomputation_determination_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_recomputation")),
    )
    op.create_index(
        "ix_benefit_recomputation_determination",
        "benefit_recomputation",
        ["determination_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_task_benefits_region_due",
        "task",
        ["region_code", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text(
            "completed_at is null and cancelled_at is null and assignee_id is null"
            " and mobile_group_id is null and record_type = 'benefit_determination'"
        ),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_task_benefits_region_due",
        table_name="task",
        postgresql_where=sa.text(
            "completed_at is null and cancelled_at is null and assignee_id is null"
            " and mobile_group_id is null and record_type = 'benefit_determination'"
        ),
    )
    op.drop_index("ix_benefit_recomputation_determination", table_name="benefit_recomputation")
    op.drop_table("benefit_recomputation")
    op.drop_index("uq_benefit_offer_open", table_name="benefit_offer", postgresql_where=sa.text("state = 'made'"))
    op.drop_index(op.f("ix_benefit_offer_family_id"), table_name="benefit_offer")
    op.drop_index(op.f("ix_benefit_offer_determination_id"), table_name="benefit_offer")
    op.drop_index(op.f("ix_benefit_offer_changed_xid"), table_name="benefit_offer")
    op.drop_table("benefit_offer")
    op.drop_index("uq_benefit_appeal_open", table_name="benefit_appeal", postgresql_where=sa.text("state = 'lodged'"))
    op.drop_index(op.f("ix_benefit_appeal_determination_id"), table_name="benefit_appeal")
    op.drop_index(op.f("ix_benefit_appeal_changed_xid"), table_name="benefit_appeal")
    op.drop_table("benefit_appeal")
    op.drop_index("ix_benefit_determination_region", table_name="benefit_determination")
    op.drop_index("ix_benefit_determination_persons", table_name="benefit_determination", postgresql_using="gin")
    op.drop_index("ix_benefit_determination_organisation", table_name="benefit_determination")
    op.drop_index("ix_benefit_determination_family", table_name="benefit_determination")
    op.drop_index(op.f("ix_benefit_determination_changed_xid"), table_name="benefit_determination")
    op.drop_index(op.f("ix_benefit_determination_case_id"), table_name="benefit_determination")
    op.drop_table("benefit_determination")
    op.drop_table("code_benefit_refusal_ground")
    op.drop_table("code_benefit_channel")
