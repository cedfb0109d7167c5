"""The facts that follow from how a family is made up: each says how it is told of the people invented."""

from collections.abc import Callable, Mapping

import numpy as np

from rules.graph.models import FAMILY
from rules.population import circumstances, needs, young
from rules.population.households import GROWN, MAJORITY, MINOR, OTHER, PARENT, Mask
from rules.population.making import DISABLED_WHO_WORK, Cells, Coded, Making

_YEAR = 366
_SCHOOL_FROM = 6


def _sex(making: Making) -> Coded:
    return ["female", "male"], making.people.male.astype(np.int64)


def _region(making: Making) -> Coded:
    return [region.code for region in making.homes.regions], making.homes.region


def _carer_insured(making: Making) -> Cells:
    return making.income.insured.astype(np.int64)


def _birth_date(making: Making) -> Cells:
    return making.people.born


def _role(making: Making) -> Coded:
    names = {PARENT: "parent", GROWN: "child", MINOR: "child", OTHER: "other"}
    return [names[kind] for kind in sorted(names)], making.people.kind


def _lives_with_family(making: Making) -> Cells:
    chance, away = making.homes.setting.chance, making.homes.setting.profile.families.away
    return (~chance.happens("away", making.people.ids, away)).astype(np.int64)


def _full_time_student(making: Making) -> Cells:
    pupil = (making.people.kind == MINOR) & (making.people.years >= _SCHOOL_FROM)
    found: Cells = (pupil | making.income.student).astype(np.int64)
    return found


def _counted_in_birth_order(making: Making) -> Cells:
    setting = making.homes.setting
    counts = setting.chance.happens("counted", making.people.ids, setting.profile.truths["counted_in_birth_order"])
    return (counts & _is_child(making)).astype(np.int64)


def _birth_grant_paid(making: Making) -> Cells:
    """Paid for every child older than a year, so that one day shows the grants of a whole year."""
    return (_is_child(making) & (making.people.age >= _YEAR)).astype(np.int64)


def _is_child(making: Making) -> Mask:
    kind = making.people.kind
    return np.asarray((kind == MINOR) | (kind == GROWN))


def _disability_group(making: Making) -> Coded:
    return ["none", "group_1", "group_2", "group_3", "child_under_7"], making.disability


def _able_bodied(making: Making) -> Cells:
    people = making.people
    working = (people.years >= MAJORITY) & (people.years < making.homes.setting.profile.ages.pension_from)
    found: Cells = (working & (np.isin(making.disability, DISABLED_WHO_WORK))).astype(np.int64)
    return found


def _pension_age_reached(making: Making) -> Cells:
    return (making.people.years >= making.homes.setting.profile.ages.pension_from).astype(np.int64)


def _kind(making: Making) -> Coded:
    return making.income.kind, making.income.kind_place


def _received_in(making: Making) -> Cells:
    return making.income.received_in


def _received(making: Making) -> Cells:
    return making.income.received


def _counts_by_decision(making: Making) -> Cells:
    loan = making.income.kind.index("consumer_loan") if "consumer_loan" in making.income.kind else -1
    found: Cells = (making.income.kind_place != loan).astype(np.int64)
    return found


OWN: Mapping[tuple[str, str], Callable[[Making], Cells]] = {
    (FAMILY, "carer_insured"): _carer_insured,
    ("members", "birth_date"): _birth_date,
    ("members", "lives_with_family"): _lives_with_family,
    ("members", "full_time_student"): _full_time_student,
    ("members", "counted_in_birth_order"): _counted_in_birth_order,
    ("members", "birth_grant_paid"): _birth_grant_paid,
    ("members", "able_bodied"): _able_bodied,
    ("members", "pension_age_reached"): _pension_age_reached,
    ("incomes", "received_in"): _received_in,
    ("incomes", "received"): _received,
    ("incomes", "counts_by_decision"): _counts_by_decision,
    **circumstances.OWN,
    **needs.OWN,
    **young.OWN,
}
OWN_CODES: Mapping[tuple[str, str], Callable[[Making], Coded]] = {
    (FAMILY, "region"): _region,
    ("members", "role"): _role,
    ("members", "sex"): _sex,
    ("members", "disability_group"): _disability_group,
    ("incomes", "kind"): _kind,
    **circumstances.OWN_CODES,
    **needs.OWN_CODES,
    **young.OWN_CODES,
}
