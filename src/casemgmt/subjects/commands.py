"""What may be asked of the desk of subjects' copies."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from casemgmt.models import Command
from casemgmt.people.commands import GivenIin
from casemgmt.retention.commands import PaperNumber
from casemgmt.subjects.policy import Requester


class PrepareCopy(Command):
    """Write down a lawful request for a copy of what is held about a person."""

    person_id: UUID | None = None
    iin: GivenIin | None = Field(default=None, description="Instead of the id: what stands in the letter.")
    requester: Requester = Field(
        description="`representative` where a parent or guardian asks; `representative_suspected` where anything speaks"
        " against them. A child that asks itself is `child`."
    )
    proof: Literal["identity_document", "digital_signature", "power_of_attorney", "court_decision"]
    reference: PaperNumber = Field(description="Number of the letter.")
    received_on: date

    @model_validator(mode="after")
    def name_the_person_once(self) -> Self:
        """By id or by IIN."""
        if (self.person_id is None) == (self.iin is None):
            raise ValueError("name the person once: `person_id` or `iin`")
        return self


class ChooseTexts(Command):
    """Choose the texts that were read through and hold no secret of another."""

    include: list[UUID] = Field(max_length=500, description="Ids of the draft's texts; replaces the choice of before.")


class DeclineCopy(Command):
    """Decline a request."""

    reason: Literal["not_entitled", "identity_not_proven"]
