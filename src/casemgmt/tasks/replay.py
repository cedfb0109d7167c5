"""Where a clock stood at any moment, from what happened to it: begun, held, gone on, recalculated, ended. Pure.

A hold stops the time: what was left when it began is left when it ends, in working time where the term counts working
time. Its end is worked out when it begins, so a clock is right whether or not anybody notes that a hold is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casemgmt.tasks.policy import Moments
from rules.loader import load_law
from rules.terms import TermUnit
from rules.zone import to_local

_WORKING = {TermUnit.WORKING_DAYS, TermUnit.WORKING_HOURS}


class Step(Protocol):
    """A change of a clock: a hold, or a recalculation. It says what held before and what holds from it on."""

    @property
    def from_at(self) -> datetime: ...
    @property
    def until_at(self) -> datetime | None:
        """When a hold was to end; None of a recalculation."""

    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def warn_before(self) -> datetime: ...
    @property
    def due_before(self) -> datetime: ...
    @property
    def warn_after(self) -> datetime: ...
    @property
    def due_after(self) -> datetime: ...
    @property
    def warn_ended(self) -> datetime | None:
        """Of a hold that was ended early: what held from that moment on."""

    @property
    def due_ended(self) -> datetime | None: ...


@dataclass(frozen=True)
class Standing:
    """A clock as it was known at a moment."""

    started_at: datetime
    warn_at: datetime
    due_at: datetime
    completed_at: datetime | None
    cancelled_at: datetime | None
    held_until: datetime | None


def standing_at(task: Moments, steps: Sequence[Step], at: datetime) -> Standing:
    """Return the moments of a clock as they were known at `at`; `steps` are all of it, in any order."""
    warn, due, held = task.warn_at, task.due_at, None
    ordered = sorted(steps, key=lambda step: step.from_at)
    if ordered:
        warn, due = ordered[0].warn_before, ordered[0].due_before
    for step in ordered:
        if step.from_at > at:
            break
        warn, due, held = step.warn_after, step.due_after, None
        if step.until_at is None:
            continue
        over = step.until_at if step.ended_at is None else min(step.ended_at, step.until_at)
        if at < over:
            held = over
        elif step.due_ended is not None:
            warn, due = step.warn_ended or warn, step.due_ended
    return Standing(task.started_at, warn, due, task.completed_at, task.cancelled_at, held)


def counts_working_time(kind: str, started_at: datetime) -> bool:
    """Answer whether the term of a kind counts working time. What a person set runs by the calendar."""
    law = load_law()
    return kind in law.deadlines and law.term(kind, to_local(started_at).date()).unit in _WORKING


def moved(moment: datetime, since: datetime, until: datetime, *, working: bool) -> datetime:
    """Return when a moment comes if time stood still from `since` to `until`; one that had passed stays."""
    if moment <= since:
        return moment
    if not working:
        return until + (moment - since)
    calendar = load_law().calendar
    return calendar.add_working_time(until, calendar.working_time_between(since, moment).duration).at
