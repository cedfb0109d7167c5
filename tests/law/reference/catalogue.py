"""Every benefit of the reference by the name that the law's files give it."""

from collections.abc import Callable, Mapping
from datetime import date

from tests.law.reference.assistance import ASSISTANCE
from tests.law.reference.disability import disability_benefit, disabled_child_carer_benefit, group1_carer_benefit
from tests.law.reference.entitlements import ENTITLEMENTS
from tests.law.reference.families import birth_grant, child_care_benefit, multi_child_benefit
from tests.law.reference.insurance import child_care_payment, maternity_payment
from tests.law.reference.mothers import altyn_alka_award, awarded_mother_benefit, kumis_alka_award
from tests.law.reference.outcome import Facts, Outcome
from tests.law.reference.placement import PLACEMENT
from tests.law.reference.survivors import survivor_state_benefit

REFERENCE: Mapping[str, Callable[[Facts, date], Outcome]] = {
    "altyn_alka_award": altyn_alka_award,
    "awarded_mother_benefit": awarded_mother_benefit,
    "birth_grant": birth_grant,
    "child_care_benefit": child_care_benefit,
    "child_care_payment": child_care_payment,
    "disability_benefit": disability_benefit,
    "disabled_child_carer_benefit": disabled_child_carer_benefit,
    "group1_carer_benefit": group1_carer_benefit,
    "kumis_alka_award": kumis_alka_award,
    "maternity_payment": maternity_payment,
    "multi_child_benefit": multi_child_benefit,
    "survivor_state_benefit": survivor_state_benefit,
    **ASSISTANCE,
    **ENTITLEMENTS,
    **PLACEMENT,
}
