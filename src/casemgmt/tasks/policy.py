"""Pure decisions on tasks: where a clock stands at any moment, when to warn of a task set by hand, who may get one."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from casemgmt.errors import invalid_field
from rules.parameters import Status
from rules.zone import local_moment, to_local

_LAW = {str(status) for status in Status if status.is_law}
LONGEST_TASK = timedelta(days=366)
BREACHES_LISTED = timedelta(days=30)
"""How far back breaches are listed and counted unless a reader asks for more. They are kept for ever."""
_QUARTER = 4


class ClockState(StrEnum):
    """Where a clock stands. What was done too late stays so for ever."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    ON_HOLD = "on_hold"
    WARNING = "warning"
    BREACHED = "breached"
    COMPLETED = "completed"
    COMPLETED_LATE = "completed_late"
    CANCELLED = "cancelled"
    CANCELLED_LATE = "cancelled_late"


class Moments(Protocol):
    """The moments of a task."""

    @property
    def started_at(self) -> datetime: ...
    @property
    def warn_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def completed_at(self) -> datetime | None: ...
    @property
    def cancelled_at(self) -> datetime | None: ...
    @property
    def held_until(self) -> datetime | None: ...


def clock_state(task: Moments, at: datetime) -> ClockState:
    """Return where the clock of a task stands now. Due at the very moment is in time.

    With the moments that were known then (`replay.standing_at`) it says the same of any past moment.
    """
    if task.completed_at is not None and task.completed_at <= at:
        return ClockState.COMPLETED_LATE if task.completed_at > task.due_at else ClockState.COMPLETED
    if task.cancelled_at is not None and task.cancelled_at <= at:
        return ClockState.CANCELLED_LATE if task.cancelled_at > task.due_at else ClockState.CANCELLED
    if at < task.started_at:
        return ClockState.NOT_STARTED
    if task.held_until is not None and at < task.held_until:
        return ClockState.ON_HOLD
    if at > task.due_at:
        return ClockState.BREACHED
    return ClockState.WARNING if at >= task.warn_at else ClockState.RUNNING


def is_law(status: str) -> bool:
    """Answer whether a term claims to be law."""
    return status in _LAW


def warn_moment(started_at: datetime, due_at: datetime) -> datetime:
    """Return when to warn of a task set by hand: when three quarters of its time have passed."""
    return due_at - (due_at - started_at) / _QUARTER


def breaches_since(now: datetime) -> datetime:
    """Return from when on breaches are listed and counted unless a reader says otherwise: whole days of Kazakhstan."""
    return local_moment(to_local(now - BREACHES_LISTED).date(), time())


def check_due(due_at: datetime, now: datetime) -> None:
    """Refuse a due moment that has passed, or one so far off that nobody would be warned in time."""
    if due_at <= now:
        raise invalid_field("/due_at", "due-in-past", "The due moment has passed.")
    if due_at > now + LONGEST_TASK:
        raise invalid_field("/due_at", "due-too-late", "A task is due within a year.")


@dataclass(frozen=True)
class Place:
    """Where a task belongs: a case, or a desk."""

    case_id: UUID | None
    organisation_id: UUID
    region_code: str | None
    restricted: bool


@dataclass(frozen=True)
class Candidate:
    """Somebody who may get a task."""

    organisation_id: UUID
    region_code: str | None
    signal_reach: str
    case_reach: str
    on_team: bool
    """Of the task's case."""
    in_group: bool
    """Of the task's mobile group."""


def can_get(place: Place, candidate: Candidate) -> bool:
    """Answer whether somebody sees what the task is about: on the team, of the group, or by the reach in the body."""
    if place.case_id is not None and candidate.on_team:
        return True
    if place.restricted:
        return False
    reach = candidate.signal_reach if place.case_id is None else candidate.case_reach
    if reach in ("organisation", "region") and candidate.organisation_id == place.organisation_id:
        return True
    if reach == "region" and place.region_code is not None and candidate.region_code == place.region_code:
        return True
    return candidate.in_group
