"""Rights without money that the two Concepts tell as existing; the lines are those of their texts.

Where a Concept names no first day, the right is known from the Concept's own day on: the one of inclusive policy of
30 December 2024, or the year 2026 of the other.
"""

from datetime import date
from typing import Any

from tests.law.reference.days import under
from tests.law.reference.families import multi_child_benefit
from tests.law.reference.figures import only_between
from tests.law.reference.outcome import Facts, Outcome

INCLUSIVE_POLICY = date(2024, 12, 30)
CHILDREN_OF_KAZAKHSTAN = date(2026, 1, 1)


def children(family: Facts) -> list[Any]:
    return [member for member in family["members"] if member["role"] == "child"]


def minors(family: Facts, on: date) -> list[Any]:
    return [child for child in children(family) if under(child["birth_date"], 18, on)]


def with_disability(family: Facts, on: date) -> list[Any]:
    """Children with disability, up to 18 years (inclusive policy, 159)."""
    return [child for child in minors(family, on) if child["disability_group"] != "none"]


def has_orphan(family: Facts) -> bool:
    return any(member["care_status"] in ("orphan", "without_parental_care") for member in family["members"])


def has_child_under_3(family: Facts, on: date) -> bool:
    return any(under(child["birth_date"], 3, on) for child in children(family))


def free_school_meals(family: Facts, on: date) -> Outcome:
    """All pupils of the primary classes, and pupils of socially vulnerable families (119)."""
    only_between(CHILDREN_OF_KAZAKHSTAN, on)
    for child in children(family):
        if child["school_stage"] == "primary":
            return Outcome(entitled=True)
        if child["school_stage"] == "secondary" and family["socially_vulnerable"]:
            return Outcome(entitled=True)
    return Outcome(entitled=False)


def vseobuch_help(family: Facts, on: date) -> Outcome:
    """Help before the school year, for pupils of socially vulnerable families (119, 1015)."""
    only_between(CHILDREN_OF_KAZAKHSTAN, on)
    pupils = [child for child in children(family) if child["school_stage"] in ("primary", "secondary")]
    return Outcome(bool(pupils and family["socially_vulnerable"]))


def free_preschool_meals(family: Facts, on: date) -> Outcome:
    """Since 1 September 2023, for children of socially vulnerable categories (591)."""
    only_between(date(2023, 9, 1), on)
    little = [child for child in children(family) if child["school_stage"] == "preschool"]
    return Outcome(bool(little and family["socially_vulnerable"]))


def additional_education_priority(family: Facts, on: date) -> Outcome:
    """Children registered with the police; brought in during 2024, counted from 2025 (285)."""
    only_between(date(2025, 1, 1), on)
    return Outcome(any(child["police_registered"] for child in minors(family, on)))


def early_intervention_centre(family: Facts, on: date) -> Outcome:
    """Centres for children up to 3 years (833)."""
    only_between(CHILDREN_OF_KAZAKHSTAN, on)
    return Outcome(has_child_under_3(family, on))


def tour_ticket_subsidy(family: Facts, on: date) -> Outcome:
    """All children from 2 to 17 years, 17 included (inclusive policy, 245)."""
    only_between(INCLUSIVE_POLICY, on)
    return Outcome(any(not under(child["birth_date"], 2, on) for child in minors(family, on)))


def disability_travel_discount(family: Facts, on: date) -> Outcome:
    """Persons of all groups and children with disability (inclusive policy, 251)."""
    only_between(INCLUSIVE_POLICY, on)
    return Outcome(any(member["disability_group"] != "none" for member in family["members"]))


def free_legal_aid(family: Facts, on: date) -> Outcome:
    """Persons of the first and second group (inclusive policy, 171)."""
    only_between(INCLUSIVE_POLICY, on)
    return Outcome(any(member["disability_group"] in ("group_1", "group_2") for member in family["members"]))


