"""Payments and priorities of those who take a child into the family, notes A4 and the Concept of 2026-2030.

The Concept's lines 1197 to 1209: an allowance for the child of 10 MRP in each form of placement; a salary of 35 MRP for
the patronage educator, 35 MRP for each foster parent; since 1 July 2025 the professional foster family, with 10 MRP
for each child and pay for the service. Of 70 MRP (the Concept) and 75 MRP (two pages) the second is taken.
"""

from datetime import date
from typing import Any

from tests.law.reference.days import under
from tests.law.reference.figures import mrp, only_between
from tests.law.reference.outcome import Facts, NoLawError, Outcome, whole_tenge

PROFESSIONAL_FORM = date(2025, 7, 1)
CONCEPT = date(2026, 1, 1)


def placed(family: Facts, *forms: str, on: date) -> list[Any]:
    """The children under 18 who were placed in the family in one of the forms."""
    return [
        member
        for member in family["members"]
        if member["role"] == "child" and member["placement_form"] in forms and under(member["birth_date"], 18, on)
    ]


def guardian_allowance(family: Facts, on: date) -> Outcome:
    """10 MRP a month for each child under guardianship or trusteeship; so since the decree of 2012."""
    only_between(date(2019, 1, 1), on)
    children = placed(family, "guardianship", "trusteeship", on=on)
    return Outcome(bool(children), len(children) * whole_tenge(mrp("10", on)))


def child_maintenance(family: Facts, on: date) -> Outcome:
    """10 MRP a month for each child in the other forms; in patronage and a foster family seen for 2026 only."""
    only_between(PROFESSIONAL_FORM, on)
    children = placed(family, "patronage", "foster_family", "professional_foster_family", on=on)
    if on < CONCEPT and any(child["placement_form"] != "professional_foster_family" for child in children):
        raise NoLawError
    return Outcome(bool(children), len(children) * whole_tenge(mrp("10", on)))


def pay(family: Facts, form: str, coefficient: str, on: date) -> Outcome:
    """Pay for each adult who raises children in the form, as long as a child is placed with them."""
    adults = [member for member in family["members"] if member["role"] != "child" and member["placement_form"] == form]
    if not adults or not placed(family, form, on=on):
        return Outcome(entitled=False, amount=0)
    return Outcome(entitled=True, amount=len(adults) * whole_tenge(mrp(coefficient, on)))


def patronage_salary(family: Facts, on: date) -> Outcome:
    only_between(CONCEPT, on)
    return pay(family, "patronage", "35", on)


def foster_pay(family: Facts, on: date) -> Outcome:
    only_between(CONCEPT, on)
    return pay(family, "foster_family", "35", on)


def professional_foster_pay(family: Facts, on: date) -> Outcome:
    only_between(PROFESSIONAL_FORM, on)
    return pay(family, "professional_foster_family", "75", on)


def family_placement_priority(family: Facts, on: date) -> Outcome:
    """Relatives of the child; since 2025, on a day that was not seen, married couples."""
    only_between(CONCEPT, on)
    return Outcome(bool(family["candidate_is_relative"] or family["candidates_are_married"]))
