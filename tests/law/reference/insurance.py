"""Payments of the State Social Insurance Fund, notes A6."""

from datetime import date
from fractions import Fraction

from tests.law.reference.days import months_after
from tests.law.reference.families import care_sum
from tests.law.reference.figures import only_between
from tests.law.reference.outcome import Facts, Outcome, whole_tenge

DAYS = {"normal": 126, "complicated": 140, "nuclear_zone": 170}


def maternity_payment(family: Facts, on: date) -> Outcome:
    """Once: the average income of twelve months for the days of the leave, in months of thirty, less a tenth."""
    only_between(date(2023, 7, 1), on)
    amount, entitled = 0, False
    for member in family["members"]:
        if member["maternity_leave"] != "none" and member["socially_insured"]:
            entitled = True
            months = Fraction(DAYS[member["maternity_leave"]], 30)
            income = Fraction(member["insured_income_before_leave"]) / 12
            amount += whole_tenge(income * months * Fraction(9, 10))
    return Outcome(entitled, amount)


def child_care_payment(family: Facts, on: date) -> Outcome:
    """Monthly to a year and a half: 40 % of the average income of 24 months, not below the state benefit."""
    only_between(date(2023, 7, 1), on)
    small = [
        member
        for member in family["members"]
        if member["role"] == "child" and member["lives_with_family"] and on < months_after(member["birth_date"], 18)
    ]
    if not family["carer_insured"] or not small:
        return Outcome(entitled=False, amount=0)
    share = whole_tenge(Fraction(family["carer_insured_income"]) / 24 * Fraction(40, 100))
    return Outcome(entitled=True, amount=sum(max(share, care_sum(family, child, on)) for child in small))
