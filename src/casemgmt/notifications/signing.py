"""The secrets that what goes to a subscriber is signed with."""

from uuid import UUID

from sqlalchemy import text

from casemgmt.jobs.work import Tools
from casemgmt.signed_messages import unseal

_SEALED = text("SELECT webhook_sealed AS sealed FROM webhook_sealed(:id, :at)")


async def secrets_of(tools: Tools, subscription_id: UUID) -> list[str]:
    """Return those that hold now: during a change the old one too."""
    key = tools.settings.webhook_secret.get_secret_value()
    async with tools.database.sessions() as session:
        rows = await session.execute(_SEALED, {"id": subscription_id, "at": tools.clock.now()})
        return [unseal(sealed, subscription_id, key) for sealed in rows.scalars()]
