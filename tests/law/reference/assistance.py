"""Targeted social assistance, notes A2 and A3."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from tests.law.reference.days import months_after, quarter, quarter_before, under
from tests.law.reference.figures import mrp, only_between
from tests.law.reference.housing import housing_assistance
from tests.law.reference.outcome import Facts, NoLawError, Outcome, whole_tenge

CODE = date(2023, 7, 1)
NOT_COUNTED = ("asp", "housing_assistance", "burial_benefit", "child_disability_benefit", "child_special_state_benefit")


def by_list(kind: str, on: date) -> bool | None:
    """Whether the list of the day of application counts a kind of income; None where no list was seen to say."""
    if kind == "wage":
        return True
    if kind in NOT_COUNTED:
        return False if on >= date(2019, 1, 1) else None
    if kind == "multi_child_benefit":  # trap 3
        return None if on < date(2019, 4, 1) else on >= date(2020, 1, 1)
    if kind == "child_care_benefit":
        return True if on >= date(2021, 1, 1) else None
    return None


def counts(income: Facts, on: date) -> bool:
    """Whether an income belongs to the aggregate income of the quarter before the quarter of application."""
    if quarter(income["received_in"]) != quarter_before(on):
        return False
    listed = by_list(income["kind"], on)
    return bool(income["counts_by_decision"]) if listed is None else listed


def household(family: Facts) -> int:
    """The members of the family are those who live together; a family has at least one member."""
    return max(1, sum(1 for member in family["members"] if member["lives_with_family"]))


def per_capita_income(family: Facts, on: date) -> Fraction:
    """Income of the quarter before, by the members of the family, by three months (article 127(2)); never rounded."""
    total = Fraction(0)
    for member in family["members"]:
        if member["lives_with_family"]:
            total += sum(Fraction(income["received"]) for income in member["incomes"] if counts(income, on))
    return total / household(family) / 3


def line(family: Facts, on: date) -> Fraction:
    """The line of the quarter: one for the country in 2019, Almaty's of the second quarter of 2020, else the stated."""
    if on.year == 2019:
        return Fraction(14849 if on < date(2019, 4, 1) else 20789)
    if quarter(on) == (2020, 2) and family["region"] == "almaty_city":
        return Fraction(23513)
    return Fraction(family["poverty_line"])


def barred(family: Facts, on: date) -> bool:
    """For six months after a refusal of employment measures, or after a contract broken by fault (article 128)."""
    for event in ("employment_measures_refused", "social_contract_broken"):
        if family[event] and on < months_after(family[f"{event}_on"], 6):
            return True
    return False


def refused(family: Facts, on: date) -> bool:
    """The grounds of article 128 beside the income; before the Code what an officer finds in the earlier law."""
    if on < CODE:
        return bool(family["refused_by_earlier_law"])
    found = family["inspection_refused"] or family["commission_found_no_need"] or family["false_data_found"]
    return bool(found) or barred(family, on)


def entitled(family: Facts, on: date) -> bool:
    """Entitled is who does not exceed the line and is not refused on another ground."""
    return per_capita_income(family, on) <= line(family, on) and not refused(family, on)


def small_children(family: Facts, on: date) -> int:
    """The children of one to six years who live with the family."""
    found = 0
    for member in family["members"]:
        if member["role"] == "child" and member["lives_with_family"]:
            born = member["birth_date"]
            found += months_after(born, 12) <= on < months_after(born, 84)
    return found


def difference(family: Facts, on: date) -> int:
    """The difference to the line for every member; from April to December 2019 a flat 20 789 for each child."""
    gap = line(family, on) - per_capita_income(family, on)
    if not date(2019, 4, 1) <= on < date(2020, 1, 1):
        return whole_tenge(gap * household(family))
    children = sum(
        1
        for member in family["members"]
        if member["role"] == "child" and member["lives_with_family"] and under(member["birth_date"], 18, on)
    )
    return whole_tenge(20789 * children + gap * (household(family) - children))


def targeted_social_assistance(family: Facts, on: date) -> Outcome:
    """The difference to the line, and 1.5 MRP for each child of one to six years.

    The supplement took the place of the package in kind some time in 2023: for that year a person says whether it
    had. It has the MRP of the quarter of application.
    """
    only_between(date(2018, 1, 1), on)
    if not entitled(family, on):
        return Outcome(entitled=False, amount=0)
    amount = difference(family, on)
    if on.year > 2023 or (on.year == 2023 and family["supplement_replaced_package"]):
        amount += small_children(family, on) * whole_tenge(mrp("1.5", on))
    return Outcome(entitled=True, amount=amount)


def guaranteed_social_package(family: Facts, on: date) -> Outcome:
    """A set in kind for children of one to six years, from 2020 to, as far as was seen, November 2022."""
    if not date(2020, 1, 1) <= on <= date(2022, 11, 30):
        raise NoLawError
    return Outcome(entitled(family, on) and small_children(family, on) > 0)


def unconditional(family: Facts, on: date) -> bool:
    """A lone old, disabled or long ill person; no able-bodied member; the only able-bodied one cares for somebody."""
    living = [member for member in family["members"] if member["lives_with_family"]]
    able = [member for member in living if member["able_bodied"]]
    if not able:
        return True
    if len(living) == 1:
        person = living[0]
        old_or_disabled = person["pension_age_reached"] or person["disability_group"] in ("group_1", "group_2")
        if old_or_disabled or (person["ill"] and on > months_after(person["ill_since"], 2)):
            return True
    if len(able) > 1 or able[0]["cares_for"] == "nobody":
        return False
    if able[0]["cares_for"] != "child":
        return True
    return any(member["role"] == "child" and under(member["birth_date"], 3, on) for member in living)


def asp_unconditional(family: Facts, on: date) -> Outcome:
    only_between(CODE, on)
    return Outcome(entitled(family, on) and unconditional(family, on))


def asp_conditional(family: Facts, on: date) -> Outcome:
    only_between(CODE, on)
    return Outcome(entitled(family, on) and not unconditional(family, on))


def asp_contract_due(family: Facts, on: date) -> Outcome:
    """Conditional assistance obliges to a social contract (article 122)."""
    return Outcome(asp_conditional(family, on).entitled and not family["social_contract_concluded"])


def asp_property_sign(family: Facts, on: date) -> Outcome:
    """Machinery, buses, lorries, special vehicles, vessels and aircraft in working order (article 125)."""
    only_between(CODE, on)
    return Outcome(any(thing["property_kind"] != "other" and thing["in_working_order"] for thing in family["property"]))


ASSISTANCE: Mapping[str, Callable[[Facts, date], Outcome]] = {
    "asp_conditional": asp_conditional,
    "asp_contract_due": asp_contract_due,
    "asp_property_sign": asp_property_sign,
    "asp_unconditional": asp_unconditional,
    "guaranteed_social_package": guaranteed_social_package,
    "housing_assistance": housing_assistance,
    "targeted_social_assistance": targeted_social_assistance,
}
