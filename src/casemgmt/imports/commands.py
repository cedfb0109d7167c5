"""What may be asked of imports."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from casemgmt.models import Command

MAPPING_LIMIT = 100_000
"""Characters of a mapping file."""


class AnnounceImport(Command):
    """Announce the import of a table; its mapping is checked at once. The file comes next."""

    mapping: Annotated[str, Field(min_length=1, max_length=MAPPING_LIMIT)] = Field(
        description="The mapping file (YAML): which column is which field, how its values are read."
    )


class DoubleDecided(Command):
    """Who the child of a row is. Exactly one of the three."""

    number: Annotated[str, Field(min_length=1, max_length=80, description="The row's own number in the register.")]
    new: bool = Field(default=False, description="Somebody else than all who are on record.")
    person_id: UUID | None = Field(default=None, description="This person, who is on record.")
    same_as: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        default=None, description="The child of another row of the file, by that row's number."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.new + (self.person_id is not None) + (self.same_as is not None) != 1:
            raise ValueError("give one of 'new', 'person_id', 'same_as'")
        return self


class DecideDoubles(Command):
    """Decide what the report asks: who the child of a row is. Takes the place of all earlier decisions."""

    decisions: list[DoubleDecided] = Field(min_length=1, max_length=20_000)


class ConfirmReport(Command):
    """Say which report was seen: what is done is what was seen, or nothing."""

    report_digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
