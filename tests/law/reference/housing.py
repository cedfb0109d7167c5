"""Housing assistance, notes A7."""

from datetime import date
from fractions import Fraction

from tests.law.reference.figures import only_between
from tests.law.reference.outcome import Facts, Outcome, whole_tenge


def housing_assistance(family: Facts, on: date) -> Outcome:
    """Costs within the norms, less a share of the income: 5 % in Ekibastuz since 2026, else what a maslikhat set.

    For the only dwelling of the family, and not for a private rent.
    """
    only_between(date(2023, 12, 8), on)
    in_ekibastuz = on >= date(2026, 1, 1) and family["housing_place"] == "ekibastuz"
    share = Fraction(5 if in_ekibastuz else family["housing_share_set"]) / 100
    rest = Fraction(family["housing_costs"]) - share * Fraction(family["housing_income"])
    if not family["only_dwelling"] or family["rents_privately"] or rest <= 0:
        return Outcome(entitled=False, amount=0)
    return Outcome(entitled=True, amount=whole_tenge(rest))
