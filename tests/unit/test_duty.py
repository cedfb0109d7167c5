"""When a mobile group is on duty, and when it is complete."""

from datetime import UTC, date, datetime, time

import pytest

from casemgmt.organisations.policy import DutyWindow, duty_at, missing_sectors
from casemgmt.organisations.views import Duty
from rules.zone import local_moment

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)
NIGHT = DutyWindow(1, None, time(20), time(8))
DAY = DutyWindow(1, None, time(9), time(18))
WHOLE_DAY = DutyWindow(1, None, time(0), time(0))
FROM_EIGHT_TO_EIGHT = DutyWindow(1, None, time(8), time(8))


@pytest.mark.parametrize(
    ("window", "day", "clock", "expected"),
    [
        (DAY, MONDAY, time(8, 59), "off"),
        (DAY, MONDAY, time(9), "on"),
        (DAY, MONDAY, time(17, 59), "on"),
        (DAY, MONDAY, time(18), "off"),
        (DAY, TUESDAY, time(12), "off"),
        (NIGHT, MONDAY, time(19, 59), "off"),
        (NIGHT, MONDAY, time(20), "on"),
        (NIGHT, TUESDAY, time(7, 59), "on"),
        (NIGHT, TUESDAY, time(8), "off"),
        (NIGHT, MONDAY, time(7), "off"),
        (WHOLE_DAY, MONDAY, time(0), "on"),
        (WHOLE_DAY, MONDAY, time(23, 59), "on"),
        (WHOLE_DAY, TUESDAY, time(0), "off"),
        (FROM_EIGHT_TO_EIGHT, TUESDAY, time(7, 59), "on"),
        (FROM_EIGHT_TO_EIGHT, TUESDAY, time(8), "off"),
    ],
)
def test_a_duty_time_holds_from_its_first_moment_to_its_last(
    window: DutyWindow, day: date, clock: time, expected: Duty
) -> None:
    assert duty_at([window], local_moment(day, clock)) == expected


def test_a_group_without_recorded_times_is_neither_on_nor_off() -> None:
    assert duty_at([], datetime(2026, 3, 2, tzinfo=UTC)) == "unknown"


def test_a_time_for_the_very_date_takes_the_place_of_those_of_its_weekday() -> None:
    holiday = DutyWindow(None, MONDAY, time(12), time(13))
    assert duty_at([DAY, holiday], local_moment(MONDAY, time(10))) == "off"
    assert duty_at([DAY, holiday], local_moment(MONDAY, time(12))) == "on"
    assert duty_at([DAY, holiday], local_moment(date(2026, 3, 9), time(10))) == "on"


def test_duty_is_told_by_the_clocks_of_kazakhstan() -> None:
    assert duty_at([DAY], datetime(2026, 3, 2, 4, 0, tzinfo=UTC)) == "on"
    assert duty_at([DAY], datetime(2026, 3, 2, 13, 0, tzinfo=UTC)) == "off"


def test_a_complete_group_has_the_four_sectors_of_the_list() -> None:
    assert missing_sectors([]) == ["social_protection", "education", "health", "internal_affairs"]
    assert missing_sectors(["health", "education", "guardianship"]) == ["social_protection", "internal_affairs"]
    assert missing_sectors(["health", "education", "social_protection", "internal_affairs"]) == []
