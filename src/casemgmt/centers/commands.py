"""What may be asked of centres and their sessions."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from casemgmt.models import Command
from casemgmt.reference.fields import (
    AbsenceReason,
    Attendance,
    CancellationParty,
    CancellationReason,
    CentreService,
    HelpKind,
    LocalTime,
    LongText,
    Name,
    SessionKind,
    SessionNextStep,
    SessionOutcome,
    ShortText,
    SpecialistPaperKind,
)


class AddRoom(Command):
    """Add a room to a centre."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    name: Name
    capacity: Annotated[int, Field(ge=1, le=1000, description="How many it holds, the specialist included.")]


class ChangeRoom(Command):
    """Change a room. What is left out stays as it is."""

    name: Name | None = None
    capacity: Annotated[int, Field(ge=1, le=1000, description="How many it holds, the specialist included.")] | None = (
        None
    )
    active: bool | None = Field(default=None, description="False closes it: nothing is booked there any more.")


class RecordPaper(Command):
    """Record a paper of a specialist. A renewal is recorded as a new one."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    kind: SpecialistPaperKind
    title: ShortText = Field(description="What it says: the qualification, the profession.")
    number: Annotated[Name | None, Field(description="Number of the paper, where it has one.")] = None
    issued_on: date
    valid_until: date | None = Field(default=None, description="Its last day; absent where it never ends.")

    @model_validator(mode="after")
    def check_days(self) -> Self:
        """Refuse days in the wrong order."""
        if self.valid_until is not None and self.valid_until < self.issued_on:
            raise PydanticCustomError("days_in_order", "A paper ends after it was issued.")
        return self


class WorkTime(Command):
    """A time of the week in which a specialist works, by the clocks of Kazakhstan."""

    weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")]
    from_time: LocalTime
    until_time: LocalTime

    @model_validator(mode="after")
    def check_times(self) -> Self:
        """Refuse a time that ends before it begins: a night is two times."""
        if self.until_time <= self.from_time:
            raise PydanticCustomError("times_in_order", "It ends after it begins, on the same day.")
        return self


class SetHours(Command):
    """Set the week of a specialist. It replaces the one before; an empty week means that it is not told."""

    times: list[WorkTime] = Field(max_length=35)


class RecordAbsence(Command):
    """Record a time in which a specialist can't be booked."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    reason: AbsenceReason
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class BookSession(Command):
    """Book a specialist and a room for persons of a case."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    centre_id: UUID
    specialist_id: UUID
    room_id: UUID | None = Field(default=None, description="Absent: a home visit.")
    travel_minutes: Annotated[int, Field(ge=15, le=240)] | None = Field(
        default=None,
        description="Of a home visit: the way there, and the way back. The specialist is taken for it.",
    )
    plan_measure_id: UUID | None = Field(default=None, description="Measure of the approved plan that it carries out.")
    kind: SessionKind
    service: CentreService | None = Field(
        default=None, description="Service of the catalogue: of the same kind of help, given in this kind of session."
    )
    help_kind: HelpKind
    starts_at: AwareDatetime
    ends_at: AwareDatetime = Field(description="15 minutes to 8 hours after the start; the end itself is free again.")
    person_ids: list[UUID] = Field(min_length=1, max_length=100, description="Persons of the case who are invited.")
    consent_id: UUID | None = Field(
        default=None,
        description="A consent to sessions with a psychologist on which it rests: it ends with the consent.",
    )

    @model_validator(mode="after")
    def check_place(self) -> Self:
        """Refuse a session that is neither in a room nor a home visit, or both."""
        if (self.room_id is None) == (self.travel_minutes is None):
            raise PydanticCustomError("room_or_travel", "A session has a room; a home visit has the time of the way.")
        return self


class BookSeries(BookSession):
    """Book sessions every so many weeks at the same hour: all of them or none."""

    every_weeks: Annotated[int, Field(ge=1, le=4)] = 1
    sessions: Annotated[int, Field(ge=2, le=26, description="How many, the first included.")]


class MoveSession(Command):
    """Move a session to another time, another room, another specialist: where one is named."""

    starts_at: AwareDatetime | None = Field(default=None, description="With `ends_at`. Both absent: the same time.")
    ends_at: AwareDatetime | None = None
    room_id: UUID | None = Field(default=None, description="Absent: the same room.")
    specialist_id: UUID | None = Field(
        default=None,
        description="Who gives it now: of the same centre, with the papers it needs, and on the team for this kind of"
        " help; the case manager's move takes new ones in, as a booking does. Absent: the same one.",
    )
    scope: Literal["one", "rest"] = Field(
        default="one",
        description="`rest`: this one and all that follow in its series with the same specialist, by the same"
        " difference.",
    )

    @model_validator(mode="after")
    def check_change(self) -> Self:
        """Refuse half a time, and a move that changes nothing."""
        if (self.starts_at is None) != (self.ends_at is None):
            raise PydanticCustomError("whole_time", "A time has a beginning and an end.")
        if self.starts_at is None and self.room_id is None and self.specialist_id is None:
            raise PydanticCustomError("nothing_moved", "Name a time, a room or a specialist.")
        return self


class AttendanceGiven(Command):
    """Whether one participant came."""

    person_id: UUID
    attendance: Attendance


class HoldSession(Command):
    """Record that a session took place."""

    attendance: list[AttendanceGiven] = Field(min_length=1, max_length=100)
    outcome: SessionOutcome
    next_step: SessionNextStep


class RecordNoShow(Command):
    """Record that nobody came."""

    next_step: SessionNextStep
    excused: bool = Field(default=False, description="They had a valid reason.")


class CancelSession(Command):
    """Cancel a session: the times are free again."""

    reason: CancellationReason
    cancelled_for: CancellationParty | None = Field(
        default=None, description="Whose wish or fault it was. Absent: what the reason says by itself."
    )
    scope: Literal["one", "rest"] = Field(
        default="one", description="`rest`: this one and all that follow in its series."
    )


class WriteNote(Command):
    """Write down what was said. Read by those of the team who give the same kind of help, and by nobody else."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    body: LongText
