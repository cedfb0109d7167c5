"""What may be asked of centres and their sessions."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from casemgmt.models import Command
from casemgmt.reference.fields import (
    Attendance,
    CancellationReason,
    HelpKind,
    LongText,
    Name,
    SessionKind,
    SessionNextStep,
    SessionOutcome,
)


class AddRoom(Command):
    """Add a room to a centre."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    name: Name
    capacity: Annotated[int, Field(ge=1, le=1000, description="How many it holds, the specialist included.")]


class BookSession(Command):
    """Book a specialist and a room for persons of a case."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    centre_id: UUID
    specialist_id: UUID
    room_id: UUID
    plan_measure_id: UUID | None = Field(default=None, description="Measure of the approved plan that it carries out.")
    kind: SessionKind
    help_kind: HelpKind
    starts_at: AwareDatetime
    ends_at: AwareDatetime = Field(description="15 minutes to 8 hours after the start; the end itself is free again.")
    person_ids: list[UUID] = Field(min_length=1, max_length=100, description="Persons of the case who are invited.")
    consent_id: UUID | None = Field(
        default=None,
        description="A consent to sessions with a psychologist on which it rests: it ends with the consent.",
    )


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


class WriteNote(Command):
    """Write down what was said. Read by those of the team who give the same kind of help, and by nobody else."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    body: LongText
