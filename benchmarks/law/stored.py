"""Families in a file, for processes that measure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rules.kernel.columns import Columns

_PARTS = ("facts", "offsets", "missing")


def store(columns: Columns, file: Path) -> None:
    """Write families to a file."""
    named: dict[str, Any] = {
        f"{part}/{name}": array for part in _PARTS for name, array in getattr(columns, part).items()
    }
    np.savez(file, families=np.array(columns.families), **named)


def read(file: Path) -> Columns:
    """Read families from a file."""
    with np.load(file) as stored:
        parts: Mapping[str, dict[str, Any]] = {part: {} for part in _PARTS}
        for key in stored.files:
            part, _, name = key.partition("/")
            if name:
                parts[part][name] = stored[key]
        return Columns(int(stored["families"]), parts["facts"], parts["offsets"], parts["missing"])
