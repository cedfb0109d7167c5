"""What is in the database after the load, to the item: every contact that was acknowledged, once, with its clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from benchmarks.contacts.messages import concerns_of
from benchmarks.database import BenchDatabase

_FOUND = """
SELECT c.external_id, array_agg(DISTINCT c.id) AS ids, count(k.id) AS concerns, count(DISTINCT k.signal_id) AS signals,
       count(DISTINCT t.record_id) FILTER (WHERE t.completed_at IS NULL AND t.cancelled_at IS NULL) AS clocks
  FROM contact c
  LEFT JOIN contact_concern k ON k.contact_id = c.id
  LEFT JOIN task t ON t.signal_id = k.signal_id AND t.kind LIKE 'triage_%'
 WHERE c.external_id LIKE $1 || '-%' GROUP BY c.external_id
"""


@dataclass
class Count:
    """What a window left behind."""

    sent: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    without_clock: int = 0

    def add(self, other: "Count") -> None:
        """Take in another window."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


async def count(database: BenchDatabase, prefix: str, taken: Mapping[str, list[str]]) -> Count:
    """Return what became of the contacts of a window. `taken`: by their names, the ids that were answered."""
    async with database.admin() as connection:
        rows = {row["external_id"]: row for row in await connection.fetch(_FOUND, prefix)}
    counted = Count(sent=len(taken), acknowledged=sum(bool(ids) for ids in taken.values()))
    for name, answered in taken.items():
        expected = concerns_of(int(name.rpartition("-")[2]))
        row = rows.get(name)
        counted.lost += _is_lost(row, answered, expected)
        counted.doubled += len(answered) > 1 or (
            row is not None and (len(row["ids"]) > 1 or max(row["concerns"], row["signals"]) > expected)
        )
        counted.without_clock += row is not None and row["clocks"] < row["signals"]
    return counted


def _is_lost(row: Any, answered: list[str], expected: int) -> bool:
    """Answer whether a contact was acknowledged and is not there, or not with all that it is about."""
    if not answered:
        return False
    return row is None or UUID(answered[0]) not in row["ids"] or row["signals"] < expected
