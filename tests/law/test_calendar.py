from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import DayKind
from rules.errors import NaiveTimeError
from rules.loader import load_law
from rules.parameters import Status
from rules.zone import local_moment, to_local

CALENDAR = load_law().calendar
DAYS = st.dates(date(2024, 3, 2), date(2028, 12, 31))
FIRST = datetime(2024, 3, 2, tzinfo=UTC)
FOUR_YEARS = 4 * 365 * 24 * 3600 * 1_000_000
MOMENTS = st.integers(0, FOUR_YEARS).map(lambda count: FIRST + timedelta(microseconds=count))
COUNTS = st.integers(1, 60)
DAY = timedelta(days=1)


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize("year", [2024, 2025])
def test_every_day_of_a_complete_year_agrees_with_the_data_set(year: int) -> None:
    other = holidays.country_holidays("KZ", years=year)
    differing = [day for day in days_of(year) if CALENDAR.is_working_day(day) != other.is_working_day(day)]
    assert differing == []
    assert not any(CALENDAR.day(day).provisional for day in days_of(year))


@pytest.mark.parametrize("year", [2026, 2027])
def test_a_provisional_year_differs_from_the_data_set_only_by_what_it_says_it_left_out(year: int) -> None:
    other = holidays.country_holidays("KZ", years=year)
    estimated = {day for day, name in other.items() if "бағаланған" in name or "estimated" in name}
    differing = {day for day in days_of(year) if CALENDAR.is_working_day(day) != other.is_working_day(day)}
    assert differing <= estimated
    assert len(estimated) == 1
    assert any("Eid al-Adha" in text for text in CALENDAR.years[year].left_out)
    assert all(CALENDAR.day(day).provisional for day in days_of(year))


def test_no_year_claims_that_an_act_was_read() -> None:
    assert {year.status for year in CALENDAR.years.values()} == {Status.UNVERIFIED}


def test_a_swapped_weekend_is_worked_and_its_other_day_is_off() -> None:
    assert CALENDAR.day(date(2024, 5, 4)).kind is DayKind.WORKING_WEEKEND
    assert CALENDAR.day(date(2024, 5, 8)).kind is DayKind.MOVED_OFF
    assert CALENDAR.is_working_day(date(2025, 1, 5))
    assert not CALENDAR.is_working_day(date(2025, 1, 3))


def test_a_year_without_a_file_knows_weekends_only_and_says_so() -> None:
    new_year = CALENDAR.day(date(2031, 1, 1))
    assert (new_year.working, new_year.provisional, new_year.status) == (True, True, None)
    assert not CALENDAR.is_working_day(date(2031, 1, 4))


@given(DAYS, COUNTS)
def test_counted_days_end_on_a_working_day_and_count_back_to_the_start(day: date, count: int) -> None:
    there = CALENDAR.add_working_days(day, count).date
    assert CALENDAR.is_working_day(there)
    assert there > day
    assert sum(CALENDAR.is_working_day(day + timedelta(n)) for n in range(1, (there - day).days + 1)) == count
    back = CALENDAR.add_working_days(there, -count).date
    assert back == day if CALENDAR.is_working_day(day) else back < day


@given(DAYS, COUNTS, COUNTS)
def test_working_days_add_up(day: date, first: int, second: int) -> None:
    halfway = CALENDAR.add_working_days(day, first).date
    assert CALENDAR.add_working_days(halfway, second).date == CALENDAR.add_working_days(day, first + second).date


@given(DAYS)
def test_zero_days_is_the_day_itself_or_the_next_that_is_worked(day: date) -> None:
    found = CALENDAR.add_working_days(day, 0).date
    assert found >= day
    assert CALENDAR.is_working_day(found)
    assert not any(CALENDAR.is_working_day(day + timedelta(n)) for n in range((found - day).days))


@given(MOMENTS, st.integers(1, 120))
def test_working_hours_end_within_the_hours_of_work_and_measure_the_same(at: datetime, hours: int) -> None:
    there = CALENDAR.add_working_hours(at, hours).at
    assert CALENDAR.is_working_day(to_local(there).date())
    assert time(9) < to_local(there).time() <= time(18)
    assert CALENDAR.working_time_between(at, there).duration == timedelta(hours=hours)
    assert CALENDAR.working_time_between(there, at).duration == -timedelta(hours=hours)
    back = CALENDAR.add_working_hours(there, -hours).at
    assert CALENDAR.working_time_between(back, there).duration == timedelta(hours=hours)


@given(MOMENTS, MOMENTS, st.integers(1, 60))
def test_working_hours_keep_the_order_of_events(one: datetime, other: datetime, hours: int) -> None:
    first, last = sorted((one, other))
    assert CALENDAR.add_working_hours(first, hours).at <= CALENDAR.add_working_hours(last, hours).at


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_time_adds_up(one: datetime, other: datetime, third: datetime) -> None:
    first, middle, last = sorted((one, other, third))
    parts = CALENDAR.working_time_between(first, middle).duration + CALENDAR.working_time_between(middle, last).duration
    assert parts == CALENDAR.working_time_between(first, last).duration


@given(MOMENTS)
def test_clocks_are_five_hours_ahead_all_year_and_no_local_hour_is_missing_or_double(at: datetime) -> None:
    local = to_local(at)
    assert local.utcoffset() == timedelta(hours=5)
    assert local_moment(local.date(), local.time()) == at


def test_before_the_single_zone_clocks_were_six_hours_ahead() -> None:
    assert to_local(datetime(2024, 2, 1, tzinfo=UTC)).utcoffset() == timedelta(hours=6)


def test_a_count_across_the_change_of_zone_is_exact() -> None:
    at = local_moment(date(2024, 2, 29), time(17))
    there = CALENDAR.add_working_hours(at, 2)
    assert there.at == local_moment(date(2024, 3, 1), time(10))
    assert there.at - at == timedelta(hours=18)


def test_a_count_is_provisional_as_soon_as_it_passes_the_last_known_day() -> None:
    assert not CALENDAR.add_working_days(date(2025, 12, 30), 1).provisional
    later = CALENDAR.add_working_days(date(2025, 12, 31), 1)
    assert later.provisional
    assert later.date == date(2026, 1, 5)
    assert not CALENDAR.add_working_hours(local_moment(date(2025, 12, 31), time(17)), 1).provisional
    assert CALENDAR.add_working_hours(local_moment(date(2025, 12, 31), time(17)), 2).provisional
    assert CALENDAR.working_time_between(
        local_moment(date(2025, 12, 31), time(9)), local_moment(date(2026, 1, 1), time(9))
    ).provisional


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(NaiveTimeError, match="offset"):
        CALENDAR.add_working_hours(datetime(2025, 1, 1), 1)  # noqa: DTZ001 - the fault under test
