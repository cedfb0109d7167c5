"""Payments for children placed in families: notes A4, and lines 1197 to 1203 of the Concept for children."""

from collections.abc import Callable, Mapping
from datetime import date

from tests.law.reference.days import under
from tests.law.reference.figures import mrp, only_between
from tests.law.reference.outcome import Facts, NoLawError, Outcome, whole_tenge

PROFESSIONAL_FROM = date(2025, 7, 1)
# What the Concept tells of the other forms is told of 2026.
TOLD_FROM = date(2026, 1, 1)


def placed(family: Facts, on: date, *forms: str) -> list[Facts]:
    """The minors who are placed in one of the forms."""
    return [
        member
        for member in family["members"]
        if member["role"] == "child" and member["placement_form"] in forms and under(member["birth_date"], 18, on)
    ]


def guardian_allowance(family: Facts, on: date) -> Outcome:
    """10 MRP for each child under guardianship or trusteeship."""
    only_between(date(2019, 1, 1), on)
    children = placed(family, on, "guardianship", "trusteeship")
    return Outcome(bool(children), len(children) * whole_tenge(mrp("10", on)))


def child_maintenance(family: Facts, on: date) -> Outcome:
    """10 MRP for each child of the three other forms; before 2026 it was seen of the professional form alone."""
    only_between(PROFESSIONAL_FROM, on)
    if on < TOLD_FROM and placed(family, on, "patronage", "foster_family"):
        raise NoLawError
    children = placed(family, on, "patronage", "foster_family", "professional_foster_family")
    return Outcome(bool(children), len(children) * whole_tenge(mrp("10", on)))


def pay_of_adults(family: Facts, on: date, form: str, coefficient: str) -> Outcome:
    """So much for each adult who raises children in a form, as long as one is placed."""
    adults = [one for one in family["members"] if one["role"] != "child" and one["placement_form"] == form]
    if not adults or not placed(family, on, form):
        return Outcome(entitled=False, amount=0)
    return Outcome(entitled=True, amount=len(adults) * whole_tenge(mrp(coefficient, on)))


def patronage_salary(family: Facts, on: date) -> Outcome:
    only_between(TOLD_FROM, on)
    return pay_of_adults(family, on, "patronage", "35")


def foster_pay(family: Facts, on: date) -> Outcome:
    """35 MRP "for each", taken as each parent."""
    only_between(TOLD_FROM, on)
    return pay_of_adults(family, on, "foster_family", "35")


def professional_foster_pay(family: Facts, on: date) -> Outcome:
    """75 MRP by the press (the Concept prints 70)."""
    only_between(PROFESSIONAL_FROM, on)
    return pay_of_adults(family, on, "professional_foster_family", "75")


def family_placement_priority(family: Facts, on: date) -> Outcome:
    only_between(TOLD_FROM, on)
    return Outcome(family["candidate_is_relative"] or family["candidates_are_married"])


PLACEMENT: Mapping[str, Callable[[Facts, date], Outcome]] = {
    "child_maintenance": child_maintenance,
    "family_placement_priority": family_placement_priority,
    "foster_pay": foster_pay,
    "guardian_allowance": guardian_allowance,
    "patronage_salary": patronage_salary,
    "professional_foster_pay": professional_foster_pay,
}
