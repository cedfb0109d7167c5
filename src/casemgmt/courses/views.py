"""What readers of courses get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import View


class MeetingView(View):
    """One meeting of a course."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class CourseView(View):
    """A group course: who takes part is not said here."""

    id: UUID
    organisation_id: UUID
    service: str
    leader_id: UUID
    room_id: UUID
    capacity: int
    free_places: int
    starts_at: datetime
    ends_at: datetime
    version: int
    meetings: list[MeetingView]


class CourseList(View):
    """The courses of a centre that are not over, the first to begin first."""

    items: list[CourseView]


class CourseMemberView(View):
    """A participant as the leader knows them: `shown_as` is the first name and an initial, the whole name among equals.

    There is nothing else to know: not who enrolled them, not whether the centre works with the family.
    """

    id: UUID
    shown_as: str
    came: int
    missed: int


class CourseMembers(View):
    """Who takes part in a course."""

    items: list[CourseMemberView]


class CoursePlaceView(View):
    """The place of a person of the case."""

    id: UUID
    case_id: UUID
    course_id: UUID
    person_id: UUID
    left_at: datetime | None
    left_reason: str | None
    """Told where it ended with a move to another region."""


class CoursePlaces(View):
    """The places of the persons of a case."""

    items: list[CoursePlaceView]
