"""The service itself as an actor: what its background jobs do is done by an account that nobody can log in to."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from casemgmt.access.actor import Actor
from casemgmt.access.permissions import Permission
from casemgmt.ids import new_id

SYSTEM_USER = UUID("00000000-0000-7000-8000-00000000ca5e")
"""The account of the service itself. It belongs to no body, holds no role and is in no list of users."""

_NOBODY = UUID(int=0)
_EVENT = "SELECT audit_write($1, 'account.system_made', 'done', NULL, 'account', $2, NULL, NULL, '{}', 'migrate')"
_ACCOUNT = (
    "INSERT INTO app_user (id, username, kind, family_name, given_name, active, authz_version, signal_reach,"
    " case_reach, flags, version) VALUES ($1, 'casemgmt', 'system', 'casemgmt', '', false, 1, 'none', 'none', '{}', 1)"
)


def system_actor(permissions: Iterable[Permission]) -> Actor:
    """Return the service itself, with the few permissions that the job at hand names."""
    return Actor(
        user_id=SYSTEM_USER,
        session_id=_NOBODY,
        organisation_id=_NOBODY,
        region_code=None,
        roles=(),
        permissions=frozenset(permissions),
        authz_version=1,
    )


async def make_system_account(connection: asyncpg.Connection) -> None:
    """Make the account where it is missing, within the caller's transaction."""
    if not await connection.fetchval("SELECT 1 FROM app_user WHERE id = $1", SYSTEM_USER):
        await connection.execute(_EVENT, new_id(), [SYSTEM_USER])
        await connection.execute(_ACCOUNT, SYSTEM_USER)
