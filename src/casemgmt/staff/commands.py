"""What may be asked when staff change."""

from uuid import UUID

from pydantic import AwareDatetime, Field, field_validator
from pydantic_core import PydanticCustomError

from casemgmt.models import Command
from casemgmt.reference.fields import AbsenceReason, HandoverReason


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


class StandsInForCase(Command):
    """A case for which somebody else stands in than for the rest."""

    case_id: UUID
    deputy_id: UUID
    holds_sessions: bool = Field(
        default=False,
        description="The deputy, who gives the same kind of help, holds the sessions meanwhile, and reads and writes"
        " their notes. Refused for anybody else.",
    )


class NameDeputies(Command):
    """Say who stands in: for all of the work, and where the deputy may not have a case, who does for that one."""

    deputy_id: UUID
    cases: list[StandsInForCase] = Field(default_factory=list, max_length=100)

    @field_validator("cases")
    @classmethod
    def once(cls, value: list[StandsInForCase]) -> list[StandsInForCase]:
        """Refuse a case that is named twice."""
        if len({each.case_id for each in value}) != len(value):
            raise PydanticCustomError("named_twice", "Name each case once.")
        return value


class EnterAbsence(NameDeputies):
    """Enter an absence of one's own, or of a colleague whose body one heads."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    user_id: UUID | None = Field(default=None, description="Who is away. Absent: you are.")
    reason: AbsenceReason
    starts_at: AwareDatetime | None = Field(
        default=None, description="Absent: now. What has passed begins now too: the deputy is given no past."
    )
    ends_at: AwareDatetime
    covers_restricted: bool = Field(
        default=False, description="Restricted cases too; who heads the body alone may say so."
    )


class ProlongAbsence(Command):
    """Say how long it lasts now: longer or shorter. To come back at once, end it."""

    ends_at: AwareDatetime


class CoverRestricted(Command):
    """Whether the deputy sees the restricted cases too."""

    covers_restricted: bool
