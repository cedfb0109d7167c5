"""How much one caller may ask in a minute, by class of request.

What every request must pass is counted in this process alone, by one moment per caller: a look into a dictionary. What
is costly or tells of many persons is counted in the audit log, which every such request enters anyway, and which all
processes share. Decision 0021 says what that costs and how far fifty processes can overshoot.
"""

from collections.abc import Hashable, Mapping
from datetime import timedelta
from math import ceil

from casemgmt.clock import Clock
from casemgmt.db.work import Work
from casemgmt.errors import TooManyAttempts
from casemgmt.settings import Settings

WINDOW_SECONDS = 60
REMEMBERED = 50_000
"""Callers that a process remembers; only those that asked within the last minute count."""

COUNTED_IN_THE_LOG: Mapping[str, tuple[str, ...]] = {
    "exports": ("access_log.exported", "document.printed", "research.exported", "subject_copy.given"),
    "searches": ("person.matched", "search.run", "search.read"),
}
"""Classes that all processes count together, with the events that make them up."""

_EXACT = 1e-6
"""A microsecond is what a float of seconds is exact to."""


class Rates:
    """The limits of one process. Refusals are `rate-limited`, and say when to come again."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        share = settings.rate_processes
        self._limits = {
            "reads": max(1, settings.rate_reads // share),
            "writes": max(1, settings.rate_writes // share),
            "messages": max(1, settings.rate_messages // share),
            "open": max(1, settings.rate_open // share),
            "searches": settings.rate_searches,
            "exports": settings.rate_exports,
        }
        self._clock = clock
        self._full_at: dict[tuple[Hashable, str], float] = {}
        """Per caller and class: when its whole allowance is there again (GCRA: a bucket in one number)."""
        self._told: dict[tuple[Hashable, str], float] = {}

    def __len__(self) -> int:
        """Return how many callers are remembered."""
        return max(len(self._full_at), len(self._told))

    def take(self, caller: Hashable, kind: str) -> None:
        """Count a request, or refuse it. A caller that was quiet for a minute has the whole allowance at once."""
        now = self._clock.now().timestamp()
        limit = self._limits[kind]
        key = (caller, kind)
        known = self._full_at.get(key, now)
        if known > now + 2 * WINDOW_SECONDS:
            # Of a clock that was set back by more than a window since, which no caller can do: it tells nothing of what
            # was asked lately, and a centre whose messages are refused for a mended clock would be the dearer mistake.
            known = now
        full_at = max(known, now) + WINDOW_SECONDS / limit
        wait = full_at - now - WINDOW_SECONDS
        if wait > _EXACT:
            raise _refusal(kind, limit, wait)
        if len(self._full_at) >= REMEMBERED:
            self._forget(now)
        self._full_at[key] = full_at

    async def take_in_log(self, work: Work, kind: str) -> None:
        """Refuse where the actor left as many events of the class within the last minute, in whatever process."""
        limit = self._limits[kind]
        since = work.now - timedelta(seconds=WINDOW_SECONDS)
        last = await work.call(
            "SELECT nth_last_act(:kinds, :since, :limit)",
            kinds=list(COUNTED_IN_THE_LOG[kind]),
            since=since,
            limit=limit,
        )
        if last is not None:
            raise _refusal(kind, limit, (last - since).total_seconds())

    def is_news(self, caller: Hashable, kind: str) -> bool:
        """Answer whether a refusal is to be recorded: the first of a caller and class within a minute."""
        now = self._clock.now().timestamp()
        if len(self._told) >= REMEMBERED:
            self._told = {key: until for key, until in self._told.items() if until > now}
        told_until = self._told.get((caller, kind), 0)
        if now < told_until <= now + WINDOW_SECONDS or len(self._told) >= REMEMBERED:
            return False
        self._told[(caller, kind)] = now + WINDOW_SECONDS
        return True

    def _forget(self, now: float) -> None:
        """Forget callers whose allowance is whole, and all where that frees too little: a flood must not fill us."""
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        if len(self._full_at) > REMEMBERED // 2:
            self._full_at.clear()


def _refusal(kind: str, limit: int, wait: float) -> TooManyAttempts:
    data = {
        "retry_after_seconds": min(WINDOW_SECONDS, max(1, ceil(wait))),
        "rate_class": kind,
        "limit": limit,
        "per_seconds": WINDOW_SECONDS,
    }
    return TooManyAttempts("Too many requests of this kind.", code="rate-limited", data=data)
