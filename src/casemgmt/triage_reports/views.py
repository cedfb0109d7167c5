"""What readers of the report get: rounded counts."""

from casemgmt.assessments.views import TextsView
from casemgmt.models import View


class ShareView(View):
    """A share in per cent with the range in which it lies as likely as nineteen times in twenty."""

    percent: int
    at_least: int
    at_most: int


class FiguresView(View):
    """Decided signals, and how the decision stood to the suggestion. Null: fewer than `fewest`, perhaps none."""

    decided: int | None
    agreed: int | None
    raised: int | None
    """A person decided more urgently: what nobody had seen, or no word of the list said."""
    lowered: int | None
    """A person decided less urgently, and wrote why."""
    agreement: ShareView | None
    """Null where fewer than `enough` were decided: too few to judge by."""
    words_raised: int | None
    """The words alone suggested urgent or emergency."""
    words_held: int | None
    """Of those: decided as urgently as the words suggested, or more so."""
    words_right: ShareView | None


class SignFiguresView(View):
    """A sign of the list: in how many decided signals it counted, and what was decided on them."""

    code: str
    label: TextsView
    found: int
    decided_urgent: int | None
    """Urgent or emergency."""
    lowered: int | None
    """Below the suggestion."""
    right: ShareView | None
    """Share of those that were decided urgent or emergency; null where fewer than `enough` were found."""


class RegionFiguresView(View):
    """The figures of a region."""

    region_code: str
    figures: FiguresView


class ListReportView(View):
    """The figures of one version of the list."""

    list_version: int
    confirmed_by: str | None
    total: FiguresView
    regions: list[RegionFiguresView]
    """None in the report of a region; regions of which nothing can be shown are left out."""
    signs: list[SignFiguresView]
    """The most frequent first."""
    rarer_signs: int
    """Signs of the list that counted in fewer than `fewest` signals, or in none."""


class TriageReportView(View):
    """The report of a month. Every count is rounded to the nearest multiple of `fewest`."""

    month: str
    region_code: str | None
    """Null: the whole country."""
    fewest: int
    enough: int
    versions: list[ListReportView]
