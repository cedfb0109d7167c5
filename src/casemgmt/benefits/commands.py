"""What may be asked about benefits."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from casemgmt.models import Command

BenefitCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
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
    known_on: date | None = Field(
        default=None, description="Use only what of the law was known on this day; absent: all that is known."
    )
    benefits: Annotated[list[BenefitCode], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Benefits asked about; absent: all."
    )
    facts: Facts
