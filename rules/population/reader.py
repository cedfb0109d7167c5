"""Reads a population in batches of bounded size, and refuses files that do not fit together."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.kernel.columns import DTYPES, Column, Columns, Mask, Offsets
from rules.population.cells import fits, wanted_type
from rules.population.layout import (
    FAMILIES,
    NOTE,
    Note,
    PopulationError,
    Table,
    read_note,
    stated_column,
    tables_of,
)
from rules.population.rows import Cursor, Rows

# Families worked on at once; the memory of a run grows with this and with nothing else.
BATCH = 200_000
_KEY_BITS = 31
_ENDING = ".parquet"


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


@dataclass(frozen=True)
class Population:
    """A population in a folder. Opening it checks the tables and columns of every file, reading it every row."""

    graph: Graph
    folder: Path
    note: Note
    files: tuple[Files, ...]

    @property
    def families(self) -> int:
        return self.files[0].rows

    @cached_property
    def never_stated(self) -> tuple[str, ...]:
        """The facts and lists for which there is no column and no table."""
        read = {files.table.group: files for files in self.files}
        found = []
        for table in tables_of(self.graph):
            if table.group not in read:
                found.append(table.group)
            else:
                found += [name for name in table.facts if name not in read[table.group].columns]
        return tuple(found)

    def batches(self, on: date, size: int = BATCH) -> Iterator[Batch]:
        """Yield all families, checked. Raises PopulationError naming file, row group and row."""
        cursors = {files.table.group: Cursor(files.table, files.paths, files.columns, on) for files in self.files}
        nulls = frozenset().union(*(files.nulls for files in self.files))
        families = cursors.pop(FAMILY)
        while True:
            rows = families.take(size)
            ids = rows.key(0)
            if not len(ids):
                break
            last = int(ids[-1])
            below = {name: cursor.take_through(last) for name, cursor in cursors.items()}
            yield _Fitting({FAMILY: rows} | below, nulls).fit()
        for cursor in cursors.values():
            rest = cursor.take_through(None)
            if rest.parts:
                raise rest.refuse(0, f"no row of {FAMILIES} has the family_id {rest.key(0)[0]}")


def open_population(graph: Graph, folder: Path) -> Population:
    """Open a population. Raises PopulationError where a table, a column or the note does not fit."""
    note = read_note(folder)
    tables = {table.name: table for table in tables_of(graph)}
    for entry in sorted(folder.iterdir()):
        if entry.name.removesuffix(_ENDING) not in tables and entry.name != NOTE:
            raise PopulationError(f"{entry}: no table is called so{_near(entry.name.removesuffix(_ENDING), tables)}")
    found = [_find_files(folder, table) for table in tables.values()]
    if found[0] is None:
        raise PopulationError(f"{folder}: the table {FAMILIES} is missing")
    return Population(graph, folder, note, tuple(files for files in found if files is not None))


def _find_files(folder: Path, table: Table) -> Files | None:
    single, parts = folder.joinpath(f"{table.name}{_ENDING}"), folder.joinpath(table.name)
    paths = sorted(parts.glob(f"*{_ENDING}")) if parts.is_dir() else [single] if single.is_file() else []
    if not paths:
        return None
    columns: frozenset[str] | None = None
    nulls: set[str] = set()
    rows = 0
    for path in paths:
        try:
            with pq.ParquetFile(path) as file:
                schema, metadata = file.schema_arrow, file.metadata
        except (pa.ArrowException, OSError) as error:
            raise PopulationError(f"{path} can not be read as Parquet: {error}") from error
        _check_schema(path, table, schema)
        here = frozenset(schema.names)
        if columns is not None and here != columns:
            names = ", ".join(sorted(here ^ columns))
            raise PopulationError(f"{path}: all files of a table have the same columns; not so {names}")
        columns = here
        nulls |= _with_nulls(metadata)
        rows += metadata.num_rows
    return Files(table, tuple(paths), columns or frozenset(), rows, frozenset(nulls))


def _with_nulls(metadata: Any) -> set[str]:
    """Return the columns that have an empty cell somewhere, or may have one."""
    found = set()
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            counted = column.statistics is not None and column.statistics.has_null_count
            if not counted or column.statistics.null_count:
                found.add(column.path_in_schema)
    return found


def _check_schema(path: Path, table: Table, schema: pa.Schema) -> None:
    wanted = dict.fromkeys(table.keys, (pa.types.is_integer, "a whole number"))
    wanted |= {stated_column(group): (pa.types.is_boolean, "bool") for group in table.groups}
    wanted |= {name: (partial(fits, fact), wanted_type(fact)) for name, fact in table.facts.items()}
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise PopulationError(f"{path}: the column {name} stands there twice")
        if name not in wanted:
            raise PopulationError(f"{path}: {table.name} has no column {name!r}{_near(name, wanted)}")
        accepts, words = wanted[name]
        kind = schema.field(name).type
        if not accepts(kind):
            raise PopulationError(f"{path}: {name} is stored as {kind}, and {words} is needed")
    for key in table.keys:
        if key not in schema.names:
            raise PopulationError(f"{path}: the column {key} is missing")


def _near(name: str, known: Any) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"


@dataclass
class _Fitting:
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
