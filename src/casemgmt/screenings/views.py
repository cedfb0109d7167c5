"""What readers of screenings get."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import View
from casemgmt.signals.views import ScreeningView, SignalRegistered


class ScreeningRegistered(SignalRegistered):
    """The signal that a screening became, and what the screening came to."""

    screening: ScreeningView


class ScreeningAnswersView(View):
    """What the child answered, with the scores of the domains."""

    signal_id: UUID
    person_id: UUID
    instrument: str
    instrument_version: int
    answers: dict[str, int]
    missing_items: list[str]
    domain_scores: dict[str, int]
    recorded_at: datetime
    recorded_by_id: UUID
