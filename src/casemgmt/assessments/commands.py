"""What may be asked of assessments."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt, StringConstraints, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from casemgmt.assessments.states import Occasion
from casemgmt.models import Command
from casemgmt.reference.fields import Language, LongText, RiskLevel, ShortText

InstrumentCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
InstrumentVersion = Annotated[int, Field(ge=1, le=9999)]


def _without_echo(value: object, check: ValidatorFunctionWrapHandler) -> object:
    """Name the whole field as wrong: the keys were sent by the caller, and a pointer to one would repeat it."""
    try:
        return check(value)
    except ValidationError:
        raise PydanticCustomError(
            "invalid_answers", "Answers are whole scores or null, by the code of the item."
        ) from None


Answers = Annotated[dict[str, StrictInt | None], Field(min_length=1, max_length=200), WrapValidator(_without_echo)]


class StartAssessment(Command):
    """Begin the assessment of a child of the case."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    person_id: UUID = Field(description="A child of the case.")
    instrument: InstrumentCode
    instrument_version: InstrumentVersion
    occasion: Occasion
    language: Language | None = Field(default=None, description="In which it is spoken: one of the instrument's.")


class AnswerItems(Command):
    """Save answers, some or all. Items that are not named keep their answer; null takes an answer back."""

    answers: Answers


class CompleteAssessment(Command):
    """Close the assessment: a person decides the level of risk, the instrument only suggests one."""

    risk_level: RiskLevel
    risk_reason: LongText | None = Field(default=None, description="Needed where the level differs from the suggested.")
    review_on: date | None = Field(default=None, description="Absent: the deadline of the level.")
    conclusion: LongText


class DiscardAssessment(Command):
    """Put a draft aside. It stays on record with the reason."""

    reason: ShortText
