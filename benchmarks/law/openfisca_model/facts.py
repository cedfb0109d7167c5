"""What a case states."""

from datetime import date

from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import DateUnit

from benchmarks.law.openfisca_model.entities import Family, Person, Residence
from benchmarks.law.openfisca_model.kinds import KINDS
from benchmarks.law.openfisca_model.variable import fact

fact("birth_date", Person, date, definition_period=DateUnit.ETERNITY)
for _name in ("lives_with_family", "full_time_student", "counted_in_birth_order", "birth_grant_paid"):
    fact(_name, Person, bool)
for _kind in KINDS:
    fact(f"income_{_kind}", Person, float)
fact("income_by_decision", Person, float)

fact("residence", Family, Enum, possible_values=Residence, default_value=Residence.other)
fact("poverty_line", Family, float)
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
