"""The benefits for disability, and for those who care."""

from typing import Any

import numpy as np

from benchmarks.law.openfisca_model.days import MONTHS_A_YEAR, by_code
from benchmarks.law.openfisca_model.entities import DisabilityCause, DisabilityGroup, Family, Person
from benchmarks.law.openfisca_model.variable import rule


@rule(Person, bool)
def disability_benefit_child(person: Any, period: Any, parameters: Any) -> Any:
    before = parameters(period).disability_benefit.child_before_age
    return person("age_in_months", period) < MONTHS_A_YEAR * before


@rule(Person, bool)
def disability_benefit_small_child(person: Any, period: Any, parameters: Any) -> Any:
    before = parameters(period).disability_benefit.group_from_age
    return person("age_in_months", period) < MONTHS_A_YEAR * before


@rule(Person, bool)
def disability_benefit_member_entitled(person: Any, period: Any) -> Any:
    group = person("disability_group", period)
    in_a_group = (
        (group == DisabilityGroup.group_1) | (group == DisabilityGroup.group_2) | (group == DisabilityGroup.group_3)
    )
    before_pension = person("disability_benefit_child", period) | ~person("pension_age_reached", period)
    of_age = person("disability_benefit_small_child", period) | (in_a_group & before_pension)
    return (group != DisabilityGroup.none) & of_age


@rule(Person, float)
def disability_benefit_coefficient(person: Any, period: Any, parameters: Any) -> Any:
    size, group = parameters(period).disability_benefit.size, person("disability_group", period)
    as_a_child = person("disability_benefit_child", period) | (
        person("disability_cause", period) == DisabilityCause.childhood
    )
    of_group = np.where(as_a_child, by_code(size.child, group), by_code(size.adult, group))
    return np.where(person("disability_benefit_small_child", period), size.child_under_7, of_group)


@rule(Person, float)
def disability_benefit_member_amount(person: Any, period: Any, parameters: Any) -> Any:
    cause = person("disability_cause", period)
    by_size = (
        person("disability_benefit_child", period)
        | (cause == DisabilityCause.general_illness)
        | (cause == DisabilityCause.childhood)
    )
    of_size = np.ceil(person("disability_benefit_coefficient", period) * parameters(period).subsistence_minimum)
    return np.where(by_size, of_size, person("disability_benefit_sum_by_decision", period))


@rule(Family, bool)
def disability_benefit_entitled(family: Any, period: Any) -> Any:
    return family.any(family.members("disability_benefit_member_entitled", period))


@rule(Family, float)
def disability_benefit_amount(family: Any, period: Any) -> Any:
    entitled = family.members("disability_benefit_member_entitled", period)
    return family.sum(entitled * family.members("disability_benefit_member_amount", period))


@rule(Person, bool)
def disabled_child_carer_benefit_child_entitled(person: Any, period: Any, parameters: Any) -> Any:
    before = parameters(period).disabled_child_carer_benefit.child_before_age
    young = person("age_in_months", period) < MONTHS_A_YEAR * before
    disabled = person("disability_group", period) != DisabilityGroup.none
    return person("is_child", period) & person("lives_with_family", period) & disabled & young


@rule(Family, bool)
def disabled_child_carer_benefit_entitled(family: Any, period: Any) -> Any:
    return family.any(family.members("disabled_child_carer_benefit_child_entitled", period))


@rule(Family, float)
def disabled_child_carer_benefit_amount(family: Any, period: Any, parameters: Any) -> Any:
    law = parameters(period)
    of_one = np.ceil(law.disabled_child_carer_benefit.size * law.subsistence_minimum)
    return family.sum(family.members("disabled_child_carer_benefit_child_entitled", period)) * of_one


@rule(Family, bool)
def group1_carer_benefit_entitled(family: Any, period: Any) -> Any:
    return family.any(family.members("group1_care_recognised", period))


@rule(Family, float)
def group1_carer_benefit_amount(family: Any, period: Any, parameters: Any) -> Any:
    law = parameters(period)
    of_one = np.ceil(law.group1_carer_benefit.size * law.subsistence_minimum)
    return family.sum(family.members("group1_care_recognised", period)) * of_one
