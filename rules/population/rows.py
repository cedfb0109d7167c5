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
        self.last = check_order(self.table, piece, self.last)
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
                                stored = dict(zip(batch.schema.names, batch.columns, strict=True))
                                yield make_piece(self.table, stored, self.on, Place(path, group, row))
                            row += len(batch)
            except (pa.ArrowException, OSError) as error:
                raise PopulationError(f"{path} can not be read: {error}") from error


def make_piece(table: Table, stored: Mapping[str, pa.Array], on: date, place: Place) -> Piece:
    """Return some rows of a table, each checked on its own. Raises PopulationError."""
    keys = tuple(_read_key(key, stored[key], place) for key in table.keys)
    cells = {
        name: read_cells(name, fact, stored[name], on, place) for name, fact in table.facts.items() if name in stored
    }
    for name, fact in table.facts.items():
        if name in cells and fact.only_with in cells:
            cells[name] = _told_with(name, fact, cells, place)
    unstated = {
        group: ~stored[stated_column(group)].fill_null(fill_value=False).to_numpy(zero_copy_only=False)
        for group in table.groups
        if stated_column(group) in stored
    }
    return Piece(place, keys, cells, unstated)


def check_order(table: Table, piece: Piece, last: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return the keys of the last row. Refuses rows out of the order of their keys, and an own key that stands twice.

    `last` are the keys of the row before the first.
    """
    keys = piece.keys
    if last is not None:
        keys = tuple(np.concatenate(([before], column)) for before, column in zip(last, keys, strict=True))
    less = np.zeros(len(keys[0]) - 1, dtype=np.bool_)
    equal = np.ones(len(keys[0]) - 1, dtype=np.bool_)
    for column in keys:
        less |= equal & (column[1:] < column[:-1])
        equal &= column[1:] == column[:-1]
    wrong = less | equal if table.own_key else less
    if wrong.any():
        index = int(np.argmax(wrong))
        before, after = (", ".join(str(int(column[place])) for column in keys) for place in (index, index + 1))
        names = ", ".join(table.keys)
        text = f"{names} {after} stands twice" if equal[index] else f"{names} {after} comes after {before}"
        raise piece.place.refuse(index + (last is None), f"{text}; rows are sorted by {names}")
    return tuple(int(column[-1]) for column in piece.keys)


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
