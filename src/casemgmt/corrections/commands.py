"""What may be asked of corrections."""

from enum import StrEnum
from uuid import UUID

from casemgmt.models import Command
from casemgmt.reference.fields import ErrorReason, LongText


class Correctable(StrEnum):
    """Records that can be marked as entered in error."""

    ASSESSMENT = "assessment"
    CASE_PERSON = "case_person"
    CHILD_CONTACT = "child_contact"


class ProposeCorrection(Command):
    """Say that a record of the case was entered in error."""

    record_type: Correctable
    record_id: UUID
    reason: ErrorReason
    note: LongText


class DecideCorrection(Command):
    """Confirm or decline, with what the second person found."""

    note: LongText
