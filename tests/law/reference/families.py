"""Benefits for families with children, notes A4."""

from datetime import date
from typing import Any

from tests.law.reference.days import months_after, under
from tests.law.reference.figures import mrp, only_between
from tests.law.reference.outcome import Facts, Outcome, whole_tenge


def multi_child_benefit(family: Facts, on: date) -> Outcome:
    """Monthly since 2020, whatever the income: 16.03, 20.04, 24.05 and 28.06 MRP for four to seven children.

    From eight children on it is 4 MRP for each of all the children (trap 4). Children are those who live with the
    family and are minors, or study full time and are not yet 23 (trap 5). The MRP is the one of the month paid for.
    """
    only_between(date(2020, 1, 1), on)
    children = 0
    for member in family["members"]:
        if member["role"] == "child" and member["lives_with_family"]:
            minor = under(member["birth_date"], 18, on)
            student = member["full_time_student"] and under(member["birth_date"], 23, on)
            if minor or student:
                children += 1
    if children < 4:
        return Outcome(entitled=False, amount=0)
    sizes = {4: "16.03", 5: "20.04", 6: "24.05", 7: "28.06"}
    coefficient = sizes.get(children, str(4 * children))
    return Outcome(entitled=True, amount=whole_tenge(mrp(coefficient, on)))


def order_of_child(family: Facts, child: Any) -> int:
    """Which child of the family it is: 1 for the first. Of twins the one named first comes first.

    Counted are the living, adopted, step children and those under guardianship whom no other family counts.
    """
    members = list(family["members"])
    here = next(place for place, member in enumerate(members) if member is child)
    before = 0
    for place, member in enumerate(members):
        counted = member["role"] == "child" and member["counted_in_birth_order"]
        earlier = (member["birth_date"], place) < (child["birth_date"], here)
        if place != here and counted and earlier:
            before += 1
    return before + 1


def birth_grant(family: Facts, on: date) -> Outcome:
    """Once for each child: 38 MRP for the first to third, 63 MRP from the fourth on.

    For citizens, kandas and foreigners who live here permanently. To be claimed within twelve months of the birth,
    the last day included. The MRP is the one of the day of birth (trap 6).
    """
    only_between(date(2019, 1, 1), on)
    may_live_here = family["residence"] in ("citizen", "kandas", "permanent_resident")
    amount, entitled = 0, False
    for member in family["members"]:
        in_time = on <= months_after(member["birth_date"], 12)
        if member["role"] == "child" and not member["birth_grant_paid"] and may_live_here and in_time:
            entitled = True
            coefficient = "63" if order_of_child(family, member) >= 4 else "38"
            amount += whole_tenge(mrp(coefficient, member["birth_date"]))
    return Outcome(entitled, amount)


def child_care_benefit(family: Facts, on: date) -> Outcome:
    """Monthly for the care of a small child by somebody who is not in the mandatory social insurance.

    Until the child is one year old, since 2023 one and a half. 5.76, 6.81, 7.85 MRP for the first three children,
    8.90 for every later one; two such children bring two sums.
    """
    only_between(date(2019, 1, 1), on)
    months = 12 if on < date(2023, 1, 1) else 18
    small = [
        member
        for member in family["members"]
        if member["role"] == "child" and member["lives_with_family"] and on < months_after(member["birth_date"], months)
    ]
    if family["carer_insured"] or not small:
        return Outcome(entitled=False, amount=0)
    amount = 0
    for child in small:
        coefficient = {1: "5.76", 2: "6.81", 3: "7.85"}.get(order_of_child(family, child), "8.90")
        amount += whole_tenge(mrp(coefficient, on))
    return Outcome(entitled=True, amount=amount)
