"""The benefit of mothers with an award, notes A4, and who may be put forward for one, notes A8."""

from datetime import date

from tests.law.reference.days import months_after
from tests.law.reference.figures import mrp, only_between
from tests.law.reference.outcome import Facts, Outcome, whole_tenge


def awarded_mother_benefit(family: Facts, on: date) -> Outcome:
    """Monthly for life: 6.40 MRP; since mid 2023 7.40 for every award but Kumis alka."""
    only_between(date(2021, 1, 1), on)
    amount, entitled = 0, False
    for member in family["members"]:
        award = member["mother_award"]
        if award != "none":
            entitled = True
            higher = on >= date(2023, 7, 1) and award != "kumis_alka"
            amount += whole_tenge(mrp("7.40" if higher else "6.40", on))
    return Outcome(entitled, amount)


def raised(family: Facts, on: date) -> int:
    """How many children count; none while the last of them is younger than one year."""
    only_between(date(2023, 7, 1), on)
    births = [member["birth_date"] for member in family["members"] if member["counts_for_mother_award"]]
    return len(births) if all(months_after(born, 12) <= on for born in births) else 0


def altyn_alka_award(family: Facts, on: date) -> Outcome:
    """Seven children and more."""
    return Outcome(raised(family, on) >= 7)


def kumis_alka_award(family: Facts, on: date) -> Outcome:
    """Six children."""
    return Outcome(raised(family, on) == 6)
