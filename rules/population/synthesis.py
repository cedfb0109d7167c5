"""Invents families: every fact of the graph, by its own distribution where it has one, else by its type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rules.graph.graph import Graph
from rules.graph.models import FAMILY, Fact
from rules.graph.nodes import Type
from rules.kernel.columns import DTYPES, EPOCH, Column, Columns
from rules.population.chance import Chance, Drawn, Ids, sub_ids
from rules.population.distributions import OWN, OWN_CODES
from rules.population.earnings import Income
from rules.population.households import Households, People, Setting
from rules.population.making import Making
from rules.population.profile import Profile, load_profile

# Families that are made at once; what is made does not depend on it.
BLOCK = 50_000
_MONTHS_A_QUARTER = 3
_MONTHS_A_YEAR = 12
_LEFT_OUT = 250_000
_LONGEST_RUN = 365
_MEMBERS, _INCOMES = "members", "incomes"


@dataclass(frozen=True)
class Block:
    """Families made together, with their numbers, which count from 1."""

    ids: NDArray[np.int64]
    columns: Columns


def make_setting(graph: Graph, seed: int, as_of: date | None = None, profile: Profile | None = None) -> Setting:
    """Return what a population is made from: incomes are those of the quarter before the day it is as of."""
    chosen = profile or load_profile()
    day = as_of or chosen.as_of
    return Setting(graph, chosen, Chance(seed), day, quarter_before(day))


def quarter_before(day: date) -> tuple[date, ...]:
    """Return the first days of the months of the quarter before the one that a day lies in."""
    first = (day.year * _MONTHS_A_YEAR + day.month - 1) // _MONTHS_A_QUARTER * _MONTHS_A_QUARTER - _MONTHS_A_QUARTER
    months = range(first, first + _MONTHS_A_QUARTER)
    return tuple(date(month // _MONTHS_A_YEAR, month % _MONTHS_A_YEAR + 1, 1) for month in months)


def generate(graph: Graph, families: int, seed: int, as_of: date | None = None) -> Columns:
    """Return an invented population in memory."""
    return join_columns([block.columns for block in make_blocks(make_setting(graph, seed, as_of), families)])


def make_blocks(setting: Setting, families: int, size: int = BLOCK) -> Iterator[Block]:
    """Yield the families in blocks of `size`."""
    for first in range(0, families, size):
        yield make_block(setting, first, min(first + size, families))


def make_block(setting: Setting, first: int, last: int) -> Block:
    """Return the families from `first` up to, but without, `last`, counted from 0."""
    ids = np.arange(first + 1, last + 1, dtype=np.uint64)
    return Block(ids.astype(np.int64), _Maker(setting, ids).columns())


def join_columns(parts: list[Columns]) -> Columns:
    """Return populations one after the other as one."""
    if len(parts) == 1:
        return parts[0]
    masks = {name for part in parts for name in part.missing}

    def mask(part: Columns, name: str) -> NDArray[np.bool_]:
        length = len(part.facts[name]) if name in part.facts else len(part.offsets[name]) - 1
        return part.missing.get(name, np.zeros(length, dtype=np.bool_))

    def offsets(name: str) -> NDArray[np.int64]:
        sizes = [np.diff(part.offsets[name]) for part in parts]
        return np.concatenate(([0], np.cumsum(np.concatenate(sizes))))

    return Columns(
        sum(part.families for part in parts),
        {name: np.concatenate([part.facts[name] for part in parts]) for name in parts[0].facts},
        {name: offsets(name) for name in parts[0].offsets},
        {name: np.concatenate([mask(part, name) for part in parts]) for name in masks},
    )


@dataclass(frozen=True)
class _Maker:
    setting: Setting
    ids: Ids

    @cached_property
    def making(self) -> Making:
        homes = Households(self.setting, self.ids)
        people = People(homes)
        insured = self.setting.chance.happens("carer_insured", self.ids, self.setting.profile.truths["carer_insured"])
        return Making(homes, people, Income(people, insured))

    def columns(self) -> Columns:
        facts: dict[str, Column] = {}
        offsets: dict[str, NDArray[np.int64]] = {}
        missing: dict[str, NDArray[np.bool_]] = {}
        leaves_out = self.setting.chance.happens("incomplete", self.ids, self.setting.profile.incomplete)
        pending = [(FAMILY, self.ids, np.arange(len(self.ids)))]
        for scope, ids, family in pending:
            for name, fact in self.setting.graph.facts_of(scope).items():
                facts[name] = self._cells(name, fact, ids).astype(DTYPES[fact.type])
                left_out = leaves_out[family] & self.setting.chance.happens(f"{name} left out", ids, _LEFT_OUT)
                if left_out.any():
                    missing[name] = left_out
            for group in self.setting.graph.groups_of(scope):
                offsets[group], inner = self._records(scope, group, ids)
                pending.append((group, inner, np.repeat(family, np.diff(offsets[group]))))
        return Columns(len(self.ids), facts, offsets, missing)

    def _records(self, scope: str, group: str, holders: Ids) -> tuple[NDArray[np.int64], Ids]:
        if (scope, group) == (FAMILY, _MEMBERS):
            return self.making.people.offsets, self.making.people.ids
        if (scope, group) == (_MEMBERS, _INCOMES):
            return self.making.income.offsets, self.making.income.ids
        least = self.setting.graph.groups[group].least
        some = self.setting.chance.happens(group, holders, self.setting.profile.defaults.list_entry)
        sizes = np.maximum(some.astype(np.int64), least)
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        return offsets, sub_ids(np.repeat(holders, sizes), np.zeros(offsets[-1], dtype=np.int64))

    def _cells(self, name: str, fact: Fact, ids: Ids) -> NDArray[np.integer]:
        key = (fact.of, name)
        if fact.type is Type.CODE and key in OWN_CODES:
            names, places = OWN_CODES[key](self.making)
            codes = list(fact.codes or {})
            if set(names) <= set(codes):
                return np.array([codes.index(code) for code in names], dtype=np.int64)[places]
        if key in OWN:
            scale: int = 10**fact.decimals
            return OWN[key](self.making) * scale
        return self._by_type(name, fact, ids)

    def _by_type(self, name: str, fact: Fact, ids: Ids) -> NDArray[np.integer]:
        """Return cells of a fact for which the profile names at most a chance."""
        chance, profile = self.setting.chance, self.setting.profile
        defaults = profile.defaults
        if fact.type is Type.TRUTH:
            return chance.happens(name, ids, profile.truths.get(name, defaults.truth_yes)).astype(np.int64)
        if fact.type is Type.CODE:
            return _codes(chance, name, fact, ids, profile.codes.get(name), defaults.code_other)
        if fact.type is Type.NUMBER:
            more = chance.happens(name, ids, defaults.number_more).astype(np.int64)
            scale = 10**fact.decimals
            least, most = ((limit or 0) * scale for limit in (fact.least, fact.most))
            found: NDArray[np.integer] = np.minimum(max(least, min(0, most)) + more * scale, most)
            return found
        earliest, latest = (day.toordinal() - EPOCH if day else 0 for day in (fact.earliest, fact.latest))
        days = chance.draw(name, ids, defaults.day_within_years * _LONGEST_RUN)
        return np.clip(self.setting.as_of_day - days, earliest, latest)


def _codes(chance: Chance, name: str, fact: Fact, ids: Ids, weights: Mapping[str, int] | None, others: int) -> Drawn:
    codes = list(fact.codes or {})
    if weights is not None:
        return chance.choose(name, ids, [weights.get(code, 0) for code in codes])
    other = chance.happens(f"{name} is another", ids, others)
    return np.where(other, chance.draw(name, ids, len(codes)), 0)
