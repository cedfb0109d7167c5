"""Targeted social assistance."""

from typing import Any

import numpy as np

from benchmarks.law.openfisca_model.days import first_day, months_after, quarter_before, quarter_start
from benchmarks.law.openfisca_model.entities import Family, Person
from benchmarks.law.openfisca_model.kinds import KINDS
from benchmarks.law.openfisca_model.variable import rule


@rule(Family, int)
def asp_members(family: Any, period: Any) -> Any:
    return np.maximum(family.sum(family.members("lives_with_family", period)), 1)


@rule(Family, float)
def asp_quarter_income(family: Any, period: Any, parameters: Any) -> Any:
    flags = parameters(quarter_start(period)).asp_income_counts
    counted = [f"income_{kind}" for kind in KINDS if flags[kind]] + ["income_by_decision"]
    received = sum(family.members(name, month) for name in counted for month in quarter_before(period))
    return family.sum(received * family.members("lives_with_family", period))


@rule(Family, float)
def asp_per_capita_income(family: Any, period: Any, parameters: Any) -> Any:
    a_month = family("asp_quarter_income", period) / parameters(period).asp.income_months
    return a_month / family("asp_members", period)


@rule(Family, bool)
def asp_barred(family: Any, period: Any, parameters: Any) -> Any:
    on, terms = first_day(period), parameters(period).asp_refusal
    refused = on < months_after(family("employment_measures_refused_on", period), terms.employment_refused)
    broken = on < months_after(family("social_contract_broken_on", period), terms.contract_broken)
    return (family("employment_measures_refused", period) & refused) | (
        family("social_contract_broken", period) & broken
    )


@rule(Family, bool)
def asp_entitled(family: Any, period: Any) -> Any:
    return (
        (family("asp_per_capita_income", period) <= family("poverty_line", period))
        & ~family("inspection_refused", period)
        & ~family("commission_found_no_need", period)
        & ~family("false_data_found", period)
        & ~family("asp_barred", period)
    )


@rule(Family, float)
def asp_base_amount(family: Any, period: Any) -> Any:
    short = family("poverty_line", period) - family("asp_per_capita_income", period)
    return np.where(family("asp_entitled", period), np.ceil(short * family("asp_members", period)), 0)


@rule(Person, bool)
def asp_supplement_child(person: Any, period: Any, parameters: Any) -> Any:
    age, supplement = person("age_in_months", period), parameters(period).asp_child_supplement
    of_age = (supplement.from_months <= age) & (age < supplement.before_months)
    return person("is_child", period) & person("lives_with_family", period) & of_age


@rule(Family, float)
def asp_supplement(family: Any, period: Any, parameters: Any) -> Any:
    law = parameters(quarter_start(period))
    of_one = np.ceil(law.asp_child_supplement.size * law.mrp.benefits)
    children = family.sum(family.members("asp_supplement_child", period))
    return np.where(family("asp_entitled", period), children * of_one, 0)


@rule(Family, float)
def asp_amount(family: Any, period: Any) -> Any:
    return family("asp_base_amount", period) + family("asp_supplement", period)
