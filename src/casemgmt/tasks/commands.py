"""What may be asked of tasks."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from casemgmt.models import Command
from casemgmt.reference.fields import HoldReason, LongText, NoticeDelivery, ShortText


class CreateTask(Command):
    """Set a task by hand, for a case or for a signal."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    title: ShortText
    note: LongText | None = None
    case_id: UUID | None = None
    signal_id: UUID | None = None
    assignee_id: UUID | None = Field(
        default=None, description="Absent: the manager of the case, or the desk that owns the signal."
    )
    due_at: AwareDatetime

    @model_validator(mode="after")
    def check_belongs(self) -> Self:
        """Refuse a task that belongs to nothing, or to two."""
        if (self.case_id is None) == (self.signal_id is None):
            raise PydanticCustomError("case_or_signal", "A task belongs to a case or to a signal.")
        return self


class AssignTask(Command):
    """Take a task, give it to somebody, or, with null, put it back for the desk or the group to take."""

    assignee_id: UUID | None


class CompleteTask(Command):
    """Say that a task is done, and with what result."""

    result: LongText


class HoldTask(Command):
    """Stop a clock until a day: for a few working days of one's own task, for longer as a supervisor."""

    reason: HoldReason
    note: LongText | None = None
    until_on: date = Field(description="The first day on which the clock runs again, from the hour when work begins.")
    ground: LongText | None = Field(
        default=None,
        description="The act that allows it: required to stop a term of law, which only a supervisor does.",
    )


class EndHold(Command):
    """Let a clock run again before the hold is over."""

    note: LongText | None = None


class CancelTask(Command):
    """Say why a task is not to be done."""

    reason: LongText


class GiveNotice(Command):
    """Record a mandatory notice that was given, with its proof. The clock stops with it."""

    to_body: ShortText
    delivery: NoticeDelivery
    delivered_at: AwareDatetime
    number: ShortText | None = Field(
        default=None, description="By post and electronically it is needed; handed over, it or a document."
    )
    taken_by: ShortText | None = Field(
        default=None, description="Name and post of who took it: needed by telephone and where it was handed over."
    )
    document_id: UUID | None = Field(default=None, description="A document of the case or the signal that proves it.")


class AcknowledgeNotice(Command):
    """Record that the body said it has the notice."""

    acknowledged_by: ShortText
    acknowledged_at: AwareDatetime
    number: ShortText | None = None
