"""The facts that follow from how a family is made up: each says how it is told of the people invented."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rules.graph.models import FAMILY
from rules.population.chance import Drawn
from rules.population.earnings import Income
from rules.population.households import GROWN, MAJORITY, MINOR, OTHER, PARENT, Households, Mask, People

Cells = NDArray[np.integer]
# Names of codes, and for each record the place of its code among them.
Coded = tuple[Sequence[str], NDArray[np.integer]]
_YEAR = 366
_SCHOOL_FROM = 6
_NO_GROUP_BEFORE = 7
_NO_GROUP = 4
_DISABLED_WHO_WORK = (0, 3)


@dataclass(frozen=True)
class Making:
    """All that was invented of some families."""

    homes: Households
    people: People
    income: Income

    @cached_property
    def disability(self) -> Drawn:
        """0 for none, the number of the group, or `_NO_GROUP` for a child too young for one."""
        people, chances = self.people, self.homes.setting.profile.disability
        chance = self.homes.setting.chance
        young, minor = people.years < _NO_GROUP_BEFORE, people.years < MAJORITY
        found = np.zeros(len(people.ids), dtype=np.int64)
        for who, often, weights in (
            (young, chances.under_7, ()),
            (minor & ~young, chances.minor, chances.groups_of_minors),
            (~minor, chances.adult, chances.groups_of_adults),
        ):
            places = np.flatnonzero(who & chance.happens("disability", people.ids, often))
            ids = people.ids[places]
            found[places] = chance.choose("disability group", ids, weights) + 1 if weights else _NO_GROUP
        return found


def _sex(making: Making) -> Coded:
    """Of two parents the first is the father; one who is alone is mostly the mother."""
    people, setting = making.people, making.homes.setting
    male = setting.chance.happens("sex", people.ids, 500_000)
    alone = setting.chance.happens("lone father", people.ids, setting.profile.families.lone_father)
    parent = people.kind == PARENT
    two = making.homes.parents[people.home] > 1
    father = np.where(two, people.rank == 0, alone)
    return ["female", "male"], np.where(parent, father, male).astype(np.int64)


def _region(making: Making) -> Coded:
    return [region.code for region in making.homes.regions], making.homes.region


def _poverty_line(making: Making) -> Cells:
    return np.array([region.poverty_line for region in making.homes.regions])[making.homes.region]


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
    found: Cells = (working & (np.isin(making.disability, _DISABLED_WHO_WORK))).astype(np.int64)
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
    (FAMILY, "poverty_line"): _poverty_line,
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
}
OWN_CODES: Mapping[tuple[str, str], Callable[[Making], Coded]] = {
    (FAMILY, "region"): _region,
    ("members", "role"): _role,
    ("members", "sex"): _sex,
    ("members", "disability_group"): _disability_group,
    ("incomes", "kind"): _kind,
}
