"""Corrections: records entered in error, and the list of the reasons."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

T = "record_error"
_MARKED = ("case_person", "child_contact")


def upgrade() -> None:
    op.create_table(
        "code_error_reason",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("label_kk", sa.Text(), nullable=True),
        sa.Column("label_ru", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_error_reason")),
    )
    for table in _MARKED:
        op.add_column(table, sa.Column("entered_in_error", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        T,
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=24), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decided_by_id is null or decided_by_id <> proposed_by_id", name=op.f(f"ck_{T}_second_person")
        ),
        sa.CheckConstraint(
            "(state in ('confirmed', 'declined')) = (decided_by_id is not null)", name=op.f(f"ck_{T}_decided_whole")
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{T}_{column}"))
            for column, target in (
                ("case_id", "case_record.id"),
                ("organisation_id", "organisation.id"),
                ("reason", "code_error_reason.code"),
                ("proposed_by_id", "app_user.id"),
                ("decided_by_id", "app_user.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{T}")),
    )
    op.create_index(op.f(f"ix_{T}_case_id"), T, ["case_id"])
    op.create_index(op.f(f"ix_{T}_changed_xid"), T, ["changed_xid"])
    op.create_index(f"ix_{T}_case_proposed", T, ["case_id", "proposed_at", "id"])
    op.create_index(f"uq_{T}_open", T, ["record_id"], unique=True, postgresql_where=sa.text("state = 'proposed'"))


def downgrade() -> None:
    op.drop_table(T)
    for table in _MARKED:
        op.drop_column(table, "entered_in_error")
    op.drop_table("code_error_reason")
