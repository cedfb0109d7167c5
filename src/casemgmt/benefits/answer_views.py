"""What anybody gets who asks the rules: answers, explanations, the catalogue. Exact numbers are texts."""

from datetime import date
from typing import Literal

from casemgmt.models import View
from casemgmt.reference.views import CitationView


class SignOffView(View):
    """Whose signatures an answer was given under. `example`: nobody's; such an answer decides about nothing real."""

    authority: str
    example: bool
    digest: str
    notice: str | None
    """For a person to read wherever the answer is shown, where it is an example."""


class RangeView(View):
    """Anything from `low` to `high`; one value where both are equal."""

    low: str
    high: str


class AmountView(RangeView):
    """An amount in its unit; `exact` where both ends are equal."""

    exact: bool
    unit: str


class GroundView(View):
    """Where a value of the law stands, and the wording it was taken from."""

    name: str
    shown: str
    taken_for: date
    in_force_from: date
    known_from: date | None
    status: str
    citation: CitationView | None
    reason: str | None
    digest: str


class NotMetView(View):
    """A condition that is not met, of whom, and by how much where that can be said."""

    condition: str
    place: str
    by: str | None
    distance: str | None


class StepView(View):
    """One rule at one place of the family. `told_before`: its steps stand further above."""

    rule: str
    place: str
    label: str
    value: str | RangeView | list[str]
    unit: str | None
    told_before: bool
    formula: str | None
    numbers: str | None
    """The formula with the numbers put in."""
    law: GroundView | None
    figures: list[GroundView]
    not_met: list[NotMetView]
    steps: list["StepView"]


class SettlingView(View):
    """Facts that together could settle the answer, and the answers they could give."""

    facts: list[str]
    answers: list[str]


class JudgedView(View):
    """A missing fact that no formula can say: a person decides it, with the text before them."""

    fact: str
    text: str


class NoticeView(View):
    """What the answer leaves out or rests on that a person should know."""

    name: str
    place: str
    text: str


class AnswerView(View):
    """The answer about one benefit, with everything it rests on.

    `provisional`: some value is not verified (`not_verified` names them), so it is an estimate and no decision.
    """

    benefit: str
    label: str
    paid: Literal["once", "monthly"] | None
    on: date
    known_on: date | None
    mode: Literal["estimate", "decide"]
    entitled: Literal["yes", "no", "cannot_tell_yet"]
    amount: AmountView | None
    not_met: list[NotMetView]
    """Of a no: the conditions that are not met."""
    provisional: bool
    not_verified: list[str]
    sign_off: SignOffView | None
    missing: list[str]
    """Facts that were asked for and are not known."""
    could_settle: list[SettlingView]
    """The smallest sets of missing facts that could settle the answer."""
    judged_by_a_person: list[JudgedView]
    notices: list[NoticeView]
    steps: list[StepView]
    rules_version: str


class RefusalView(View):
    """Why the law gives no answer: which value, for which day."""

    code: str
    title: str
    detail: str
    value: str | None
    value_label: str | None
    on: date
    known_on: date | None
    confirmed_through: date | None


class ScreenedView(View):
    """One benefit: an answer, or why there is none for this day."""

    benefit: str
    label: str
    answer: AnswerView | None
    refusal: RefusalView | None


class ScreeningView(View):
    """What the law answers about the facts. Nothing of it is stored."""

    on: date
    known_on: date | None
    language: Literal["kk", "ru", "en"]
    sign_off: SignOffView | None
    items: list[ScreenedView]
    rules_version: str


class CodeView(View):
    """A code that a fact may have."""

    code: str
    label: str


class GroupView(View):
    """A list of records with facts of their own. `of`: whose list, `family` or another group."""

    code: str
    of: str
    label: str
    least: int
    most: int


class FactView(View):
    """A fact that may be stated: of the family, or of each record of a group. Limits refuse what can't be."""

    code: str
    of: str
    label: str
    type: Literal["number", "truth", "day", "code"]
    unit: str | None
    least: int | None
    most: int | None
    decimals: int
    earliest: date | None
    latest: date | None
    past: bool
    """Not after the day of the question."""
    only_with: str | None
    """The fact that must not be `no` for this one to be stated."""
    codes: list[CodeView] | None
    judged: str | None
    """What a person has to judge, where no formula can say it."""


class PeriodView(View):
    """Days for which there is an answer, both included; `through` null where no end is known."""

    since: date
    through: date | None


class BenefitView(View):
    """A benefit that may be asked about, and the words it needs."""

    code: str
    label: str
    paid: Literal["once", "monthly"] | None
    askable: list[PeriodView]
    groups: list[str]
    facts: list[str]


class CatalogueView(View):
    """All benefits, and the words in which a family is told: enough to build a form from."""

    language: Literal["kk", "ru", "en"]
    benefits: list[BenefitView]
    groups: list[GroupView]
    facts: list[FactView]
    sign_off: SignOffView | None
    rules_version: str
