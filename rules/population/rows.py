"""The rows of one table in the order of their keys: checked one by one, and handed out family by family."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rules.graph.models import Fact
from rules.kernel.columns import Column, Mask
from rules.population.cells import Cells, Place, read_cells
from rules.population.layout import FAMILY_ID, PopulationError, Table, stated_column

# Rows read at once.
_ROWS = 1 << 18
# The number of a family, and that of a row below it.
_LARGEST_ID, _LARGEST_NUMBER = (1 << 62) - 1, (1 << 31) - 1
Keys = NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """Some rows, checked one by one."""

    place: Place
    keys: tuple[Keys, ...]
    cells: Mapping[str, Cells]
    unstated: Mapping[str, Mask]


@dataclass(frozen=True)
class Rows:
    """Rows that belong to one batch of families."""

    table: Table
    columns: frozenset[str]
    parts: tuple[tuple[Piece, int, int], ...]

    def key(self, place: int) -> Keys:
        """Return a key column."""
        return _join([piece.keys[place][start:stop] for piece, start, stop in self.parts], np.int64)

    def values(self, name: str, kind: type[np.integer]) -> Column:
        """Return the cells of a fact."""
        return _join([piece.cells[name].values[start:stop] for piece, start, stop in self.parts], kind)

    def missing(self, name: str) -> Mask:
        """Return which rows do not state a fact."""
        return self._mask([(piece.cells[name].missing, start, stop) for piece, start, stop in self.parts])

    def unstated(self, group: str) -> Mask:
        """Return which rows do not state their list of a group."""
        return self._mask([(piece.unstated.get(group), start, stop) for piece, start, stop in self.parts])

    def refuse(self, index: int, message: str) -> PopulationError:
        """Return the fault of one of the rows."""
        for piece, start, stop in self.parts:
            if index < stop - start:
                return piece.place.refuse(start + index, message)
            index -= stop - start
        raise IndexError(index)

    @staticmethod
    def _mask(parts: list[tuple[Mask | None, int, int]]) -> Mask:
        masks = [np.zeros(stop - start, np.bool_) if mask is None else mask[start:stop] for mask, start, stop in parts]
        return _join(masks, np.bool_)


def _join(parts: list[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)


@dataclass
class Cursor:
    """Goes through the files of one table once, from the first row to the last."""

    table: Table
    files: tuple[Path, ...]
    columns: frozenset[str]
    on: date
    waiting: deque[tuple[Piece, int]] = field(default_factory=deque)
    last: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        self._pieces = self._read()

    def take(self, count: int) -> Rows:
        """Return the next rows, so many or as many as there are."""
        parts = []
        while count and (self.waiting or self._load()):
            piece, start = self.waiting.popleft()
            stop = min(start + count, len(piece.keys[0]))
            self._keep(piece, stop)
            parts.append((piece, start, stop))
            count -= stop - start
        return Rows(self.table, self.columns, tuple(parts))

    def take_through(self, family: int | None) -> Rows:
        """Return the next rows of all families up to one of that number; of all where none is given."""
        parts = []
        while self.waiting or self._load():
            piece, start = self.waiting.popleft()
            ids = piece.keys[0]
            stop = len(ids) if family is None else int(np.searchsorted(ids, family, side="right"))
            self._keep(piece, max(stop, start))
            if stop > start:
                parts.append((piece, start, stop))
            if stop < len(ids):
                break
        return Rows(self.table, self.columns, tuple(parts))

    def _keep(self, piece: Piece, start: int) -> None:
        if start < len(piece.keys[0]):
            self.waiting.appendleft((piece, start))

    def _load(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._check_order(piece)
        self.waiting.append((piece, 0))
        return True

    def _read(self) -> Iterator[Piece]:
        for path in self.files:
            try:
                with pq.ParquetFile(path) as file:
                    for group in range(file.num_row_groups):
                        row = 0
                        wanted = sorted(self.columns)
                        for batch in file.iter_batches(_ROWS, row_groups=[group], columns=wanted):
                            if len(batch):
                                yield self._piece(batch, Place(path, group, row))
                            row += len(batch)
            except (pa.ArrowException, OSError) as error:
                raise PopulationError(f"{path} can not be read: {error}") from error

    def _piece(self, batch: pa.RecordBatch, place: Place) -> Piece:
        keys = tuple(_read_key(key, batch.column(key), place) for key in self.table.keys)
        cells: dict[str, Cells] = {}
        for name, fact in self.table.facts.items():
            if name in self.columns:
                cells[name] = read_cells(name, fact, batch.column(name), self.on, place)
        for name, fact in self.table.facts.items():
            if name in cells and fact.only_with in cells:
                cells[name] = _told_with(name, fact, cells, place)
        unstated = {
            group: ~batch.column(stated_column(group)).fill_null(fill_value=False).to_numpy(zero_copy_only=False)
            for group in self.table.groups
            if stated_column(group) in self.columns
        }
        return Piece(place, keys, cells, unstated)

    def _check_order(self, piece: Piece) -> None:
        """Refuse rows that are not in the order of their keys, or whose own key stands there twice."""
        whole = [np.concatenate(([before], keys)) for before, keys in zip(self.last or (), piece.keys, strict=False)]
        keys = tuple(whole) or piece.keys
        less = np.zeros(len(keys[0]) - 1, dtype=np.bool_)
        equal = np.ones(len(keys[0]) - 1, dtype=np.bool_)
        for column in keys:
            less |= equal & (column[1:] < column[:-1])
            equal &= column[1:] == column[:-1]
        wrong = less | equal if self.table.own_key else less
        if wrong.any():
            index = int(np.argmax(wrong))
            before, after = (", ".join(str(int(column[place])) for column in keys) for place in (index, index + 1))
            names = ", ".join(self.table.keys)
            text = f"{names} {after} stands twice" if equal[index] else f"{names} {after} comes after {before}"
            raise piece.place.refuse(index + (not whole), f"{text}; rows are sorted by {names}")
        self.last = tuple(int(column[-1]) for column in piece.keys)


def _read_key(name: str, stored: pa.Array, place: Place) -> Keys:
    if stored.null_count:
        raise place.refuse(int(np.argmax(stored.is_null().to_numpy(zero_copy_only=False))), f"{name} is empty")
    found: Keys = stored.cast(pa.int64()).to_numpy()
    most = _LARGEST_ID if name == FAMILY_ID else _LARGEST_NUMBER
    wrong = (found < 0) | (found > most)
    if wrong.any():
        index = int(np.argmax(wrong))
        raise place.refuse(index, f"{name}: {found[index]} is no number of a row, which goes from 0 to {most}")
    return found


def _told_with(name: str, fact: Fact, cells: Mapping[str, Cells], place: Place) -> Cells:
    """Refuse a fact told of what did not happen; not told of it, it is not missing."""
    event = cells[fact.only_with or name]
    no = event.values == 0
    if event.missing is not None:
        no &= ~event.missing
    missing = cells[name].missing
    told = no if missing is None else no & ~missing
    if told.any():
        raise place.refuse(int(np.argmax(told)), f"{name} is stated, though {fact.only_with} is no")
    return Cells(cells[name].values, None if missing is None else missing & ~no)
