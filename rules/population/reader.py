"""Reads a population in batches of bounded size, and refuses files that do not fit together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.population.fitting import Batch, Files, Fitting, check_columns, near_to
from rules.population.layout import (
    ENDING,
    FAMILIES,
    NOTE,
    Note,
    PopulationError,
    Table,
    read_note,
    stated_column,
    tables_of,
)
from rules.population.nested import find_nested, nested_batches
from rules.population.rows import Cursor

# Families worked on at once; the memory of a run grows with this and with nothing else.
BATCH = 200_000


@dataclass(frozen=True)
class Population:
    """A population in a folder or a file. Opening it checks tables and columns of every file, reading it every row."""

    graph: Graph
    note: Note
    files: tuple[Files, ...]
    nested: bool = False

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

    def only(self, names: Iterable[str]) -> "Population":
        """Return the population with these facts and lists alone; other columns and tables are never read."""
        wanted = set(names)
        wanted |= {event for name in wanted if name in self.graph.facts and (event := self.graph.facts[name].only_with)}
        kept = []
        for files in reversed(self.files):
            table = files.table
            facts = wanted & files.columns & table.facts.keys()
            if facts or table.group in wanted or table.group == FAMILY:
                wanted.add(table.group)
                lists = {stated_column(group) for group in table.groups if group in wanted}
                kept.append(replace(files, columns=files.columns & {*table.keys, *facts, *lists}))
                if table.group != FAMILY:
                    wanted.add(self.graph.groups[table.group].of)
        return replace(self, files=tuple(reversed(kept)))

    def batches(self, on: date, size: int = BATCH) -> Iterator[Batch]:
        """Yield all families, checked. Raises PopulationError naming file, row group and row."""
        if self.nested:
            yield from nested_batches(self.files, on, size)
            return
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
            yield Fitting({FAMILY: rows} | below, nulls).fit()
        for cursor in cursors.values():
            rest = cursor.take_through(None)
            if rest.parts:
                raise rest.refuse(0, f"no row of {FAMILIES} has the family_id {rest.key(0)[0]}")


def open_population(graph: Graph, place: Path) -> Population:
    """Open a folder or a file. Raises PopulationError where a table, a column or the note does not fit."""
    if place.is_file():
        note, files = find_nested(place, list(tables_of(graph)))
        return Population(graph, note, files, nested=True)
    return _open_folder(graph, place)


def _open_folder(graph: Graph, folder: Path) -> Population:
    note = read_note(folder)
    tables = {table.name: table for table in tables_of(graph)}
    for entry in sorted(folder.iterdir()):
        if entry.name.removesuffix(ENDING) not in tables and entry.name != NOTE:
            raise PopulationError(f"{entry}: no table is called so{near_to(entry.name.removesuffix(ENDING), tables)}")
    found = [_find_files(folder, table) for table in tables.values()]
    if found[0] is None:
        raise PopulationError(f"{folder}: the table {FAMILIES} is missing")
    return Population(graph, note, tuple(files for files in found if files is not None))


def _find_files(folder: Path, table: Table) -> Files | None:
    single, parts = folder.joinpath(f"{table.name}{ENDING}"), folder.joinpath(table.name)
    paths = sorted(parts.glob(f"*{ENDING}")) if parts.is_dir() else [single] if single.is_file() else []
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
        twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
        if twice:
            raise PopulationError(f"{path}: the column {twice[0]} stands there twice")
        check_columns(str(path), table, {name: schema.field(name).type for name in schema.names}, table.keys)
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
