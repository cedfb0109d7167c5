"""Research projects, their keys, and what went out for them."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "research_project",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "decided_by_id is null or decided_by_id <> proposed_by_id",
            name=op.f("ck_research_project_second_person_decides"),
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["app_user.id"], name=op.f("fk_research_project_decided_by_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["app_user.id"], name=op.f("fk_research_project_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_research_project")),
    )
    op.create_index(op.f("ix_research_project_changed_xid"), "research_project", ["changed_xid"], unique=False)
    op.create_index("ix_research_project_newest", "research_project", ["proposed_at", "id"], unique=False)
    op.create_table(
        "research_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("coarsened", sa.Integer(), nullable=False),
        sa.Column("minimum_cell", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["app_user.id"], name=op.f("fk_research_export_made_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["research_project.id"], name=op.f("fk_research_export_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_research_export")),
    )
    op.create_index(op.f("ix_research_export_project_id"), "research_export", ["project_id"], unique=False)
    op.create_table(
        "research_key",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["research_project.id"], name=op.f("fk_research_key_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_research_key")),
    )


def downgrade() -> None:
    op.drop_table("research_key")
    op.drop_index(op.f("ix_research_export_project_id"), table_name="research_export")
    op.drop_table("research_export")
    op.drop_index("ix_research_project_newest", table_name="research_project")
    op.drop_index(op.f("ix_research_project_changed_xid"), table_name="research_project")
    op.drop_table("research_project")
