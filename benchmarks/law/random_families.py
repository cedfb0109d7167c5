"""Random families over every fact that the law has words for, drawn to the edges where two ways of counting may part.

Nothing here knows a rule. Days lie on or beside whole months and years from the question's day, numbers are round,
beside round, tiny or at a limit, and how often a truth holds differs from lot to lot. So a new fact or rule is
covered on the day it is written.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from rules.graph.dates import MissingDay, Reached, months_after
from rules.graph.graph import Graph
from rules.graph.models import FAMILY, Fact, Group
from rules.graph.nodes import Type
from rules.kernel.columns import DTYPES, EPOCH, Column, Columns, Mask, Offsets

LOT = 500
"""Families that share the chances drawn for them."""
_USUAL = {FAMILY: 1, "members": 4}
_FEW = 1
_MONTHS_BACK = 60 * 12
_ROUND = 30_000
_CHANCES = (0.0, 0.03, 0.5, 0.97, 1.0)
_ROUND_EVERY, _ANYWHERE_EVERY, _LIMIT_EVERY = 0.75, 0.3, 0.02


@dataclass(frozen=True)
class _Draw:
    graph: Graph
    on: date
    random: np.random.Generator
    unknown: float

    def columns(self, families: int) -> Columns:
        facts: dict[str, Column] = {}
        offsets: dict[str, Offsets] = {}
        missing: dict[str, Mask] = {}
        pending = [(FAMILY, families)]
        for scope, count in pending:
            for name, fact in self.graph.facts_of(scope).items():
                facts[name] = self._fact(fact, count).astype(DTYPES[fact.type])
                self._hide(missing, name, count)
            for name, group in self.graph.groups_of(scope).items():
                self._hide(missing, name, count)
                sizes = self._sizes(name, group, count)
                sizes[missing.get(name, np.zeros(count, np.bool_))] = 0
                offsets[name] = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
                pending.append((name, int(offsets[name][-1])))
        return Columns(families, facts, offsets, missing)

    def _hide(self, missing: dict[str, Mask], name: str, count: int) -> None:
        hidden = self.random.random(count) < self.unknown
        if hidden.any():
            missing[name] = hidden

    def _sizes(self, name: str, group: Group, count: int) -> Column:
        """Return how many records each holder has: mostly a few, now and then many."""
        usual = _USUAL.get(name, _FEW)
        sizes = self.random.poisson(usual, count)
        many = self.random.random(count) < _LIMIT_EVERY
        sizes[many] = self.random.poisson(3 * usual, int(many.sum()))
        return np.clip(sizes, group.least, group.most)

    def _fact(self, fact: Fact, count: int) -> Column:
        if fact.type is Type.TRUTH:
            yes: Mask = self.random.random(count) < self.random.choice(_CHANCES)
            return yes.astype(np.uint8)
        if fact.type is Type.CODE:
            weights = self.random.random(len(fact.codes or {})) ** 3
            return self.random.choice(len(weights), count, p=weights / weights.sum())
        return self._day(fact, count) if fact.type is Type.DAY else self._number(fact, count)

    def _number(self, fact: Fact, count: int) -> Column:
        least, most = (10**fact.decimals * (limit or 0) for limit in (fact.least, fact.most))
        unit = 10**fact.decimals
        rounded = self.random.integers(0, 12, count) * _ROUND + self.random.integers(-1, 2, count)
        size = 10.0 ** self.random.uniform(0, np.log10(max(most, 10)), count)
        found = np.where(self.random.random(count) < _ROUND_EVERY, rounded * unit, size.astype(np.int64))
        small = most // unit < _ROUND
        if small:
            found = self.random.integers(least, most + 1, count)
        at_limit = self.random.random(count) < _LIMIT_EVERY
        found[at_limit] = self.random.choice([least, most], int(at_limit.sum()))
        return np.clip(found, least, most)

    def _day(self, fact: Fact, count: int) -> Column:
        earliest, latest = ((limit or self.on).toordinal() for limit in (fact.earliest, fact.latest))
        latest = min(latest, self.on.toordinal()) if fact.past else latest
        months = (self.random.beta(0.7, 2.5, count) * _MONTHS_BACK).astype(np.int64)
        if not fact.past:
            months -= self.random.integers(0, 24, count)
        beside = self.random.integers(-1, 2, count)
        found = self._months_ago(months) + beside
        anywhere = self.random.random(count) < _ANYWHERE_EVERY
        found[anywhere] -= self.random.integers(0, 31, int(anywhere.sum()))
        at_limit = self.random.random(count) < _LIMIT_EVERY
        found[at_limit] = self.random.choice([earliest, latest], int(at_limit.sum()))
        kept: Column = np.clip(found, earliest, latest) - EPOCH
        return kept

    def _months_ago(self, months: Column) -> Column:
        """Return the day so many months before the question's day, which is where terms counted in months end."""
        low, high = int(months.min(initial=0)), int(months.max(initial=0))
        days = [
            months_after(self.on, -ago, MissingDay.LAST_DAY_OF_MONTH, Reached.ON_THE_DAY).toordinal()
            for ago in range(low, high + 1)
        ]
        found: Column = np.array(days)[months - low]
        return found


def draw_lot(graph: Graph, on: date, families: int, seed: int, unknown: float = 0.0) -> Columns:
    """Return one lot of random families; `unknown` is the share of facts and lists that are not stated."""
    return _Draw(graph, on, np.random.default_rng(seed), unknown).columns(families)
