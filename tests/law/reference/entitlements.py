"""Entitlements without money, as the two Concepts tell them (sources/000 and sources/004)."""

from collections.abc import Callable, Mapping
from datetime import date

from tests.law.reference.days import birthday, under
from tests.law.reference.families import multi_child_benefit
from tests.law.reference.figures import only_between
from tests.law.reference.outcome import Facts, Outcome

# The days on which the Concepts speak; what changed "in 2024" is counted from the year after.
INCLUSIVE, CHILDREN, AFTER_2024 = date(2024, 12, 30), date(2026, 1, 1), date(2025, 1, 1)

Test = Callable[[Facts, date], bool]


def flag(first: date, holds: Test) -> Callable[[Facts, date], Outcome]:
    """A benefit that is yes or no from a day on."""

    def asked(family: Facts, on: date) -> Outcome:
        only_between(first, on)
        return Outcome(holds(family, on))

    return asked


def anybody(holds: Test) -> Test:
    return lambda family, on: any(holds(member, on) for member in family["members"])


def child(holds: Test) -> Test:
    return anybody(lambda member, on: member["role"] == "child" and holds(member, on))


def minor(holds: Test) -> Test:
    return child(lambda member, on: under(member["birth_date"], 18, on) and holds(member, on))


def disabled(member: Facts, _: date) -> bool:
    return bool(member["disability_group"] != "none")


def group(*groups: str) -> Test:
    return anybody(lambda member, _: member["disability_group"] in groups)


def pupil(*stages: str) -> Test:
    return child(lambda member, _: member["school_stage"] in stages)


def vulnerable(holds: Test) -> Test:
    return lambda family, on: family["socially_vulnerable"] and holds(family, on)


def meals(family: Facts, on: date) -> bool:
    return pupil("primary")(family, on) or vulnerable(pupil("secondary"))(family, on)


disabled_minor = minor(disabled)
under_3 = child(lambda member, on: under(member["birth_date"], 3, on))
orphan = anybody(lambda member, _: member["care_status"] in ("orphan", "without_parental_care"))
since_childhood = anybody(lambda one, on: disabled(one, on) and one["disability_cause"] == "childhood")


def quota(family: Facts, on: date) -> bool:
    return group("group_1", "group_2")(family, on) or disabled_minor(family, on) or since_childhood(family, on)


def of_tour_age(member: Facts, on: date) -> bool:
    """From 2 to 17 years inclusive."""
    return birthday(member["birth_date"], 2) <= on < birthday(member["birth_date"], 18)


def first_in_2_10_20(family: Facts, on: date) -> bool:
    many = multi_child_benefit(family, on).entitled
    return family["in_housing_queue"] and (many or disabled_minor(family, on) or orphan(family, on))


def kept_date(family: Facts, on: date) -> bool:
    return family["in_housing_queue"] and family["moved_within_region"] and orphan(family, on)


def protected(family: Facts, on: date) -> bool:
    parents = any(member["role"] == "parent" for member in family["members"])
    return any(member["pregnant"] for member in family["members"]) or (parents and under_3(family, on))


ENTITLEMENTS: Mapping[str, Callable[[Facts, date], Outcome]] = {
    "additional_education_priority": flag(AFTER_2024, minor(lambda member, _: member["police_registered"])),
    "admission_quota_disability": flag(INCLUSIVE, quota),
    "admission_quota_graduate": flag(CHILDREN, anybody(lambda member, _: member["boarding_graduate"])),
    "disability_travel_discount": flag(INCLUSIVE, anybody(disabled)),
    "dismissal_protection": flag(CHILDREN, protected),
    "early_intervention_centre": flag(CHILDREN, under_3),
    "free_legal_aid": flag(INCLUSIVE, group("group_1", "group_2")),
    "free_preschool_meals": flag(date(2023, 9, 1), vulnerable(pupil("preschool"))),
    "free_school_meals": flag(CHILDREN, meals),
    "graduate_dormitory": flag(CHILDREN, anybody(lambda member, _: member["boarding_graduate"])),
    "housing_2_10_20_priority": flag(CHILDREN, first_in_2_10_20),
    "individual_assistant": flag(
        INCLUSIVE, anybody(lambda member, _: member["disability_group"] == "group_1" and member["movement_difficulty"])
    ),
    "invataxi": flag(CHILDREN, child(lambda member, on: member["limited_possibilities"] or disabled(member, on))),
    "orphan_housing_queue": flag(AFTER_2024, orphan),
    "orphan_privatisation": flag(
        CHILDREN, lambda family, on: family["housing_from_state_stock"] and orphan(family, on)
    ),
    "orphan_queue_date_kept": flag(AFTER_2024, kept_date),
    "rehabilitation_programme": flag(CHILDREN, disabled_minor),
    "sanatorium_companion": flag(date(2022, 1, 1), disabled_minor),
    "sanatorium_mental_disorder": flag(
        date(2023, 1, 1), minor(lambda member, _: member["mental_disorder"] and member["sanatorium_indicated"])
    ),
    "tour_ticket_subsidy": flag(INCLUSIVE, child(of_tour_age)),
    "vseobuch_help": flag(CHILDREN, vulnerable(pupil("primary", "secondary"))),
}
