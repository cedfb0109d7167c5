"""Requests for copies of what is held about a person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from casemgmt.db.base import Xid8

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subject_copy",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requester", sa.String(length=32), nullable=False),
        sa.Column("proof", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("included", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(length=32), nullable=True),
        sa.Column("released_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'released') = (released_until is not null)", name=op.f("ck_subject_copy_released_for_a_time")
        ),
        sa.CheckConstraint(
            "decided_by_id is null or decided_by_id <> prepared_by_id",
            name=op.f("ck_subject_copy_second_person_decides"),
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["app_user.id"], name=op.f("fk_subject_copy_decided_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_subject_copy_person_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["app_user.id"], name=op.f("fk_subject_copy_prepared_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_copy")),
    )
    op.create_index(op.f("ix_subject_copy_changed_xid"), "subject_copy", ["changed_xid"], unique=False)
    op.create_index("ix_subject_copy_newest", "subject_copy", ["prepared_at", "id"], unique=False)
    op.create_index(op.f("ix_subject_copy_person_id"), "subject_copy", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_subject_copy_person_id"), table_name="subject_copy")
    op.drop_index("ix_subject_copy_newest", table_name="subject_copy")
    op.drop_index(op.f("ix_subject_copy_changed_xid"), table_name="subject_copy")
    op.drop_table("subject_copy")
