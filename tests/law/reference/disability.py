"""Benefits for disability and for those who care, notes A4 and A5."""

from datetime import date
from typing import Any

from tests.law.reference.days import under
from tests.law.reference.figures import minimums, only_between
from tests.law.reference.outcome import Facts, NoLawError, Outcome, whole_tenge

RAISE = date(2023, 7, 1)
GROUPS = ("group_1", "group_2", "group_3")


def carer_size(on: date) -> str:
    """1.05 subsistence minimums until mid 2019, 1.40 until mid 2023, 1.61 since."""
    if on < date(2019, 7, 1):
        return "1.05"
    return "1.40" if on < RAISE else "1.61"


def disabled_child_carer_benefit(family: Facts, on: date) -> Outcome:
    """Monthly for each child with disability under 18 who lives with the family."""
    only_between(date(2018, 1, 1), on)
    children = [
        member
        for member in family["members"]
        if member["role"] == "child"
        and member["lives_with_family"]
        and member["disability_group"] != "none"
        and under(member["birth_date"], 18, on)
    ]
    return Outcome(bool(children), len(children) * whole_tenge(minimums(carer_size(on), on)))


def group1_carer_benefit(family: Facts, on: date) -> Outcome:
    """Monthly for everybody whom an officer recognised as the carer of a person of group I."""
    only_between(date(2019, 1, 1), on)
    carers = sum(1 for member in family["members"] if member["group1_care_recognised"])
    return Outcome(carers > 0, carers * whole_tenge(minimums(carer_size(on), on)))


def child_size(group: str, on: date) -> str:
    """From 7 to 18 by group; the plan of 2021 is all that was seen before mid 2023."""
    if on.year == 2021:
        return {"group_1": "1.92", "group_2": "1.59", "group_3": "1.40"}[group]
    if on < RAISE:
        raise NoLawError
    return {"group_1": "2.2", "group_2": "1.83", "group_3": "1.61"}[group]


def adult_size(group: str, on: date) -> str:
    """General illness; the sums of early 2023 are the oldest that were seen."""
    if on.year < 2023:
        raise NoLawError
    if on < RAISE:
        return {"group_1": "1.92", "group_2": "1.53", "group_3": "1.04"}[group]
    return {"group_1": "2.2", "group_2": "1.76", "group_3": "1.2"}[group]


def disability_sum(member: Any, on: date) -> int:
    """What one person gets; an adult disabled since childhood has the size of a child of 7 to 18 (since mid 2023)."""
    if under(member["birth_date"], 7, on):
        if on < RAISE:
            raise NoLawError
        return whole_tenge(minimums("1.61", on))
    group = member["disability_group"]
    if under(member["birth_date"], 18, on):
        return whole_tenge(minimums(child_size(group, on), on))
    if member["disability_cause"] == "general_illness":
        return whole_tenge(minimums(adult_size(group, on), on))
    if member["disability_cause"] == "childhood" and on >= RAISE:
        return whole_tenge(minimums(child_size(group, on), on))
    return int(member["disability_benefit_sum_by_decision"])


def disability_benefit(family: Facts, on: date) -> Outcome:
    """Monthly: under 7 with any disability, from 7 on with a group, as an adult until the pension age."""
    only_between(date(2021, 1, 1), on)
    entitled = []
    for member in family["members"]:
        born, group = member["birth_date"], member["disability_group"]
        if group == "none":
            continue
        in_time = under(born, 18, on) or not member["pension_age_reached"]
        if under(born, 7, on) or (group in GROUPS and in_time):
            entitled.append(member)
    return Outcome(bool(entitled), sum(disability_sum(member, on) for member in entitled))
