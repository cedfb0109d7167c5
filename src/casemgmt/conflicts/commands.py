"""What may be asked of staff conflicts."""

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from casemgmt.models import Command
from casemgmt.reference.fields import CaseNumber, LongText, Name, StaffConflictKind


class NamedPerson(Command):
    """A person in words: for whom you can't look up, or whom nobody has recorded yet."""

    family_name: Name | None = None
    given_name: Name
    patronymic: Name | None = None
    birth_year: int = Field(ge=1900, le=2100, description="A year before or after is taken for the same person.")


class DeclareConflict(Command):
    """Declare a link to a person or a case. Exactly one of the targets is given."""

    kind: StaffConflictKind
    person_id: UUID | None = None
    case_id: UUID | None = None
    signal_id: UUID | None = None
    case_number: CaseNumber | None = Field(default=None, description="As it is said on the telephone.")
    named: NamedPerson | None = None
    note: LongText | None = None

    @model_validator(mode="after")
    def one_target(self) -> Self:
        """Refuse a declaration about nothing, or about several things at once."""
        targets = (self.person_id, self.case_id, self.signal_id, self.case_number, self.named)
        if sum(t is not None for t in targets) != 1:
            raise PydanticCustomError("one_target", "Name one person, case or signal.")
        return self


class EndConflict(Command):
    """End a conflict."""

    note: LongText = Field(description="Why the person may work on it again.")
