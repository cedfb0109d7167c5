"""What readers of assessments and instruments get."""

from datetime import date, datetime
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class TextsView(View):
    """A text in the three languages."""

    kk: str
    ru: str
    en: str


class ScaleValueView(View):
    """What an item may be answered with. More means more concern."""

    score: int
    text: TextsView


class CutOffView(View):
    """From which total on a level of risk is suggested."""

    level: str
    from_total: int


class ItemView(View):
    """One item. A critical one forces the level `high` at least, once its answer reaches `critical_from`."""

    code: str
    text: TextsView
    critical: bool


class DomainView(View):
    """A domain with its items."""

    domain: str
    items: list[ItemView]


class InstrumentSummary(View):
    """An instrument in the list."""

    code: str
    version: int
    validated: bool
    kk_status: str
    title: TextsView
    notice: TextsView


class InstrumentView(InstrumentSummary):
    """One version of an instrument, complete: enough to fill it in without a connection."""

    scale: list[ScaleValueView]
    critical_from: int
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
    """The scores of one domain at two times. Less is better."""

    domain: str
    earlier: int
    later: int
    change: int
    highest_possible: int


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
