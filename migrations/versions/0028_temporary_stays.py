"""Shelters of centres and the temporary stays in them."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_LISTS = ("stay_leave_reason", "violence_kind")


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
    op.create_table(
        "shelter",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kato", sa.String(length=9), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_shelter_created_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_shelter_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelter")),
    )
    op.create_index(op.f("ix_shelter_changed_xid"), "shelter", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_shelter_organisation_id"), "shelter", ["organisation_id"], unique=False)
    op.create_table(
        "shelter_place",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("shelter_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_shelter_place_organisation_id")
        ),
        sa.ForeignKeyConstraint(["shelter_id"], ["shelter.id"], name=op.f("fk_shelter_place_shelter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelter_place")),
    )
    op.create_index(op.f("ix_shelter_place_changed_xid"), "shelter_place", ["changed_xid"], unique=False)
    op.create_index("uq_shelter_place_label", "shelter_place", ["shelter_id", "label"], unique=True)
    _create_stays()


def _create_stays() -> None:
    op.create_table(
        "temporary_stay",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("term_status", sa.String(length=16), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leave_reason", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'left') = (left_at is not null)", name=op.f("ck_temporary_stay_left_when_left")),
        sa.CheckConstraint(
            "(left_at is null) = (leave_reason is null)", name=op.f("ck_temporary_stay_reason_when_left")
        ),
        sa.CheckConstraint(
            "counted_from <= admitted_at and until_at > counted_from", name=op.f("ck_temporary_stay_moments_in_order")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_temporary_stay_case_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_temporary_stay_created_by_id")),
        sa.ForeignKeyConstraint(["ground"], ["code_violence_kind.code"], name=op.f("fk_temporary_stay_ground")),
        sa.ForeignKeyConstraint(
            ["leave_reason"], ["code_stay_leave_reason.code"], name=op.f("fk_temporary_stay_leave_reason")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_temporary_stay_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temporary_stay")),
    )
    op.create_index(op.f("ix_temporary_stay_case_id"), "temporary_stay", ["case_id"], unique=False)
    op.create_index(op.f("ix_temporary_stay_changed_xid"), "temporary_stay", ["changed_xid"], unique=False)
    op.create_table(
        "stay_person",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["protected_address.id"], name=op.f("fk_stay_person_address_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_stay_person_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_stay_person_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stay_person_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["shelter_place.id"], name=op.f("fk_stay_person_place_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["temporary_stay.id"], name=op.f("fk_stay_person_stay_id")),
        sa.PrimaryKeyConstraint("stay_id", "person_id", name=op.f("pk_stay_person")),
    )
    op.create_index(op.f("ix_stay_person_case_id"), "stay_person", ["case_id"], unique=False)
    for name in ("place", "person"):
        op.create_index(
            f"uq_stay_person_{name}",
            "stay_person",
            [f"{name}_id"],
            unique=True,
            postgresql_where=sa.text("left_at is null"),
        )
