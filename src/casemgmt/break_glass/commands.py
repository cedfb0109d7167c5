"""What may be asked of break-glass."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from casemgmt.models import Command
from casemgmt.reference.fields import BreakGlassReason, CaseNumber, LongText


class BreakGlass(Command):
    """Open a hidden case for a few minutes. Exactly one reference is given."""

    case_id: UUID | None = None
    case_number: CaseNumber | None = Field(default=None, description="As it is said on the telephone.")
    person_id: UUID | None = Field(default=None, description="A person of the case; the newest open one is meant.")
    reason: BreakGlassReason
    note: Annotated[LongText, StringConstraints(min_length=10)] = Field(
        description="Why, in words. The team and the reviewers read it."
    )
    minutes: int = Field(ge=5, le=240, description="How long; a deployment may allow less.")

    @model_validator(mode="after")
    def one_reference(self) -> Self:
        """Refuse a request for nothing, or for several cases at once."""
        if sum(r is not None for r in (self.case_id, self.case_number, self.person_id)) != 1:
            raise PydanticCustomError("one_target", "Name one person, case or signal.")
        return self


class ReviewBreakGlass(Command):
    """The second person's verdict."""

    verdict: Literal["justified", "unjustified"]
    note: LongText
