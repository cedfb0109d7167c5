"""Invents what comes in, month by month."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rules.kernel.columns import EPOCH
from rules.population.chance import Drawn, Ids, sub_ids
from rules.population.households import GROWN, MAJORITY, MINOR, PARENT, Mask, People
from rules.population.profile import Bands, draw_banded

_PER_CENT = 100
_WAGE, _OWN, _NOTHING = range(3)
_CARE_MONTHS = 18
_DAYS_A_MONTH = 30
_STUDENT_YEARS = range(MAJORITY, 23)


@dataclass(frozen=True)
class Income:
    """The incomes of some members, one entry an income, those of one member together."""

    people: People
    insured: Mask

    @cached_property
    def student(self) -> Mask:
        """Who studies full time after school."""
        people = self.people
        setting = people.homes.setting
        young = (people.kind == GROWN) & (people.years >= _STUDENT_YEARS.start) & (people.years < _STUDENT_YEARS.stop)
        studies = setting.chance.happens("studies", people.ids, setting.profile.truths["studies_after_school"])
        found: Mask = young & studies
        return found

    @cached_property
    def _parts(self) -> "_Parts":
        people = self.people
        homes = people.homes
        chance, earnings = homes.setting.chance, homes.setting.profile.earnings
        parts = _Parts()
        work = self.work
        for source, bands, kind in ((_WAGE, earnings.wage, "wage"), (_OWN, earnings.own_business, "other")):
            who = np.flatnonzero(work == source)
            usual = self._sums(kind, who, bands) * self._local()[who] // _PER_CENT
            self._monthly(parts, kind, who, usual)
        pensioner = np.flatnonzero(self._adult & (people.years >= homes.setting.profile.ages.pension_from))
        self._monthly(parts, "other", pensioner, self._sums("pension", pensioner, earnings.pension), level=True)
        carer = (people.kind == PARENT) & (people.rank == homes.parents[people.home] - 1)
        most = max(int(count) for count in earnings.multi_child_benefit)
        sums = np.array([earnings.multi_child_benefit.get(str(count), 0) for count in range(most + 1)])
        granted = sums[np.minimum(homes.minors[people.home], most)] * carer
        who = np.flatnonzero(granted)
        self._monthly(parts, "multi_child_benefit", who, granted[who], level=True)
        infant = np.zeros(len(homes.ids), dtype=bool)
        infant[people.home[(people.kind == MINOR) & (people.age < _CARE_MONTHS * _DAYS_A_MONTH)]] = True
        who = np.flatnonzero(carer & (infant & ~self.insured)[people.home])
        care = np.full(len(who), earnings.child_care_benefit, dtype=np.int64)
        self._monthly(parts, "child_care_benefit", who, care, level=True)
        who = np.flatnonzero(self._adult & chance.happens("loan", people.ids, earnings.loan))
        parts.add("consumer_loan", who, 0, self._sums("loan", who, earnings.loan_sum))
        return parts

    @cached_property
    def _adult(self) -> Mask:
        return np.asarray(self.people.kind != MINOR)

    @cached_property
    def work(self) -> Drawn:
        """What an adult of working age does; everybody else nothing."""
        people = self.people
        setting = people.homes.setting
        chances = setting.profile.earnings
        found = np.full(len(people.ids), _NOTHING, dtype=np.int64)
        able = self._adult & (people.years < setting.profile.ages.pension_from) & ~self.student
        first, second = ((people.kind == PARENT) & (people.rank == rank) for rank in (0, 1))
        for who, weights in ((first, chances.first), (second, chances.second), (~first & ~second, chances.further)):
            places = np.flatnonzero(able & who)
            found[places] = setting.chance.choose("work", people.ids[places], weights)
        return found

    @property
    def earns_wage(self) -> Mask:
        """Who works for a wage."""
        return np.asarray(self.work == _WAGE)

    @property
    def works(self) -> Mask:
        """Who works at all."""
        return np.asarray(self.work != _NOTHING)

    def _local(self) -> Drawn:
        homes = self.people.homes
        return np.array([region.earnings for region in homes.regions])[homes.region][self.people.home]

    def _sums(self, purpose: str, who: Drawn, bands: Bands) -> Drawn:
        return draw_banded(self.people.homes.setting.chance, f"sum of {purpose}", self.people.ids[who], bands)

    def _monthly(self, parts: "_Parts", kind: str, who: Drawn, usual: Drawn, *, level: bool = False) -> None:
        setting = self.people.homes.setting
        most = setting.profile.earnings.raise_within_quarter
        for month in range(len(setting.months)):
            ids = sub_ids(self.people.ids[who], np.full(len(who), month))
            more = np.maximum(setting.chance.draw(f"more {kind}", ids, _PER_CENT) - most, 0)
            parts.add(kind, who, month, usual if level else usual * (10 * _PER_CENT + more) // (10 * _PER_CENT))

    @cached_property
    def _order(self) -> Drawn:
        return np.argsort(np.concatenate(self._parts.who), kind="stable")

    @cached_property
    def holder(self) -> Drawn:
        """The place of the member who has the income."""
        return np.concatenate(self._parts.who)[self._order]

    @cached_property
    def offsets(self) -> Drawn:
        return np.searchsorted(self.holder, np.arange(len(self.people.ids) + 1)).astype(np.int64)

    @cached_property
    def ids(self) -> Ids:
        return sub_ids(self.people.ids[self.holder], np.arange(len(self.holder)) - self.offsets[self.holder])

    @cached_property
    def kind(self) -> list[str]:
        """The kinds of income, in the order in which `kind_place` names them."""
        return sorted(set(self._parts.kinds))

    @cached_property
    def kind_place(self) -> Drawn:
        places = [
            np.full(len(who), self.kind.index(kind))
            for kind, who in zip(self._parts.kinds, self._parts.who, strict=True)
        ]
        return np.concatenate(places)[self._order]

    @cached_property
    def received(self) -> Drawn:
        return np.concatenate(self._parts.sums)[self._order]

    @cached_property
    def received_in(self) -> Drawn:
        """Day of the payment in days since 1970-01-01."""
        setting = self.people.homes.setting
        pay_day = setting.profile.earnings.pay_day
        days = np.array([month.replace(day=pay_day).toordinal() - EPOCH for month in setting.months], dtype=np.int64)
        months = [np.full(len(who), month) for month, who in zip(self._parts.months, self._parts.who, strict=True)]
        found: Drawn = days[np.concatenate(months)[self._order]]
        return found


@dataclass
class _Parts:
    """Incomes by source and month, before they are put in the order of the members."""

    kinds: list[str] = field(default_factory=list)
    who: list[Drawn] = field(default_factory=list)
    months: list[int] = field(default_factory=list)
    sums: list[Drawn] = field(default_factory=list)

    def add(self, kind: str, who: Drawn, month: int, sums: Drawn) -> None:
        self.kinds.append(kind)
        self.who.append(who)
        self.months.append(month)
        self.sums.append(sums)
