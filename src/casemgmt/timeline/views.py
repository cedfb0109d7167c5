"""What readers of a timeline get."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from casemgmt.models import View

Order = Literal["asc", "desc"]


class TimelineActor(View):
    """Who did it."""

    id: UUID
    name: str
    body: str
    """Name of the actor's body today, in the reader's language."""


class TimelineEntryView(View):
    """One thing that happened."""

    id: UUID
    at: datetime
    kind: str
    text: str
    """In the reader's language, names no child."""
    actor: TimelineActor
    record_type: str
    record_id: UUID
    data: dict[str, Any]
    """Codes, ids and dates."""
    entered_in_error: bool
    """The record of which it tells was marked as entered in error since: it counts no longer."""
