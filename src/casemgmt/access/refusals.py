"""What was refused at the door: an audit event for every request whose token does not hold."""

from datetime import datetime
from uuid import UUID

from casemgmt.clock import Clock
from casemgmt.db.engine import Database
from casemgmt.ids import new_id

BURST = 100
"""Refusals that one process records at once."""
PER_SECOND = 1.0
_AUDIT = "SELECT audit_write($1, 'access.token_refused', 'refused', $2, 'token', $3, NULL, NULL, $4, $5)"

_FLOOD = "SELECT audit_write($1, 'access.rate_limited', 'refused', 'open', 'address', '{}', NULL, NULL, '{}', $2)"


class RefusedTokens:
    """Records refused tokens. A flood of them can't fill the log: it is counted, and the next event tells the count."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._allowance = float(BURST)
        self._at: datetime = clock.now()
        self._untold = 0

    async def record(self, why: str, user_id: UUID | None, request_id: str) -> None:
        """Leave the event of a refusal; the user is named where the token was truly one of the user's."""
        if not self._take():
            self._untold += 1
            return
        told, self._untold = self._untold, 0
        fields = [f"and_{told}_more"] if told else []
        async with self._database.pool.acquire() as connection, connection.transaction():
            await connection.execute(_AUDIT, new_id(), why, [user_id] if user_id else [], fields, request_id)

    async def record_flood(self, request_id: str) -> None:
        """Leave the event of an address that asks too much of what is open: which one stays unsaid, as everywhere."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            await connection.execute(_FLOOD, new_id(), request_id)

    def _take(self) -> bool:
        now = self._clock.now()
        gained = max(0.0, (now - self._at).total_seconds()) * PER_SECOND  # the clock may have been set back
        self._allowance, self._at = min(float(BURST), self._allowance + gained), now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True
