"""What may be asked of corrections."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from casemgmt.models import Command
from casemgmt.reference.fields import ErrorReason, LongText


class Correctable(StrEnum):
    """Records that can be marked as entered in error."""

    ASSESSMENT = "assessment"
    CASE_NOTE = "case_note"
    CASE_PERSON = "case_person"
    CENTRE_SESSION = "centre_session"
    CHILD_CONTACT = "child_contact"
    PLAN_REVIEW = "plan_review"
    SESSION_NOTE = "session_note"
    VISITOR_WARNING = "visitor_warning"


class ProposeCorrection(Command):
    """Say that a record of the case was entered in error."""

    record_type: Correctable
    record_id: UUID
    reason: ErrorReason
    note: LongText = Field(
        description="What is wrong. Who decides on the note of a session never reads it: repeat nothing of it here."
    )


class DecideCorrection(Command):
    """Confirm or decline, with what the second person found."""

    note: LongText
