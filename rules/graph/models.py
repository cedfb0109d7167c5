"""What the files of facts and of formulas may say."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from rules.graph.dates import MissingDay, Reached
from rules.graph.nodes import Type
from rules.parameters import Citation, DatedValue, Entry, Label, Text

FAMILY = "family"
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Dotted = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
Unit = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_/]*$")]
FactType = Annotated[Type, Field(strict=False)]


class Group(Entry):
    """Records that a family or a member has many of. `most` is the limit of what is accepted, not law."""

    label: Label
    of: Code = FAMILY
    least: Annotated[int, Field(ge=0, le=1)] = 0
    most: Annotated[int, Field(ge=1, le=1000)]


class Judgement(Entry):
    """Law that no formula can say: a person answers, with the text before them."""

    text: Label
    citation: Citation


class Fact(Entry):
    """A fact that a case may state. Its limits refuse what can not be, and bound what is not known.

    A fact that tells more of another one, such as the day of a refusal, names it in `only_with`: it is refused
    where that one is `no`.
    """

    label: Label
    of: Code = FAMILY
    type: FactType
    unit: Unit | None = None
    least: int | None = None
    most: int | None = None
    decimals: Annotated[int, Field(ge=0, le=4)] = 0
    earliest: date | None = None
    latest: date | None = None
    past: bool = False
    only_with: Code | None = None
    codes: dict[Code, Label] | None = None
    judgement: Judgement | None = None

    @model_validator(mode="after")
    def check_limits(self) -> Self:
        """Require the limits that belong to the type, and no others."""
        needed = {
            Type.NUMBER: {"unit", "least", "most"},
            Type.DAY: {"earliest", "latest"},
            Type.CODE: {"codes"},
            Type.TRUTH: set(),
        }[self.type]
        given = {
            key for key in ("unit", "least", "most", "earliest", "latest", "codes") if getattr(self, key) is not None
        }
        if needed != given:
            raise ValueError(f"a {self.type} fact has {', '.join(sorted(needed)) or 'no limits'}")
        if self.judgement is not None and self.type is not Type.TRUTH:
            raise ValueError("a judgement answers yes or no")
        return self


class Check(Entry):
    """What holds of the family, or of each record of a group; where it does not, a person reads the label.

    As one of the `checks` of a fact file it says what can be at all, and a case that breaks it is refused. It asks
    facts alone, and figures of the house, for it is no law. As one of the `notices` of a benefit it says what the
    case should bring for that question, and breaking it is told beside the answer.
    """

    label: Label
    of: Code = FAMILY
    holds: Text


class FactFile(Entry):
    """A file in a folder `facts`."""

    groups: dict[Code, Group] = Field(default_factory=dict)
    facts: dict[Code, Fact] = Field(default_factory=dict)
    checks: dict[Code, Check] = Field(default_factory=dict)


class FormulaVersion(DatedValue):
    """The wording of a rule in force on some days."""

    value: Text = Field(alias="formula")
    unit: Literal["formula"] = "formula"


class ConventionVersion(DatedValue):
    """How ages and terms are counted on some days."""

    value: Annotated[MissingDay, Field(strict=False, alias="missing_day")]
    unit: Literal["convention"] = "convention"
    reached: Annotated[Reached, Field(strict=False)]


class Formula(Entry):
    """A named rule with all its wordings. Its own values are taken as of the day `as_of`."""

    label: Label
    of: Code = FAMILY
    type: FactType
    unit: Unit | None = None
    as_of: Text = "on"
    versions: Annotated[tuple[FormulaVersion, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def check_unit(self) -> Self:
        """Require a unit for numbers, and only for them."""
        if (self.unit is not None) != (self.type is Type.NUMBER):
            raise ValueError("a number needs a unit, and nothing else has one")
        if self.type is Type.CODE:
            raise ValueError("a rule gives a number, a truth or a day")
        return self


class Convention(Entry):
    """A way of counting ages and terms, by name."""

    label: Label
    values: Annotated[tuple[ConventionVersion, ...], Field(min_length=1)]


class Paid(StrEnum):
    """How often a benefit is paid."""

    ONCE = "once"
    MONTHLY = "monthly"


class Terms(Entry):
    """The deadlines of a benefit's service: the decision on an application, and the family's answer to an offer."""

    decision: Code | None = None
    answer: Code | None = None


class Benefit(Entry):
    """What a question may be asked about: who is entitled, and to how much."""

    label: Label
    entitled: Dotted
    amount: Dotted | None = None
    paid: Annotated[Paid, Field(strict=False)] | None = None
    terms: Terms = Terms()
    notices: dict[Code, Check] = Field(default_factory=dict)

    @model_validator(mode="after")
    def check_payment(self) -> Self:
        """Require an amount and how often it is paid together."""
        if (self.amount is None) != (self.paid is None):
            raise ValueError("amount and paid belong together")
        return self


class FormulaFile(Entry):
    """A file in a folder `formulas`."""

    formulas: dict[Dotted, Formula] = Field(default_factory=dict)
    conventions: dict[Dotted, Convention] = Field(default_factory=dict)
    benefits: dict[Code, Benefit] = Field(default_factory=dict)
