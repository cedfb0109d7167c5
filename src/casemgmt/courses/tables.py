"""Courses, their meetings, who takes part. A participant's row is the same whether there is a case behind it or not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from casemgmt.db.base import CaseScoped, Row, Stamped, Versioned, code, moment, ref


class Course(Stamped, Versioned, table=True):
    """A group course of a centre: what it is, who leads it, where, and for how many."""

    __tablename__ = "course"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity_positive"),
        Index("ix_course_organisation_starts", "organisation_id", "starts_at", "id"),
        Index("ix_course_leader", "leader_id", "ends_at"),
    )

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = ref("organisation.id", index=False)
    service: str = code("centre_service")
    leader_id: UUID = ref("app_user.id", index=False)
    room_id: UUID = ref("centre_room.id")
    capacity: int
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    """When its last meeting ends."""


class CourseMeeting(Row, table=True):
    """One meeting of a course."""

    __tablename__ = "course_meeting"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    id: UUID = Field(primary_key=True)
    course_id: UUID = ref("course.id")
    starts_at: datetime = moment()
    ends_at: datetime = moment()


class CourseParticipant(Row, table=True):
    """Somebody's place in a course. It names nobody and no case: names are read through a function, by the leader."""

    __tablename__ = "course_participant"

    id: UUID = Field(primary_key=True)
    course_id: UUID = ref("course.id")
    enrolled_at: datetime = moment()
    left_at: datetime | None = moment(nullable=True)


class CourseGuest(Row, table=True):
    """The name of a participant who has no case. Reached through functions only: a row here would tell who has one."""

    __tablename__ = "course_guest"

    participant_id: UUID = ref("course_participant.id", primary=True)
    family_name: str
    given_name: str


class CoursePlace(CaseScoped, Row, table=True):
    """The place of a person of a case. Seen with the case, and by nobody of the course."""

    __tablename__ = "course_place"
    __table_args__ = (
        Index("uq_course_place_person", "course_id", "person_id", unique=True, postgresql_where=sql("left_at is null")),
    )

    participant_id: UUID = ref("course_participant.id", primary=True)
    course_id: UUID = ref("course.id", index=False)
    person_id: UUID = ref("person.id")
    left_at: datetime | None = moment(nullable=True)
    left_reason: str | None = code("cancellation_reason", nullable=True)
    """Told where a move to another region ended it; the course learns only that somebody left."""


class CourseAttendance(Row, table=True):
    """Whether a participant came to a meeting."""

    __tablename__ = "course_attendance"

    meeting_id: UUID = ref("course_meeting.id", primary=True)
    participant_id: UUID = ref("course_participant.id", primary=True)
    attendance: str = code("attendance")
