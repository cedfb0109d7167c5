"""Pure decisions on the audit log: which part of it one question may look through, and how far ahead it has room."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from casemgmt.errors import invalid_field

USUAL_WINDOW = timedelta(days=31)
LONGEST_WINDOW = timedelta(days=93)
"""The log is partitioned by month: no question looks through more than four of them."""
MONTHS_AHEAD = 6
"""For so many months ahead every migration, and a job every hour, makes room in the log."""


@dataclass(frozen=True)
class Window:
    """The part of the log that is looked through: from the first moment on, before the last."""

    since: datetime
    until: datetime


def choose_window(since: datetime | None, until: datetime | None, now: datetime) -> Window:
    """Return the window of a question: the last 31 days, or the days given, of which there may be 93."""
    end = until or now
    start = since or end - USUAL_WINDOW
    if start >= end:
        raise invalid_field("/from", "window-empty", "The first moment lies before the last.")
    if end - start > LONGEST_WINDOW:
        raise invalid_field("/from", "window-too-long", "One question looks through 93 days at most.")
    return Window(start, end)
