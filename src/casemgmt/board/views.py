"""What a board shows: numbers alone."""

from datetime import datetime
from typing import Literal

from casemgmt.models import View


class WaitingView(View):
    """Signals of one urgency that wait for their desk: by how long they have waited."""

    urgency: Literal["emergency", "urgent", "standard"]
    """The urgency that was decided; before that, the one that is suggested."""
    under_15_minutes: int
    under_1_hour: int
    under_4_hours: int
    longer: int
    total: int
    oldest_at: datetime | None


class ContactsView(View):
    """Calls, texts and QR messages: what is under way, and what came today."""

    under_way: int
    oldest_at: datetime | None
    """When the oldest of those under way began."""
    received_today: int
    without_data_today: int
    """Of those: silent, wrong numbers, and the like."""


class ClocksView(View):
    """Clocks that run: how many are near their end, how many past it."""

    about: Literal["signals", "cases"]
    warning: int
    breached: int


class CodeCount(View):
    """How many of one code."""

    code: str
    count: int


class CategoriesView(View):
    """What the signals of the day are about, in the whole country, as of the last full hour."""

    until: datetime
    shown: list[CodeCount]
    """Categories with at least `fewest` signals, the most frequent first."""
    fewest: int
    others: int
    """Signals of all rarer categories together: which they are stays open."""


class BoardView(View):
    """The whole board at one moment."""

    region_code: str | None
    """Null: the whole country."""
    waiting: list[WaitingView]
    contacts: ContactsView
    clocks: list[ClocksView]
    breaches_today: int
    received_today: int
    decided_today: int
    """Of those received today."""
    regions: list[CodeCount]
    """Signals received today by region, the most first; signals without a known region are in the total only."""
    categories: CategoriesView
