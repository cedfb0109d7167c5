"""What readers of assessments and instruments get."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class TextsView(View):
    """A text in the three languages."""

    kk: str
    ru: str
    en: str


class WordingView(View):
    """What is put to the person: null in a language for which the instrument was not made or adapted."""

    kk: str | None
    ru: str | None
    en: str | None


class ScaleValueView(View):
    """What an item may be answered with. More means more concern, but for reversed items."""

    score: int
    text: WordingView


class CutOffView(View):
    """From which total on a level of risk is suggested, what that means and what to do next."""

    level: str
    from_total: int
    meaning: TextsView
    next_step: TextsView


class ItemView(View):
    """One item. A critical one forces the level `high` at least, once it counts `critical_from`.

    A reversed one counts what is left to the highest score.
    """

    code: str
    text: WordingView
    critical: bool
    reversed: bool


class ReliableChangeView(View):
    """How many points of a domain are more than chance, and who found that out."""

    points: int
    source: str


class UsedByView(View):
    """Who may use it: one of these roles, and, where kinds of help are named, only as one who gives one of them."""

    roles: list[str]
    help_kinds: list[str]


class LicenceView(View):
    """Whose the instrument is, and on what ground it is used here."""

    holder: str
    terms: str
    evidence: str | None
    until: date | None


class MissingView(View):
    """How many answers of a domain may be missing, and whether they count as nothing or as the mean of those given."""

    most_per_domain: int
    counts_as: str


class DomainView(View):
    """A domain with its items."""

    domain: str
    items: list[ItemView]
    reliable_change: ReliableChangeView | None


class InstrumentSummary(View):
    """An instrument in the list."""

    code: str
    version: int
    validated: bool
    purposes: list[str]
    used_by: UsedByView
    languages: list[str]
    kk_status: str | None
    licence: LicenceView
    source: str
    title: TextsView
    notice: TextsView
    domain_list: str
    digest: str
    authority: str | None
    begins: bool
    """Whether something may begin with it today: not once its licence ended or it was withdrawn."""


class InstrumentView(InstrumentSummary):
    """One version of an instrument, complete: enough to fill it in without a connection."""

    scale: list[ScaleValueView]
    critical_from: int | None
    missing: MissingView | None
    cut_offs: list[CutOffView]
    domains: list[DomainView]


class AssessmentSummary(View):
    """An assessment in a list: no free text, no answers."""

    id: UUID
    case_id: UUID
    person_id: UUID
    state: str
    version: int
    instrument: str
    instrument_version: int
    language: str | None
    occasion: str
    total_score: int | None
    suggested_risk_level: str | None
    risk_level: str | None
    review_on: date | None
    created_at: datetime
    created_by_id: UUID
    completed_at: datetime | None
    completed_by_id: UUID | None


class AssessmentView(AssessmentSummary):
    """An assessment in full. A draft whose items are all answered shows already what the instrument suggests."""

    answers: dict[str, int]
    missing_items: list[str]
    domain_scores: dict[str, int]
    risk_reason: str | None
    conclusion: str | None
    discard_reason: str | None
    allowed_actions: list[AllowedActionView]


class DomainChangeView(View):
    """The scores of one domain at two times. Less is better. `reliable`: more than chance; null where nobody knows."""

    domain: str
    earlier: int
    later: int
    change: int
    highest_possible: int
    reliable: bool | None


class ComparisonView(View):
    """What changed between two assessments of a child with the same instrument."""

    earlier_id: UUID
    later_id: UUID
    person_id: UUID
    instrument: str
    instrument_version: int
    domains: list[DomainChangeView]
    earlier_total: int
    later_total: int
    total_change: int
    earlier_risk_level: str
    later_risk_level: str
