"""What may be asked of answers, and what a contact centre tells of the child's wish."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from casemgmt.models import Command
from casemgmt.reference.fields import (
    AnswerFailure,
    AnswerMeans,
    AnswerReader,
    AnswerReceiptKind,
    AnswerRefusal,
    LocalTime,
    ShortText,
)

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EVERY_DAY: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_TEXT_SENT = 500


class SafeTime(Command):
    """Hours in which a call or a message endangers nobody, on the clocks of Kazakhstan."""

    days: Annotated[list[Day], Field(max_length=7)] = Field(default_factory=lambda: list(EVERY_DAY))
    safe_from: LocalTime
    safe_until: LocalTime = Field(
        description="The first moment that is safe no more; before `safe_from` it is one of the next day, and the same"
        " as `safe_from` is no time at all."
    )


class WishGiven(Command):
    """What the child said of an answer. Nothing that is unclear is filled in: then nothing is sent."""

    wanted: bool = Field(description="False: nothing is ever sent about this contact.")
    refused_because: AnswerRefusal | None = Field(default=None, description="Where the child wants none.")
    means: AnswerMeans | None = Field(default=None, description="`call`, `sms`, `messenger` or `qr_session`.")
    language: Literal["kk", "ru"] | None = Field(
        default=None, description="Absent: that of the contact, where it was one of the two."
    )
    reads: AnswerReader = Field(default="unknown", description="Who may read what is sent, or take the call.")
    safe_times: Annotated[list[SafeTime], Field(max_length=21)] = Field(
        default_factory=list,
        description="Nothing is sent at another time. Absent: `safe_from` and `safe_until` of the caller, where both"
        " are told.",
    )


class PrepareAnswer(Command):
    """Answer a child: in the words of a template, or, where the child alone reads them, in own words."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    template: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = None
    text: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT_SENT)] | None
    ) = Field(default=None, description="Own words, in the child's language: one short message without a name.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.template is None) == (self.text is None):
            raise PydanticCustomError("template_or_text", "Give a template or a text, and not both.")
        return self


class StopAnswers(Command):
    """Say that nothing may be sent about a signal, whatever was told of the child's wish."""

    reason: ShortText


class LiftStop(Command):
    """Say why something may be sent again."""

    reason: ShortText


class ReceiptGiven(Command):
    """What became of an answer, as the contact centre knows it."""

    kind: AnswerReceiptKind
    failure: AnswerFailure | None = Field(default=None, description="Why, of `not_delivered`.")
    occurred_at: AwareDatetime

    @model_validator(mode="after")
    def _failure_with_its_kind(self) -> Self:
        if (self.kind == "not_delivered") != (self.failure is not None):
            raise PydanticCustomError("failure_with_its_kind", "What was not delivered, and that alone, has a failure.")
        return self
