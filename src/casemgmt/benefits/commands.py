"""What may be asked about benefits."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from casemgmt.models import Command
from casemgmt.reference.fields import BenefitChannel, BenefitRefusalGround, LongText, ShortText

BenefitCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,119}$")]
KnownOn = Annotated[
    date | None,
    Field(description="Use only what of the law was known on this day; absent: all that is known."),
]
Facts = Annotated[
    dict[str, Any],
    Field(
        description="The family in the words of `GET /v1/benefits`: facts of the family, and under `members` a list "
        "with the facts of each. What is not known is left out. A member may have an `id` of letters, digits, `-` "
        "and `_`; no name and no identification number is asked for."
    ),
]


class ScreenFamily(Command):
    """Ask what a family is entitled to. Nothing is stored."""

    on: date = Field(description="The day the question is about.")
    known_on: KnownOn = None
    benefits: Annotated[list[BenefitCode], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Benefits asked about; absent: all."
    )
    facts: Facts


class StateFact(Command):
    """State what the record lacks, with the paper it was taken from."""

    person_id: UUID | None = Field(default=None, description="The member it is about; absent: the family.")
    fact: BenefitCode = Field(description="A fact or a list of `GET /v1/benefits`.")
    value: Any = Field(description="true or false, a number, a date, a code; for a list its records.")
    source: ShortText = Field(description="What it was taken from: a certificate, a register, the applicant's word.")
    on: date = Field(description="The day of that source.")


class MakeDetermination(Command):
    """Ask the law about a family of the record, and keep the answer with its receipt."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    benefit: BenefitCode
    on: date = Field(description="The day the question is about.")
    known_on: KnownOn = None
    mode: Literal["estimate", "decide"] = Field(
        default="estimate", description="`decide` rests only on values that the authority has signed."
    )
    applicant_id: UUID | None = Field(default=None, description="The member who applies.")
    applied_on: date | None = Field(
        default=None, description="The day of the application: the term of the decision runs from it."
    )
    stated: list[StateFact] = Field(default_factory=list, max_length=100)


class ApproveBenefit(Command):
    """Grant what the law answered."""

    note: LongText | None = None


class ProposeRefusal(Command):
    """Propose to refuse: on a condition that the determination found unmet, or on a ground of the list."""

    ground_rule: RuleName | None = Field(default=None, description="One of the determination's `grounds`.")
    ground_code: BenefitRefusalGround | None = None
    article: ShortText | None = Field(
        default=None, description="Act and article as they were read; needed where the rules don't name the article."
    )
    note: LongText | None = None

    @model_validator(mode="after")
    def check_one_ground(self) -> Self:
        """Refuse a refusal without a ground, or with two."""
        if (self.ground_rule is None) == (self.ground_code is None):
            raise PydanticCustomError("one_ground", "A refusal has one ground: of the rules or of the list.")
        return self


class ReturnRefusal(Command):
    """Send a proposed refusal back."""

    reason: LongText


class SetAside(Command):
    """Put a determination aside. It stays on record with the reason."""

    reason: LongText


class LodgeAppeal(Command):
    """Record an appeal against a decision."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    filed_on: date
    filed_by: Literal["applicant", "representative"]
    channel: BenefitChannel
    claim: LongText = Field(description="What the applicant asks for, and why.")


class SettleAppeal(Command):
    """Say why the appeal is upheld or dismissed."""

    reason: LongText


class RecomputeDetermination(Command):
    """Ask again with the same facts: for another day, or as the law was known on another day."""

    on: date | None = Field(default=None, description="Absent: the day of the determination.")
    known_on: KnownOn = None


class MakeOffer(Command):
    """Offer the benefit to the family."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    channel: BenefitChannel
    consent_id: UUID | None = Field(
        default=None,
        description="A consent of the case to offers of benefits, on which the offer rests: it ends with the consent.",
    )


class AnswerOffer(Command):
    """Record what the family answered."""

    consent: bool
    channel: BenefitChannel
    answered_at: AwareDatetime = Field(description="When the family answered.")
    note: LongText | None = None
