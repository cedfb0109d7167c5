"""A population in one Parquet file: a row a family, its members a list in it, and their incomes lists in those.

    family_id, facts of the family, members: list<struct<facts of a member, incomes: list<struct<…>>>>

A list that is null is not stated. The note stands in the file's metadata.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rules.graph.models import FAMILY
from rules.population.cells import Place
from rules.population.fitting import Batch, Files, Fitting, check_columns
from rules.population.layout import FAMILY_ID, NOTE_KEY, Note, PopulationError, Table, parse_note, stated_column
from rules.population.rows import Piece, Rows, check_order, make_piece
from rules.population.store import to_arrow
from rules.population.synthesis import Block

_ID_ARRAY = Mapping[str, pa.Array]


@dataclass(frozen=True)
class _Inside(Place):
    """Where records of lists stand: each in the row of its family."""

    owners: NDArray[np.int64]
    group: str

    def refuse(self, index: int, message: str) -> PopulationError:
        return super().refuse(int(self.owners[index]), f"{self.group}: {message}")


def find_nested(path: Path, tables: Sequence[Table]) -> tuple[Note, tuple[Files, ...]]:
    """Return the note and the tables that a file of families holds. Raises PopulationError."""
    try:
        with pq.ParquetFile(path) as file:
            schema, metadata = file.schema_arrow, file.metadata
    except (pa.ArrowException, OSError) as error:
        raise PopulationError(f"{path} can not be read as Parquet: {error}") from error
    note = parse_note(f"{path}, metadata {NOTE_KEY.decode()}", (schema.metadata or {}).get(NOTE_KEY))
    by_group = {table.group: table for table in tables}
    found: dict[str, frozenset[str]] = {}
    pending = [(FAMILY, list(schema))]
    for group, fields in pending:
        table = by_group[group]
        lists = {field.name: field.type for field in fields if field.name in table.groups}
        plain = [field for field in fields if field.name not in lists]
        check_columns(
            str(path), table, {field.name: field.type for field in plain}, table.keys if group == FAMILY else ()
        )
        names = {field.name for field in plain}
        for name, kind in lists.items():
            if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)) or not pa.types.is_struct(kind.value_type):
                raise PopulationError(f"{path}: {name} is stored as {kind}, and a list of records is needed")
            names.add(stated_column(name))
            pending.append((name, list(kind.value_type)))
        found[group] = frozenset(names)
    files = (
        Files(table, (path,), found[table.group], metadata.num_rows, found[table.group] & table.facts.keys())
        for table in tables
        if table.group in found
    )
    return note, tuple(files)


def nested_batches(files: Sequence[Files], on: date, size: int) -> Iterator[Batch]:
    """Yield all families of a file, checked. Raises PopulationError naming row group and row."""
    by_group = {entry.table.group: entry for entry in files}
    path, last = files[0].paths[0], None
    wanted = [*files[0].columns & files[0].table.facts.keys(), *files[0].table.keys]
    wanted += [group for group in files[0].table.groups if group in by_group]
    nulls = frozenset().union(*(entry.nulls for entry in files))
    try:
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                row = 0
                for batch in file.iter_batches(size, row_groups=[group], columns=wanted):
                    if len(batch):
                        place = Place(path, group, row)
                        rows = dict(_unfold(by_group, batch, on, place))
                        last = check_order(files[0].table, rows[FAMILY].parts[0][0], last)
                        yield Fitting(rows, nulls).fit()
                    row += len(batch)
    except (pa.ArrowException, OSError) as error:
        raise PopulationError(f"{path} can not be read: {error}") from error


def _unfold(files: Mapping[str, Files], batch: pa.RecordBatch, on: date, place: Place) -> Iterator[tuple[str, Rows]]:
    """Yield the rows of each table as if it lay in a file of its own."""
    stored = dict(zip(batch.schema.names, batch.columns, strict=True))
    owners = np.arange(len(batch), dtype=np.int64)
    pending: list[tuple[str, dict[str, pa.Array], NDArray[np.int64], Place]] = [(FAMILY, stored, owners, place)]
    for group, columns, owner, where in pending:
        entry = files[group]
        inner = {name: columns.pop(name) for name in list(columns) if name in entry.table.groups}
        kept = {name: values for name, values in columns.items() if name in entry.columns | set(entry.table.keys)}
        for name, lists in inner.items():
            if name not in files:
                continue
            kept[stated_column(name)] = lists.is_valid()
            sizes = np.diff(lists.offsets.to_numpy()) if not lists.null_count else _sizes(lists)
            records = lists.flatten()
            below = {field.name: records.field(place) for place, field in enumerate(records.type)}
            keys = _keys(entry.table, files[name].table, columns, sizes)
            owned = np.repeat(owner, sizes)
            pending.append((name, below | keys, owned, _Inside(where.path, where.row_group, place.row, owned, name)))
        piece: Piece = make_piece(entry.table, kept, on, where)
        yield group, Rows(entry.table, frozenset(kept), ((piece, 0, len(owner)),))


def _sizes(lists: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pa.compute.list_value_length(lists).fill_null(0).to_numpy(), dtype=np.int64)


def _keys(
    holder: Table, table: Table, columns: Mapping[str, pa.Array], sizes: NDArray[np.int64]
) -> dict[str, pa.Array]:
    """Return the keys of the records of lists: those of their holders, and their own number from 1."""
    keys = {key: pa.array(np.repeat(columns[key].to_numpy(), sizes)) for key in holder.keys}
    if table.own_key:
        ends = np.cumsum(sizes)
        keys[table.keys[-1]] = pa.array(np.arange(1, sizes.sum() + 1) - np.repeat(ends - sizes, sizes))
    return keys


class NestedWriter:
    """Writes a population as one file, a row group a block."""

    def __init__(self, path: Path, tables: Sequence[Table], note: Note) -> None:
        self.tables = {table.group: table for table in tables}
        metadata = {NOTE_KEY: note.model_dump_json(exclude_none=True).encode()}
        fields = [pa.field(FAMILY_ID, pa.int64(), nullable=False), *self._fields(FAMILY)]
        self.schema = pa.schema(fields, metadata=metadata)
        self._writer: Any = pq.ParquetWriter(path, self.schema, compression="zstd")

    def _fields(self, group: str) -> list[pa.Field]:
        table = self.tables[group]
        facts = [pa.field(name, table.schema.field(name).type) for name in table.facts]
        return facts + [pa.field(name, pa.list_(pa.struct(self._fields(name)))) for name in table.groups]

    def write(self, block: Block) -> None:
        """Write the families of a block."""
        arrays = [pa.array(block.ids), *self._arrays(FAMILY, block)]
        batch = pa.Table.from_arrays(arrays, schema=self.schema)
        self._writer.write_table(batch, row_group_size=max(len(batch), 1))

    def _arrays(self, group: str, block: Block) -> list[pa.Array]:
        table, columns = self.tables[group], block.columns
        facts = [to_arrow(name, fact, columns) for name, fact in table.facts.items()]
        lists = []
        for name in table.groups:
            records = pa.StructArray.from_arrays(self._arrays(name, block), fields=self._fields(name))
            lists.append(pa.ListArray.from_arrays(pa.array(columns.offsets[name].astype(np.int32)), records))
        return facts + lists

    def close(self) -> None:
        self._writer.close()