def individual_assistant(family: Facts, on: date) -> Outcome:
    """Persons of the first group whom moving is hard for (inclusive policy, 185)."""
    only_between(INCLUSIVE_POLICY, on)
    served = [m for m in family["members"] if m["disability_group"] == "group_1" and m["movement_difficulty"]]
    return Outcome(bool(served))


def invataxi(family: Facts, on: date) -> Outcome:
    """Children with limited possibilities; a child with disability is taken as one of them (1029)."""
    only_between(CHILDREN_OF_KAZAKHSTAN, on)
    served = [child for child in minors(family, on) if child["limited_possibilities"]]
    return Outcome(bool(served or with_disability(family, on)))


def rehabilitation_programme(family: Facts, on: date) -> Outcome:
    """Every child with disability (1091)."""
    only_between(CHILDREN_OF_KAZAKHSTAN, on)
    return Outcome(bool(with_disability(family, on)))


def sanatorium_companion(family: Facts, on: date) -> Outcome:
    """The companion of a child with disability, since 2022 (1101)."""
    only_between(date(2022, 1, 1), on)
    return Outcome(bool(with_disability(family, on)))


def sanatorium_mental_disorder(family: Facts, on: date) -> Outcome:
    """Children with a mental disorder by medical indications, since 2023 (1103)."""
    only_between(date(2023, 1, 1), on)
    return Outcome(any(child["mental_disorder"] and child["sanatorium_indicated"] for child in minors(family, on)))


def admission_quota_disability(family: Facts, on: date) -> Outcome:
    """The first and second group, the disabled since childhood, children with disability (inclusive policy, 273)."""
    only_between(INCLUSIVE_POLICY, on)
    groups = any(member["disability_group"] in ("group_1", "group_2") for member in family["members"])
    since_childhood = any(
        member["disability_group"] != "none" and member["disability_cause"] == "childhood"
        for member in family["members"]
    )
    return Outcome(groups or since_childhood or bool(with_disability(family, on)))


def admission_quota_graduate(family: Facts, on: date) -> Outcome:
    """Care leavers of boarding organisations (1211)."""
    only_between(CHILDREN_OF_KAZAKHSTAN, on)
    return Outcome(any(member["boarding_graduate"] for member in family["members"]))


def graduate_dormitory(family: Facts, on: date) -> Outcome:
    """Care leavers of boarding organisations (1211)."""
    return admission_quota_graduate(family, on)


def housing_2_10_20_priority(family: Facts, on: date) -> Outcome:
    """Those in the queue who have many children, raise a child with disability, or are orphans (1073, 1075)."""
    only_between(CHILDREN_OF_KAZAKHSTAN, on)
    many = multi_child_benefit(family, on).entitled
    return Outcome(bool(family["in_housing_queue"] and (many or with_disability(family, on) or has_orphan(family))))


def orphan_housing_queue(family: Facts, on: date) -> Outcome:
    """Without three years of residence; a law of 2024, counted from 2025 (1217)."""
    only_between(date(2025, 1, 1), on)
    return Outcome(has_orphan(family))


def orphan_queue_date_kept(family: Facts, on: date) -> Outcome:
    """On a move within the region; a law of 2024, counted from 2025 (1217)."""
    only_between(date(2025, 1, 1), on)
    return Outcome(bool(family["in_housing_queue"] and family["moved_within_region"] and has_orphan(family)))


def orphan_privatisation(family: Facts, on: date) -> Outcome:
    """Dwellings from the stock of the state (1217)."""
    only_between(CHILDREN_OF_KAZAKHSTAN, on)
    return Outcome(bool(family["housing_from_state_stock"] and has_orphan(family)))


def dismissal_protection(family: Facts, on: date) -> Outcome:
    """Pregnant women, and parents of children under 3 (1059)."""
    only_between(CHILDREN_OF_KAZAKHSTAN, on)
    pregnant = any(member["pregnant"] for member in family["members"])
    parents = any(member["role"] == "parent" for member in family["members"])
    return Outcome(pregnant or (parents and has_child_under_3(family, on)))
