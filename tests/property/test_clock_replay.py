"""A clock replayed at any moment says what a plain count, quarter hour by quarter hour, says."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casemgmt.tasks.policy import ClockState, clock_state
from casemgmt.tasks.replay import moved, standing_at
from rules.loader import load_law
from rules.zone import to_local

START = datetime(2026, 12, 14, 4, 0, tzinfo=UTC)
"""A Monday; 16 December is a holiday, and days are moved around it and the new year."""
QUARTER = timedelta(minutes=15)
HORIZON = 96 * 40
"""Quarter hours that are looked at."""


@dataclass(frozen=True)
class Clock:
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    held_until: datetime | None = None


@dataclass(frozen=True)
class Hold:
    from_at: datetime
    until_at: datetime | None
    warn_before: datetime
    due_before: datetime
    warn_after: datetime
    due_after: datetime
    ended_at: datetime | None = None
    warn_ended: datetime | None = None
    due_ended: datetime | None = None


def state_at(clock: Clock, holds: list[Hold], at: datetime) -> ClockState:
    return clock_state(standing_at(clock, holds, at), at)


def is_worked(moment: datetime) -> bool:
    """Whether the quarter hour that begins now is working time."""
    calendar, day = load_law().calendar, to_local(moment).date()
    return calendar.day(day).working and calendar.opening(day) <= moment < calendar.closing(day)


def runs_out(amount: int, stops: list[tuple[datetime, datetime]], *, working: bool) -> datetime:
    """Count down, a quarter hour at a time, and return when nothing is left."""
    moment = START
    while amount:
        stopped = any(since <= moment < until for since, until in stops)
        amount -= not stopped and (not working or is_worked(moment))
        moment += QUARTER
    return moment


def after(moment: datetime, quarters: int, *, working: bool) -> datetime:
    return (
        load_law().calendar.add_working_time(moment, QUARTER * quarters).at if working else moment + QUARTER * quarters
    )


def play(
    clock: Clock, wishes: list[tuple[int, int, int | None]], *, working: bool
) -> tuple[Clock, list[Hold], list[tuple[datetime, datetime]]]:
    """Hold a clock as the use cases do: where it is neither overdue nor on hold already."""
    holds: list[Hold] = []
    stops: list[tuple[datetime, datetime]] = []
    for begin, length, early in sorted(wishes, key=lambda wish: wish[:2]):
        since, until = START + QUARTER * begin, START + QUARTER * (begin + length)
        if since >= clock.due_at or (stops and since < stops[-1][1]):
            continue
        warn, due = (moved(m, since, until, working=working) for m in (clock.warn_at, clock.due_at))
        made = Hold(since, until, clock.warn_at, clock.due_at, warn, due)
        if early is not None and early < length:
            until = since + QUARTER * early
            warn, due = (moved(m, since, until, working=working) for m in (clock.warn_at, clock.due_at))
            made = replace(made, ended_at=until, warn_ended=warn, due_ended=due)
        clock = replace(clock, warn_at=warn, due_at=due)
        holds.append(made)
        stops.append((since, until))
    return clock, holds, stops


WISHES = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 700), st.none() | st.integers(1, 600)), max_size=4)


@given(
    wishes=WISHES,
    term=st.integers(2, 200),
    working=st.booleans(),
    looks=st.lists(st.integers(0, HORIZON), min_size=5, max_size=20),
)
def test_a_clock_that_was_held_stands_where_a_plain_count_has_it(
    *,
    wishes: list[tuple[int, int, int | None]],
    term: int,
    working: bool,
    looks: list[int],
) -> None:
    first = Clock(START, after(START, term // 2, working=working), after(START, term, working=working))
    last, holds, stops = play(first, wishes, working=working)
    warn = runs_out(term // 2, stops, working=working)
    due = runs_out(term, stops, working=working)
    assert (last.warn_at, last.due_at) == (warn, due)
    for look in looks:
        at = START + QUARTER * look
        held = any(since <= at < until for since, until in stops)
        plain = ClockState.ON_HOLD if held else ClockState.BREACHED if at > due else ClockState.WARNING
        if plain is ClockState.WARNING and at < warn:
            plain = ClockState.RUNNING
        assert state_at(last, holds, at) == plain, at


@given(WISHES, st.integers(2, 200), st.integers(0, HORIZON), st.integers(0, HORIZON))
def test_what_happens_later_changes_nothing_of_what_was_known(
    wishes: list[tuple[int, int, int | None]], term: int, look: int, end: int
) -> None:
    first = Clock(START, after(START, term // 2, working=True), after(START, term, working=True))
    at = START + QUARTER * look
    last, holds, _ = play(first, wishes, working=True)
    known = [
        replace(h, ended_at=None, warn_ended=None, due_ended=None) if h.ended_at and h.ended_at > at else h
        for h in holds
        if h.from_at <= at
    ]
    then = first
    for hold in known:
        then = replace(then, warn_at=hold.warn_ended or hold.warn_after, due_at=hold.due_ended or hold.due_after)
    ended = replace(last, completed_at=max(START + QUARTER * end, at + QUARTER))
    assert standing_at(ended, holds, at).due_at == standing_at(then, known, at).due_at
    assert state_at(ended, holds, at) == state_at(then, known, at)
