"""Chance that can be repeated: a number drawn is a function of seed, purpose and the numbers of its record.

So a family is the same whatever was made before it and beside it, on every machine; only whole numbers are used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]
Drawn = NDArray[np.int64]
_HALF = np.uint64(32)
# The finaliser of SplitMix64: every bit of the input changes about half of the bits of the output.
_STEPS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST_SHIFT = np.uint64(31)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
PER_RECORD = 1 << 10


@dataclass(frozen=True, slots=True)
class Chance:
    """A source of drawn numbers."""

    seed: int

    def draw(self, purpose: str, ids: Ids, below: int | NDArray[np.integer[Any]]) -> Drawn:
        """Return for each id a whole number from 0 up to, but without, `below` (at most 2**31), evenly spread."""
        key = np.uint64(int.from_bytes(sha256(f"{self.seed}:{purpose}".encode()).digest()[:8], "big"))
        mixed = ids * _SPREAD
        mixed ^= key
        for shift, factor in _STEPS:
            mixed ^= mixed >> shift
            mixed *= factor
        mixed ^= mixed >> _LAST_SHIFT
        mixed >>= _HALF
        mixed *= np.asarray(below, dtype=np.uint64)
        mixed >>= _HALF
        return mixed.view(np.int64)

    def happens(self, purpose: str, ids: Ids, per_million: int) -> NDArray[np.bool_]:
        """Return for each id whether an event of that chance happens."""
        return self.draw(purpose, ids, 1_000_000) < per_million

    def choose(self, purpose: str, ids: Ids, weights: Sequence[int]) -> Drawn:
        """Return for each id the place of one of the weights, more often where the weight is larger."""
        table = np.repeat(np.arange(len(weights), dtype=np.int64), np.asarray(weights, dtype=np.int64))
        return table[self.draw(purpose, ids, len(table))]


def sub_ids(ids: Ids, numbers: NDArray[np.integer[Any]]) -> Ids:
    """Return ids of records by the id of what holds them and their number in it, which is below PER_RECORD."""
    return ids * np.uint64(PER_RECORD) + numbers.astype(np.uint64)
