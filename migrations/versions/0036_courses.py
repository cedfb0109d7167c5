"""Group courses of a centre, and bookings for their meetings."""

import sqlalchemy as sa
from alembic import op

from casemgmt.db.base import Xid8

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_xid", Xid8(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_course_capacity_positive")),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_course_created_by_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["app_user.id"], name=op.f("fk_course_leader_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_course_organisation_id")),
        sa.ForeignKeyConstraint(["room_id"], ["centre_room.id"], name=op.f("fk_course_room_id")),
        sa.ForeignKeyConstraint(["service"], ["code_centre_service.code"], name=op.f("fk_course_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    op.create_index(op.f("ix_course_changed_xid"), "course", ["changed_xid"], unique=False)
    op.create_index(op.f("ix_course_room_id"), "course", ["room_id"], unique=False)
    op.create_index("ix_course_organisation_starts", "course", ["organisation_id", "starts_at", "id"], unique=False)
    op.create_index("ix_course_leader", "course", ["leader_id", "ends_at"], unique=False)
    op.create_table(
        "course_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_course_meeting_ends_after_start")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_meeting_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_meeting")),
    )
    op.create_index(op.f("ix_course_meeting_course_id"), "course_meeting", ["course_id"], unique=False)
    op.create_table(
        "course_participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_participant_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_participant")),
    )
    op.create_index(op.f("ix_course_participant_course_id"), "course_participant", ["course_id"], unique=False)
    _create_places()
    op.alter_column("booking", "session_id", nullable=True)
    op.add_column("booking", sa.Column("meeting_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_booking_meeting_id"), "booking", "course_meeting", ["meeting_id"], ["id"])
    op.create_index(op.f("ix_booking_meeting_id"), "booking", ["meeting_id"], unique=False)
    op.create_check_constraint(
        op.f("ck_booking_session_or_meeting"), "booking", "(session_id is null) <> (meeting_id is null)"
    )


def _create_places() -> None:
    op.create_table(
        "course_guest",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["course_participant.id"], name=op.f("fk_course_guest_participant_id")
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_course_guest")),
    )
    op.create_table(
        "course_place",
        sa.Column("region_code", sa.String(length=5), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=op.f("fk_course_place_case_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_place_course_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_course_place_organisation_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["course_participant.id"], name=op.f("fk_course_place_participant_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_course_place_person_id")),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_course_place")),
    )
    op.create_index(op.f("ix_course_place_case_id"), "course_place", ["case_id"], unique=False)
    op.create_index(op.f("ix_course_place_person_id"), "course_place", ["person_id"], unique=False)
    op.create_index(
        "uq_course_place_person",
        "course_place",
        ["course_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("left_at is null"),
    )
    op.create_table(
        "course_attendance",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("attendance", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["attendance"], ["code_attendance.code"], name=op.f("fk_course_attendance_attendance")),
        sa.ForeignKeyConstraint(["meeting_id"], ["course_meeting.id"], name=op.f("fk_course_attendance_meeting_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["course_participant.id"], name=op.f("fk_course_attendance_participant_id")
        ),
        sa.PrimaryKeyConstraint("meeting_id", "participant_id", name=op.f("pk_course_attendance")),
    )
