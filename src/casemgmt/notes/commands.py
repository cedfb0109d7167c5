"""What may be asked of notes, flags and warnings of a case."""

from datetime import date
from uuid import UUID

from pydantic import Field

from casemgmt.models import Command
from casemgmt.outreach.commands import RecordWarning
from casemgmt.reference.fields import CaseFlagKind, LongText, ShortText


class WriteCaseNote(Command):
    """Write a note. Whoever is mentioned gets a task, and must see the case."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    body: LongText
    mentions: list[UUID] = Field(default_factory=list, max_length=10, description="Members of staff, by their ids.")


class SetFlag(Command):
    """Set a flag."""

    kind: CaseFlagKind
    reason: ShortText


class LiftFlag(Command):
    """Lift a flag."""

    reason: ShortText


class RecordCaseWarning(RecordWarning):
    """Warn those who will meet the family. It is said whether the person knows of it, and if not, why not."""

    person_id: UUID | None = Field(default=None, description="About whom, of the case; absent: the family.")
    told: bool = Field(description="The person was told that this stands here.")
    told_note: ShortText | None = Field(default=None, description="Needed where the person was not told: why not.")


class ReviewWarning(Command):
    """Say that a warning still holds, until when, and whether the person knows of it by now."""

    review_on: date = Field(description="Day by which somebody looks again.")
    told: bool
    told_note: ShortText | None = Field(default=None, description="Needed where the person was not told: why not.")
