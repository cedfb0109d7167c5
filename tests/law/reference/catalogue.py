"""Every benefit of the reference by the name that the law's files give it."""

from collections.abc import Callable, Mapping
from datetime import date

from tests.law.reference.assistance import targeted_social_assistance
from tests.law.reference.families import birth_grant, child_care_benefit, multi_child_benefit
from tests.law.reference.outcome import Facts, Outcome

REFERENCE: Mapping[str, Callable[[Facts, date], Outcome]] = {
    "birth_grant": birth_grant,
    "child_care_benefit": child_care_benefit,
    "multi_child_benefit": multi_child_benefit,
    "targeted_social_assistance": targeted_social_assistance,
}
