"""Checks of the moments that people report: nothing is recorded that has not happened yet."""

from datetime import UTC, datetime

from casemgmt.errors import invalid_field

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""Before it nothing happened that anybody reports; far enough from the ends of the calendar to be told in UTC."""


def check_moment(pointer: str, at: datetime | None, *, now: datetime, not_before: datetime | None = None) -> None:
    """Refuse a moment in the future, or one before the earliest at which it can have been. None passes."""
    if at is None:
        return
    if at > now:
        raise invalid_field(pointer, "in-future", "The moment lies in the future.")
    if at < EARLIEST:
        raise invalid_field(pointer, "too-early", "The moment lies before the year 1900.")
    if not_before is not None and at < not_before:
        raise invalid_field(pointer, "too-early", "The moment lies before the step that must come first.")
