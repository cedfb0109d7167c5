"""Pure decisions on giving out the log of a person's record."""

from datetime import datetime, timedelta

from casemgmt.audit.policy import Window
from casemgmt.errors import Forbidden, Invalid, invalid_field

LONGEST_EXPORT = timedelta(days=366)
MOST_LINES = 5000
"""Of one document: a longer one is asked for in parts."""


def export_window(since: datetime, until: datetime | None, now: datetime) -> Window:
    """Return the part of the log that is given out."""
    end = min(until or now, now)
    if since >= end:
        raise invalid_field("/since", "window-empty", "The first moment lies before the last.")
    if end - since > LONGEST_EXPORT:
        raise invalid_field("/since", "export-window-too-long", "One document covers 366 days at most.")
    return Window(since, end)


def refuse_restricted(*, restricted: bool) -> None:
    """Refuse it for a restricted person: the paper may reach the one from whom the child is kept safe."""
    if restricted:
        raise Forbidden(
            "The record is restricted: its log is not given out by the service.", code="access-log-withheld"
        )


def refuse_too_many(lines: int) -> None:
    """Refuse a document that nobody reads, rather than cut it off."""
    if lines > MOST_LINES:
        raise Invalid("The period holds more than 5000 lines: ask for a shorter one.", code="access-log-too-long")
