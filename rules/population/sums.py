"""Exact sums of whole numbers over the records of each holder, and over what lies at each place."""

import numpy as np
from numpy.typing import NDArray


def sums_of_records(values: NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum over the records of each holder."""
    running = np.concatenate(([0], np.cumsum(values)))
    found: NDArray[np.int64] = running[offsets[1:]] - running[offsets[:-1]]
    return found


def sums_by(places: NDArray[np.int64], values: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Return the exact sum of the values at each place."""
    found = np.zeros(length, dtype=np.int64)
    np.add.at(found, places, values)
    return found
