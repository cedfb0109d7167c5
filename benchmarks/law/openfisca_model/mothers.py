"""The benefits of awarded mothers and of carers in the mandatory social insurance."""

from typing import Any

import numpy as np

from benchmarks.law.openfisca_model.days import by_code
from benchmarks.law.openfisca_model.entities import Family, MotherAward, Person
from benchmarks.law.openfisca_model.variable import rule


@rule(Person, bool)
def awarded_mother_benefit_mother_entitled(person: Any, period: Any) -> Any:
    return person("mother_award", period) != MotherAward.none


@rule(Person, float)
def awarded_mother_benefit_mother_amount(person: Any, period: Any, parameters: Any) -> Any:
    law = parameters(period)
    return np.ceil(by_code(law.awarded_mother_benefit.size, person("mother_award", period)) * law.mrp.benefits)


@rule(Family, bool)
def awarded_mother_benefit_entitled(family: Any, period: Any) -> Any:
    return family.any(family.members("awarded_mother_benefit_mother_entitled", period))


@rule(Family, float)
def awarded_mother_benefit_amount(family: Any, period: Any) -> Any:
    entitled = family.members("awarded_mother_benefit_mother_entitled", period)
    return family.sum(entitled * family.members("awarded_mother_benefit_mother_amount", period))


@rule(Person, bool)
def child_care_payment_child_entitled(person: Any, period: Any, parameters: Any) -> Any:
    young = person("age_in_months", period) < parameters(period).child_care_payment.until_months
    return person("is_child", period) & person("lives_with_family", period) & young


@rule(Family, bool)
def child_care_payment_entitled(family: Any, period: Any) -> Any:
    return family("carer_insured", period) & family.any(family.members("child_care_payment_child_entitled", period))


@rule(Family, float)
def child_care_payment_share_of_income(family: Any, period: Any, parameters: Any) -> Any:
    payment = parameters(period).child_care_payment
    return np.ceil(family("carer_insured_income", period) / payment.income_months * payment.share)


@rule(Person, float)
def child_care_payment_child_amount(person: Any, period: Any) -> Any:
    share = person.family("child_care_payment_share_of_income", period)
    return np.maximum(share, person("child_care_benefit_child_amount", period))


@rule(Family, float)
def child_care_payment_amount(family: Any, period: Any) -> Any:
    entitled = family.members("child_care_payment_child_entitled", period)
    amounts = family.sum(entitled * family.members("child_care_payment_child_amount", period))
    return np.where(family("child_care_payment_entitled", period), amounts, 0)
