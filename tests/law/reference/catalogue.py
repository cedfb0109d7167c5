"""Every benefit of the reference by the name that the law's files give it."""

from collections.abc import Callable, Mapping
from datetime import date

from tests.law.reference import entitlements, placement
from tests.law.reference.assistance import ASSISTANCE
from tests.law.reference.disability import disability_benefit, disabled_child_carer_benefit, group1_carer_benefit
from tests.law.reference.families import birth_grant, child_care_benefit, multi_child_benefit
from tests.law.reference.insurance import child_care_payment, maternity_payment
from tests.law.reference.mothers import altyn_alka_award, awarded_mother_benefit, kumis_alka_award
from tests.law.reference.outcome import Facts, Outcome
from tests.law.reference.survivors import survivor_state_benefit

REFERENCE: Mapping[str, Callable[[Facts, date], Outcome]] = {
    "additional_education_priority": entitlements.additional_education_priority,
    "admission_quota_disability": entitlements.admission_quota_disability,
    "admission_quota_graduate": entitlements.admission_quota_graduate,
    "altyn_alka_award": altyn_alka_award,
    "awarded_mother_benefit": awarded_mother_benefit,
    "birth_grant": birth_grant,
    "child_care_benefit": child_care_benefit,
    "child_care_payment": child_care_payment,
    "child_maintenance": placement.child_maintenance,
    "disability_benefit": disability_benefit,
    "disability_travel_discount": entitlements.disability_travel_discount,
    "disabled_child_carer_benefit": disabled_child_carer_benefit,
    "dismissal_protection": entitlements.dismissal_protection,
    "early_intervention_centre": entitlements.early_intervention_centre,
    "family_placement_priority": placement.family_placement_priority,
    "foster_pay": placement.foster_pay,
    "free_legal_aid": entitlements.free_legal_aid,
    "free_preschool_meals": entitlements.free_preschool_meals,
    "free_school_meals": entitlements.free_school_meals,
    "graduate_dormitory": entitlements.graduate_dormitory,
    "group1_carer_benefit": group1_carer_benefit,
    "guardian_allowance": placement.guardian_allowance,
    "housing_2_10_20_priority": entitlements.housing_2_10_20_priority,
    "individual_assistant": entitlements.individual_assistant,
    "invataxi": entitlements.invataxi,
    "kumis_alka_award": kumis_alka_award,
    "maternity_payment": maternity_payment,
    "multi_child_benefit": multi_child_benefit,
    "orphan_housing_queue": entitlements.orphan_housing_queue,
    "orphan_privatisation": entitlements.orphan_privatisation,
    "orphan_queue_date_kept": entitlements.orphan_queue_date_kept,
    "patronage_salary": placement.patronage_salary,
    "professional_foster_pay": placement.professional_foster_pay,
    "rehabilitation_programme": entitlements.rehabilitation_programme,
    "sanatorium_companion": entitlements.sanatorium_companion,
    "sanatorium_mental_disorder": entitlements.sanatorium_mental_disorder,
    "survivor_state_benefit": survivor_state_benefit,
    "tour_ticket_subsidy": entitlements.tour_ticket_subsidy,
    "vseobuch_help": entitlements.vseobuch_help,
    **ASSISTANCE,
}
