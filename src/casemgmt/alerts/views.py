"""What readers of alerts get: never what was seen, only that it was unusual."""

import datetime as dt
from uuid import UUID

from casemgmt.models import AllowedActionView, View


class AlertUser(View):
    """Whose access or log-in it was."""

    id: UUID
    name: str
    body: str


class AlertSummary(View):
    """An alert in a list."""

    id: UUID
    kind: str
    text: str
    """In the reader's language."""
    user: AlertUser
    day: dt.date
    """In Kazakhstan: there is one alert of a kind for an account and a day."""
    raised_at: dt.datetime
    since: dt.datetime
    until: dt.datetime
    state: str
    version: int


class AlertView(AlertSummary):
    """An alert, and what became of it."""

    closed_at: dt.datetime | None
    closed_by_id: UUID | None
    note: str | None
    allowed_actions: list[AllowedActionView]
