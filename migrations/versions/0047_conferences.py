"""Case conferences: what is shared, who is invited, what was decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

from casemgmt.db.base import Xid8

revision = "0047"
down_revision = "0046"
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


def _versioned() -> tuple[SchemaItem, ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
    )


def upgrade() -> None:
    _conference()
    _conference_share()
    _conference_participant()
    _conference_family()
    _conference_decision()


def downgrade() -> None:
    for table in (
        "conference_decision",
        "conference_family",
        "conference_participant",
        "conference_share",
        "conference",
    ):
        op.drop_table(table)


def _conference() -> None:
    op.create_table(
        "conference",
        *_versioned(),
        *_of_case("conference"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("called_by_id", sa.Uuid(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.Uuid(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'cancelled' or cancel_reason is not null", name=op.f("ck_conference_cancelled_with_reason")
        ),
        sa.CheckConstraint(
            "(state = 'signed') = (signed_by_id is not null)", name=op.f("ck_conference_signed_by_somebody")
        ),
        sa.CheckConstraint(
            "(state in ('held', 'signed')) = (num_nonnulls(minutes, held_at, recorded_by_id) = 3)",
            name=op.f("ck_conference_held_with_minutes"),
        ),
        sa.CheckConstraint(
            "signed_by_id is null or signed_by_id <> recorded_by_id", name=op.f("ck_conference_second_person")
        ),
        sa.ForeignKeyConstraint(["called_by_id"], ["app_user.id"], name=op.f("fk_conference_called_by_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["app_user.id"], name=op.f("fk_conference_recorded_by_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["app_user.id"], name=op.f("fk_conference_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference")),
    )
    op.create_index("ix_conference_case", "conference", ["case_id", "called_at", "id"], unique=False)
    op.create_index(op.f("ix_conference_case_id"), "conference", ["case_id"], unique=False)
    op.create_index(op.f("ix_conference_changed_xid"), "conference", ["changed_xid"], unique=False)


def _conference_share() -> None:
    op.create_table(
        "conference_share",
        *_of_case("conference_share"),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("person_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("without_consent_ground", sa.Text(), nullable=True),
        sa.CheckConstraint("cardinality(person_ids) > 0", name=op.f("ck_conference_share_about_somebody")),
        sa.ForeignKeyConstraint(["conference_id"], ["conference.id"], name=op.f("fk_conference_share_conference_id")),
        sa.PrimaryKeyConstraint("conference_id", name=op.f("pk_conference_share")),
    )
    op.create_index(op.f("ix_conference_share_case_id"), "conference_share", ["case_id"], unique=False)


def _conference_participant() -> None:
    op.create_table(
        "conference_participant",
        *_versioned(),
        *_of_case("conference_participant"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("body_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("in_place_of_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("came", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "state <> 'declined' or decline_reason is not null",
            name=op.f("ck_conference_participant_declined_with_reason"),
        ),
        sa.CheckConstraint(
            "user_id is not null or state in ('invited', 'withdrawn')",
            name=op.f("ck_conference_participant_named_answers_by_telephone"),
        ),
        sa.CheckConstraint(
            "(user_id is null) = (body_id is null)", name=op.f("ck_conference_participant_user_of_a_body")
        ),
        sa.CheckConstraint(
            "user_id is not null or name is not null", name=op.f("ck_conference_participant_user_or_named")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["organisation.id"], name=op.f("fk_conference_participant_body_id")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_conference_participant_conference_id")
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_conference_participant_consent_id")),
        sa.ForeignKeyConstraint(
            ["in_place_of_id"], ["conference_participant.id"], name=op.f("fk_conference_participant_in_place_of_id")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["app_user.id"], name=op.f("fk_conference_participant_invited_by_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_conference_participant_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_participant")),
    )
    op.create_index(op.f("ix_conference_participant_case_id"), "conference_participant", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_conference_participant_changed_xid"), "conference_participant", ["changed_xid"], unique=False
    )
    op.create_index(
        "ix_conference_participant_conference",
        "conference_participant",
        ["conference_id", "invited_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_conference_participant_user", "conference_participant", ["user_id", "conference_id"], unique=False
    )
    op.create_index(
        "uq_conference_participant_user",
        "conference_participant",
        ["conference_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("state in ('invited', 'accepted')"),
    )


def _conference_family() -> None:
    op.create_table(
        "conference_family",
        *_of_case("conference_family"),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("invited", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("came", sa.Boolean(), nullable=True),
        sa.CheckConstraint("invited = (reason is null)", name=op.f("ck_conference_family_reason_if_not_invited")),
        sa.ForeignKeyConstraint(["conference_id"], ["conference.id"], name=op.f("fk_conference_family_conference_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conference_family_person_id")),
        sa.PrimaryKeyConstraint("conference_id", "person_id", name=op.f("pk_conference_family")),
    )
    op.create_index(op.f("ix_conference_family_case_id"), "conference_family", ["case_id"], unique=False)


def _conference_decision() -> None:
    op.create_table(
        "conference_decision",
        *_versioned(),
        *_of_case("conference_decision"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("responsible_id", sa.Uuid(), nullable=False),
        sa.Column("for_participant_id", sa.Uuid(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at is null)", name=op.f("ck_conference_decision_ended_when_not_open")
        ),
        sa.CheckConstraint("(ended_at is null) = (note is null)", name=op.f("ck_conference_decision_ended_with_note")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["app_user.id"], name=op.f("fk_conference_decision_closed_by_id")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conference.id"], name=op.f("fk_conference_decision_conference_id")
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_conference_decision_consent_id")),
        sa.ForeignKeyConstraint(
            ["for_participant_id"],
            ["conference_participant.id"],
            name=op.f("fk_conference_decision_for_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["app_user.id"], name=op.f("fk_conference_decision_responsible_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_decision")),
    )
    op.create_index(op.f("ix_conference_decision_case_id"), "conference_decision", ["case_id"], unique=False)
    op.create_index(op.f("ix_conference_decision_changed_xid"), "conference_decision", ["changed_xid"], unique=False)
    op.create_index(
        "ix_conference_decision_conference", "conference_decision", ["conference_id", "position"], unique=False
    )
    op.create_index(
        "ix_conference_decision_responsible",
        "conference_decision",
        ["responsible_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
