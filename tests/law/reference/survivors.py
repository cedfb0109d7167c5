"""The state benefit for the loss of the breadwinner, notes A5."""

from datetime import date
from typing import Any

from tests.law.reference.days import under
from tests.law.reference.figures import minimums, only_between
from tests.law.reference.outcome import Facts, Outcome, whole_tenge

YOUNG = ("child", "sibling", "grandchild")
SHARED = {1: "0.92", 2: "1.7", 3: "2.25", 4: "2.6", 5: "2.75", 6: "3"}


def young_dependant(member: Any, on: date) -> bool:
    """Children, siblings and grandchildren who are minors, or study and are not yet 23."""
    if member["relation_to_breadwinner"] not in YOUNG:
        return False
    return under(member["birth_date"], 18, on) or (member["full_time_student"] and under(member["birth_date"], 23, on))


def older_dependant(member: Any, *, small_child_left: bool) -> bool:
    """By age a parent, the spouse, or a grandparent without means; by care whoever raises a child under 8."""
    relation = member["relation_to_breadwinner"]
    if member["pension_age_reached"] and relation in ("parent", "spouse"):
        return True
    if member["pension_age_reached"] and relation == "grandparent" and member["no_other_means"]:
        return True
    return relation != "none" and member["raises_breadwinner_child"] and small_child_left


def survivor_state_benefit(family: Facts, on: date) -> Outcome:
    """Monthly: one sum that the dependants share, and 1.54 subsistence minimums for each who lost both parents."""
    only_between(date(2026, 1, 1), on)
    members = family["members"]
    small_child_left = any(
        member["relation_to_breadwinner"] in YOUNG and under(member["birth_date"], 8, on) for member in members
    )
    orphans = sharing = 0
    for member in members:
        young = young_dependant(member, on)
        if young and member["full_orphan"]:
            orphans += 1
        elif young or older_dependant(member, small_child_left=small_child_left):
            sharing += 1
    if not family["breadwinner_lost"] or orphans + sharing == 0:
        return Outcome(entitled=False, amount=0)
    amount = orphans * whole_tenge(minimums("1.54", on))
    if sharing:
        amount += whole_tenge(minimums(SHARED[min(sharing, 6)], on))
    return Outcome(entitled=True, amount=amount)
