"""Where a clock stands at any moment, who may get a task, and which clocks are closed by hand."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgmt.errors import Invalid
from casemgmt.ids import new_id
from casemgmt.tasks.labels import MANUAL, label_of
from casemgmt.tasks.policy import Candidate, ClockState, Place, can_get, check_due, clock_state, warn_moment
from casemgmt.tasks.states import ASSIGNED_BY_ACT, BY_HAND
from rules.loader import load_law

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Moments:
    started_at: datetime = START
    warn_at: datetime = START + 2 * HOUR
    due_at: datetime = START + 4 * HOUR
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    held_until: datetime | None = None


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (-0.1, ClockState.NOT_STARTED),
        (0, ClockState.RUNNING),
        (1.9, ClockState.RUNNING),
        (2, ClockState.WARNING),
        (4, ClockState.WARNING),
        (4.001, ClockState.BREACHED),
        (4000, ClockState.BREACHED),
    ],
)
def test_an_open_clock_runs_warns_and_is_breached(hours: float, expected: ClockState) -> None:
    assert clock_state(Moments(), START + HOUR * hours) == expected


def test_what_was_done_late_stays_so_for_ever_and_the_past_stays_as_it_was() -> None:
    late = Moments(completed_at=START + 5 * HOUR)
    assert clock_state(late, START + HOUR) == ClockState.RUNNING
    assert clock_state(late, START + 4.5 * HOUR) == ClockState.BREACHED
    assert clock_state(late, START + 5 * HOUR) == ClockState.COMPLETED_LATE
    assert clock_state(late, START + timedelta(days=9000)) == ClockState.COMPLETED_LATE
    assert clock_state(Moments(completed_at=START + 4 * HOUR), START + 9 * HOUR) == ClockState.COMPLETED
    assert clock_state(Moments(cancelled_at=START + HOUR), START + 9 * HOUR) == ClockState.CANCELLED
    assert clock_state(Moments(cancelled_at=START + 5 * HOUR), START + 9 * HOUR) == ClockState.CANCELLED_LATE


@given(st.integers(-100, 900), st.integers(0, 900), st.none() | st.integers(0, 900))
def test_a_clock_never_runs_backwards(at: int, later: int, done: int | None) -> None:
    order = [
        ClockState.NOT_STARTED,
        ClockState.RUNNING,
        ClockState.WARNING,
        ClockState.BREACHED,
        ClockState.COMPLETED,
        ClockState.COMPLETED_LATE,
    ]
    task = Moments(completed_at=None if done is None else START + timedelta(minutes=done))
    first = clock_state(task, START + timedelta(minutes=at))
    second = clock_state(task, START + timedelta(minutes=at + later))
    assert order.index(first) <= order.index(second)


def test_a_task_set_by_hand_warns_when_three_quarters_have_passed() -> None:
    assert warn_moment(START, START + 4 * HOUR) == START + 3 * HOUR


def test_a_due_moment_lies_ahead_and_within_a_year() -> None:
    check_due(START + HOUR, START)
    for wrong, code in ((START, "due-in-past"), (START + timedelta(days=367), "due-too-late")):
        with pytest.raises(Invalid) as refusal:
            check_due(wrong, START)
        assert refusal.value.code == code


BODY, OTHER = new_id(), new_id()
DESK = Place(None, BODY, "KZ-75", restricted=False)
CASE = replace(DESK, case_id=new_id())
STRANGER = Candidate(OTHER, "KZ-71", "none", "none", on_team=False, in_group=False)


@pytest.mark.parametrize(
    ("place", "candidate", "expected"),
    [
        (DESK, STRANGER, False),
        (DESK, replace(STRANGER, organisation_id=BODY), False),
        (DESK, replace(STRANGER, organisation_id=BODY, signal_reach="organisation"), True),
        (DESK, replace(STRANGER, region_code="KZ-75", signal_reach="organisation"), False),
        (DESK, replace(STRANGER, region_code="KZ-75", signal_reach="region"), True),
        (DESK, replace(STRANGER, signal_reach="national"), False),
        (DESK, replace(STRANGER, in_group=True), True),
        (DESK, replace(STRANGER, on_team=True), False),
        (replace(DESK, region_code=None), replace(STRANGER, region_code=None, signal_reach="region"), False),
        (CASE, replace(STRANGER, on_team=True), True),
        (CASE, replace(STRANGER, organisation_id=BODY, signal_reach="organisation"), False),
        (CASE, replace(STRANGER, organisation_id=BODY, case_reach="team"), False),
        (CASE, replace(STRANGER, organisation_id=BODY, case_reach="organisation"), True),
        (replace(CASE, restricted=True), replace(STRANGER, organisation_id=BODY, case_reach="organisation"), False),
        (replace(CASE, restricted=True), replace(STRANGER, on_team=True), True),
    ],
)
def test_a_task_goes_to_those_who_see_what_it_is_about(place: Place, candidate: Candidate, *, expected: bool) -> None:
    assert can_get(place, candidate) is expected


def test_every_kind_has_a_label_in_three_languages() -> None:
    for kind in (*load_law().deadlines, MANUAL):
        labels = {label_of(kind, language) for language in ("kk", "ru", "en")}
        assert len(labels) == 3, kind
        assert kind not in labels
    assert label_of("gone", "kk") == "gone"


def test_the_kinds_that_are_closed_or_assigned_in_a_special_way_exist() -> None:
    assert BY_HAND - {MANUAL} <= set(load_law().deadlines)
    assert set(load_law().deadlines) >= ASSIGNED_BY_ACT
