"""How facts of assistance by income are told of the people invented: the line, care, the dwelling and its costs."""

from collections.abc import Callable, Mapping

import numpy as np

from rules.graph.models import FAMILY
from rules.population.households import MINOR, Mask
from rules.population.making import Cells, Coded, Making
from rules.population.profile import draw_banded
from rules.population.sums import sums_of_records

_PER_CENT = 100
_SMALL_BEFORE = 3
_STEPPE_REGION = "pavlodar"


def _poverty_line(making: Making) -> Cells:
    return np.array([region.poverty_line for region in making.homes.regions])[making.homes.region]


def _regional_minimum(making: Making) -> Cells:
    return _poverty_line(making) * _PER_CENT // making.homes.setting.profile.needs.line_of_minimum


def _median_income(making: Making) -> Cells:
    return _poverty_line(making) * _PER_CENT // making.homes.setting.profile.needs.line_of_median


def _cares_for(making: Making) -> Coded:
    """Tell of each family's carer: who does not work cares for a small child, or one with a disability, or an adult."""
    people, setting = making.people, making.homes.setting
    chances = setting.profile.needs
    free = making.carer & ~making.income.works
    disabled = making.disability > 0
    old = people.years >= chances.elderly_from
    adult = setting.chance.happens("cares for adult", people.ids, chances.cares_for_adult)

    def at_home(members: Mask) -> Mask:
        return making.scattered(making.anybody(members & ~making.carer))

    cases = [
        free & making.scattered(making.child_before(_SMALL_BEFORE)),
        free & at_home(disabled & (people.kind == MINOR)),
        free & adult & at_home(np.isin(making.disability, (1, 2)) & (people.kind != MINOR)),
        free & adult & at_home(old),
    ]
    return ["nobody", "child", "child_with_disability", "group_1_2", "elderly"], np.select(cases, [1, 2, 3, 4], 0)


def _housing_place(making: Making) -> Coded:
    homes = making.homes
    codes = [region.code for region in homes.regions]
    there = homes.setting.chance.happens("steppe town", homes.ids, homes.setting.profile.needs.steppe_town)
    place = codes.index(_STEPPE_REGION) if _STEPPE_REGION in codes else -1
    return ["ekibastuz", "other"], np.where(there & (homes.region == place), 0, 1)


def _housing_share(making: Making) -> Cells:
    homes = making.homes
    return draw_banded(homes.setting.chance, "housing share", homes.ids, homes.setting.profile.needs.housing_share)


def _housing_costs(making: Making) -> Cells:
    homes = making.homes
    return draw_banded(homes.setting.chance, "housing costs", homes.ids, homes.setting.profile.needs.housing_costs)


def _housing_income(making: Making) -> Cells:
    """Return what came in a month, of everybody together."""
    income = making.income
    members = sums_of_records(income.received, income.offsets)
    return sums_of_records(members, making.people.offsets) // len(making.homes.setting.months)


OWN: Mapping[tuple[str, str], Callable[[Making], Cells]] = {
    (FAMILY, "poverty_line"): _poverty_line,
    (FAMILY, "regional_minimum"): _regional_minimum,
    (FAMILY, "median_income"): _median_income,
    (FAMILY, "housing_share_set"): _housing_share,
    (FAMILY, "housing_costs"): _housing_costs,
    (FAMILY, "housing_income"): _housing_income,
}
OWN_CODES: Mapping[tuple[str, str], Callable[[Making], Coded]] = {
    ("members", "cares_for"): _cares_for,
    (FAMILY, "housing_place"): _housing_place,
}
