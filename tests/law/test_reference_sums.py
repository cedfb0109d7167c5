"""The reference itself against the sums that the notes print (A1, A4, A11): it is plain, so it can be plainly wrong."""

import math
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.law.reference.catalogue import REFERENCE

Facts = dict[str, Any]


def children(*births: date, **facts: object) -> list[Facts]:
    plain = {
        "role": "child", "sex": "female", "lives_with_family": True, "full_time_student": False,
        "counted_in_birth_order": True, "birth_grant_paid": False, "incomes": [], "disability_group": "none",
    }  # fmt: skip
    return [plain | {"birth_date": born} | facts for born in births]


def many(count: int, on: date) -> Facts:
    return {"members": children(*[date(on.year - 10, 1, 1)] * count), "registered_at_one_address": True}


# Children, the day, and the sum that the notes print; of two printed sums the one that the paying body printed.
MULTI_CHILD = [
    (4, date(2020, 1, 1), 42_496),
    (5, date(2020, 3, 31), 53_127),
    (7, date(2020, 3, 31), 74_388),
    (4, date(2020, 4, 1), 44_532),
    (8, date(2020, 4, 1), 88_896),
    (7, date(2021, 6, 1), 81_852),
    (6, date(2022, 3, 31), 73_666),
    (8, date(2022, 4, 1), 101_760),
    (4, date(2024, 5, 1), 59_183),
    (5, date(2025, 5, 1), 78_798),
    (3, date(2025, 5, 1), 0),
]


@pytest.mark.parametrize(("count", "on", "printed"), MULTI_CHILD)
def test_the_sums_of_many_children(count: int, on: date, printed: int) -> None:
    found = REFERENCE["multi_child_benefit"](many(count, on), on)
    assert (found.amount, found.entitled) == (printed, printed > 0)


@pytest.mark.parametrize(("older", "printed"), [(0, 95_950), (2, 95_950), (3, 159_075)])
def test_the_grant_of_2019_by_order_of_the_child(older: int, printed: int) -> None:
    family = {"residence": "citizen", "members": children(*[date(2010, 1, 1)] * older, date(2019, 5, 5))}
    assert REFERENCE["birth_grant"](family, date(2019, 6, 1)).amount == printed


@pytest.mark.parametrize(
    ("order", "on", "printed"),
    [(1, date(2025, 5, 1), 22_649), (2, date(2022, 3, 31), 20_860), (3, date(2025, 5, 1), 30_867)],
)
def test_the_care_benefit_is_rounded_up_where_the_press_rounds_to_the_nearest(
    order: int, on: date, printed: int
) -> None:
    births = [*[date(2010, 1, 1)] * (order - 1), date(on.year, 1, 1)]
    family = {"carer_insured": False, "members": children(*births)}
    assert REFERENCE["child_care_benefit"](family, on).amount == printed


def poor(income: int, **facts: object) -> Facts:
    wage = {"kind": "wage", "received_in": date(2025, 2, 1), "received": income, "counts_by_decision": False}
    family: Facts = {
        "poverty_line": 32_360, "commission_found_no_need": False, "inspection_refused": False,
        "employment_measures_refused": False, "social_contract_broken": False, "false_data_found": False,
        "members": children(date(2022, 5, 10)) + children(date(2012, 1, 1)),
    }  # fmt: skip
    family["members"][1]["incomes"] = [wage]
    return family | facts


def test_the_supplement_for_a_small_child_at_the_line() -> None:
    at_the_line = 32_360 * 2 * 3
    on = date(2025, 5, 10)
    assert REFERENCE["targeted_social_assistance"](poor(at_the_line), on).amount == 5_898
    assert REFERENCE["targeted_social_assistance"](poor(at_the_line + 1), on).amount == 0
    assert REFERENCE["targeted_social_assistance"](poor(at_the_line - 1), on).amount == 5_899


def person(age: int, on: date, **facts: object) -> list[Facts]:
    plain = {
        "pension_age_reached": False,
        "disability_cause": "general_illness",
        "disability_benefit_sum_by_decision": 1,
    }
    return children(date(on.year - age, 1, 1), **(plain | facts))


# The Astana department in March 2026; of adults the ministry.
DISABILITY = [
    (3, "child_under_7", 81_871),
    (10, "group_1", 111_873),
    (10, "group_2", 93_058),
    (10, "group_3", 81_871),
    (30, "group_1", 111_873),
    (30, "group_3", 61_022),
    (10, "child_under_16", 0),
    (30, "none", 0),
]


@pytest.mark.parametrize(("age", "group", "printed"), DISABILITY)
def test_the_sums_of_disability_in_2026(age: int, group: str, printed: int) -> None:
    on = date(2026, 3, 1)
    found = REFERENCE["disability_benefit"]({"members": person(age, on, disability_group=group)}, on)
    assert (found.amount, found.entitled) == (printed, printed > 0)


@pytest.mark.parametrize(
    ("on", "printed"), [(date(2018, 6, 1), 29_699), (date(2021, 6, 1), 48_023), (date(2026, 3, 1), 81_871)]
)
def test_the_sums_for_raising_a_child_with_disability(on: date, printed: int) -> None:
    family = {"members": person(10, on, disability_group="group_2")}
    assert REFERENCE["disabled_child_carer_benefit"](family, on).amount == printed


def test_the_sum_of_an_orphan_and_of_dependants_in_2026() -> None:
    on = date(2026, 3, 1)
    lost = {
        "relation_to_breadwinner": "child", "full_orphan": False, "raises_breadwinner_child": False,
        "no_other_means": False,
    }  # fmt: skip
    orphan = {"breadwinner_lost": True, "members": person(10, on, **(lost | {"full_orphan": True}))}
    assert REFERENCE["survivor_state_benefit"](orphan, on).amount == 78_311
    for count, coefficient in ((1, "0.92"), (2, "1.7"), (3, "2.25"), (4, "2.6"), (5, "2.75"), (6, "3"), (9, "3")):
        left = {"breadwinner_lost": True, "members": person(10, on, **lost) * count}
        assert REFERENCE["survivor_state_benefit"](left, on).amount == math.ceil(Fraction(coefficient) * 50_851)


@pytest.mark.parametrize(
    ("award", "printed"), [("altyn_alka", 29_097), ("maternal_glory_2", 29_097), ("kumis_alka", 25_165)]
)
def test_the_sums_of_awarded_mothers_in_2025(award: str, printed: int) -> None:
    on = date(2025, 8, 20)
    assert REFERENCE["awarded_mother_benefit"]({"members": person(60, on, mother_award=award)}, on).amount == printed


@pytest.mark.parametrize(("leave", "days"), [("normal", 126), ("complicated", 140), ("nuclear_zone", 170)])
def test_the_payment_at_birth_is_the_average_income_for_the_days_less_a_tenth(leave: str, days: int) -> None:
    on = date(2025, 8, 20)
    mother = person(30, on, maternity_leave=leave, socially_insured=True, insured_income_before_leave=2_400_000)
    assert REFERENCE["maternity_payment"]({"members": mother}, on).amount == 200_000 * days * 9 // 300
