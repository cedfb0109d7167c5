"""Pure decisions on deliveries: when to try again, when to give up, which answer means what."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

RETRIES = tuple(
    timedelta(seconds=seconds) for seconds in (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""When an event is tried, from its first try on: 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h."""
JITTER = 0.1
"""A try comes up to this part of its pause later, so that many receivers are not called in one moment."""
IN_ORDER_UNTIL = 3
"""So many failures of one event hold up those behind it; then they go on without it."""
FAILING = timedelta(hours=24)
"""A subscription that took nothing for so long is disabled."""
PULLED_FORWARD = timedelta(minutes=5)
"""When a receiver answers again, what waits for it is tried at once, but nothing that was tried within this time."""
GONE = 410


@dataclass(frozen=True)
class Outcome:
    """What came of one try."""

    status: int | None
    failure: str | None
    """Code; None for a 2xx."""
    milliseconds: int


@dataclass(frozen=True)
class Verdict:
    """What follows from a try."""

    result: str | None = None
    """`delivered` or `dead`; None where it is tried again."""
    due_at: datetime | None = None
    resume_at: datetime | None = None
    """Until then nothing else is sent either."""
    disabled: str | None = None
    """Why the subscription is disabled: `gone` or `failing`."""


def judge(outcome: Outcome, tries: int, first: datetime, failing_since: datetime | None, now: datetime) -> Verdict:
    """Decide on the try number `tries` of an event that was first tried at `first`."""
    if outcome.failure is None:
        return Verdict(result="delivered")
    if outcome.status == GONE:
        return Verdict(due_at=now, disabled="gone")
    disabled = "failing" if now - (failing_since or now) >= FAILING else None
    due = next_try(first, now)
    if due is None:
        return Verdict(result="dead", disabled=disabled)
    return Verdict(due_at=due, resume_at=due if tries < IN_ORDER_UNTIL else None, disabled=disabled)


def next_try(first: datetime, now: datetime) -> datetime | None:
    """Return when an event is tried again, None where its day is over."""
    passed = now - first
    for before, after in pairwise(RETRIES):
        if passed < after:
            late = (after - before) * (JITTER * random.random())  # noqa: S311 - spreads load, guards nothing
            return first + after + late
    return None
