"""What may be asked of the records officers' desk. No free text but the papers: reason, authority, number."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from casemgmt.models import Command
from casemgmt.people.commands import GivenIin
from casemgmt.reference.fields import ShortText

PaperNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
ErasureGround = Literal["subject_request", "representative_request", "court_decision", "authority_order"]
TargetType = Literal["case", "person", "family", "signal"]


class HoldTarget(Command):
    """What a hold covers: named by its id, a case also by its number, a person also by the IIN."""

    type: TargetType
    id: UUID | None = None
    case_number: Annotated[str, StringConstraints(max_length=24)] | None = None
    iin: GivenIin | None = None

    @model_validator(mode="after")
    def name_it_once(self) -> Self:
        """One of the three, and the one that fits."""
        given = [v for v in (self.id, self.case_number, self.iin) if v is not None]
        misfit = (self.case_number is not None and self.type != "case") or (self.iin and self.type != "person")
        if len(given) != 1 or misfit:
            raise ValueError("name the target once: `id`, or `case_number` of a case, or `iin` of a person")
        return self


class PlaceHold(Command):
    """Order that nothing of the target is destroyed."""

    kind: Literal["legal", "court"]
    target: HoldTarget
    authority: ShortText = Field(description="The court or body that ordered it.")
    number: PaperNumber = Field(description="Of the paper that orders it.")
    reason: ShortText
    from_on: date = Field(description="Day of the order. The hold stops destruction from now on.")
    review_on: date = Field(description="Day by which somebody looks whether it still holds. It never ends by itself.")


class ReviewHold(Command):
    """Say that a hold still holds."""

    review_on: date = Field(description="Day of the next review.")


class RequestLift(Command):
    """Ask that a hold be lifted: another person decides."""

    reason: ShortText


class RequestErasure(Command):
    """Write down a lawful request for the erasure of what is held about a person."""

    person: HoldTarget = Field(description="Of the type `person`.")
    ground: ErasureGround
    reference: PaperNumber = Field(description="Number of the letter, decision or order; no name.")
    received_on: date

    @model_validator(mode="after")
    def ask_for_a_person(self) -> Self:
        """Only what is held about a person is erased on request."""
        if self.person.type != "person":
            raise ValueError("the target of an erasure is a person")
        return self


class DeclineErasure(Command):
    """Decline a request."""

    reason: Literal["not_entitled", "identity_not_proven", "unfounded"]


class ApprovePlan(Command):
    """Approve a plan of destruction, as it was read."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="`digest` of the plan that you read: what you approve is what you saw."
    )
