"""Turns what Parquet holds into cells, and refuses what can not be with file, row group and row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rules.graph.models import Fact
from rules.graph.nodes import Type
from rules.kernel.columns import DTYPES, EPOCH, Column, filler_of
from rules.population.layout import PopulationError

Mask = NDArray[np.bool_]
_STEP_OF_WORDS = 2


@dataclass(frozen=True)
class Place:
    """Where some rows begin; rows and row groups are counted from 0, as Parquet tools count them."""

    path: Path
    row_group: int
    row: int

    def refuse(self, index: int, message: str) -> PopulationError:
        """Return the fault of one row."""
        return PopulationError(f"{self.path}, row group {self.row_group}, row {self.row + index}: {message}")


@dataclass(frozen=True)
class Cells:
    """One fact of some rows, and which of them do not state it."""

    values: Column
    missing: Mask | None


def fits(fact: Fact, kind: Any) -> bool:
    """Return whether a fact can be read from a Parquet type without losing anything."""
    if fact.type is Type.NUMBER:
        return bool(pa.types.is_integer(kind) or (pa.types.is_decimal128(kind) and kind.scale <= fact.decimals))
    if fact.type is Type.CODE:
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain))
    wanted = pa.types.is_boolean if fact.type is Type.TRUTH else pa.types.is_date32
    return bool(wanted(kind))


def wanted_type(fact: Fact) -> str:
    """Return in words what a column of the fact may be."""
    if fact.type is Type.NUMBER:
        return f"a decimal with at most {fact.decimals} digits behind the point" if fact.decimals else "a whole number"
    return {Type.CODE: "text", Type.TRUTH: "bool", Type.DAY: "date32"}[fact.type]


def read_cells(name: str, fact: Fact, stored: pa.Array, on: date, place: Place) -> Cells:
    """Return the cells of a column. Raises PopulationError naming the first row that can not be."""
    missing = stored.is_null().to_numpy(zero_copy_only=False) if stored.null_count else None
    raw = _READERS[fact.type](name, fact, stored, place)
    low, high = _limits(fact, on)
    wrong = (raw < low) | (raw > high)
    if missing is not None:
        wrong &= ~missing
    if wrong.any():
        index = int(np.argmax(wrong))
        raise place.refuse(index, _say(name, fact, stored[index].as_py(), on))
    cells = raw.astype(DTYPES[fact.type])
    if missing is not None:
        cells[missing] = filler_of(fact)
    return Cells(cells, missing)


def _limits(fact: Fact, on: date) -> tuple[int, int]:
    if fact.type is Type.DAY and fact.earliest is not None and fact.latest is not None:
        latest = min(fact.latest, on) if fact.past else fact.latest
        return fact.earliest.toordinal() - EPOCH, latest.toordinal() - EPOCH
    if fact.type is Type.NUMBER:
        scale = 10**fact.decimals
        return (fact.least or 0) * scale, (fact.most or 0) * scale
    return 0, len(fact.codes or (False, True)) - 1


def _say(name: str, fact: Fact, value: object, on: date) -> str:
    if fact.type is Type.CODE:
        return f"{name}: no code is called {value!r}; one of {', '.join(fact.codes or {})}"
    if isinstance(value, date) and fact.past and value > on:
        return f"{name}: {value} lies after the day of the question, {on}"
    limits = (fact.earliest, fact.latest) if fact.type is Type.DAY else (fact.least, fact.most)
    return f"{name}: {value} lies outside {limits[0]} to {limits[1]}"


def _numbers(name: str, fact: Fact, stored: pa.Array, place: Place) -> NDArray[np.int64]:
    if pa.types.is_integer(stored.type):
        found = _whole(name, stored, place)
        scale = 10**fact.decimals
        most = np.iinfo(np.int64).max // scale
        if scale > 1 and (np.abs(found) > most).any():
            raise place.refuse(int(np.argmax(np.abs(found) > most)), f"{name}: the number is too large")
        scaled: NDArray[np.int64] = found * scale
        return scaled
    words = np.frombuffer(stored.buffers()[1], dtype=np.int64)
    first = stored.offset * _STEP_OF_WORDS
    pairs = words[first : first + len(stored) * _STEP_OF_WORDS].reshape(-1, _STEP_OF_WORDS)
    low, high = pairs[:, 0].copy(), pairs[:, 1]
    missing = stored.is_null().to_numpy(zero_copy_only=False)
    low[missing] = 0
    wide = (high != low >> np.int64(63)) & ~missing
    if wide.any():
        raise place.refuse(int(np.argmax(wide)), f"{name}: the number is too large")
    cells: NDArray[np.int64] = low * 10 ** (fact.decimals - stored.type.scale)
    return cells


def _whole(name: str, stored: pa.Array, place: Place) -> NDArray[np.int64]:
    try:
        found: NDArray[np.int64] = stored.fill_null(0).cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid as error:
        raise place.refuse(0, f"{name}: a number from here on is too large") from error
    return found


def _days(_: str, __: Fact, stored: pa.Array, ___: Place) -> NDArray[np.int64]:
    found: NDArray[np.int64] = stored.cast(pa.int32()).fill_null(0).to_numpy().astype(np.int64)
    return found


def _truths(_: str, __: Fact, stored: pa.Array, ___: Place) -> NDArray[np.int64]:
    found: NDArray[np.int64] = stored.fill_null(fill_value=False).to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _codes(_: str, fact: Fact, stored: pa.Array, ___: Place) -> NDArray[np.int64]:
    """Return places among the fact's codes; -1 where there is no such code."""
    known = {code: index for index, code in enumerate(fact.codes or {})}
    coded = stored if pa.types.is_dictionary(stored.type) else stored.dictionary_encode()
    places = np.array([known.get(code, -1) for code in coded.dictionary.to_pylist()] or [0], dtype=np.int64)
    cells: NDArray[np.int64] = places[coded.indices.fill_null(0).to_numpy()]
    return cells


_READERS: dict[Type, Callable[[str, Fact, pa.Array, Place], NDArray[np.int64]]] = {
    Type.NUMBER: _numbers,
    Type.DAY: _days,
    Type.TRUTH: _truths,
    Type.CODE: _codes,
}
