"""What a case states."""

from datetime import date

from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import DateUnit

from benchmarks.law.openfisca_model.entities import (
    DisabilityCause,
    DisabilityGroup,
    Family,
    MotherAward,
    Person,
    Residence,
)
from benchmarks.law.openfisca_model.kinds import KINDS
from benchmarks.law.openfisca_model.variable import fact

fact("birth_date", Person, date, definition_period=DateUnit.ETERNITY)
for _name in (
    "lives_with_family",
    "full_time_student",
    "counted_in_birth_order",
    "birth_grant_paid",
    "pension_age_reached",
    "group1_care_recognised",
):
    fact(_name, Person, bool)
fact("disability_benefit_sum_by_decision", Person, float)
for _name, _codes in (
    ("mother_award", MotherAward),
    ("disability_group", DisabilityGroup),
    ("disability_cause", DisabilityCause),
):
    fact(_name, Person, Enum, possible_values=_codes, default_value=next(iter(_codes)))
for _kind in KINDS:
    fact(f"income_{_kind}", Person, float)
fact("income_by_decision", Person, float)

fact("residence", Family, Enum, possible_values=Residence, default_value=Residence.other)
fact("poverty_line", Family, float)
fact("carer_insured_income", Family, float)
for _name in (
    "carer_insured",
    "commission_found_no_need",
    "inspection_refused",
    "employment_measures_refused",
    "social_contract_broken",
    "false_data_found",
):
    fact(_name, Family, bool)
for _name in ("employment_measures_refused_on", "social_contract_broken_on"):
    fact(_name, Family, date)
