"""What may be asked when staff change."""

from uuid import UUID

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from casemgmt.models import Command
from casemgmt.reference.fields import HandoverReason


class HandOn(Command):
    """Hand all work of a colleague to one or several others of the body."""

    to_user_ids: list[UUID] = Field(
        min_length=1,
        max_length=20,
        description="Each case goes to the one with the fewest open cases who may have it; of equals, to the first.",
    )
    reason: HandoverReason

    @field_validator("to_user_ids")
    @classmethod
    def once(cls, value: list[UUID]) -> list[UUID]:
        """Refuse somebody who is named twice."""
        if len(set(value)) != len(value):
            raise PydanticCustomError("named_twice", "Name each colleague once.")
        return value


class SwitchOff(Command):
    """Switch an account off at once, whatever it answers for."""

    reason: HandoverReason
