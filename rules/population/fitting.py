"""Puts the rows of tables together to families, and refuses what does not fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rules.graph.models import FAMILY
from rules.kernel.columns import DTYPES, Column, Columns, Mask, Offsets
from rules.population.cells import fits, wanted_type
from rules.population.layout import FAMILIES, PopulationError, Table, stated_column
from rules.population.rows import Rows

_KEY_BITS = 31


@dataclass(frozen=True)
class Batch:
    """Families with all their records, in the order of their numbers."""

    ids: NDArray[np.int64]
    columns: Columns


@dataclass(frozen=True)
class Files:
    """The files of one table, and which of its columns they have."""

    table: Table
    paths: tuple[Path, ...]
    columns: frozenset[str]
    rows: int
    nulls: frozenset[str]


def check_columns(path: str, table: Table, kinds: Mapping[str, Any], keys: Iterable[str]) -> None:
    """Refuse columns that no fact can be read from, and keys that are missing. Raises PopulationError."""
    wanted = dict.fromkeys(keys, (pa.types.is_integer, "a whole number"))
    wanted |= {stated_column(group): (pa.types.is_boolean, "bool") for group in table.groups}
    wanted |= {name: (partial(fits, fact), wanted_type(fact)) for name, fact in table.facts.items()}
    for name, kind in kinds.items():
        if name not in wanted:
            raise PopulationError(f"{path}: {table.name} has no column {name!r}{near_to(name, wanted)}")
        accepts, words = wanted[name]
        if not accepts(kind):
            raise PopulationError(f"{path}: {name} is stored as {kind}, and {words} is needed")
    for key in keys:
        if key not in kinds:
            raise PopulationError(f"{path}: the column {key} is missing")


def near_to(name: str, known: Iterable[str]) -> str:
    """Return the nearest known name, or all of them."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"


@dataclass
class Fitting:
    """Puts the rows of one batch together: each row finds the one that it hangs from."""

    rows: dict[str, Rows]
    nulls: frozenset[str]
    facts: dict[str, Column] = field(default_factory=dict)
    offsets: dict[str, Offsets] = field(default_factory=dict)
    missing: dict[str, Mask] = field(default_factory=dict)
    # By group, a number for each row that grows from row to row, by which the rows below find it.
    marks: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    def fit(self) -> Batch:
        """Return the rows as columns. Raises PopulationError where a row hangs from none."""
        families = self.rows[FAMILY]
        self.marks[FAMILY] = families.key(0)
        pending: list[tuple[str, ...]] = [(FAMILY,)]
        for chain in pending:
            holders = self.rows[chain[-1]]
            self._take_facts(holders)
            for group in holders.table.groups:
                if group in self.rows:
                    self._take_list(chain, group)
                    pending.append((*chain, group))
        ids = self.marks[FAMILY]
        return Batch(ids, Columns(len(ids), self.facts, self.offsets, self.missing))

    def _take_facts(self, rows: Rows) -> None:
        for name in rows.table.facts:
            if name in rows.columns:
                self.facts[name] = rows.values(name, DTYPES[rows.table.facts[name].type])
                if name in self.nulls:
                    self.missing[name] = rows.missing(name)

    def _take_list(self, chain: tuple[str, ...], group: str) -> None:
        holders, inner = self.rows[chain[-1]], self.rows[group]
        holder = self._find_holders(chain, inner)
        if inner.table.own_key:
            self.marks[group] = holder << _KEY_BITS | inner.key(len(chain))
        bounds = np.searchsorted(holder, np.arange(len(self.marks[chain[-1]]) + 1)).astype(np.int64)
        sizes, limits = np.diff(bounds), holders.table.groups[group]
        stated = np.ones(len(sizes), dtype=np.bool_)
        if stated_column(group) in holders.columns:
            self.missing[group] = holders.unstated(group)
            stated = ~self.missing[group]
        wrong = np.where(stated, (sizes < limits.least) | (sizes > limits.most), sizes > 0)
        if wrong.any():
            index = int(np.argmax(wrong))
            allowed = (
                f"{limits.least} to {limits.most}" if stated[index] else f"none, for {stated_column(group)} is no,"
            )
            raise holders.refuse(index, f"{sizes[index]} rows of {group} belong to it, and {allowed} can be")
        self.offsets[group] = bounds

    def _find_holders(self, chain: tuple[str, ...], inner: Rows) -> NDArray[np.int64]:
        """Return for each row the place of the one that holds it."""
        found = np.zeros(len(inner.key(0)), dtype=np.int64)
        for depth, group in enumerate(chain):
            wanted = inner.key(depth) if depth == 0 else found << _KEY_BITS | inner.key(depth)
            marks = self.marks[group]
            found = np.searchsorted(marks, wanted)
            lost = marks[np.minimum(found, len(marks) - 1)] != wanted
            if lost.any():
                index = int(np.argmax(lost))
                keys = ", ".join(
                    f"{key} {inner.key(place)[index]}" for place, key in enumerate(inner.table.keys[: depth + 1])
                )
                raise inner.refuse(index, f"no row of {FAMILIES if depth == 0 else group} has the {keys}")
        return found
