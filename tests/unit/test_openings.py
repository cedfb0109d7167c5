"""The next free time: within working hours, on a quarter of an hour, and clear of what is taken."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casemgmt.centers.openings import HORIZON, WeekTime, is_within, next_free
from rules.zone import local_moment, to_local

MONDAY = date(2026, 12, 7)
HOUR = timedelta(hours=1)
TIMES = st.integers(0, 23 * 4).map(lambda n: time(n // 4, n % 4 * 15))
WEEKS = st.lists(
    st.tuples(st.integers(1, 7), TIMES, TIMES).filter(lambda t: t[1] < t[2]).map(lambda t: WeekTime(*t)),
    max_size=5,
)
MOMENTS = st.integers(0, 14 * 24 * 12).map(lambda n: local_moment(MONDAY, time()) + n * timedelta(minutes=5))
TAKEN = st.lists(
    st.tuples(MOMENTS, st.integers(1, 40)).map(lambda t: (t[0], t[0] + t[1] * timedelta(minutes=15))), max_size=8
)


def test_a_week_that_was_not_told_has_no_bounds_but_offers_working_hours() -> None:
    night = local_moment(MONDAY, time(3))
    assert is_within([], (night, night + HOUR))
    found = next_free([], [], HOUR, night)
    assert found is not None
    assert to_local(found[0]).time() == time(9)


def test_nothing_is_offered_where_the_week_has_no_time_long_enough() -> None:
    assert next_free([WeekTime(1, time(9), time(10))], [], 2 * HOUR, local_moment(MONDAY, time())) is None


@given(week=WEEKS, taken=TAKEN, quarters=st.integers(1, 12), after=MOMENTS)
def test_what_is_offered_is_free_and_nothing_earlier_is(
    week: list[WeekTime], taken: list[tuple[datetime, datetime]], quarters: int, after: datetime
) -> None:
    length = quarters * timedelta(minutes=15)
    usual = [WeekTime(day, time(9), time(18)) for day in range(1, 6)]

    def is_free(start: datetime) -> bool:
        span = (start, start + length)
        return is_within(week or usual, span) and all(span[1] <= begun or ended <= start for begun, ended in taken)

    first = after + (local_moment(MONDAY, time()) - after) % timedelta(minutes=15)
    steps = (first + n * timedelta(minutes=15) for n in range(int(HORIZON / timedelta(minutes=15))))
    expected = next((start for start in steps if is_free(start)), None)
    found = next_free(week, taken, length, after)
    if expected is not None:
        assert found == (expected, expected + length)
    else:
        assert found is None or found[0] > after + HORIZON - timedelta(days=1)
