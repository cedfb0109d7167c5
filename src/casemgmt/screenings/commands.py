"""What may be asked of screenings."""

from uuid import UUID

from pydantic import Field

from casemgmt.assessments.commands import Answers, InstrumentCode, InstrumentVersion
from casemgmt.models import Command
from casemgmt.reference.fields import Kato, Language, LongText, Severity, ShortText, SignalCategory


class RecordScreening(Command):
    """Report a child about whom a screening, or what was seen at it, gives concern. Seven fields are required."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client, of the signal that this becomes.")
    person_id: UUID = Field(description="The child, on record.")
    instrument: InstrumentCode
    instrument_version: InstrumentVersion
    language: Language = Field(description="In which it was asked: one of the instrument's.")
    answers: Answers = Field(description="Scores of the scale by the code of the item; null or absent: not answered.")
    category: SignalCategory = Field(description="What the concern is about, in the psychologist's judgement.")
    narrative: LongText = Field(description="What the psychologist saw and heard.")
    severity: Severity | None = Field(default=None, description="A score may raise it and never lowers it.")
    danger_now: bool = Field(default=False, description="The child is in danger at this moment.")
    kato: Kato | None = None
    place: ShortText | None = None
