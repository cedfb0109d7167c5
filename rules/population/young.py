"""How facts of the young are told of the people invented: whose care they are in, and what they attend."""

from collections.abc import Callable, Mapping

import numpy as np

from rules.population.households import MAJORITY, MINOR, Mask
from rules.population.making import Cells, Coded, Making

_MEMBERS = "members"
_MOTHERS_BEFORE = 43


def _without_parents(making: Making) -> Mask:
    people, setting = making.people, making.homes.setting
    without = setting.chance.happens("without parents", people.ids, setting.profile.care.without_parents)
    found: Mask = without & (people.kind == MINOR)
    return found


def _care_status(making: Making) -> Coded:
    setting = making.homes.setting
    statuses = setting.profile.care.statuses
    drawn = setting.chance.choose("care status", making.people.ids, list(statuses.values())) + 1
    return ["parental_care", *statuses], np.where(_without_parents(making), drawn, 0)


def _placement_form(making: Making) -> Coded:
    setting = making.homes.setting
    forms = setting.profile.care.forms
    drawn = setting.chance.choose("placement", making.people.ids, list(forms.values())) + 1
    return ["none", *forms], np.where(_without_parents(making), drawn, 0)


def _school_stage(making: Making) -> Coded:
    """Tell the stage by age; after school only of those who study."""
    people = making.people
    stages = making.homes.setting.profile.schooling.stages
    stage = np.searchsorted(np.array(list(stages.values())), people.years, side="right") - 1
    last = len(stages) - 1
    after = np.where(making.income.student, last, 0)
    return list(stages), np.where(people.kind == MINOR, np.minimum(stage, last - 1), after)


def _limited_possibilities(making: Making) -> Cells:
    setting = making.homes.setting
    limited = setting.chance.happens("limited", making.people.ids, setting.profile.schooling.limited_possibilities)
    found: Cells = (limited & (making.people.kind == MINOR)).astype(np.int64)
    return found


def _pregnant(making: Making) -> Cells:
    people, setting = making.people, making.homes.setting
    pregnant = setting.chance.happens("pregnant", people.ids, setting.profile.schooling.pregnant)
    of_age = (people.years >= MAJORITY) & (people.years < _MOTHERS_BEFORE)
    return (pregnant & of_age & ~people.male).astype(np.int64)


OWN: Mapping[tuple[str, str], Callable[[Making], Cells]] = {
    (_MEMBERS, "limited_possibilities"): _limited_possibilities,
    (_MEMBERS, "pregnant"): _pregnant,
}
OWN_CODES: Mapping[tuple[str, str], Callable[[Making], Coded]] = {
    (_MEMBERS, "care_status"): _care_status,
    (_MEMBERS, "placement_form"): _placement_form,
    (_MEMBERS, "school_stage"): _school_stage,
}
