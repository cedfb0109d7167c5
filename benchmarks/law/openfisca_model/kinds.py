"""The kinds of income that the law gives a flag; a person decides on the others."""

KINDS = (
    "wage",
    "multi_child_benefit",
    "child_care_benefit",
    "asp",
    "housing_assistance",
    "burial_benefit",
    "child_disability_benefit",
    "child_special_state_benefit",
)
