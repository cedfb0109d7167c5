from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.dated import DateRange, find_faults, value_on
from rules.errors import BeyondConfirmedError, NotInForceError, NotKnownYetError, UnknownNameError
from tests.law.files import small_law

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@dataclass(frozen=True)
class Figure:
    in_force: DateRange
    known_from: date | None = None
    confirmed_through: date | None = None


@given(st.lists(DAYS, min_size=2, max_size=6, unique=True), DAYS)
def test_ranges_end_to_end_have_no_fault_and_one_value_each_day(cuts: list[date], day: date) -> None:
    cuts.sort()
    figures = [Figure(DateRange(*pair)) for pair in zip(cuts, [*cuts[1:], None], strict=True)]
    assert not list(find_faults(figures))
    if day < cuts[0]:
        with pytest.raises(NotInForceError):
            value_on("x", figures, day)
    else:
        assert sum(day in figure.in_force for figure in figures) == 1
        assert day in value_on("x", figures, day).in_force


@given(DAYS, st.integers(1, 500), st.integers(-400, 400))
def test_a_shifted_second_range_is_a_gap_an_overlap_or_fits(start: date, length: int, shift: int) -> None:
    middle = start + timedelta(length)
    other = max(middle + timedelta(shift), start)
    faults = [text for _, text in find_faults([Figure(DateRange(start, middle)), Figure(DateRange(other))])]
    assert bool(faults) == (other != middle)
    if faults:
        assert faults[0].startswith("gap" if other > middle else "overlaps")


def test_the_day_that_ends_a_range_is_outside_it() -> None:
    year = DateRange(date(2025, 1, 1), date(2026, 1, 1))
    assert [day in year for day in (date(2024, 12, 31), date(2025, 1, 1))] == [False, True]
    assert [day in year for day in (date(2025, 12, 31), date(2026, 1, 1))] == [True, False]
    assert not year.overlaps(DateRange(date(2026, 1, 1)))


def test_later_knowledge_replaces_earlier_and_the_earlier_can_still_be_asked() -> None:
    old = Figure(DateRange(date(2025, 1, 1)))
    new = Figure(DateRange(date(2025, 1, 1)), known_from=date(2025, 1, 6))
    assert not list(find_faults([old, new]))
    assert value_on("x", [old, new], date(2025, 1, 3)) is new
    assert value_on("x", [old, new], date(2025, 1, 3), known_on=date(2025, 1, 5)) is old
    assert value_on("x", [old, new], date(2025, 1, 3), known_on=date(2025, 1, 6)) is new


def test_the_day_before_the_day_of_and_the_day_after_a_change(tmp_path: Path) -> None:
    law = small_law(tmp_path)
    found = [law.term("answer", date(2025, 1, 1) + timedelta(shift)).value for shift in (-1, 0, 1)]
    assert found == [3, 5, 5]


def test_a_value_of_law_past_its_confirmed_date_is_an_error_that_names_it(tmp_path: Path) -> None:
    law = small_law(tmp_path)
    assert law.term("answer", date(2025, 6, 30)).value == 5
    with pytest.raises(BeyondConfirmedError, match=r"answer: asked for 2025-07-01, .* through 2025-06-30") as caught:
        law.term("answer", date(2025, 7, 1))
    assert caught.value.confirmed_through == date(2025, 6, 30)


def test_a_value_not_yet_known_is_another_error_than_none_in_force(tmp_path: Path) -> None:
    law = small_law(tmp_path)
    with pytest.raises(NotKnownYetError, match="not known on 2025-01-31"):
        law.term("answer", date(2025, 1, 2), known_on=date(2025, 1, 31))
    with pytest.raises(NotInForceError, match="2019-12-31"):
        law.term("answer", date(2019, 12, 31))


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    law = small_law(tmp_path)
    with pytest.raises(UnknownNameError, match="near to it: answer"):
        law.deadline("answr")
    with pytest.raises(UnknownNameError, match="no parameter"):
        law.parameter("nothing")


def test_a_house_default_may_be_open_ended(tmp_path: Path) -> None:
    assert small_law(tmp_path).value("working_day.opens", date(2200, 1, 1)).value == "09:00"
