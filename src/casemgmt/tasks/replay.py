"""Where a clock stood at any moment, from what happened to it: begun, held, gone on, recalculated, ended. Pure.

A hold stops the time: what was left when it began is left when it ends, in working time where the term counts working
time. Its end is worked out when it begins, so a clock is right whether or not anybody notes that a hold is over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
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


@dataclass(frozen=True)
class _Change:
    """What holds of a clock from a moment on."""

    at: datetime
    warn_at: datetime
    due_at: datetime
    stops: datetime | None = None
    """Until when its time is to stand still, where a hold begins here."""
    goes_on: bool = False
    """Whether a hold ends here."""


def standing_at(task: Moments, steps: Sequence[Step], at: datetime) -> Standing:
    """Return the moments of a clock as they were known at `at`; `steps` are all of it, in any order."""
    warn, due, held = task.warn_at, task.due_at, None
    if steps:
        first = min(steps, key=lambda step: step.from_at)
        warn, due = first.warn_before, first.due_before
    for change in sorted(chain.from_iterable(map(_changes, steps)), key=lambda change: change.at):
        if change.at > at:
            break
        warn, due = change.warn_at, change.due_at
        held = None if change.goes_on else change.stops or held
    if held is not None and held <= at:
        held = None
    return Standing(task.started_at, warn, due, task.completed_at, task.cancelled_at, held)


def _changes(step: Step) -> Iterator[_Change]:
    """Return the moments that a step begins with, and those that the early end of a hold gave it."""
    yield _Change(step.from_at, step.warn_after, step.due_after, stops=step.until_at)
    if step.ended_at is not None and step.warn_ended is not None and step.due_ended is not None:
        yield _Change(step.ended_at, step.warn_ended, step.due_ended, goes_on=True)


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
