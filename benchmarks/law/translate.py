"""Hands the same law and the same families over to OpenFisca: parameters as a tree, families as JSON or as arrays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from benchmarks.law.openfisca_model.kinds import KINDS
from rules.dated import value_on
from rules.graph.dates import MONTHS_A_QUARTER, Period, start_of
from rules.graph.domain import Exact
from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.graph.nodes import Type
from rules.graph.run import exact
from rules.kernel.columns import EPOCH, Columns
from rules.loader import Law

ASKED = {
    benefit: (f"{name}_entitled", f"{name}_amount")
    for benefit, name in {
        "multi_child_benefit": "multi_child_benefit",
        "birth_grant": "birth_grant",
        "child_care_benefit": "child_care_benefit",
        "targeted_social_assistance": "asp",
        "awarded_mother_benefit": "awarded_mother_benefit",
        "child_care_payment": "child_care_payment",
        "disability_benefit": "disability_benefit",
        "disabled_child_carer_benefit": "disabled_child_carer_benefit",
        "group1_carer_benefit": "group1_carer_benefit",
    }.items()
}
"""The benefits that OpenFisca's model has: what is asked for of each."""
MEMBER_FACTS = (
    "birth_date", "lives_with_family", "full_time_student", "counted_in_birth_order", "birth_grant_paid",
    "mother_award", "disability_group", "disability_cause", "disability_benefit_sum_by_decision",
    "pension_age_reached", "group1_care_recognised",
)  # fmt: skip
FAMILY_FACTS = (
    "residence", "poverty_line", "carer_insured", "carer_insured_income",
    "commission_found_no_need", "inspection_refused", "employment_measures_refused", "employment_measures_refused_on",
    "social_contract_broken", "social_contract_broken_on", "false_data_found",
)  # fmt: skip
_ETERNAL = {"birth_date"}
_PLURAL = {"parent": "parents", "child": "children", "other": "others"}


def parameter_tree(law: Law) -> dict[str, Any]:
    """Return every figure of the law with the day each value starts, as OpenFisca writes parameters."""
    tree: dict[str, Any] = {}
    for name, parameter in law.parameters.items():
        if not all(isinstance(value.value, int | Decimal) for value in parameter.values):
            continue
        *above, last = name.split(".")
        branch = tree
        for part in above:
            branch = branch.setdefault(part, {})
        starts = sorted({value.in_force_from for value in parameter.values})
        figures = {start.isoformat(): exact(value_on(name, parameter.values, start)) for start in starts}
        branch[last] = {"values": {start: {"value": _json_number(figure)} for start, figure in figures.items()}}
    return tree


def _json_number(figure: Exact) -> int | float:
    return figure if isinstance(figure, int) else float(figure)


@dataclass(frozen=True)
class Translator:
    """Families in columns, for a question of the first day of a month."""

    graph: Graph
    columns: Columns
    on: date

    @property
    def month(self) -> str:
        return f"{self.on:%Y-%m}"

    def _cells(self, name: str) -> Any:
        """Return a fact as OpenFisca wants it in an array: truths, days, codes by place, or float32."""
        kind = self.graph.facts[name].type
        cells = self.columns.facts[name]
        if kind is Type.DAY:
            return cells.astype("datetime64[D]")
        if kind is Type.NUMBER:
            return (cells / 10 ** self.graph.facts[name].decimals).astype(np.float32)
        return cells.astype(np.bool_ if kind is Type.TRUTH else np.int16)

    def _incomes(self) -> Iterator[tuple[str, str, Any]]:
        """Yield the sums that each member received in each month of the quarter before, by kind."""
        facts, offsets = self.columns.facts, self.columns.offsets["incomes"]
        holder = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        month_of = facts["received_in"].astype("datetime64[D]").astype("datetime64[M]")
        codes = list(self.graph.facts["kind"].codes or {})
        decided = ~np.isin(facts["kind"], [codes.index(kind) for kind in KINDS]) & (facts["counts_by_decision"] == 1)
        chosen = {f"income_{kind}": facts["kind"] == codes.index(kind) for kind in KINDS}
        first = np.datetime64(start_of(Period.QUARTER, self.on, -1), "M")
        for name, rows in {**chosen, "income_by_decision": decided}.items():
            for month in first + np.arange(MONTHS_A_QUARTER):
                here = rows & (month_of == month)
                if here.any():
                    sums = np.zeros(len(offsets) - 1, dtype=np.int64)
                    np.add.at(sums, holder[here], facts["received"][here])
                    yield name, str(month), sums.astype(np.float32)

    def arrays(self) -> dict[str, Any]:
        """Return the families as arrays by entity, variable and month."""
        offsets = self.columns.offsets["members"]
        found: dict[str, Any] = {
            "families": np.array(self.columns.families),
            "family_of": np.repeat(np.arange(self.columns.families), np.diff(offsets)),
            "role": self.columns.facts["role"].astype(np.int64),
        }
        for entity, names in (("person", MEMBER_FACTS), ("family", FAMILY_FACTS)):
            for name in names:
                period = "ETERNITY" if name in _ETERNAL else self.month
                found[f"{entity}/{name}/{period}"] = self._cells(name)
        for name, month, sums in self._incomes():
            found[f"person/{name}/{month}"] = sums
        return found

    def situations(self) -> Iterator[dict[str, Any]]:
        """Yield each family as the web interface of OpenFisca receives it, with all benefits asked for."""
        offsets = self.columns.offsets["members"]
        incomes = list(self._incomes())
        for family in range(self.columns.families):
            persons = range(int(offsets[family]), int(offsets[family + 1]))
            people: dict[str, dict[str, Any]] = {str(person): self._stated(MEMBER_FACTS, person) for person in persons}
            for name, month, sums in incomes:
                for person in persons:
                    if sums[person]:
                        people[str(person)].setdefault(name, {})[month] = float(sums[person])
            roles: dict[str, list[str]] = {plural: [] for plural in _PLURAL.values()}
            for person in persons:
                code = list(self.graph.facts["role"].codes or {})[int(self.columns.facts["role"][person])]
                roles[_PLURAL[code]].append(str(person))
            asked = {name: {self.month: None} for pair in ASKED.values() for name in pair}
            yield {"persons": people, "families": {FAMILY: {**roles, **self._stated(FAMILY_FACTS, family), **asked}}}

    def _stated(self, names: tuple[str, ...], index: int) -> dict[str, Any]:
        return {name: {"ETERNITY" if name in _ETERNAL else self.month: self._plain(name, index)} for name in names}

    def _plain(self, name: str, index: int) -> object:
        fact, cell = self.graph.facts[name], int(self.columns.facts[name][index])
        if fact.type is Type.DAY:
            return date.fromordinal(cell + EPOCH).isoformat()
        if fact.type is Type.CODE:
            return list(fact.codes or {})[cell]
        if fact.type is Type.TRUTH:
            return bool(cell)
        return cell / 10**fact.decimals if fact.decimals else cell


def amounts_of(answers: Mapping[str, Any], benefit: str) -> Any:
    """Return OpenFisca's amounts of a benefit in whole tenge; nothing where it says no."""
    entitled, amount = (np.asarray(answers[name]) for name in ASKED[benefit])
    return np.where(entitled, np.rint(amount), 0).astype(np.int64)
