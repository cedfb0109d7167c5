"""How far the log is sealed, and what the rest of it waits for: for health, auditors and the sealer's own report."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg


@dataclass(frozen=True)
class Holder:
    """The oldest transaction of the cluster: events that are younger are sealed when it ends."""

    transaction: int
    process: int | None
    application: str | None
    database: str | None
    since: datetime
    """When it began; where the database does not tell that, a later moment at which it was running."""


@dataclass(frozen=True)
class Progress:
    """How far the log is sealed at a moment."""

    at: datetime
    size: int
    """Events under the newest head."""
    sealed_at: datetime | None
    """When that head was signed; None: nothing was ever sealed."""
    waiting_since: datetime | None
    """Time of the first event under no head; None: all are sealed."""
    holder: Holder | None
    """What holds that event up; None where the sealer could take it and has not."""

    @property
    def seconds_waiting(self) -> int:
        """How long the first event that is not sealed waits."""
        return 0 if self.waiting_since is None else max(0, int((self.at - self.waiting_since).total_seconds()))

    def is_late(self, limit_seconds: int) -> bool:
        """Answer whether events wait longer than they should."""
        return self.seconds_waiting > limit_seconds


@dataclass(frozen=True)
class WitnessProgress:
    """How far an outside witness has been told of the heads."""

    name: str
    size: int
    """Events under the newest head that it confirmed."""
    told_at: datetime | None
    failing_since: datetime | None

    def is_failing(self, at: datetime, limit_seconds: int) -> bool:
        """Answer whether it has refused the heads for longer than it should."""
        return self.failing_since is not None and at - self.failing_since > timedelta(seconds=limit_seconds)


async def read_progress(connection: asyncpg.Connection) -> Progress:
    """Ask the database how far the log is sealed."""
    row = await connection.fetchrow("SELECT * FROM audit_sealing()")
    holder = None
    if row["held_by"] is not None:
        holder = Holder(
            int(row["held_by"]),
            row["holder_pid"],
            row["holder"] or None,
            row["holder_database"],
            row["holder_since"] or row["waiting_since"],
        )
    return Progress(row["at"], row["size"], row["sealed_at"], row["waiting_since"], holder)


async def read_witnesses(connection: asyncpg.Connection) -> list[WitnessProgress]:
    """Ask the database how far the witnesses have been told."""
    rows = await connection.fetch("SELECT * FROM audit_witnesses()")
    return [WitnessProgress(**row) for row in rows]
