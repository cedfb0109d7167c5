"""What may be asked of courses."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from casemgmt.models import Command
from casemgmt.reference.fields import Attendance, CentreService, Name


class PlannedMeeting(Command):
    """When a meeting is."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime


class PlanCourse(Command):
    """Plan a group course of your own centre: all of its meetings are booked, or none."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    service: CentreService = Field(description="A service that is given as a group course.")
    leader_id: UUID
    room_id: UUID
    capacity: Annotated[int, Field(ge=1, le=100, description="How many may take part, the leader not counted.")]
    meetings: list[PlannedMeeting] = Field(min_length=1, max_length=40)


class EnrolGuest(Command):
    """Enrol somebody without a case, such as a couple before their marriage. The name is all that is kept."""

    given_name: Name
    family_name: Name


class EnrolPerson(Command):
    """Enrol a person of a case. The course learns the first name and an initial, and not that there is a case."""

    course_id: UUID
    person_id: UUID


class CameToMeeting(Command):
    """Whether one participant came."""

    participant_id: UUID
    attendance: Attendance


class RecordMeeting(Command):
    """Record who came to a meeting."""

    attendance: list[CameToMeeting] = Field(min_length=1, max_length=100)
