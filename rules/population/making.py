"""All that was invented of some families, for the facts to be told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rules.population.chance import Drawn
from rules.population.earnings import Income
from rules.population.households import MAJORITY, MINOR, PARENT, Households, Mask, People

Cells = NDArray[np.integer]
# Names of codes, and for each record the place of its code among them.
Coded = tuple[Sequence[str], NDArray[np.integer]]
_NO_GROUP_BEFORE = 7
_NO_GROUP = 4
DISABLED_WHO_WORK = (0, 3)


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

    def scattered(self, families: Mask) -> Mask:
        """Return which members live in the families."""
        return families[self.people.home]

    def anybody(self, members: Mask) -> Mask:
        """Return which families have such a member."""
        found = np.zeros(len(self.homes.ids), dtype=np.bool_)
        found[self.people.home[members]] = True
        return found

    def child_before(self, years: int) -> Mask:
        """Return which families have a child younger than so many years."""
        return self.anybody((self.people.kind == MINOR) & (self.people.years < years))

    @cached_property
    def bereaved(self) -> Mask:
        """Which families lost the breadwinner: some of those with children and one parent."""
        setting, homes = self.homes.setting, self.homes
        lost = setting.chance.happens("breadwinner lost", homes.ids, setting.profile.survivors.one_parent)
        found: Mask = lost & (homes.parents == 1) & (homes.minors > 0)
        return found

    @cached_property
    def on_leave(self) -> Mask:
        """Which members are mothers on leave: insured, with a child under one year."""
        setting, people = self.homes.setting, self.people
        leave = setting.chance.happens("maternity leave", people.ids, setting.profile.insurance.leave)
        return people.mother & leave & self.scattered(self.income.insured & self.child_before(1))

    @property
    def carer(self) -> Mask:
        """The last parent of each family."""
        return np.asarray((self.people.kind == PARENT) & (self.people.rank == self.homes.parents[self.people.home] - 1))
