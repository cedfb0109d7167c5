"""Writes columns of facts as Parquet, in parts; nothing half written ever carries the name of the whole."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rules.graph.models import FAMILY, Fact
from rules.graph.nodes import Type
from rules.kernel.columns import Column, Columns, untold
from rules.population.layout import FAMILY_ID, PART, PopulationError, Table
from rules.population.synthesis import Block

COMPRESSION = "zstd"
_UNFINISHED = ".unfinished"


@contextmanager
def whole(place: Path) -> Iterator[Path]:
    """Give a place to write a folder or a file to; it gets its name when all is written, and goes when anything fails.

    Raises PopulationError where something has that name already, or nothing can be written there.
    """
    if place.exists():
        raise PopulationError(f"{place} is there already; choose another name, or remove it first")
    unfinished = place.with_name(f"{place.name}{_UNFINISHED}")
    try:
        _remove(unfinished)  # left by a run that was killed
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.rename(place)
    except OSError as error:
        raise PopulationError(f"{place} can not be written: {error.strerror or error}") from error
    finally:
        _remove(unfinished)


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


class TableWriter:
    """Writes one table of a population, a row group a block, so many families a part."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.table = table
        self.folder = folder.joinpath(table.name)
        self.folder.mkdir()
        self._writer: Any = None
        self._part = 0

    def write(self, block: Block, keys: dict[str, NDArray[np.integer]]) -> None:
        """Write the rows of a block as one row group."""
        if self._writer is None:
            path = self.folder.joinpath(PART.format(self._part))
            self._writer = pq.ParquetWriter(path, self.table.schema, compression=COMPRESSION)
        arrays = [pa.array(keys[key], type=self.table.schema.field(key).type) for key in self.table.keys]
        columns = block.columns
        arrays += [to_arrow(name, fact, columns) for name, fact in self.table.facts.items()]
        batch = pa.Table.from_arrays(arrays, schema=self.table.schema)
        self._writer.write_table(batch, row_group_size=max(len(batch), 1))

    def end_part(self) -> None:
        """Close the present part; the next block begins another."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            self._part += 1


def row_keys(tables: Sequence[Table], block: Block) -> dict[str, dict[str, NDArray[np.integer]]]:
    """Return the keys of the rows of every table; rows of one holder are numbered from 1."""
    found: dict[str, dict[str, NDArray[np.integer]]] = {FAMILY: {FAMILY_ID: block.ids}}
    for table in tables:
        for group in table.groups:
            offsets = block.columns.offsets[group]
            sizes = np.diff(offsets)
            keys = {key: np.repeat(values, sizes) for key, values in found[table.group].items()}
            keys[f"{group}_id"] = np.arange(1, offsets[-1] + 1) - np.repeat(offsets[:-1], sizes)
            found[group] = keys
    return found


def to_arrow(name: str, fact: Fact, columns: Columns) -> pa.Array:
    """Return a fact's cells as its Parquet type; what is not stated is null."""
    masks = [mask for mask in (columns.missing.get(name), untold(fact, columns)) if mask is not None]
    missing = np.logical_or.reduce(masks) if masks else None
    cells = columns.facts[name]
    if fact.type is Type.TRUTH:
        return pa.array(cells.astype(np.bool_), mask=missing)
    if fact.type is Type.DAY:
        return pa.array(cells, mask=missing).view(pa.date32())
    if fact.type is Type.CODE:
        return pa.DictionaryArray.from_arrays(pa.array(cells, mask=missing), pa.array(list(fact.codes or {})))
    if not fact.decimals:
        return pa.array(cells, mask=missing)
    return _to_decimals(fact, cells, missing)


def _to_decimals(fact: Fact, cells: Column, missing: NDArray[np.bool_] | None) -> pa.Array:
    """Lay whole numbers out as the 16 bytes of a decimal of the same digits."""
    wide = np.empty((len(cells), 2), dtype=np.int64)
    wide[:, 0] = cells
    wide[:, 1] = cells >> np.int64(63)
    kind = pa.decimal128(18, fact.decimals)
    stated = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(kind, len(cells), [stated, pa.py_buffer(wide.tobytes())])
