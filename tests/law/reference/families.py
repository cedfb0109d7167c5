"""Benefits for families with children, notes A4."""

from datetime import date
from typing import Any

from tests.law.reference.days import months_after, under
from tests.law.reference.figures import mrp, only_between
from tests.law.reference.outcome import Facts, NoLawError, Outcome, whole_tenge


def multi_child_benefit(family: Facts, on: date) -> Outcome:
    """Monthly since 2020, whatever the income: 16.03, 20.04, 24.05 and 28.06 MRP for four to seven children.

    From eight children on it is 4 MRP for each of all the children (trap 4). Children are those who live with the
    family and are minors, or study full time and are not yet 23 (trap 5). In 2020 all members had to be registered at
    one address. The MRP is the one of the month paid for.
    """
    only_between(date(2020, 1, 1), on)
    children = 0
    for member in family["members"]:
        if member["role"] == "child" and member["lives_with_family"]:
            minor = under(member["birth_date"], 18, on)
            student = member["full_time_student"] and under(member["birth_date"], 23, on)
            if minor or student:
                children += 1
    if children < 4 or (on.year == 2020 and not family["registered_at_one_address"]):
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
            only_between(date(2019, 1, 1), member["birth_date"])
            coefficient = "63" if order_of_child(family, member) >= 4 else "38"
            amount += whole_tenge(mrp(coefficient, member["birth_date"]))
    return Outcome(entitled, amount)


def small_enough(born: date, on: date) -> bool:
    """Until the child is one year old, since 2023 one and a half.

    The longer term was for children who had not reached one year before 1 January 2023 (informburo.kz; elana.kz).
    """
    if on < date(2023, 1, 1):
        return on < months_after(born, 12)
    return on < months_after(born, 18) and months_after(born, 12) >= date(2023, 1, 1)


def care_sum(family: Facts, child: Any, on: date) -> int:
    """5.76, 6.81, 7.85 MRP for the first three children, 8.90 for every later one; of 2018 two sizes were seen."""
    order = min(order_of_child(family, child), 4)
    if on.year == 2018 and order not in {2, 3}:
        raise NoLawError
    return whole_tenge(mrp({1: "5.76", 2: "6.81", 3: "7.85", 4: "8.90"}[order], on))


def child_care_benefit(family: Facts, on: date) -> Outcome:
    """Monthly for the care of a small child by somebody who is not in the mandatory social insurance.

    Two such children bring two sums.
    """
    only_between(date(2018, 1, 1), on)
    small = [
        member
        for member in family["members"]
        if member["role"] == "child" and member["lives_with_family"] and small_enough(member["birth_date"], on)
    ]
    if family["carer_insured"] or not small:
        return Outcome(entitled=False, amount=0)
    return Outcome(entitled=True, amount=sum(care_sum(family, child, on) for child in small))
