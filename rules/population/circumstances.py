"""How facts of awards, disability, social insurance and the loss of the breadwinner are told of the people invented."""

from collections.abc import Callable, Mapping

import numpy as np

from rules.graph.models import FAMILY
from rules.population.households import GROWN, MAJORITY, MINOR, OTHER, PARENT
from rules.population.making import Cells, Coded, Making
from rules.population.profile import draw_banded

_MONTHS_BEFORE_LEAVE = 12
_MONTHS_OF_CARER = 24
_SMALL_BEFORE = 8
_KUMIS_FROM = 6
_MEMBERS = "members"


def _mother_award(making: Making) -> Coded:
    people, setting = making.people, making.homes.setting
    chances = setting.profile.awards
    names = ["none", *chances.older_awards]
    minors = making.homes.minors[people.home]
    many = people.mother & (minors >= _KUMIS_FROM) & setting.chance.happens("award", people.ids, chances.from_six)
    older = ~people.male & (people.years >= chances.older_from) & np.isin(people.kind, (PARENT, OTHER))
    older &= ~many & setting.chance.happens("award of older", people.ids, chances.older)
    of_older = setting.chance.choose("which award", people.ids, list(chances.older_awards.values())) + 1
    of_many = np.where(minors > _KUMIS_FROM, names.index("altyn_alka"), names.index("kumis_alka"))
    return names, np.where(many, of_many, np.where(older, of_older, 0))


def _counts_for_mother_award(making: Making) -> Cells:
    return np.isin(making.people.kind, (MINOR, GROWN)).astype(np.int64)


def _disability_cause(making: Making) -> Coded:
    people, setting = making.people, making.homes.setting
    causes = setting.profile.disability.causes
    names = list(causes)
    drawn = setting.chance.choose("cause", people.ids, list(causes.values()))
    return names, np.where(people.years < MAJORITY, names.index("childhood"), drawn)


def _sum_by_decision(making: Making) -> Cells:
    people, setting = making.people, making.homes.setting
    names, places = _disability_cause(making)
    sums = draw_banded(setting.chance, "by decision", people.ids, setting.profile.disability.by_decision)
    return np.where((making.disability > 0) & (places == names.index("other")), sums, 0)


def _group1_care(making: Making) -> Cells:
    setting = making.homes.setting
    cared = making.anybody(making.disability == 1)
    cared &= setting.chance.happens("group 1 carer", making.homes.ids, setting.profile.disability.group1_carer)
    found: Cells = (making.carer & (making.disability == 0) & making.scattered(cared)).astype(np.int64)
    return found


def _socially_insured(making: Making) -> Cells:
    people, setting = making.people, making.homes.setting
    wage = setting.chance.happens("wage insured", people.ids, setting.profile.insurance.wage_insured)
    caring = making.carer & making.scattered(making.income.insured & making.child_before(2))
    return ((making.income.earns_wage & wage) | caring | making.on_leave).astype(np.int64)


def _maternity_leave(making: Making) -> Coded:
    setting = making.homes.setting
    leaves = setting.profile.insurance.leaves
    drawn = setting.chance.choose("which leave", making.people.ids, list(leaves.values())) + 1
    return ["none", *leaves], np.where(making.on_leave, drawn, 0)


def _income_before_leave(making: Making) -> Cells:
    setting = making.homes.setting
    month = draw_banded(setting.chance, "before leave", making.people.ids, setting.profile.insurance.before_leave)
    return np.where(making.on_leave, month * _MONTHS_BEFORE_LEAVE, 0)


def _carer_insured_income(making: Making) -> Cells:
    setting = making.homes.setting
    month = draw_banded(setting.chance, "of carer", making.homes.ids, setting.profile.insurance.of_carer)
    return np.where(making.income.insured, month * _MONTHS_OF_CARER, 0)


def _breadwinner_lost(making: Making) -> Cells:
    return making.bereaved.astype(np.int64)


def _relation_to_breadwinner(making: Making) -> Coded:
    names = {PARENT: "spouse", GROWN: "child", MINOR: "child", OTHER: "parent"}
    places = np.where(making.scattered(making.bereaved), making.people.kind + 1, 0)
    return ["none", *(names[kind] for kind in sorted(names))], places


def _raises_breadwinner_child(making: Making) -> Cells:
    people, setting = making.people, making.homes.setting
    raises = setting.chance.happens("raises", people.ids, setting.profile.survivors.raises)
    left = making.scattered(making.bereaved & making.child_before(_SMALL_BEFORE))
    found: Cells = (raises & left & (people.kind == PARENT)).astype(np.int64)
    return found


def _nobody(making: Making) -> Cells:
    """Return no for all: a family without both parents is not invented."""
    return np.zeros(len(making.people.ids), dtype=np.int64)


OWN: Mapping[tuple[str, str], Callable[[Making], Cells]] = {
    (_MEMBERS, "counts_for_mother_award"): _counts_for_mother_award,
    (_MEMBERS, "disability_benefit_sum_by_decision"): _sum_by_decision,
    (_MEMBERS, "group1_care_recognised"): _group1_care,
    (_MEMBERS, "socially_insured"): _socially_insured,
    (_MEMBERS, "insured_income_before_leave"): _income_before_leave,
    (FAMILY, "carer_insured_income"): _carer_insured_income,
    (FAMILY, "breadwinner_lost"): _breadwinner_lost,
    (_MEMBERS, "full_orphan"): _nobody,
    (_MEMBERS, "raises_breadwinner_child"): _raises_breadwinner_child,
}
OWN_CODES: Mapping[tuple[str, str], Callable[[Making], Coded]] = {
    (_MEMBERS, "mother_award"): _mother_award,
    (_MEMBERS, "disability_cause"): _disability_cause,
    (_MEMBERS, "maternity_leave"): _maternity_leave,
    (_MEMBERS, "relation_to_breadwinner"): _relation_to_breadwinner,
}
