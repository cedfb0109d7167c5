"""Targeted social assistance, notes A2 and A3."""

from datetime import date
from fractions import Fraction

from tests.law.reference.days import months_after, quarter, quarter_before
from tests.law.reference.figures import mrp, only_between
from tests.law.reference.outcome import Facts, Outcome, whole_tenge

# Which kinds of income count. Of loans and of every other kind an officer decides.
COUNTED = ("wage", "multi_child_benefit", "child_care_benefit")
NOT_COUNTED = ("asp", "housing_assistance", "burial_benefit", "child_disability_benefit", "child_special_state_benefit")


def counts(income: Facts, on: date) -> bool:
    """Whether an income belongs to the aggregate income of the quarter before the quarter of application."""
    if quarter(income["received_in"]) != quarter_before(on):
        return False
    if income["kind"] in COUNTED:
        return True
    return income["kind"] not in NOT_COUNTED and bool(income["counts_by_decision"])


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


def barred(family: Facts, on: date) -> bool:
    """For six months after a refusal of employment measures, or after a contract broken by fault (article 128)."""
    for event in ("employment_measures_refused", "social_contract_broken"):
        if family[event] and on < months_after(family[f"{event}_on"], 6):
            return True
    return False


def targeted_social_assistance(family: Facts, on: date) -> Outcome:
    """The difference to the poverty line for every member, and 1.5 MRP for each child of one to six years.

    Entitled is who does not exceed the line. The sum is known from 2024 on: when the supplement replaced the package
    in kind was not seen.
    """
    only_between(date(2024, 1, 1), on)
    income = per_capita_income(family, on)
    refused = family["inspection_refused"] or family["commission_found_no_need"] or barred(family, on)
    if income > family["poverty_line"] or refused:
        return Outcome(entitled=False, amount=0)
    amount = whole_tenge((family["poverty_line"] - income) * household(family))
    for member in family["members"]:
        if member["role"] == "child" and member["lives_with_family"]:
            born = member["birth_date"]
            if months_after(born, 12) <= on < months_after(born, 84):
                amount += whole_tenge(mrp("1.5", on))
    return Outcome(entitled=True, amount=amount)
