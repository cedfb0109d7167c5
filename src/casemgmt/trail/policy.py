"""Pure decisions on giving out the log of a person's record."""

from datetime import datetime, time, timedelta

from casemgmt.audit.policy import Window
from casemgmt.errors import Forbidden, Invalid, invalid_field
from rules.zone import local_moment, to_local

LONGEST_EXPORT = timedelta(days=366)
USUAL_LOOK = timedelta(days=7)
LONGEST_LOOK = timedelta(days=14)
"""Questions for unusual access read every event of their window."""
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


def unusual_window(since: datetime | None, until: datetime | None, now: datetime) -> Window:
    """Return the part of the log that is searched for unusual access: the last seven days, or those given."""
    end = min(until or now, now)
    start = since or end - USUAL_LOOK
    if start >= end:
        raise invalid_field("/from", "window-empty", "The first moment lies before the last.")
    if end - start > LONGEST_LOOK:
        raise invalid_field("/from", "unusual-window-too-long", "One question looks through 14 days at most.")
    return Window(start, end)


def nights(window: Window, begins: int, ends: int) -> list[tuple[datetime, datetime]]:
    """Return the nights that touch a window, by the clocks of Kazakhstan."""
    found = []
    day = to_local(window.since).date() - timedelta(days=1)
    while day <= to_local(window.until).date():
        start = local_moment(day, time(begins))
        end = local_moment(day + timedelta(days=ends <= begins), time(ends))
        found.append((max(start, window.since), min(end, window.until)))
        day += timedelta(days=1)
    return [(start, end) for start, end in found if start < end]
