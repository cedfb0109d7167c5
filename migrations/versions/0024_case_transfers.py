"""Transfers of cases between bodies."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

T = "case_transfer"


def upgrade() -> None:
    op.create_table(
        T,
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("offered_by_id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("risk_level", sa.String(), nullable=True),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("ended_sessions", sa.Integer(), nullable=False),
        sa.Column("ended_members", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_organisation_id <> to_organisation_id", name=op.f(f"ck_{T}_two_bodies")),
        sa.CheckConstraint(
            "decided_by_id is null or decided_by_id <> offered_by_id", name=op.f(f"ck_{T}_second_person")
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (manager_id is not null)", name=op.f(f"ck_{T}_accepted_with_manager")
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (decline_reason is not null)", name=op.f(f"ck_{T}_declined_with_reason")
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{T}_{column}"))
            for column, target in (
                ("case_id", "case_record.id"),
                ("organisation_id", "organisation.id"),
                ("from_organisation_id", "organisation.id"),
                ("to_organisation_id", "organisation.id"),
                ("offered_by_id", "app_user.id"),
                ("decided_by_id", "app_user.id"),
                ("manager_id", "app_user.id"),
                ("risk_level", "code_risk_level.code"),
                ("reason", "code_handover_reason.code"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{T}")),
    )
    op.create_index(op.f(f"ix_{T}_case_id"), T, ["case_id"])
    op.create_index(op.f(f"ix_{T}_changed_xid"), T, ["changed_xid"])
    op.create_index(f"ix_{T}_to", T, ["to_organisation_id", "offered_at", "id"])
    op.create_index(f"ix_{T}_from", T, ["from_organisation_id", "offered_at", "id"])
    op.create_index(f"uq_{T}_open", T, ["case_id"], unique=True, postgresql_where=sa.text("state = 'offered'"))


def downgrade() -> None:
    op.drop_table(T)
