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
