"""What senders and desks get of contacts."""

from datetime import datetime
from uuid import UUID

from casemgmt.models import View


class FiledView(View):
    """A concern and the signal that it became."""

    ref: str
    signal_id: UUID


class TakenView(View):
    """The answer to a message: what became of it, and where its contact stands now."""

    contact_id: str
    """The sender's id."""
    id: UUID
    """Ours."""
    outcome: str
    """`accepted` (new), `updated`, `finalised`, `corrected`, `repeated` (nothing new) or `older` (a newer one was
    here before: noted, not applied)."""
    state: str
    revision: int
    """The newest that is applied."""
    received_at: datetime
    signals: list[FiledView]


class IntakeSummary(View):
    """A contact in a list. It holds no text."""

    id: UUID
    source: str
    contact_id: str
    state: str
    revision: int
    channel: str
    language: str
    function: str | None
    non_data: str | None
    region_code: str | None
    started_at: datetime
    ended_at: datetime | None
    received_at: datetime
    heard_at: datetime
    finalised_at: datetime | None


class IntakeView(IntakeSummary):
    """A contact with the signals that it became; of a draft also what is known so far."""

    version: int
    draft: dict[str, object] | None
    signals: list[FiledView]


class SourceView(View):
    """A system that sends contacts."""

    code: str
    user_id: UUID
    name: str
    active: bool
    version: int


class SourceList(View):
    """All systems that send contacts."""

    items: list[SourceView]
