"""The benefits of families with children, whatever their income."""

from typing import Any

import numpy as np

from benchmarks.law.openfisca_model.days import MONTHS_A_YEAR, first_day, months_after, whole_months
from benchmarks.law.openfisca_model.entities import Family, Person, Residence
from benchmarks.law.openfisca_model.variable import rule


@rule(Person, bool)
def is_child(person: Any, period: Any) -> Any:  # noqa: ARG001 - the period belongs to every formula
    return person.has_role(Family.CHILD)


@rule(Person, int)
def age_in_months(person: Any, period: Any) -> Any:
    return whole_months(person("birth_date", period), first_day(period))


@rule(Person, int)
def order_of_child(person: Any, period: Any) -> Any:
    """Count the counted children born before; of twins the one listed first comes first."""
    born = person("birth_date", period).astype("datetime64[D]").astype(np.int64)
    counted = person("is_child", period) & person("counted_in_birth_order", period)
    family = person.simulation.populations["family"]
    of_family, position = family.members_entity_id, family.members_position
    never = np.iinfo(np.int64).max
    born_if_counted = np.where(counted, born, never)
    order = np.ones(person.count, dtype=np.int32)
    for place in range(int(position.max()) + 1):
        other = family.value_nth_person(place, born_if_counted, default=never)[of_family]
        order += (other < born) | ((other == born) & (place < position))
    return order


@rule(Person, bool)
def multi_child_benefit_counted_child(person: Any, period: Any, parameters: Any) -> Any:
    law, age = parameters(period), person("age_in_months", period)
    minor = age < MONTHS_A_YEAR * law.age.majority
    young = age < MONTHS_A_YEAR * law.multi_child_benefit.student_before_age
    student = person("full_time_student", period) & young
    return person("is_child", period) & person("lives_with_family", period) & (minor | student)


@rule(Family, int)
def multi_child_benefit_children(family: Any, period: Any) -> Any:
    return family.sum(family.members("multi_child_benefit_counted_child", period))


@rule(Family, bool)
def multi_child_benefit_entitled(family: Any, period: Any, parameters: Any) -> Any:
    return family("multi_child_benefit_children", period) >= parameters(period).multi_child_benefit.children_from


@rule(Family, float)
def multi_child_benefit_coefficient(family: Any, period: Any, parameters: Any) -> Any:
    law = parameters(period).multi_child_benefit
    children = family("multi_child_benefit_children", period)
    sizes = [children == count for count in range(law.children_from, law.per_child_from)]
    of_size = [law.size[str(count)] for count in range(law.children_from, law.per_child_from)]
    size = np.select(sizes, of_size, law.per_child * children)
    return np.where(family("multi_child_benefit_entitled", period), size, 0)


@rule(Family, float)
def multi_child_benefit_amount(family: Any, period: Any, parameters: Any) -> Any:
    return np.ceil(family("multi_child_benefit_coefficient", period) * parameters(period).mrp.benefits)


@rule(Person, bool)
def birth_grant_child_entitled(person: Any, period: Any, parameters: Any) -> Any:
    months = parameters(period).birth_grant.claim_months
    in_time = person("age_in_months", period) < months
    at_the_end = person("age_in_months", period) == months
    last = months_after(person("birth_date", period)[at_the_end], months)
    in_time[at_the_end] = first_day(period) <= last
    residence = person.family("residence", period)
    resident = (
        (residence == Residence.citizen) | (residence == Residence.kandas) | (residence == Residence.permanent_resident)
    )
    unpaid = ~person("birth_grant_paid", period)
    return person("is_child", period) & unpaid & resident & in_time


@rule(Person, float)
def birth_grant_child_amount(person: Any, period: Any, parameters: Any) -> Any:
    """Take every value as of the month of birth: one month after the other, for those who can claim."""
    entitled = person("birth_grant_child_entitled", period)
    month_of_birth = person("birth_date", period).astype("datetime64[M]")
    order = person("order_of_child", period)
    amount = np.zeros(person.count)
    for month in np.unique(month_of_birth[entitled]):
        law = parameters(str(month))
        grant, index = law.birth_grant, law.mrp.benefits
        born_then = entitled & (month_of_birth == month)
        size = np.where(order[born_then] >= grant.higher_from_order, grant.size.higher, grant.size.lower)
        amount[born_then] = np.ceil(size * index)
    return amount


@rule(Family, bool)
def birth_grant_entitled(family: Any, period: Any) -> Any:
    return family.any(family.members("birth_grant_child_entitled", period))


@rule(Family, float)
def birth_grant_amount(family: Any, period: Any) -> Any:
    return family.sum(family.members("birth_grant_child_amount", period))


@rule(Person, bool)
def child_care_benefit_child_entitled(person: Any, period: Any, parameters: Any) -> Any:
    young = person("age_in_months", period) < parameters(period).child_care_benefit.until_months
    return person("is_child", period) & person("lives_with_family", period) & young


@rule(Person, float)
def child_care_benefit_child_amount(person: Any, period: Any, parameters: Any) -> Any:
    law = parameters(period)
    benefit = law.child_care_benefit
    sizes = np.array([benefit.size[str(order + 1)] for order in range(benefit.last_order)])
    order = np.minimum(person("order_of_child", period), benefit.last_order)
    return np.ceil(sizes[order - 1] * law.mrp.benefits)


@rule(Family, bool)
def child_care_benefit_entitled(family: Any, period: Any) -> Any:
    some_child = family.any(family.members("child_care_benefit_child_entitled", period))
    return ~family("carer_insured", period) & some_child


@rule(Family, float)
def child_care_benefit_amount(family: Any, period: Any) -> Any:
    entitled = family.members("child_care_benefit_child_entitled", period)
    amounts = family.sum(np.where(entitled, family.members("child_care_benefit_child_amount", period), 0))
    return np.where(family("child_care_benefit_entitled", period), amounts, 0)
