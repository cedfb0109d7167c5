from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casemgmt.people.iin import (
    IinFacts,
    IinProblem,
    InvalidIinError,
    check_iin,
    control_digit,
    mask_iin,
    read_iin,
)
from tests.factories_iin import iins, make_iin

DATES = st.dates(min_value=date(1800, 1, 1), max_value=date(2099, 12, 31))
SEXES = st.sampled_from(["female", "male"])


@st.composite
def valid_iins(draw: st.DrawFn) -> tuple[str, date, str]:
    birth_date, sex = draw(DATES), draw(SEXES)
    serial = draw(st.integers(min_value=0, max_value=9999))
    try:
        return make_iin(birth_date, sex, serial), birth_date, sex
    except ValueError:
        assume(False)
        raise


# Worked out by hand. 85 05 15 3 0000: 8+10+0+20+5+30+21 = 94, 94 mod 11 = 6.
# 00 01 01 5 0014: 4+6+35+10+44 = 99, 99 mod 11 = 0.
@pytest.mark.parametrize(("first_eleven", "expected"), [("85051530000", 6), ("00010150014", 0)])
def test_the_control_digit_of_the_first_weights(first_eleven: str, expected: int) -> None:
    assert control_digit(first_eleven) == expected


def test_a_remainder_of_ten_is_weighed_a_second_time() -> None:
    # 05 01 01 6 0080 first: 10+4+6+42+80 = 142, 142 mod 11 = 10; then: 20+6+8+54+8 = 96, 96 mod 11 = 8.
    assert control_digit("05010160080") == 8


def test_numbers_without_a_control_digit_exist_and_are_invalid() -> None:
    without = [first for first in (f"0501016{serial:04}" for serial in range(10_000)) if control_digit(first) is None]
    assert without
    for first_eleven in without[:20]:
        for last in "0123456789":
            assert check_iin(first_eleven + last) == [IinProblem.WRONG_CONTROL_DIGIT]


@given(valid_iins())
def test_a_valid_number_tells_birth_date_and_sex(made: tuple[str, date, str]) -> None:
    iin, birth_date, sex = made
    assert check_iin(iin, birth_date, sex) == []
    assert read_iin(iin) == IinFacts(birth_date, "male" if sex == "male" else "female")


def is_weighed_once(iin: str) -> bool:
    return sum(place * int(digit) for place, digit in enumerate(iin[:11], start=1)) % 11 != 10


@given(valid_iins(), st.sampled_from([*range(10), 11]), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_is_noticed(made: tuple[str, date, str], position: int, shift: int) -> None:
    iin = made[0]
    wrong = iin[:position] + str((int(iin[position]) + shift) % 10) + iin[position + 1 :]
    # The algorithm has two gaps: the eleventh digit weighs eleven, which is nothing modulo 11, and a slip may
    # lead from the first weights to the second.
    assume(is_weighed_once(iin) and is_weighed_once(wrong))
    assert IinProblem.WRONG_CONTROL_DIGIT in check_iin(wrong)


@given(valid_iins(), DATES)
def test_another_birth_date_is_a_disagreement(made: tuple[str, date, str], other: date) -> None:
    iin, birth_date, _ = made
    assert (IinProblem.BIRTH_DATE_DIFFERS in check_iin(iin, other)) == (other != birth_date)


@given(valid_iins())
def test_the_other_sex_is_a_disagreement_and_unknown_is_not(made: tuple[str, date, str]) -> None:
    iin, _, sex = made
    assert check_iin(iin, None, "female" if sex == "male" else "male") == [IinProblem.SEX_DIFFERS]
    assert check_iin(iin, None, "unknown") == []
    assert check_iin(iin, None, None) == []


def with_control(first_eleven: str) -> str:
    return f"{first_eleven}{control_digit(first_eleven)}"


def test_a_seventh_digit_of_zero_is_valid_and_tells_nothing() -> None:
    iin = with_control("12022900001")
    assert read_iin(iin) == IinFacts(None, None)
    # 29 February exists in 1812 and 2012, so the date fits one of the centuries.
    assert check_iin(iin, date(2012, 2, 29), "female") == []
    assert check_iin(iin, date(2012, 2, 28), "male") == [IinProblem.BIRTH_DATE_DIFFERS]


@pytest.mark.parametrize("seventh", ["7", "8", "9"])
def test_a_seventh_digit_without_a_meaning_is_refused(seventh: str) -> None:
    assert check_iin(with_control(f"120228{seventh}0001")) == [IinProblem.UNKNOWN_CENTURY_DIGIT]


@pytest.mark.parametrize("first_eleven", ["11022950001", "12133150001", "12000150001", "12010050001", "00022930001"])
def test_an_impossible_date_is_refused(first_eleven: str) -> None:
    assert check_iin(with_control(first_eleven)) == [IinProblem.IMPOSSIBLE_DATE]


def test_the_number_of_an_enterprise_is_no_iin() -> None:
    # A BIN has 4, 5 or 6 in the fifth place, where a day has 0 to 3.
    assert check_iin(with_control("12014000001")) == [IinProblem.IMPOSSIBLE_DATE]


@pytest.mark.parametrize(
    "iin",
    ["", "85051530000", "8505153000066", "85051530000a", "850515 300006", "８50515300006", "850515300006\n"],
)
def test_anything_but_twelve_ascii_digits_has_the_wrong_form(iin: str) -> None:
    assert check_iin(iin, date(1985, 5, 15), "male") == [IinProblem.WRONG_FORM]
    assert mask_iin(iin) == "•" * 12


def test_the_error_names_the_problems_and_never_the_number() -> None:
    with pytest.raises(InvalidIinError, match="wrong_control_digit") as caught:
        read_iin("850515300007")
    assert caught.value.problems == (IinProblem.WRONG_CONTROL_DIGIT,)
    assert "8505" not in str(caught.value)


@given(st.text(max_size=20))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert check_iin(text) or mask_iin(text).endswith(text[-2:])


@given(valid_iins())
def test_a_mask_hides_birth_date_century_and_sex(made: tuple[str, date, str]) -> None:
    iin = made[0]
    assert mask_iin(iin) == "•" * 10 + iin[10:]


def test_the_factory_makes_distinct_valid_numbers() -> None:
    made = list(iins(date(2012, 3, 4), "female"))
    assert len(set(made)) == len(made) > 9_800
    assert all(check_iin(iin, date(2012, 3, 4), "female") == [] for iin in made)
