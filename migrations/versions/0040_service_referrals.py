"""Referrals to other bodies, and what is shared of the child by each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from casemgmt.db.base import Xid8

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def _of_case(table: str) -> tuple[SchemaItem, ...]:
    return (
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f(f"fk_{table}_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
    )


def upgrade() -> None:
    op.create_table(
        "code_service_decline_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_service_decline_reason")),
    )
    name = "service_referral"
    op.create_table(
        name,
        *_of_case(name),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("offered_by_id", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("help_kind", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("wanted_by", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("decline_reason", sa.String(), nullable=True),
        sa.Column("decline_note", sa.Text(), nullable=True),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("return_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "answered_by_id is null or answered_by_id <> offered_by_id",
            name=op.f("ck_service_referral_second_person"),
        ),
        sa.CheckConstraint(
            "state <> 'offered' or answered_at is null", name=op.f("ck_service_referral_offered_unanswered")
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (decline_reason is not null)", name=op.f("ck_service_referral_declined_with_reason")
        ),
        sa.CheckConstraint(
            "state not in ('accepted', 'done') or responsible_id is not null",
            name=op.f("ck_service_referral_accepted_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'done') = (return_note is not null)", name=op.f("ck_service_referral_done_with_return_note")
        ),
        sa.ForeignKeyConstraint(
            ["to_organisation_id"], ["organisation.id"], name=op.f("fk_service_referral_to_organisation_id")
        ),
        sa.ForeignKeyConstraint(["offered_by_id"], ["app_user.id"], name=op.f("fk_service_referral_offered_by_id")),
        sa.ForeignKeyConstraint(["help_kind"], ["code_help_kind.code"], name=op.f("fk_service_referral_help_kind")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["app_user.id"], name=op.f("fk_service_referral_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["decline_reason"], ["code_service_decline_reason.code"], name=op.f("fk_service_referral_decline_reason")
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["app_user.id"], name=op.f("fk_service_referral_responsible_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["app_user.id"], name=op.f("fk_service_referral_closed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_referral")),
    )
    op.create_index(op.f("ix_service_referral_case_id"), name, ["case_id"], unique=False)
    op.create_index(op.f("ix_service_referral_changed_xid"), name, ["changed_xid"], unique=False)
    op.create_index("ix_service_referral_case", name, ["case_id", "offered_at", "id"], unique=False)
    op.create_index("ix_service_referral_to", name, ["to_organisation_id", "offered_at", "id"], unique=False)
    share = "service_referral_share"
    op.create_table(
        share,
        *_of_case(share),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("without_consent_ground", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(consent_id is null) = (without_consent_ground is not null)",
            name=op.f("ck_service_referral_share_on_one_ground"),
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["service_referral.id"], name=op.f("fk_service_referral_share_referral_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_service_referral_share_person_id")),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_service_referral_share_consent_id")),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_service_referral_share")),
    )
    for column in ("case_id", "person_id", "consent_id"):
        op.create_index(op.f(f"ix_service_referral_share_{column}"), share, [column], unique=False)


def downgrade() -> None:
    op.drop_table("service_referral_share")
    op.drop_table("service_referral")
    op.drop_table("code_service_decline_reason")
