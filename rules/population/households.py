"""Invents who lives together: how many, in what place of the family, and how old."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rules.graph.graph import Graph
from rules.kernel.columns import EPOCH
from rules.population.chance import Chance, Drawn, Ids, sub_ids
from rules.population.profile import Profile, Region, draw_banded

Mask = NDArray[np.bool_]
PARENT, GROWN, MINOR, OTHER = range(4)
MAJORITY = 18
_HALF = 32
_MONTHS_A_YEAR = 12
_EPOCH_YEAR = 1970
_FINE = 12
_LARGEST = 1 << 31
_DAYS_IN_FOUR_YEARS = 1461
_DAYS_A_YEAR = 365
_HALF_OF_ALL = 500_000


@dataclass(frozen=True)
class Setting:
    """What a population is made from. The same setting makes the same families."""

    graph: Graph
    profile: Profile
    chance: Chance
    as_of: date
    months: tuple[date, ...]

    @property
    def as_of_day(self) -> int:
        """The day the population is as of, in days since 1970-01-01."""
        return self.as_of.toordinal() - EPOCH


@dataclass(frozen=True)
class Households:
    """The make-up of some families, one entry a family."""

    setting: Setting
    ids: Ids

    @cached_property
    def region(self) -> Drawn:
        return self.setting.chance.choose("region", self.ids, [region.weight for region in self.regions])

    @property
    def regions(self) -> tuple[Region, ...]:
        return self.setting.profile.regions

    @cached_property
    def minors(self) -> Drawn:
        """How many children under 18 a family has."""
        found = np.zeros(len(self.ids), dtype=np.int64)
        chance = self.setting.chance
        for name, pattern in self.setting.profile.patterns.items():
            fits = np.array([region.pattern == name for region in self.regions])[self.region]
            ids = self.ids[fits]
            some = chance.happens("with children", ids, pattern.with_children)
            found[fits] = np.where(some, chance.choose("children", ids, pattern.children) + 1, 0)
        return found

    @cached_property
    def parents(self) -> Drawn:
        """How many parents; in families without children under 18, how many adults of the first generation."""
        chance, families = self.setting.chance, self.setting.profile.families
        alone = chance.happens("one parent", self.ids, families.one_parent)
        without = chance.choose("without children", self.ids, families.without_children) + 1
        return np.where(self.minors > 0, np.where(alone, 1, 2), without)

    @cached_property
    def grown(self) -> Drawn:
        """How many children of 18 years or more live with the family."""
        chance, families = self.setting.chance, self.setting.profile.families
        one = chance.happens("grown child", self.ids, families.grown_child)
        more = chance.choose("grown children", self.ids, families.grown_children)
        return np.where(self.minors > 0, one.astype(np.int64), more)

    @cached_property
    def others(self) -> Drawn:
        """How many grandparents live with the family."""
        found = self.setting.chance.happens("grandparent", self.ids, self.setting.profile.families.grandparent)
        return np.where(self.minors > 0, found.astype(np.int64), 0)

    @cached_property
    def sizes(self) -> Drawn:
        return self.parents + self.grown + self.minors + self.others


@dataclass(frozen=True)
class People:
    """The members of some families, one entry a member: parents, grown children, children, others."""

    homes: Households

    @cached_property
    def offsets(self) -> Drawn:
        return np.concatenate(([0], np.cumsum(self.homes.sizes)))

    @cached_property
    def home(self) -> Drawn:
        """The place of the member's family."""
        return np.repeat(np.arange(len(self.homes.ids), dtype=np.int64), self.homes.sizes)

    @cached_property
    def number(self) -> Drawn:
        """The place of the member in the family, from 0."""
        return np.arange(len(self.home), dtype=np.int64) - self.offsets[self.home]

    @cached_property
    def ids(self) -> Ids:
        return sub_ids(self.homes.ids[self.home], self.number)

    @cached_property
    def kind(self) -> NDArray[np.int8]:
        """PARENT, GROWN, MINOR or OTHER."""
        ends = np.cumsum([self.homes.parents, self.homes.grown, self.homes.minors], axis=0)
        return sum((self.number >= end[self.home] for end in ends), np.zeros(len(self.home), dtype=np.int8))

    @cached_property
    def rank(self) -> Drawn:
        """The place among those of the same kind in the family, from 0."""
        before = np.cumsum([0 * self.homes.sizes, self.homes.parents, self.homes.grown, self.homes.minors], axis=0)
        found: Drawn = self.number - before[self.kind, self.home]
        return found

    @cached_property
    def male(self) -> Mask:
        """Of two parents the first is the father; one who is alone is mostly the mother."""
        setting = self.homes.setting
        anybody = setting.chance.happens("sex", self.ids, _HALF_OF_ALL)
        alone = setting.chance.happens("lone father", self.ids, setting.profile.families.lone_father)
        two = self.homes.parents[self.home] > 1
        return np.where(self.kind == PARENT, np.where(two, self.rank == 0, alone), anybody)

    @cached_property
    def mother(self) -> Mask:
        found: Mask = (self.kind == PARENT) & ~self.male
        return found

    @cached_property
    def age(self) -> Drawn:
        """Age in days."""
        found = np.zeros(len(self.home), dtype=np.int64)
        for kind, ages in ((MINOR, self._minor_ages), (GROWN, self._grown_ages), (OTHER, self._other_ages)):
            places = np.flatnonzero(self.kind == kind)
            found[places] = ages(places)
        places = np.flatnonzero(self.kind == PARENT)
        found[places] = self._parent_ages(places, found)
        return found

    @cached_property
    def years(self) -> Drawn:
        """Age in whole years, from the birthday on."""
        born, as_of = self.born.astype("datetime64[D]"), self.homes.setting.as_of
        months = born.astype("datetime64[M]")
        day = (born - months).astype(np.int64) + 1
        month = months.astype(np.int64)
        ahead = (month % _MONTHS_A_YEAR + 1 > as_of.month) | (
            (month % _MONTHS_A_YEAR + 1 == as_of.month) & (day > as_of.day)
        )
        found: Drawn = as_of.year - _EPOCH_YEAR - month // _MONTHS_A_YEAR - ahead
        return found

    @cached_property
    def born(self) -> Drawn:
        """Day of birth in days since 1970-01-01."""
        return self.homes.setting.as_of_day - self.age

    def _minor_ages(self, places: Drawn) -> Drawn:
        """Spread the children of a family over the years as births were, with some time between them."""
        setting = self.homes.setting
        count = self.homes.minors[self.home[places]]
        whole = 1 << _HALF
        start = setting.chance.draw("age of the children", self.homes.ids[self.home[places]], _LARGEST) << 1
        moved = (setting.chance.draw("age of a child", self.ids[places], _LARGEST) << 1) - (whole >> 1)
        from_youngest = count - 1 - self.rank[places]
        position = np.abs((from_youngest << _HALF) + start + moved // 2) // count
        position = np.where(position >= whole, 2 * whole - 1 - position, position)
        twin = setting.chance.happens("twins", self.ids[places], setting.profile.families.first_of_twins)
        same = np.flatnonzero(twin & (from_youngest > 0))
        position[same] = position[same + 1]
        return _spread_by_births(position, setting.profile.ages.child_by_year)

    def _grown_ages(self, places: Drawn) -> Drawn:
        profile = self.homes.setting.profile
        eldest = self._banded("age of a grown child", self.ids[places - self.rank[places]], profile.ages.grown_child)
        found: Drawn = np.maximum(eldest - 2 * _DAYS_A_YEAR * self.rank[places], MAJORITY * _DAYS_A_YEAR + MAJORITY)
        return found

    def _other_ages(self, places: Drawn) -> Drawn:
        return self._banded("age of a grandparent", self.ids[places], self.homes.setting.profile.ages.grandparent)

    def _parent_ages(self, places: Drawn, ages: Drawn) -> Drawn:
        """Let a parent be older than the eldest child by the age of a mother at her first birth, a father by more."""
        setting, home = self.homes.setting, self.home[places]
        bands = setting.profile.ages
        eldest = np.zeros(len(self.homes.ids), dtype=np.int64)
        first = (self.rank == 0) & ((self.kind == MINOR) | (self.kind == GROWN))
        for kind in (MINOR, GROWN):
            chosen = np.flatnonzero(first & (self.kind == kind))
            eldest[self.home[chosen]] = np.maximum(ages[chosen], eldest[self.home[chosen]])
        ids = self.homes.ids[home]
        mother = eldest[home] + self._banded("age of a mother", ids, bands.mother_at_first_birth)
        lone = self._banded("age without children", ids, bands.without_children)
        older = self._banded("father older by", ids, bands.father_older_by)
        is_father = (self.rank[places] == 0) & (self.homes.parents[home] > 1)
        return np.where(eldest[home] > 0, mother, lone) + np.where(is_father, older, 0)

    def _banded(self, purpose: str, ids: Ids, years: tuple[tuple[int, int, int], ...]) -> Drawn:
        return draw_banded(self.homes.setting.chance, purpose, ids, years, _DAYS_IN_FOUR_YEARS) // 4


def _spread_by_births(position: Drawn, weights: tuple[int, ...]) -> Drawn:
    """Return the age in days at a position from 0 to 2**32 among all children, from the youngest to the oldest."""
    table = np.repeat(np.arange(len(weights)), weights)
    begins = np.cumsum((0, *weights))[:-1]
    place = position * len(table)
    year = table[place >> _HALF]
    inside = (place - (begins[year] << _HALF)) >> _FINE
    days = inside * _DAYS_A_YEAR // (np.array(weights)[year] << (_HALF - _FINE))
    found: Drawn = year * _DAYS_IN_FOUR_YEARS // 4 + days
    return found
