"""Give out the salt of an event: the owner of the tables alone can, and the act stands in the log."""

from uuid import UUID

import asyncpg

from casemgmt.audit.export import Reason
from casemgmt.db.addresses import OWNER_ROLE, driver_url
from casemgmt.ids import new_id

_EVENT = (
    "SELECT audit_write($1, 'audit.salt_disclosed', 'done', NULL, 'audit', $2, NULL, NULL, '{}', 'cli',"
    " p_on_behalf_of => $3, p_purpose => $4)"
)


async def disclose_salt(admin_url: str, event_id: UUID, reason: Reason) -> bytes | None:
    """Return the salt of an event; None where it has none, or none any more, and then nothing is recorded."""
    connection = await asyncpg.connect(driver_url(admin_url))
    try:
        await connection.execute(f"SET ROLE {OWNER_ROLE}")
        async with connection.transaction():
            salt: bytes | None = await connection.fetchval("SELECT salt FROM audit_salt WHERE event_id = $1", event_id)
            if salt is not None:
                await connection.execute(_EVENT, new_id(), [event_id], reason.on_behalf_of, reason.purpose)
            return salt
    finally:
        await connection.close()
