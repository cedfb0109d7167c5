"""Persons, and the families they belong to."""

from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum

Person = build_entity("person", "persons", "A member of a family", is_person=True)
Family = build_entity(
    "family",
    "families",
    "Those who ask for a benefit together",
    roles=[
        {"key": "parent", "plural": "parents", "label": "Parents"},
        {"key": "child", "plural": "children", "label": "Children"},
        {"key": "other", "plural": "others", "label": "Other members"},
    ],
)


class Residence(Enum):
    """The status of the applicant."""

    citizen = "Citizen"
    kandas = "Kandas"
    permanent_resident = "Foreigner permanently resident"
    other = "Other"


class MotherAward(Enum):
    """The award of a mother of many children."""

    none = "None"
    altyn_alka = "Altyn alka"
    kumis_alka = "Kumis alka"
    mother_heroine = "Mother heroine"
    maternal_glory_1 = "Maternal glory, first class"
    maternal_glory_2 = "Maternal glory, second class"


class DisabilityGroup(Enum):
    """The group of a disability, or the age of a child before it has one."""

    none = "No disability"
    child_under_7 = "Child under 7"
    child_under_16 = "Child under 16"
    group_1 = "Group I"
    group_2 = "Group II"
    group_3 = "Group III"


class DisabilityCause(Enum):
    """What a disability comes from."""

    general_illness = "General illness"
    childhood = "From childhood"
    other = "Other"
