"""An alert about an account, without the day of looks that would lead to it."""

from uuid import UUID

import asyncpg

from casemgmt.alerts.raising import raise_alert
from casemgmt.clock import Clock
from casemgmt.db.addresses import driver_url


async def alert_about(owner_url: str, clock: Clock, user_id: UUID, kind: str) -> str:
    """Raise an alert of a kind, or find the one of the day, and return its id."""
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        await raise_alert(connection, kind, clock.now(), "test", user_id=user_id)
        query = "SELECT id FROM security_alert WHERE user_id = $1 AND kind = $2"
        return str(await connection.fetchval(query, user_id, kind))
    finally:
        await connection.close()
