"""What may be asked of rehabilitation programmes and of checks after closure."""

from datetime import date
from uuid import UUID

from pydantic import Field

from casemgmt.models import Command
from casemgmt.reference.fields import FollowUpOutcome, LongText, ReopenReason


class StartProgramme(Command):
    """Start a programme for a child of the case."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    person_id: UUID
    aim: LongText
    starts_on: date
    before_assessment_id: UUID = Field(description="Completed assessment of the child, from which change is measured.")


class CompleteProgramme(Command):
    """End a programme with what changed."""

    after_assessment_id: UUID = Field(description="Later one, by the same version of the same instrument.")
    result_note: LongText


class StopProgramme(Command):
    """End a programme before its aim was reached."""

    reason: LongText


class RecordFollowUp(Command):
    """Record how the child is after the closure of the case."""

    child_seen: bool
    result: FollowUpOutcome
    note: LongText
    next_due_on: date | None = Field(
        default=None, description="Day of the next check. Needed unless the child is stable or the case is reopened."
    )
    reopen_reason: ReopenReason | None = Field(
        default=None, description="Reopens the case in the same act; for a concern or a relapse."
    )
